package org.rcnn.svm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The factor that gives features of one layer a mean L2 norm of 20, as the paper's authors do, so
 * that one value of C suits every layer and network.
 *
 * <p>Measured over all regions of a seeded sample of training images. The features themselves are
 * never multiplied: the factor enters the Gram matrix squared and the scores once.
 *
 * @param factor the factor of the features, greater than 0
 */
public record FeatureScale(double factor) {

  /** The mean L2 norm of scaled features. */
  public static final double TARGET_NORM = 20;

  /** Refuses factors that are not positive numbers. */
  public FeatureScale {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "The feature scale must be a positive number, not " + factor + ".");
    }
  }

  /**
   * Measures the scale.
   *
   * @param images the training images
   * @param sampleImages how many of them to measure, at least 1
   * @param seed chooses which
   * @throws IOException if an image cannot be read
   */
  public static FeatureScale measure(TrainingImages images, int sampleImages, long seed)
      throws IOException {
    Measure measure = new Measure();
    List<String> sample = shuffled(images.imageIds(), seed);
    for (String id : sample.subList(0, Math.min(sampleImages, sample.size()))) {
      measure.add(images.load(id));
    }
    return measure.scale();
  }

  /** All images, in a random order that the seed decides. */
  static List<String> shuffled(List<String> imageIds, long seed) {
    List<String> order = new ArrayList<>(imageIds);
    Collections.shuffle(order, new Random(seed));
    return order;
  }

  /** The mean norm of the regions seen so far. */
  static final class Measure {
    private double sum;
    private long regions;

    void add(TrainingImage image) {
      int dimension = image.dimension();
      for (int row = 0; row < image.regions().size(); row++) {
        sum += Math.sqrt(squaredNorm(image.features(), row * dimension, dimension));
        regions++;
      }
    }

    private static double squaredNorm(float[] values, int from, int count) {
      // Four sums at once: a single one would wait for each addition's latency.
      double s0 = 0;
      double s1 = 0;
      double s2 = 0;
      double s3 = 0;
      int i = from;
      for (; i + 4 <= from + count; i += 4) {
        s0 += (double) values[i] * values[i];
        s1 += (double) values[i + 1] * values[i + 1];
        s2 += (double) values[i + 2] * values[i + 2];
        s3 += (double) values[i + 3] * values[i + 3];
      }
      for (; i < from + count; i++) {
        s0 += (double) values[i] * values[i];
      }
      return s0 + s1 + (s2 + s3);
    }

    FeatureScale scale() {
      double mean = sum / regions;
      if (!(mean > 0) || Double.isInfinite(mean)) {
        throw new IllegalArgumentException(
            regions == 0
                ? "The feature scale cannot be measured: the sampled images have no regions."
                : "The feature scale cannot be measured: the mean norm of %d regions is %s; check the features."
                    .formatted(regions, mean));
      }
      return new FeatureScale(TARGET_NORM / mean);
    }
  }
}
