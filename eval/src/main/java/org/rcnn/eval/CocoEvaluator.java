package org.rcnn.eval;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.CocoSummary.Difficult;

/**
 * COCO's summary of a detector: AP over ten overlaps, at 0.5 and 0.75, by the objects' area, and
 * average recall; Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, and the
 * challenge's rules.
 *
 * <p>Equal to pycocotools' {@code COCOeval} for boxes; the tests hold its figures to 1e-9 on random
 * splits, and both give the same for a detector's 122,031 detections of 500 images of VOC2007. Of
 * each image and class the best 100 detections are used. Each takes the object that it overlaps
 * most among those not yet taken, of equals the last; one that counts before one that does not. For
 * a range of areas, objects outside it do not count, and neither do detections outside it that take
 * nothing. An object's area is that of its box, since VOC annotates no outlines, so the areas are
 * larger than COCO's own. Equal scores are ranked as {@link DetectionEvaluator} ranks them, where
 * pycocotools takes images in the order of their numbers.
 *
 * <p>VOC's difficult objects have no equal in COCO; {@link Difficult} says what they stand for.
 *
 * <p>Immutable; may be used by several threads.
 */
public final class CocoEvaluator {

  private static final int MOST_DETECTIONS = 100;
  private static final double[] OVERLAPS = ApMetric.tenOverlaps();
  private static final double[] RECALLS = ApMetric.hundredAndOneRecalls();

  /** Ranges of areas in square pixels, ends included, as in pycocotools. */
  private enum Range {
    ALL(0, 1e10),
    SMALL(0, 32 * 32),
    MEDIUM(32 * 32, 96 * 96),
    LARGE(96 * 96, 1e10);

    private final double from;
    private final double to;

    Range(double from, double to) {
      this.from = from;
      this.to = to;
    }

    boolean contains(Box box) {
      double area = box.area();
      return area >= from && area <= to;
    }
  }

  private final Difficult difficult;

  /** An evaluator that takes difficult objects as told. */
  public CocoEvaluator(Difficult difficult) {
    this.difficult = Objects.requireNonNull(difficult, "difficult");
  }

  /**
   * Summarises detections.
   *
   * @param classNames the classes to score, each once; objects and detections of others are left
   *     out
   * @param split the annotations of every image scored, also of those without detections
   * @param detections detections of all classes by image id, in any order; an image without
   *     detections may be absent
   * @throws IllegalArgumentException if a class or image is named twice, or there are detections
   *     for an image that is not in the split
   */
  public CocoSummary summarise(
      List<String> classNames, List<Annotation> split, Map<String, List<Detection>> detections) {
    return summary(ClassRanking.of(classNames, split, detections));
  }

  /**
   * Summarises result files, ties in the order of their lines.
   *
   * @param classNames the classes to score, each once; objects and files of others are left out
   * @param split the annotations of every image scored, also of those without detections
   * @throws IllegalArgumentException if a class or image is named twice, or a file has a line for
   *     an image that is not in the split
   */
  public CocoSummary summarise(
      List<String> classNames, List<Annotation> split, VocResults results) {
    return summary(ClassRanking.of(classNames, split, results));
  }

  private CocoSummary summary(List<ClassRanking> rankings) {
    List<ClassFigures> classes =
        rankings.stream().map(ranking -> new Scoring(ranking, difficult).figures()).toList();
    Map<String, Double> apByClass = new LinkedHashMap<>();
    for (int i = 0; i < rankings.size(); i++) {
      if (rankings.get(i).positives > 0) {
        apByClass.put(rankings.get(i).className, average(classes.get(i).all.ap));
      }
    }
    return new CocoSummary(
        difficult,
        mean(classes, c -> average(c.all.ap)),
        mean(classes, c -> c.all.ap[0]),
        mean(classes, c -> c.all.ap[5]),
        mean(classes, c -> average(c.small.ap)),
        mean(classes, c -> average(c.medium.ap)),
        mean(classes, c -> average(c.large.ap)),
        mean(classes, c -> average(c.all.recall1)),
        mean(classes, c -> average(c.all.recall10)),
        mean(classes, c -> average(c.all.recall100)),
        mean(classes, c -> average(c.small.recall100)),
        mean(classes, c -> average(c.medium.recall100)),
        mean(classes, c -> average(c.large.recall100)),
        apByClass);
  }

  /** The mean over the classes for which the figure exists. */
  private static double mean(List<ClassFigures> classes, ToDoubleFunction<ClassFigures> figure) {
    return classes.stream()
        .mapToDouble(figure)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  private static double average(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  private record ClassFigures(
      RangeFigures all, RangeFigures small, RangeFigures medium, RangeFigures large) {}

  /** AP and recalls of a class at each overlap; NaN if no object of the range counts. */
  private record RangeFigures(
      double[] ap, double[] recall1, double[] recall10, double[] recall100) {

    static RangeFigures none() {
      double[] nan = {Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN};
      return new RangeFigures(nan, nan, nan, nan);
    }
  }

  /** One class; overlaps are computed once and matched 40 times. */
  private static final class Scoring {

    private final ClassRanking ranking;
    private final boolean crowds;

    /** The place of each detection among those of its image, from 0. */
    private final int[] place;

    /** The overlaps of detection {@code d} with its image's objects, from {@code first[d]} on. */
    private final int[] first;

    private final double[] overlap;

    /** The detections that reach the lowest overlap with some object, in rank order. */
    private final int[] candidates;

    Scoring(ClassRanking ranking, Difficult difficult) {
      this.ranking = ranking;
      this.crowds = difficult == Difficult.CROWDS;
      place = new int[ranking.size()];
      first = new int[ranking.size() + 1];
      int[] seen = new int[ranking.firstObject.length];
      for (int d = 0; d < ranking.size(); d++) {
        place[d] = seen[ranking.image[d]]++;
        first[d + 1] = first[d] + (place[d] < MOST_DETECTIONS ? to(d) - from(d) : 0);
      }
      overlap = new double[first[ranking.size()]];
      for (int d = 0; d < ranking.size(); d++) {
        for (int k = first[d]; k < first[d + 1]; k++) {
          overlap[k] = overlap(ranking.box[d], from(d) + k - first[d]);
        }
      }
      candidates = IntStream.range(0, ranking.size()).filter(this::isCandidate).toArray();
    }

    private boolean isCandidate(int d) {
      return IntStream.range(first[d], first[d + 1]).anyMatch(k -> overlap[k] >= OVERLAPS[0]);
    }

    private int from(int d) {
      return ranking.firstObject[ranking.image[d]];
    }

    private int to(int d) {
      return ranking.firstObject[ranking.image[d] + 1];
    }

    private boolean isCrowd(int object) {
      return crowds && ranking.object[object].difficult();
    }

    private double overlap(Box box, int object) {
      Box other = ranking.object[object].box();
      if (!isCrowd(object)) {
        return box.iou(other);
      }
      double shared = box.intersection(other);
      return shared > 0 ? shared / box.area() : 0;
    }

    ClassFigures figures() {
      return new ClassFigures(
          figures(Range.ALL), figures(Range.SMALL), figures(Range.MEDIUM), figures(Range.LARGE));
    }

    private RangeFigures figures(Range range) {
      boolean[] counts = new boolean[ranking.object.length];
      int positives = 0;
      for (int o = 0; o < counts.length; o++) {
        counts[o] = !ranking.object[o].difficult() && range.contains(ranking.object[o].box());
        positives += counts[o] ? 1 : 0;
      }
      if (positives == 0) {
        return RangeFigures.none();
      }
      RangeFigures figures =
          new RangeFigures(
              new double[OVERLAPS.length],
              new double[OVERLAPS.length],
              new double[OVERLAPS.length],
              new double[OVERLAPS.length]);
      int[] wrongBefore = wrongBefore(range);
      for (int t = 0; t < OVERLAPS.length; t++) {
        match(t, range, counts, wrongBefore, positives, figures);
      }
      return figures;
    }

    /**
     * How many detections before each candidate lie on nothing at any overlap and are wrong. Most
     * detections do, so matching looks at the candidates alone: a third of the time on a million
     * detections.
     */
    private int[] wrongBefore(Range range) {
      int[] before = new int[candidates.length];
      int wrong = 0;
      int c = 0;
      for (int d = 0; d < ranking.size() && c < candidates.length; d++) {
        if (d == candidates[c]) {
          before[c++] = wrong;
        } else if (place[d] < MOST_DETECTIONS && range.contains(ranking.box[d])) {
          wrong++;
        }
      }
      return before;
    }

    /** Matches at one overlap and notes AP and recalls. */
    private void match(
        int t,
        Range range,
        boolean[] counts,
        int[] wrongBefore,
        int positives,
        RangeFigures figures) {
      boolean[] taken = new boolean[counts.length];
      double[] precision = new double[positives];
      int right = 0;
      int wrong = 0;
      int first1 = 0;
      int first10 = 0;
      for (int c = 0; c < candidates.length; c++) {
        int d = candidates[c];
        int best = best(d, OVERLAPS[t], counts, true, taken);
        if (best >= 0) {
          right++;
          first1 += place[d] < 1 ? 1 : 0;
          first10 += place[d] < 10 ? 1 : 0;
          precision[right - 1] = (double) right / (right + wrong + wrongBefore[c]);
        } else {
          best = best(d, OVERLAPS[t], counts, false, taken);
          wrong += best < 0 && range.contains(ranking.box[d]) ? 1 : 0;
        }
        if (best >= 0) {
          taken[best] = true;
        }
      }
      figures.ap[t] = ap(precision, right);
      figures.recall1[t] = (double) first1 / positives;
      figures.recall10[t] = (double) first10 / positives;
      figures.recall100[t] = (double) right / positives;
    }

    /**
     * The mean over the recalls of the highest precision there or beyond.
     *
     * @param precision after each object found; as long as there are objects
     * @param found how many were found
     */
    private static double ap(double[] precision, int found) {
      double sum = 0;
      double highest = 0;
      int i = found;
      for (int k = RECALLS.length - 1; k >= 0; k--) {
        for (; i >= 1 && (double) i / precision.length >= RECALLS[k]; i--) {
          highest = Math.max(highest, precision[i - 1]);
        }
        sum += highest;
      }
      return sum / RECALLS.length;
    }

    /** The untaken object, of those that count or of those that do not, that overlaps most. */
    private int best(int d, double iou, boolean[] counts, boolean counting, boolean[] taken) {
      int best = -1;
      double most = iou;
      for (int k = first[d]; k < first[d + 1]; k++) {
        int o = from(d) + k - first[d];
        if (counts[o] == counting && overlap[k] >= most && (!taken[o] || isCrowd(o))) {
          most = overlap[k];
          best = o;
        }
      }
      return best;
    }
  }
}
