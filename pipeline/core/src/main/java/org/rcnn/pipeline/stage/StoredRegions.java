package org.rcnn.pipeline.stage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.train.KeptRegions;
import org.rcnn.cnn.train.RegionPool;
import org.rcnn.data.Box;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.run.DetectionSet.Sample;

/**
 * The regions that fine-tuning draws from where their values at a tap are stored: of each image the
 * ground truth, the classified proposals, and all further positives.
 */
final class StoredRegions implements Closeable {

  private final List<Sample> samples;
  private final FeatureStore classified;
  private final FeatureStore further;
  private final KeptRegions kept;

  /**
   * Opens the stores.
   *
   * @param features the training images' features
   * @param further the store of their further positives
   * @param tap the tap that both are of
   * @param chosen whether the image of an index is used
   */
  StoredRegions(
      SetFeatures features,
      Path further,
      Tap tap,
      List<String> classes,
      double positiveIou,
      IntPredicate chosen)
      throws IOException {
    this.samples = features.set().samples();
    this.classified = features.open(tap);
    try {
      this.further = FeatureStore.open(further);
    } catch (IOException e) {
      classified.close();
      throw e;
    }
    try {
      RegionPool pool = pool(features, classes, positiveIou, chosen);
      this.kept = new KeptRegions(tap, pool, this::copy);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private RegionPool pool(
      SetFeatures features, List<String> classes, double positiveIou, IntPredicate chosen)
      throws IOException {
    Set<String> known = Set.copyOf(classes);
    RegionPool.Builder pool = RegionPool.builder(classes, positiveIou, StoredRegions::noBoxes);
    long stored = 0;
    try (RankedBoxes proposals = features.openProposals()) {
      for (int i = 0; i < samples.size(); i++) {
        Sample sample = samples.get(i);
        if (chosen.test(i) && proposals.contains(sample.id())) {
          Regions first = Regions.forTraining(sample, proposals, known);
          pool.add(i, first.annotation(), first.proposals());
          pool.addProposals(
              i, first.annotation(), Regions.morePositives(sample, proposals, known, positiveIou));
          stored += classified.rows(sample.id()) + further.rows(sample.id());
        }
      }
    }
    RegionPool built = pool.build();
    if (built.size() != stored) {
      throw new IOException(
          "The stored features are of %d regions, and fine-tuning has %d; delete the run's folder"
                  .formatted(stored, built.size())
              + " 'features' and run again.");
    }
    return built;
  }

  /** Their values are read by their numbers; no one asks where they lie. */
  private static List<Box> noBoxes(int image) {
    throw new IllegalStateException("Kept regions have values and no boxes.");
  }

  KeptRegions kept() {
    return kept;
  }

  private void copy(int region, float[] into, int offset) throws IOException {
    String id = samples.get(kept.pool().image(region)).id();
    int row = kept.pool().row(region);
    int rows = classified.rows(id);
    float[] values = new float[classified.dimension()];
    if (row < rows) {
      classified.readRows(id, new int[] {row}, values);
    } else {
      further.readRows(id, new int[] {row - rows}, values);
    }
    System.arraycopy(values, 0, into, offset, values.length);
  }

  @Override
  public void close() {
    classified.close();
    further.close();
  }
}
