package org.rcnn.eval;

import java.util.Arrays;
import org.rcnn.data.Box;

/**
 * The verdict on each ranked detection of a class, and the object it was compared with.
 *
 * @param verdicts one per detection, in rank order
 * @param object the object each detection was assigned to, -1 if none; an index into {@link
 *     ClassRanking#object}
 * @param overlap the IoU with that object, 0 if none
 */
record Matching(Verdict[] verdicts, int[] object, double[] overlap) {

  /** COCO's limit of detections per image and class. */
  private static final int COCO_DETECTIONS_PER_IMAGE = 100;

  /** A way of telling which detections are right. */
  @FunctionalInterface
  interface Rule {
    Matching match(ClassRanking ranking, double iou);
  }

  private static Matching unassigned(int detections) {
    Verdict[] verdicts = new Verdict[detections];
    Arrays.fill(verdicts, Verdict.FALSE_POSITIVE);
    int[] object = new int[detections];
    Arrays.fill(object, -1);
    return new Matching(verdicts, object, new double[detections]);
  }

  /**
   * The VOC rule: each detection is assigned to the object of its image that it overlaps most,
   * taken or not, difficult or not; of equal overlaps, the first.
   */
  static Matching voc(ClassRanking ranking, double iou) {
    Matching matching = unassigned(ranking.size());
    boolean[] found = new boolean[ranking.object.length];
    for (int d = 0; d < ranking.size(); d++) {
      int best = assignToLargestOverlap(ranking, d, matching);
      if (best < 0 || matching.overlap[d] < iou) {
        continue;
      }
      if (ranking.object[best].difficult()) {
        matching.verdicts[d] = Verdict.IGNORED;
      } else if (!found[best]) {
        found[best] = true;
        matching.verdicts[d] = Verdict.TRUE_POSITIVE;
      }
    }
    return matching;
  }

  private static int assignToLargestOverlap(ClassRanking ranking, int d, Matching matching) {
    Box box = ranking.box[d];
    int image = ranking.image[d];
    for (int o = ranking.firstObject[image]; o < ranking.firstObject[image + 1]; o++) {
      double overlap = box.iou(ranking.object[o].box());
      if (overlap > matching.overlap[d]) {
        matching.overlap[d] = overlap;
        matching.object[d] = o;
      }
    }
    return matching.object[d];
  }

  /**
   * The COCO rule: each detection takes the object it overlaps most among those of its image that
   * no better detection took; a difficult object only if no other will do. See {@link
   * ApMetric#COCO}.
   */
  static Matching coco(ClassRanking ranking, double iou) {
    Matching matching = unassigned(ranking.size());
    boolean[] taken = new boolean[ranking.object.length];
    int[] seen = new int[ranking.firstObject.length];
    for (int d = 0; d < ranking.size(); d++) {
      if (++seen[ranking.image[d]] > COCO_DETECTIONS_PER_IMAGE) {
        matching.verdicts[d] = Verdict.IGNORED;
      } else if (takeBest(ranking, d, iou, taken, false, matching)) {
        taken[matching.object[d]] = true;
        matching.verdicts[d] = Verdict.TRUE_POSITIVE;
      } else if (takeBest(ranking, d, iou, taken, true, matching)) {
        matching.verdicts[d] = Verdict.IGNORED;
      }
    }
    return matching;
  }

  private static boolean takeBest(
      ClassRanking ranking,
      int d,
      double iou,
      boolean[] taken,
      boolean difficult,
      Matching matching) {
    double best = iou;
    int image = ranking.image[d];
    for (int o = ranking.firstObject[image]; o < ranking.firstObject[image + 1]; o++) {
      if (ranking.object[o].difficult() != difficult || taken[o]) {
        continue;
      }
      double overlap = ranking.box[d].iou(ranking.object[o].box());
      if (overlap >= best) { // of equals the last, as in pycocotools
        best = overlap;
        matching.object[d] = o;
        matching.overlap[d] = overlap;
      }
    }
    return matching.object[d] >= 0;
  }

  int count(Verdict verdict) {
    return (int) Arrays.stream(verdicts).filter(v -> v == verdict).count();
  }
}
