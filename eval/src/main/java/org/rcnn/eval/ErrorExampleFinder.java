package org.rcnn.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.ErrorExample.Reason;

/**
 * Chooses, for each class, the errors that are worth looking at. What is right and wrong is VOC's
 * rule, as in {@link DetectionEvaluator}.
 *
 * <ul>
 *   <li><b>Label doubts.</b> A false positive with a score above the median of the class's right
 *       detections, of which there are at least three, that overlaps either no object of any class
 *       by 0.1 (an object may have been forgotten), or one of another class by at least the
 *       matching overlap and none of its own by 0.1 (the label may be wrong). Difficult objects are
 *       objects here. The most confident first.
 *   <li><b>False positives.</b> The most confident ones that are no label doubt shown.
 *   <li><b>Missed objects.</b> Those that are not difficult and that no detection of their class
 *       found at any score, the largest box first.
 * </ul>
 *
 * Each list has at most one example of an image, so that one odd image does not fill it.
 *
 * <p>Immutable; may be used by several threads.
 */
public final class ErrorExampleFinder {

  /** From this overlap on, a box is on an object rather than on the background. */
  private static final double TOUCHING = 0.1;

  /** Of fewer right detections the median says little. */
  private static final int FEWEST_RIGHT = 3;

  private final double iou;
  private final int most;

  /**
   * A finder.
   *
   * @param iou the overlap from which a detection matches an object, above 0.1 and at most 1
   * @param most the most examples in a list, at least 1
   * @throws IllegalArgumentException if either is out of range
   */
  public ErrorExampleFinder(double iou, int most) {
    if (!(iou > TOUCHING && iou <= 1)) {
      throw new IllegalArgumentException(
          "The IoU threshold of examples must be above %s and at most 1, not %s."
              .formatted(TOUCHING, iou));
    }
    if (most < 1) {
      throw new IllegalArgumentException(
          "A list of examples must hold at least 1, not %d.".formatted(most));
    }
    this.iou = iou;
    this.most = most;
  }

  /**
   * Finds examples.
   *
   * @param classNames the classes, each once; objects of others still count as what a false
   *     positive may be on
   * @param split the annotations of every image
   * @param detections detections of all classes by image id, in any order; an image without
   *     detections may be absent
   * @return one entry per class, in the order asked for
   * @throws IllegalArgumentException if a class or image is named twice, or there are detections
   *     for an image that is not in the split
   */
  public List<ClassExamples> find(
      List<String> classNames, List<Annotation> split, Map<String, List<Detection>> detections) {
    return ClassRanking.of(classNames, split, detections).stream()
        .map(ranking -> examples(ranking, split, detections))
        .toList();
  }

  private ClassExamples examples(
      ClassRanking ranking, List<Annotation> split, Map<String, List<Detection>> detections) {
    Matching matching = Matching.voc(ranking, iou);
    double confident = medianOfRight(ranking, matching);
    List<ErrorExample> doubts =
        falsePositives(
            ranking,
            matching,
            d -> ranking.score[d] > confident,
            d -> doubt(ranking, matching, d, split.get(ranking.image[d])));
    Set<Optional<Detection>> shown = new HashSet<>();
    doubts.forEach(example -> shown.add(example.detection()));
    List<ErrorExample> wrong =
        falsePositives(
            ranking,
            matching,
            d -> !shown.contains(Optional.of(detection(ranking, d))),
            d -> Optional.of(plain(ranking, matching, d, split.get(ranking.image[d]))));
    return new ClassExamples(
        ranking.className, wrong, missed(ranking, matching, split, detections), doubts);
  }

  private static double medianOfRight(ClassRanking ranking, Matching matching) {
    double[] right =
        IntStream.range(0, ranking.size())
            .filter(d -> matching.verdicts()[d] == Verdict.TRUE_POSITIVE)
            .mapToDouble(d -> ranking.score[d])
            .toArray();
    return right.length < FEWEST_RIGHT ? Double.POSITIVE_INFINITY : right[right.length / 2];
  }

  /** What an example of a detection is, if it is one. */
  @FunctionalInterface
  private interface Describe {
    Optional<ErrorExample> example(int d);
  }

  /** The best false positives for which a condition and a description hold, one per image. */
  private List<ErrorExample> falsePositives(
      ClassRanking ranking, Matching matching, Predicate<Integer> condition, Describe describe) {
    List<ErrorExample> examples = new ArrayList<>();
    Set<Integer> images = new HashSet<>();
    for (int d = 0; d < ranking.size() && examples.size() < most; d++) {
      if (matching.verdicts()[d] == Verdict.FALSE_POSITIVE
          && !images.contains(ranking.image[d])
          && condition.test(d)) {
        Optional<ErrorExample> example = describe.example(d);
        if (example.isPresent()) {
          images.add(ranking.image[d]);
          examples.add(example.get());
        }
      }
    }
    return examples;
  }

  private static Detection detection(ClassRanking ranking, int d) {
    return new Detection(ranking.className, ranking.score[d], ranking.box[d]);
  }

  private Optional<ErrorExample> doubt(
      ClassRanking ranking, Matching matching, int d, Annotation image) {
    if (matching.overlap()[d] >= TOUCHING) {
      return Optional.empty();
    }
    Optional<GroundTruth> other = other(ranking, d, image);
    double overlap = other.map(object -> object.box().iou(ranking.box[d])).orElse(0.0);
    if (overlap >= TOUCHING && overlap < iou) {
      return Optional.empty();
    }
    boolean forgotten = overlap < TOUCHING;
    return Optional.of(
        new ErrorExample(
            image.imageId(),
            forgotten ? Reason.LABEL_FORGOTTEN : Reason.LABEL_WRONG,
            Optional.of(detection(ranking, d)),
            forgotten ? Optional.empty() : other,
            forgotten ? 0 : overlap));
  }

  private ErrorExample plain(ClassRanking ranking, Matching matching, int d, Annotation image) {
    Optional<Detection> detection = Optional.of(detection(ranking, d));
    double own = matching.overlap()[d];
    if (own >= TOUCHING) {
      Reason reason = own >= iou ? Reason.DUPLICATE : Reason.POOR_FIT;
      GroundTruth object = ranking.object[matching.object()[d]];
      return new ErrorExample(image.imageId(), reason, detection, Optional.of(object), own);
    }
    Optional<GroundTruth> other = other(ranking, d, image);
    double overlap = other.map(object -> object.box().iou(ranking.box[d])).orElse(0.0);
    return overlap >= TOUCHING
        ? new ErrorExample(image.imageId(), Reason.OTHER_CLASS, detection, other, overlap)
        : new ErrorExample(image.imageId(), Reason.BACKGROUND, detection, Optional.empty(), 0);
  }

  /** The object of another class that a detection overlaps most. */
  private static Optional<GroundTruth> other(ClassRanking ranking, int d, Annotation image) {
    return image.objects().stream()
        .filter(object -> !object.className().equals(ranking.className))
        .max(Comparator.comparingDouble(object -> object.box().iou(ranking.box[d])));
  }

  private List<ErrorExample> missed(
      ClassRanking ranking,
      Matching matching,
      List<Annotation> split,
      Map<String, List<Detection>> detections) {
    boolean[] found = new boolean[ranking.object.length];
    for (int d = 0; d < ranking.size(); d++) {
      if (matching.verdicts()[d] == Verdict.TRUE_POSITIVE) {
        found[matching.object()[d]] = true;
      }
    }
    int[] image = imageOfObject(ranking);
    List<Integer> largest =
        IntStream.range(0, found.length)
            .filter(o -> !found[o] && !ranking.object[o].difficult())
            .boxed()
            .sorted(Comparator.comparingDouble(o -> -ranking.object[o].box().area()))
            .toList();
    List<ErrorExample> examples = new ArrayList<>();
    Set<Integer> images = new HashSet<>();
    for (int o : largest) {
      if (examples.size() < most && images.add(image[o])) {
        String id = split.get(image[o]).imageId();
        examples.add(missed(id, ranking.object[o], detections.getOrDefault(id, List.of())));
      }
    }
    return examples;
  }

  private static int[] imageOfObject(ClassRanking ranking) {
    int[] image = new int[ranking.object.length];
    for (int i = 0; i + 1 < ranking.firstObject.length; i++) {
      Arrays.fill(image, ranking.firstObject[i], ranking.firstObject[i + 1], i);
    }
    return image;
  }

  private static ErrorExample missed(
      String imageId, GroundTruth object, List<Detection> detections) {
    Box box = object.box();
    Optional<Detection> nearest =
        detections.stream()
            .filter(detection -> detection.box().iou(box) >= TOUCHING)
            .max(Comparator.comparingDouble(detection -> detection.box().iou(box)));
    double overlap = nearest.map(detection -> detection.box().iou(box)).orElse(0.0);
    return new ErrorExample(imageId, Reason.MISSED, nearest, Optional.of(object), overlap);
  }
}
