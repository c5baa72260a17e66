package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;

class CoverageRankingTest {

  @Test
  void aSecondPlaceComesBeforeANearDuplicate() {
    BoxCollection boxes = collection(100, 100);
    boxes.add(10, 30, 40, 70, 0);
    boxes.add(10, 30, 40, 71, 0);
    boxes.add(60, 30, 90, 70, 0);
    int[] order = new CoverageRanking().order(boxes, 100, 100, 4);
    assertEquals(0, order[0], "the whole image is always first");
    assertTrue(order[3] == 1 || order[3] == 2, "a duplicate is last: " + Arrays.toString(order));
  }

  @Test
  void ofEqualBoxesTheCentralOneComesFirst() {
    BoxCollection boxes = collection(100, 100);
    boxes.add(0, 0, 20, 20, 0);
    boxes.add(40, 40, 60, 60, 0);
    assertArrayEquals(new int[] {0, 2, 1}, new CoverageRanking().order(boxes, 100, 100, 3));
  }

  @Test
  void eachBoxAddsTheMostThatAnyBoxCouldAdd() {
    CoverageRanking ranking = new CoverageRanking();
    for (long seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      int width = 2 + random.nextInt(120);
      int height = 2 + random.nextInt(120);
      BoxCollection boxes = randomBoxes(width, height, 1 + random.nextInt(150), random);
      int[] order = ranking.order(boxes, width, height, boxes.size());
      checkGreedy(boxes, order, width, height, "seed " + seed);
    }
  }

  @Test
  void aLimitCutsTheSameOrder() {
    BoxCollection boxes = randomBoxes(90, 60, 200, new Random(5));
    int[] all = new CoverageRanking().order(boxes, 90, 60, boxes.size());
    int[] some = new CoverageRanking().order(boxes, 90, 60, 17);
    assertArrayEquals(Arrays.copyOf(all, 17), some);
  }

  private static BoxCollection collection(int width, int height) {
    BoxCollection boxes = new BoxCollection();
    boxes.clear();
    boxes.add(0, 0, width, height, 0);
    return boxes;
  }

  private static BoxCollection randomBoxes(int width, int height, int count, Random random) {
    BoxCollection boxes = collection(width, height);
    for (int i = 0; i < count; i++) {
      int x0 = random.nextInt(width);
      int y0 = random.nextInt(height);
      int x1 = x0 + 1 + random.nextInt(width - x0);
      int y1 = y0 + 1 + random.nextInt(height - y0);
      boxes.add(x0, y0, x1, y1, 0);
      boxes.add(x0, y0, Math.min(width, x1 + 1), y1, 0);
    }
    return boxes;
  }

  /** Straight from the definition, in double precision. */
  private static void checkGreedy(
      BoxCollection found, int[] order, int width, int height, String message) {
    int n = found.size();
    assertEquals(n, Arrays.stream(order).distinct().count(), message);
    double[][] gain = new double[n][n];
    double[] weight = new double[n];
    for (int i = 0; i < n; i++) {
      Box a = box(found, i);
      weight[i] = weight(a, width, height);
      for (int j = 0; j < n; j++) {
        double iou = a.iou(box(found, j));
        gain[i][j] = iou <= 0.5 ? 0 : Math.sqrt(2 * iou - 1);
      }
    }
    assertEquals(0, order[0], message);
    double[] covered = gain[0].clone();
    for (int step = 1; step < n; step++) {
      double best = 0;
      for (int i = 0; i < n; i++) {
        best = Math.max(best, added(gain[i], covered, weight));
      }
      double chosen = added(gain[order[step]], covered, weight);
      assertEquals(best, chosen, 1e-5 * best + 1e-6, message + ", step " + step);
      for (int j = 0; j < n; j++) {
        covered[j] = Math.max(covered[j], gain[order[step]][j]);
      }
    }
  }

  private static double weight(Box box, int width, int height) {
    double share = box.area() / ((double) width * height);
    double elongation = Math.abs(Math.log(box.width() / box.height()));
    double offset =
        Math.abs((box.xMin() + box.xMax()) / 2 / width - 0.5)
            + Math.abs((box.yMin() + box.yMax()) / 2 / height - 0.5);
    return Math.sqrt(share)
        * Math.exp(-CoverageRanking.ELONGATION * elongation - CoverageRanking.OFFSET * offset);
  }

  private static double added(double[] gain, double[] covered, double[] weight) {
    double sum = 0;
    for (int j = 0; j < gain.length; j++) {
      sum += weight[j] * Math.max(0, gain[j] - covered[j]);
    }
    return sum;
  }

  private static Box box(BoxCollection found, int i) {
    return new Box(found.xMin()[i], found.yMin()[i], found.xMax()[i], found.yMax()[i]);
  }
}
