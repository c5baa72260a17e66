package org.rcnn.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.rcnn.data.Annotation;
import org.rcnn.data.Detection;
import org.rcnn.data.SeedMix;
import org.rcnn.data.voc.VocResults;

/**
 * Tells how far average precisions depend on which images happened to be in the test set: the
 * percentile bootstrap of Efron and Tibshirani, <i>An Introduction to the Bootstrap</i>, 1993,
 * chapter 13.
 *
 * <p>Each resample draws as many images as the split has, with replacement, and computes every AP
 * from those. Images are drawn and not objects, because objects of one image are found or missed
 * together. The same seed and split give the same resamples whatever the detections are, so two
 * detectors can be compared image by image ({@link BootstrapResult#differenceOfMeans}); that
 * difference is far surer than the two figures suggest.
 *
 * <p>What an image's detections match does not depend on other images. So they are matched once,
 * and a resample only weights the images: it costs one look at each detection down to the last
 * right one. 1,000 resamples of 500 images, 20 classes and 20,000 detections of each take some
 * seconds on one core; {@link ApMetric#COCO}, with its ten overlaps, ten times as long.
 *
 * <p>An image drawn twice counts as two images with equal detections. Detections of equal score
 * keep the order of the split, the copies of one next to each other.
 *
 * <p>The mean of the resampled APs lies above the AP, since an image drawn twice repeats its right
 * detections at the same place of the ranking; with few objects of a class by about a point. The
 * ends of the range are not corrected for that: simulated on 500 images of 20 classes by VOC2007's
 * AP, the percentile range of a mean AP held its level, and the basic and the bias-corrected one,
 * which shift it, held the true value less often. Differences were not simulated; there the biases
 * of both sides cancel in part.
 *
 * <p>Immutable; may be used by several threads.
 */
public final class Bootstrap {

  /** As many resamples as an interval of 95 % takes. */
  public static final int RESAMPLES = 1000;

  private final DetectionEvaluator evaluator;
  private final int resamples;
  private final long seed;

  /**
   * A bootstrap.
   *
   * @param evaluator scores the split
   * @param resamples how many sets of images are drawn, at least 1
   * @param seed of the draws
   * @throws IllegalArgumentException if there is no resample
   */
  public Bootstrap(DetectionEvaluator evaluator, int resamples, long seed) {
    this.evaluator = Objects.requireNonNull(evaluator, "evaluator");
    if (resamples < 1) {
      throw new IllegalArgumentException(
          "A bootstrap needs at least one resample, not %d.".formatted(resamples));
    }
    this.resamples = resamples;
    this.seed = seed;
  }

  /**
   * Scores detections and their resamples.
   *
   * @param classNames the classes to score, each once; objects and detections of others are left
   *     out
   * @param split the annotations of every image scored, also of those without detections
   * @param detections detections of all classes by image id, in any order; an image without
   *     detections may be absent
   * @throws IllegalArgumentException if a class or image is named twice, or there are detections
   *     for an image that is not in the split
   */
  public BootstrapResult evaluate(
      List<String> classNames, List<Annotation> split, Map<String, List<Detection>> detections) {
    return resample(split, ClassRanking.of(classNames, split, detections));
  }

  /**
   * Scores result files and their resamples, ties in the order of their lines.
   *
   * @param classNames the classes to score, each once; objects and files of others are left out
   * @param split the annotations of every image scored, also of those without detections
   * @throws IllegalArgumentException if a class or image is named twice, or a file has a line for
   *     an image that is not in the split
   */
  public BootstrapResult evaluate(
      List<String> classNames, List<Annotation> split, VocResults results) {
    return resample(split, ClassRanking.of(classNames, split, results));
  }

  private BootstrapResult resample(List<Annotation> split, List<ClassRanking> rankings) {
    List<WeightedClass> classes =
        rankings.stream()
            .map(ranking -> WeightedClass.of(ranking, evaluator.metric(), evaluator.iou()))
            .toList();
    double[][] ap = new double[classes.size()][resamples];
    int[] weights = new int[split.size()];
    for (int r = 0; r < resamples; r++) {
      draw(weights, r);
      for (int c = 0; c < ap.length; c++) {
        ap[c][r] = classes.get(c).ap(weights);
      }
    }
    return new BootstrapResult(
        evaluator.result(split, rankings),
        seed,
        split.stream().map(Annotation::imageId).toList(),
        ap);
  }

  /** How often each image is drawn in a resample. */
  private void draw(int[] weights, int resample) {
    SplittableRandom random = new SplittableRandom(SeedMix.mix(seed, resample));
    Arrays.fill(weights, 0);
    for (int i = 0; i < weights.length; i++) {
      weights[random.nextInt(weights.length)]++;
    }
  }
}
