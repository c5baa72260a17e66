package org.rcnn.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

/**
 * Sorts a detector's errors into six kinds and says what each kind costs, by Bolya, Foley, Hays and
 * Hoffman, "TIDE: A General Toolbox for Identifying Object Detection Errors", ECCV 2020. Each cost
 * (dAP) is what the AP would gain if the errors of that kind alone were mended; {@link TideKind}
 * says how.
 *
 * <p>Equal to the authors' implementation, version 1.0.1; the tests hold its figures to 1e-9 on
 * random splits. Both also give the same figures, to 1e-12, for a detector's 122,031 detections of
 * 500 images of VOC2007, with the scores mapped to 0 to 1. So its AP is not one of {@link
 * ApMetric}'s:
 *
 * <ul>
 *   <li>It is the mean precision at the 101 recalls 0, 0.01, …, 1, made monotone from the right, as
 *       in COCO, but at one overlap.
 *   <li>Of each image only the best detections are used, over all classes together (COCO: for each
 *       class).
 *   <li>Detections are matched within their image: each takes the object of its class that it
 *       overlaps most among those not yet taken.
 *   <li>A class that has detections but no object has AP 0 and is in the mean. A class left without
 *       either by mending leaves the mean, so mending may cost AP; such a loss counts as 0.
 *   <li>Of equal scores, mended and wrong detections come before right ones once errors are mended;
 *       in the AP itself they are in the order of images and lists.
 * </ul>
 *
 * <p>Difficult objects are ignore regions, as crowds are in COCO: they are no objects that could be
 * found, confused or missed, and a detection that found no object counts neither way if more of its
 * <em>own</em> area than the foreground overlap lies on one of its class. Such a detection may
 * still mend an error, and is counted by its kind, as since version 1.0.1.
 *
 * <p>One difference: the authors' implementation fails on scores of -1 and below, which SVMs give;
 * here a score may be any number.
 *
 * <p>Immutable; may be used by several threads.
 */
public final class TideDiagnoser {

  /** The authors' limit of detections of an image. */
  private static final int DETECTIONS_PER_IMAGE = 100;

  /** The authors' recalls: quotients, where COCO's are products. */
  private static final double[] RECALLS =
      IntStream.rangeClosed(0, 100).mapToDouble(k -> k / 100.0).toArray();

  private final double foreground;
  private final double background;
  private final int detectionsPerImage;

  /** A diagnoser with the paper's overlaps, 0.5 and 0.1, and 100 detections of an image. */
  public TideDiagnoser() {
    this(0.5, 0.1, DETECTIONS_PER_IMAGE);
  }

  /**
   * A diagnoser.
   *
   * @param foreground the overlap from which a detection matches an object
   * @param background the overlap up to which a detection is on the background
   * @param detectionsPerImage the most detections used of an image, the best over all classes
   * @throws IllegalArgumentException unless 0 &lt; background &lt; foreground ≤ 1 and at least one
   *     detection is used
   */
  public TideDiagnoser(double foreground, double background, int detectionsPerImage) {
    if (!(0 < background && background < foreground && foreground <= 1)) {
      throw new IllegalArgumentException(
          "The overlaps must be 0 < background < foreground <= 1, not %s and %s."
              .formatted(background, foreground));
    }
    if (detectionsPerImage < 1) {
      throw new IllegalArgumentException(
          "At least 1 detection of an image must be used, not %d.".formatted(detectionsPerImage));
    }
    this.foreground = foreground;
    this.background = background;
    this.detectionsPerImage = detectionsPerImage;
  }

  /**
   * Diagnoses detections.
   *
   * @param classNames the classes, each once; objects and detections of others are left out
   * @param split the annotations of every image
   * @param detections detections of all classes by image id, in any order; an image without
   *     detections may be absent
   * @throws IllegalArgumentException if a class or image is named twice, or there are detections
   *     for an image that is not in the split
   */
  public TideDiagnosis diagnose(
      List<String> classNames, List<Annotation> split, Map<String, List<Detection>> detections) {
    ClassRanking.requireNames(classNames, split, detections.keySet());
    Tally tally = new Tally(classNames);
    for (Annotation image : split) {
      new ImageErrors(tally, image.objects(), detections.getOrDefault(image.imageId(), List.of()))
          .count();
    }
    return tally.diagnosis();
  }

  /**
   * A detection that is not right, or an object that was missed.
   *
   * @param kind what it is
   * @param type the class of the detection or object
   * @param score the detection's score
   * @param counted whether it is a false positive; else it counts neither way, or is a missed
   *     object
   * @param mendedType the class in which it is right once mended, or -1 if it goes
   */
  private record Fault(TideKind kind, int type, double score, boolean counted, int mendedType) {}

  /** A detection on a class's ranking. */
  private record Point(double score, boolean right) {}

  /** All images together. */
  private final class Tally {

    final Map<String, Integer> types = new HashMap<>();
    final int[] positives;
    final int[] unfound;

    /** The counted detections by class, in the order of images and ranks. */
    final List<List<Point>> points;

    final List<List<Point>> right;
    final List<Fault> faults = new ArrayList<>();

    Tally(List<String> classNames) {
      classNames.forEach(name -> types.put(name, types.size()));
      positives = new int[types.size()];
      unfound = new int[types.size()];
      points = emptyLists();
      right = emptyLists();
    }

    private List<List<Point>> emptyLists() {
      List<List<Point>> lists = new ArrayList<>();
      types.keySet().forEach(name -> lists.add(new ArrayList<>()));
      return lists;
    }

    void push(int type, double score, boolean isRight) {
      Point point = new Point(score, isRight);
      points.get(type).add(point);
      if (isRight) {
        right.get(type).add(point);
      }
    }

    TideDiagnosis diagnosis() {
      double ap = ap(points, type -> positives[type]);
      Map<TideKind, Integer> counts = new EnumMap<>(TideKind.class);
      Map<TideKind, Double> gains = new EnumMap<>(TideKind.class);
      for (TideKind kind : TideKind.values()) {
        counts.put(kind, (int) faults.stream().filter(fault -> fault.kind() == kind).count());
        // A negative gain comes from classes that leave the mean, or from the steps of recall.
        gains.put(kind, Math.max(0, withMended(kind) - ap));
      }
      return new TideDiagnosis(
          foreground,
          background,
          detectionsPerImage,
          ap,
          counts,
          gains,
          withFalsePositivesLast() - ap,
          withoutUnfound() - ap);
    }

    private double withMended(TideKind kind) {
      int[] objects = positives.clone();
      List<List<Point>> mended = emptyLists();
      for (Fault fault : faults) {
        if (fault.kind() != kind) {
          if (fault.counted()) {
            mended.get(fault.type()).add(new Point(fault.score(), false));
          }
        } else if (kind == TideKind.MISSED) {
          objects[fault.type()]--;
        } else if (fault.mendedType() >= 0) {
          mended.get(fault.mendedType()).add(new Point(fault.score(), true));
        }
      }
      addRight(mended);
      return ap(mended, type -> objects[type]);
    }

    private double withFalsePositivesLast() {
      List<List<Point>> sorted = new ArrayList<>();
      for (List<Point> ofClass : points) {
        sorted.add(
            new ArrayList<>(
                ofClass.stream().map(p -> new Point(p.right() ? 1 : 0, p.right())).toList()));
      }
      return ap(sorted, type -> positives[type]);
    }

    private double withoutUnfound() {
      List<List<Point>> same = emptyLists();
      faults.stream()
          .filter(Fault::counted)
          .forEach(fault -> same.get(fault.type()).add(new Point(fault.score(), false)));
      addRight(same);
      return ap(same, type -> positives[type] - unfound[type]);
    }

    private void addRight(List<List<Point>> lists) {
      for (int type = 0; type < lists.size(); type++) {
        lists.get(type).addAll(right.get(type));
      }
    }

    /** The mean over the classes that have an object or a detection; sorts the lists. */
    private double ap(List<List<Point>> lists, IntUnaryOperator objects) {
      return IntStream.range(0, lists.size())
          .filter(type -> !lists.get(type).isEmpty() || objects.applyAsInt(type) > 0)
          .mapToDouble(type -> ap(lists.get(type), objects.applyAsInt(type)))
          .average()
          .orElse(Double.NaN);
    }

    private double ap(List<Point> ranked, int objects) {
      if (objects == 0) {
        return 0;
      }
      ranked.sort(Comparator.comparingDouble(point -> 0.0 - point.score()));
      Verdict[] verdicts =
          ranked.stream()
              .map(point -> point.right() ? Verdict.TRUE_POSITIVE : Verdict.FALSE_POSITIVE)
              .toArray(Verdict[]::new);
      double[] scores = ranked.stream().mapToDouble(Point::score).toArray();
      return PrecisionRecallCurve.of(verdicts, scores, objects).meanPrecisionAt(RECALLS);
    }
  }

  /** One image's detections, best first, beside its objects. */
  private final class ImageErrors {

    private final Tally tally;
    private final List<GroundTruth> objects;
    private final List<GroundTruth> ignored;
    private final List<Detection> detections;

    /** Of each detection with each object. */
    private final double[][] overlap;

    private final boolean[] right;
    private final boolean[] taken;

    /** The best detection that would find an object once mended, or -1. */
    private final int[] mender;

    ImageErrors(Tally tally, List<GroundTruth> annotated, List<Detection> found) {
      this.tally = tally;
      objects = ofKnownClass(annotated, truth -> !truth.difficult());
      ignored = ofKnownClass(annotated, GroundTruth::difficult);
      detections =
          found.stream()
              .filter(detection -> tally.types.containsKey(detection.className()))
              .sorted(Comparator.comparingDouble(detection -> 0.0 - detection.score()))
              .limit(detectionsPerImage)
              .toList();
      overlap = new double[detections.size()][objects.size()];
      for (int d = 0; d < overlap.length; d++) {
        Box box = detections.get(d).box();
        Arrays.setAll(overlap[d], o -> box.iou(objects.get(o).box()));
      }
      right = new boolean[detections.size()];
      taken = new boolean[objects.size()];
      mender = new int[objects.size()];
      Arrays.fill(mender, -1);
    }

    private List<GroundTruth> ofKnownClass(
        List<GroundTruth> annotated, Predicate<GroundTruth> which) {
      return annotated.stream()
          .filter(which)
          .filter(truth -> tally.types.containsKey(truth.className()))
          .toList();
    }

    void count() {
      match();
      int[] mended = new int[detections.size()];
      TideKind[] kinds = new TideKind[detections.size()];
      for (int d = 0; d < kinds.length; d++) {
        mended[d] = -1;
        if (!right[d]) {
          kinds[d] = kind(d, mended);
        }
      }
      for (int d = 0; d < kinds.length; d++) {
        Detection detection = detections.get(d);
        int type = tally.types.get(detection.className());
        boolean counted = right[d] || !onIgnored(detection);
        if (counted) {
          tally.push(type, detection.score(), right[d]);
        }
        if (!right[d]) {
          int o = mended[d];
          boolean mends = o >= 0 && mender[o] == d;
          int mendedType = mends ? tally.types.get(objects.get(o).className()) : -1;
          tally.faults.add(new Fault(kinds[d], type, detection.score(), counted, mendedType));
        }
      }
      for (int o = 0; o < taken.length; o++) {
        int type = tally.types.get(objects.get(o).className());
        tally.positives[type]++;
        if (!taken[o]) {
          tally.unfound[type]++;
          if (mender[o] < 0) {
            tally.faults.add(new Fault(TideKind.MISSED, type, Double.NaN, false, -1));
          }
        }
      }
    }

    private void match() {
      for (int d = 0; d < right.length; d++) {
        int best = bestFree(d);
        if (best >= 0 && overlap[d][best] >= foreground) {
          right[d] = true;
          taken[best] = true;
        }
      }
    }

    private int bestFree(int d) {
      return best(d, o -> sameClass(d, o) && !taken[o]);
    }

    private boolean sameClass(int d, int o) {
      return objects.get(o).className().equals(detections.get(d).className());
    }

    /** The object that a detection overlaps most, of equals the first; -1 if it overlaps none. */
    private int best(int d, IntPredicate which) {
      int best = -1;
      double most = 0;
      for (int o = 0; o < objects.size(); o++) {
        if (overlap[d][o] > most && which.test(o)) {
          most = overlap[d][o];
          best = o;
        }
      }
      return best;
    }

    /** What a wrong detection is; notes in {@code mended} the object that it would find. */
    private TideKind kind(int d, int[] mended) {
      int own = best(d, o -> sameClass(d, o));
      if (own >= 0 && overlap[d][own] >= background && overlap[d][own] <= foreground) {
        mend(d, own, mended);
        return TideKind.LOCALISATION;
      }
      int other = best(d, o -> !sameClass(d, o));
      if (other >= 0 && overlap[d][other] >= foreground) {
        mend(d, other, mended);
        return TideKind.CLASSIFICATION;
      }
      int used = best(d, o -> sameClass(d, o) && taken[o]);
      if (used >= 0 && overlap[d][used] >= foreground) {
        return TideKind.DUPLICATE;
      }
      int any = best(d, o -> true);
      return any < 0 || overlap[d][any] <= background ? TideKind.BACKGROUND : TideKind.BOTH;
    }

    /** Detections come best first, so the first to claim an object is the best. */
    private void mend(int d, int object, int[] mended) {
      if (!taken[object]) {
        mended[d] = object;
        if (mender[object] < 0) {
          mender[object] = d;
        }
      }
    }

    private boolean onIgnored(Detection detection) {
      return ignored.stream()
          .filter(region -> region.className().equals(detection.className()))
          .anyMatch(
              region -> {
                double shared = detection.box().intersection(region.box());
                return shared > 0 && shared / detection.box().area() > foreground;
              });
    }
  }
}
