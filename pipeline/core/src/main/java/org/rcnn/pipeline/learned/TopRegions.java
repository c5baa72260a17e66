package org.rcnn.pipeline.learned;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.rcnn.data.Box;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.NonMaximumSuppression;

/**
 * The regions that excite units most, over images that come one after the other: a unit is taken
 * for an object detector of its own (section 3.1 of the paper). In each image the regions are
 * sorted by activation and those suppressed that overlap a better one; of all images the best
 * remain.
 */
final class TopRegions {

  /**
   * A region and a unit's activation on it.
   *
   * @param imageId its image
   * @param region its box in the image's pixels
   * @param activation the unit's value, greater than 0
   */
  record Found(String imageId, Box region, float activation) {}

  private final int[] units;
  private final int most;
  private final NonMaximumSuppression suppression;
  private final List<List<Found>> best = new ArrayList<>();

  /**
   * Looks for regions.
   *
   * @param units positions in the feature vector
   * @param most regions kept of each unit
   * @param nmsIou of two regions of an image with a greater IoU, the better one remains
   */
  TopRegions(List<Integer> units, int most, double nmsIou) {
    this.units = units.stream().mapToInt(Integer::intValue).toArray();
    this.most = most;
    // A ReLU gives 0 or more, and 0 says that the unit saw nothing.
    this.suppression =
        new NonMaximumSuppression(
            new DetectionSettings(nmsIou, most, 0, DetectionSettings.NO_MIN_SCORE, 0),
            Float.MIN_VALUE);
    units.forEach(unit -> best.add(List.of()));
  }

  /**
   * The candidates of an image, for each unit. Threads may call it at the same time.
   *
   * @param features {@code regions x dimension} values
   */
  List<List<Found>> candidates(String imageId, List<Box> regions, float[] features) {
    int dimension = regions.isEmpty() ? 0 : features.length / regions.size();
    List<List<Found>> candidates = new ArrayList<>();
    for (int unit : units) {
      float[] activations = new float[regions.size()];
      for (int row = 0; row < activations.length; row++) {
        activations[row] = features[row * dimension + unit];
      }
      List<Found> found = new ArrayList<>();
      for (int row : suppression.keep(regions, activations)) {
        found.add(new Found(imageId, regions.get(row), activations[row]));
      }
      candidates.add(found);
    }
    return candidates;
  }

  /** Takes an image's candidates; of equal activations those of the earlier image are better. */
  void add(List<List<Found>> candidates) {
    for (int i = 0; i < units.length; i++) {
      List<Found> all = new ArrayList<>(best.get(i));
      all.addAll(candidates.get(i));
      all.sort(Comparator.comparingDouble(Found::activation).reversed());
      best.set(i, List.copyOf(all.subList(0, Math.min(most, all.size()))));
    }
  }

  /** For each unit its best regions, the best first. */
  List<List<Found>> best() {
    return List.copyOf(best);
  }
}
