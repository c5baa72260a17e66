package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;

class NonMaximumSuppressionTest {

  private static final float NO_MINIMUM = Float.NEGATIVE_INFINITY;

  private final NonMaximumSuppression suppression = suppression(0.3, 100, NO_MINIMUM);

  @Test
  void theBestOfTwoOverlappingBoxesIsKeptAndAFarBoxToo() {
    List<Box> boxes =
        List.of(new Box(0, 0, 10, 10), new Box(1, 0, 11, 10), new Box(50, 50, 60, 60));
    assertArrayEquals(new int[] {1, 2}, suppression.keep(boxes, new float[] {1, 3, 2}));
  }

  @Test
  void anOverlapOfExactlyTheThresholdIsKept() {
    Box whole = new Box(0, 0, 10, 10);
    Box threeTenths = new Box(0, 0, 3, 10);
    Box more = new Box(0, 0, 3.01, 10);
    assertEquals(0.3, whole.iou(threeTenths));
    float[] scores = {2, 1};
    assertArrayEquals(new int[] {0, 1}, suppression.keep(List.of(whole, threeTenths), scores));
    assertArrayEquals(new int[] {0}, suppression.keep(List.of(whole, more), scores));
  }

  @Test
  void aSuppressedBoxSuppressesNothing() {
    // In a row of boxes each overlaps its neighbour by 1/3, and the one after that not at all.
    List<Box> row = List.of(new Box(0, 0, 10, 10), new Box(5, 0, 15, 10), new Box(10, 0, 20, 10));
    assertArrayEquals(new int[] {0, 2}, suppression.keep(row, new float[] {3, 2, 1}));
  }

  @Test
  void ofEqualScoresTheLowerIndexWins() {
    Box box = new Box(0, 0, 10, 10);
    assertArrayEquals(new int[] {0}, suppression.keep(List.of(box, box), new float[] {0f, -0f}));
    assertArrayEquals(new int[] {0}, suppression.keep(List.of(box, box), new float[] {-0f, 0f}));
  }

  @Test
  void atMostTheLimitIsKeptAndLowScoresAreLeftOut() {
    List<Box> apart = IntStream.range(0, 9).mapToObj(i -> new Box(i, 0, i + 1, 1)).toList();
    float[] scores = {-4, -3, -2, -1, 0, 1, 2, 3, 4};
    assertArrayEquals(new int[] {8, 7, 6}, suppression(0.3, 3, NO_MINIMUM).keep(apart, scores));
    assertArrayEquals(new int[] {8, 7, 6, 5, 4, 3}, suppression(0.3, 100, -1).keep(apart, scores));
  }

  @Test
  void noBoxesGiveNoneAndEmptyBoxesAreKept() {
    assertArrayEquals(new int[0], suppression.keep(List.of(), new float[0]));
    Box empty = new Box(5, 5, 5, 5);
    assertArrayEquals(new int[] {0, 1}, suppression.keep(List.of(empty, empty), new float[2]));
  }

  @Test
  void scoresThatCannotBeRankedAreRefused() {
    List<Box> one = List.of(new Box(0, 0, 1, 1));
    assertThrows(
        IllegalArgumentException.class, () -> suppression.keep(one, new float[] {Float.NaN}));
    assertThrows(IllegalArgumentException.class, () -> suppression.keep(one, new float[2]));
  }

  @Test
  void randomBoxesAgreeWithASlowReference() {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      List<Box> boxes = new ArrayList<>();
      for (int i = random.nextInt(120); i > 0; i--) {
        double x = random.nextInt(60);
        double y = random.nextInt(60);
        boxes.add(new Box(x, y, x + random.nextInt(30), y + random.nextInt(30)));
      }
      float[] scores = new float[boxes.size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = random.nextInt(21) - 10; // many ties
      }
      double threshold = random.nextInt(11) / 10.0;
      int limit = 1 + random.nextInt(50);
      float minScore = random.nextInt(10) - 10;
      assertArrayEquals(
          slowly(boxes, scores, threshold, limit, minScore),
          suppression(threshold, limit, minScore).keep(boxes, scores),
          "seed " + seed);
    }
  }

  private static int[] slowly(
      List<Box> boxes, float[] scores, double threshold, int limit, float minScore) {
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] >= minScore) {
        left.add(i);
      }
    }
    left.sort(Comparator.comparing((Integer i) -> -scores[i]).thenComparing(i -> i));
    List<Integer> kept = new ArrayList<>();
    while (!left.isEmpty() && kept.size() < limit) {
      Box best = boxes.get(left.get(0));
      kept.add(left.remove(0));
      left.removeIf(i -> boxes.get(i).iou(best) > threshold);
    }
    return kept.stream().mapToInt(Integer::intValue).toArray();
  }

  private static NonMaximumSuppression suppression(double nmsIou, int perImage, float minScore) {
    return new NonMaximumSuppression(new DetectionSettings(nmsIou, perImage, 0, 0, 0), minScore);
  }
}
