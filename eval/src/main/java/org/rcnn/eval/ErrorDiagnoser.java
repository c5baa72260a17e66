package org.rcnn.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

/**
 * Determines what a detector's false positives are, what each kind costs, and which objects it
 * misses.
 *
 * <p>Follows Hoiem, Chodpathumwan and Dai, "Diagnosing Error in Object Detectors", ECCV 2012: a
 * false positive is a bad fit or a duplicate, a confusion with a similar class, one with another
 * class, or background (see {@link ErrorKind}); the most confident ones, as many as the class has
 * objects, are counted by kind; and the AP is computed again as if all those of a kind were absent.
 *
 * <p>Sensitivity to size and to aspect ratio is the paper's: the objects of a class in five groups
 * (a tenth, two, four, two tenths and a tenth), and for each the normalised AP (AP_N) of its
 * objects alone.
 *
 * <p>Where this differs from the authors' tool: groups are by rank within the class and the split
 * evaluated; normalised precision takes the number of objects of the class, theirs a constant 0.15
 * per image, so here the normalised AP of all objects is the AP itself; difficult objects of the
 * class are counted as objects when a bad fit is looked for.
 *
 * <p>Immutable; may be used by several threads.
 */
public final class ErrorDiagnoser {

  /** From this overlap on, a box is on an object rather than on the background. */
  private static final double TOUCHING = 0.1;

  private final ApMetric metric;
  private final double iou;
  private final SimilarClasses similar;

  /**
   * A diagnoser.
   *
   * @param metric how each AP is computed; {@link ApMetric#COCO} means its 101-point AP, at the one
   *     overlap
   * @param iou the overlap from which a detection matches an object, above 0.1 and at most 1
   * @param similar the classes that are easily confused
   * @throws IllegalArgumentException if the overlap is out of range
   */
  public ErrorDiagnoser(ApMetric metric, double iou, SimilarClasses similar) {
    this.metric = Objects.requireNonNull(metric, "metric");
    this.similar = Objects.requireNonNull(similar, "similar");
    if (!(iou > TOUCHING && iou <= 1)) {
      throw new IllegalArgumentException(
          "The IoU threshold of a diagnosis must be above %s and at most 1, not %s."
              .formatted(TOUCHING, iou));
    }
    this.iou = iou;
  }

  /**
   * Diagnoses detections.
   *
   * @param classNames the classes to diagnose, each once; objects of other classes still count as
   *     what a false positive may be on
   * @param split the annotations of every image
   * @param detections detections of all classes by image id, in any order; an image without
   *     detections may be absent
   * @throws IllegalArgumentException if a class or image is named twice, or there are detections
   *     for an image that is not in the split
   */
  public ErrorDiagnosis diagnose(
      List<String> classNames, List<Annotation> split, Map<String, List<Detection>> detections) {
    List<ClassErrors> classes =
        ClassRanking.of(classNames, split, detections).stream()
            .map(ranking -> diagnose(ranking, split))
            .toList();
    return new ErrorDiagnosis(metric, iou, classes);
  }

  private ClassErrors diagnose(ClassRanking ranking, List<Annotation> split) {
    Matching matching = Matching.voc(ranking, iou);
    ErrorKind[] kinds = kinds(ranking, matching, split);
    Map<ErrorKind, Double> apWithout = new EnumMap<>(ErrorKind.class);
    for (ErrorKind kind : ErrorKind.values()) {
      apWithout.put(kind, ap(ranking, without(kind, matching.verdicts(), kinds)));
    }
    return new ClassErrors(
        ranking.className,
        ranking.positives,
        ranking.positives - matching.count(Verdict.TRUE_POSITIVE),
        ap(ranking, matching.verdicts()),
        countTop(ranking.positives, kinds),
        apWithout,
        ap(ranking, localised(ranking, matching, kinds)),
        bySize(ranking, matching),
        byAspect(ranking, matching));
  }

  private double ap(ClassRanking ranking, Verdict[] verdicts) {
    return ranking.positives == 0
        ? Double.NaN
        : metric.ap(PrecisionRecallCurve.of(verdicts, ranking.score, ranking.positives));
  }

  /** The kind of each false positive; null for other detections. */
  private ErrorKind[] kinds(ClassRanking ranking, Matching matching, List<Annotation> split) {
    ErrorKind[] kinds = new ErrorKind[ranking.size()];
    for (int d = 0; d < kinds.length; d++) {
      if (matching.verdicts()[d] == Verdict.FALSE_POSITIVE) {
        kinds[d] =
            matching.overlap()[d] >= TOUCHING
                ? ErrorKind.LOCALISATION
                : confusion(ranking.className, ranking.box[d], split.get(ranking.image[d]));
      }
    }
    return kinds;
  }

  private ErrorKind confusion(String className, Box box, Annotation image) {
    ErrorKind kind = ErrorKind.BACKGROUND;
    for (GroundTruth object : image.objects()) {
      if (object.className().equals(className) || box.iou(object.box()) < TOUCHING) {
        continue;
      }
      if (similar.areSimilar(className, object.className())) {
        return ErrorKind.SIMILAR;
      }
      kind = ErrorKind.OTHER;
    }
    return kind;
  }

  private static Map<ErrorKind, Integer> countTop(int limit, ErrorKind[] kinds) {
    Map<ErrorKind, Integer> counts = new EnumMap<>(ErrorKind.class);
    for (ErrorKind kind : ErrorKind.values()) {
      counts.put(kind, 0);
    }
    Arrays.stream(kinds)
        .filter(Objects::nonNull)
        .limit(limit)
        .forEach(kind -> counts.merge(kind, 1, Integer::sum));
    return counts;
  }

  private static Verdict[] without(ErrorKind kind, Verdict[] verdicts, ErrorKind[] kinds) {
    Verdict[] changed = verdicts.clone();
    for (int d = 0; d < changed.length; d++) {
      if (kinds[d] == kind) {
        changed[d] = Verdict.IGNORED;
      }
    }
    return changed;
  }

  /**
   * The verdicts if every detection that touches its object fitted it: the first on each object is
   * right, all others on it are absent.
   */
  private static Verdict[] localised(ClassRanking ranking, Matching matching, ErrorKind[] kinds) {
    Verdict[] changed = matching.verdicts().clone();
    boolean[] found = new boolean[ranking.object.length];
    for (int d = 0; d < changed.length; d++) {
      if (changed[d] != Verdict.TRUE_POSITIVE && kinds[d] != ErrorKind.LOCALISATION) {
        continue;
      }
      int object = matching.object()[d];
      boolean first = !found[object] && !ranking.object[object].difficult();
      changed[d] = first ? Verdict.TRUE_POSITIVE : Verdict.IGNORED;
      found[object] = true;
    }
    return changed;
  }

  private List<SizeResult> bySize(ClassRanking ranking, Matching matching) {
    return byGroup(
        ranking,
        matching,
        ObjectSize.values(),
        ObjectSize.ofObjects(ranking.object),
        SizeResult::new);
  }

  private List<AspectResult> byAspect(ClassRanking ranking, Matching matching) {
    return byGroup(
        ranking,
        matching,
        ObjectAspect.values(),
        ObjectAspect.ofObjects(ranking.object),
        AspectResult::new);
  }

  /** Makes the result of one group of objects. */
  @FunctionalInterface
  private interface GroupResult<G, R> {
    R of(G group, int positives, int found, double normalisedAp);
  }

  private <G, R> List<R> byGroup(
      ClassRanking ranking,
      Matching matching,
      G[] groups,
      G[] ofObjects,
      GroupResult<G, R> result) {
    List<R> results = new ArrayList<>();
    if (ranking.positives == 0) {
      return results;
    }
    for (G group : groups) {
      Verdict[] verdicts = matching.verdicts().clone();
      int found = 0;
      for (int d = 0; d < verdicts.length; d++) {
        if (verdicts[d] != Verdict.TRUE_POSITIVE) {
          continue;
        }
        if (ofObjects[matching.object()[d]] == group) {
          found++;
        } else {
          verdicts[d] = Verdict.IGNORED;
        }
      }
      int positives = (int) Arrays.stream(ofObjects).filter(g -> g == group).count();
      results.add(result.of(group, positives, found, normalisedAp(ranking, verdicts, positives)));
    }
    return results;
  }

  private double normalisedAp(ClassRanking ranking, Verdict[] verdicts, int positives) {
    if (positives == 0) {
      return Double.NaN;
    }
    double weight = (double) ranking.positives / positives;
    return metric.ap(PrecisionRecallCurve.weighted(verdicts, ranking.score, positives, weight));
  }
}
