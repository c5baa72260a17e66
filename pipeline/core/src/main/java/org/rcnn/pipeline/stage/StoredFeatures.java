package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.svm.TrainingImage;
import org.rcnn.svm.TrainingImages;

/** The training images' regions and one layer's features of them, streamed from their stores. */
final class StoredFeatures implements TrainingImages, AutoCloseable {

  private final Map<String, Sample> samples;
  private final Set<String> classes;
  private final RankedBoxes proposals;
  private final FeatureStore features;
  private final List<String> imageIds;

  /**
   * Opens the stores of a layer.
   *
   * @param leftOut images that are not among them
   */
  StoredFeatures(SetFeatures set, Tap tap, List<String> classes, Set<String> leftOut)
      throws IOException {
    this.samples = set.set().byId();
    this.classes = Set.copyOf(classes);
    this.proposals = set.openProposals();
    try {
      this.features = set.open(tap);
    } catch (IOException e) {
      proposals.close();
      throw e;
    }
    this.imageIds = features.imageIds().stream().filter(id -> !leftOut.contains(id)).toList();
  }

  int dimension() {
    return features.dimension();
  }

  @Override
  public List<String> imageIds() {
    return imageIds;
  }

  /** The regions of an image, ground truth first. */
  Regions regions(String imageId) throws IOException {
    return Regions.forTraining(samples.get(imageId), proposals, classes);
  }

  /** Reads the features of some regions of an image. */
  void read(String imageId, int[] rows, float[] into) throws IOException {
    features.readRows(imageId, rows, into);
  }

  @Override
  public TrainingImage load(String imageId) throws IOException {
    Regions regions = regions(imageId);
    float[] values = new float[features.rows(imageId) * features.dimension()];
    features.read(imageId, values);
    return new TrainingImage(
        imageId, regions.boxes(), regions.groundTruth(), regions.annotation(), values);
  }

  @Override
  public void close() {
    features.close();
    proposals.close();
  }
}
