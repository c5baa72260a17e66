package org.rcnn.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The score of a detector on a split and on resamples of the split's images; see {@link Bootstrap}.
 *
 * <p>The mean AP of a resample is, as that of the split, over the classes that have an object in
 * it. Immutable.
 */
public final class BootstrapResult {

  private final EvaluationResult result;
  private final long seed;
  private final List<String> images;
  private final double[][] ap;
  private final double[] means;

  /**
   * The score.
   *
   * @param images the split's images in their order
   * @param ap of each class and each resample; NaN where a resample has no object of the class
   */
  BootstrapResult(EvaluationResult result, long seed, List<String> images, double[][] ap) {
    this.result = Objects.requireNonNull(result, "result");
    this.seed = seed;
    this.images = List.copyOf(images);
    this.ap = ap;
    int resamples = ap.length == 0 ? 0 : ap[0].length;
    this.means = IntStream.range(0, resamples).mapToDouble(r -> mean(ap, r)).toArray();
  }

  private static double mean(double[][] ap, int resample) {
    return Arrays.stream(ap)
        .mapToDouble(ofClass -> ofClass[resample])
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  /** The score on the split itself. */
  public EvaluationResult result() {
    return result;
  }

  /** The mean AP, and the range that other test images of the same kind would leave it in. */
  public Interval meanAp() {
    return Interval.ofRepetitions(result.meanAp(), means);
  }

  /**
   * The same for the AP of a class; NaN if the class has no object.
   *
   * @throws IllegalArgumentException if the class was not evaluated
   */
  public Interval ap(String className) {
    return Interval.ofRepetitions(result.of(className).ap(), ap[place(className)]);
  }

  /**
   * By how much this detector's mean AP is higher than another's on the same images; each resample
   * is of the same images for both.
   *
   * @throws IllegalArgumentException if the other has other images or resamples
   */
  public Interval differenceOfMeans(BootstrapResult other) {
    requirePaired(other);
    return Interval.ofRepetitions(
        result.meanAp() - other.result.meanAp(), minus(means, other.means));
  }

  /**
   * The same for the AP of a class.
   *
   * @throws IllegalArgumentException if the class was not evaluated in both, or the other has other
   *     images or resamples
   */
  public Interval difference(BootstrapResult other, String className) {
    requirePaired(other);
    return Interval.ofRepetitions(
        result.of(className).ap() - other.result.of(className).ap(),
        minus(ap[place(className)], other.ap[other.place(className)]));
  }

  private static double[] minus(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(r -> a[r] - b[r]).toArray();
  }

  private void requirePaired(BootstrapResult other) {
    if (seed != other.seed || means.length != other.means.length || !images.equals(other.images)) {
      throw new IllegalArgumentException(
          "Results are compared on the same resamples: score both with one bootstrap, on the same"
              + " images in the same order.");
    }
  }

  private int place(String className) {
    return result.classes().indexOf(result.of(className));
  }
}
