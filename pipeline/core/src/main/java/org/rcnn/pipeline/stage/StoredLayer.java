package org.rcnn.pipeline.stage;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.run.DetectionSet.Sample;

/**
 * One layer's stored features of a set of images, with the regions that they are of. One image is
 * read at a time, so memory does not grow with the set. Threads may share it.
 */
public final class StoredLayer implements Closeable {

  private final List<Sample> images;
  private final Set<String> classes;
  private final boolean training;
  private final RankedBoxes proposals;
  private final FeatureStore features;

  /**
   * Opens a layer's store.
   *
   * @param training whether ground truth boxes are among the regions
   */
  StoredLayer(SetFeatures set, Tap tap, List<String> classes, boolean training) throws IOException {
    this.classes = Set.copyOf(classes);
    this.training = training;
    this.proposals = set.openProposals();
    try {
      this.features = set.open(tap);
    } catch (IOException e) {
      proposals.close();
      throw e;
    }
    this.images =
        set.set().samples().stream().filter(image -> features.contains(image.id())).toList();
  }

  /** The images that have features, in the order of their set. */
  public List<Sample> images() {
    return images;
  }

  /** The length of a feature vector. */
  public int dimension() {
    return features.dimension();
  }

  /** The image's objects of the detector's classes. */
  public List<GroundTruth> objects(Sample image) {
    return image.annotation().objects().stream()
        .filter(object -> classes.contains(object.className()))
        .toList();
  }

  /**
   * The regions of an image, in its pixels and in the order of the features' rows: of a training
   * image first the boxes of {@link #objects}, then the proposals.
   *
   * @throws IOException if the proposals cannot be read, here and below
   */
  public List<Box> regions(Sample image) throws IOException {
    return training
        ? Regions.forTraining(image, proposals, classes).boxes()
        : proposals.classified(image.id());
  }

  /** All features of an image: {@code regions x dimension} values, row by row. */
  public float[] values(Sample image) throws IOException {
    float[] values = new float[Math.multiplyExact(features.rows(image.id()), dimension())];
    features.read(image.id(), values);
    return values;
  }

  /** The features of some of an image's regions: {@code rows x dimension} values, row by row. */
  public float[] values(Sample image, int... rows) throws IOException {
    float[] values = new float[Math.multiplyExact(rows.length, dimension())];
    features.readRows(image.id(), rows, values);
    return values;
  }

  @Override
  public void close() {
    features.close();
    proposals.close();
  }
}
