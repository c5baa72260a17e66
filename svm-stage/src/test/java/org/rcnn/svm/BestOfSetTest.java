package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BestOfSetTest {

  private static final double NO_LOWEST = Double.NEGATIVE_INFINITY;

  @Test
  void aClassKeepsItsBestBoxesOfTheSetWhereverTheyAre() {
    // Two boxes for each of two images are four: three of the second image, one of the first.
    BestOfSet.Selection kept = select(2, 100, new float[] {-3, -9, -8}, new float[] {1, -2, -4});
    assertArrayEquals(new int[] {0}, kept.ofImage(0).get(0).rows());
    assertArrayEquals(new int[] {0, 1, 2}, kept.ofImage(1).get(0).rows());
    assertArrayEquals(new float[] {1, -2, -4}, kept.ofImage(1).get(0).scores());
  }

  @Test
  void eachClassHasALowestScoreOfItsOwn() {
    // Two columns: the second class scores a hundred lower, and keeps as many.
    BestOfSet best = new BestOfSet(2, 2, settings(1, 100), NO_LOWEST);
    best.add(best.candidates(new float[] {5, -95, 4, -96}));
    best.add(best.candidates(new float[] {3, -97, 2, -98}));
    BestOfSet.Selection kept = best.select();
    for (int c = 0; c < 2; c++) {
      assertArrayEquals(new int[] {0, 1}, kept.ofImage(0).get(c).rows());
      assertEquals(0, kept.ofImage(1).get(c).rows().length);
    }
  }

  @Test
  void ofOneImageNoMoreTakePartThanAnImageMayHave() {
    BestOfSet.Selection kept = select(2, 3, new float[] {9, 8, 7, 6}, new float[] {-5, -6, -7, -8});
    assertArrayEquals(new int[] {0, 1, 2}, kept.ofImage(0).get(0).rows());
    assertArrayEquals(new int[] {0}, kept.ofImage(1).get(0).rows());
  }

  @Test
  void aLowestScoreHoldsOnTop() {
    BestOfSet best = new BestOfSet(1, 1, settings(40, 100), 0.25);
    best.add(best.candidates(new float[] {0.125f, 0.25f, 0.5f}));
    assertArrayEquals(new int[] {2, 1}, best.select().ofImage(0).get(0).rows());
  }

  @Test
  void equalScoresStayInTheOrderOfImagesAndRows() {
    BestOfSet.Selection kept = select(2, 100, new float[] {-1, -1, -1}, new float[] {-1, 0, -1});
    assertArrayEquals(new int[] {0, 1, 2}, kept.ofImage(0).get(0).rows());
    assertArrayEquals(new int[] {1}, kept.ofImage(1).get(0).rows());
  }

  @Test
  void boxesAreThoseOfSortingTheWholeSet() {
    // Scores rise over the set, so that the queue drops and sorts again and again.
    int images = 300;
    float[][] scores = scores(images, new Random(5));
    List<float[]> all = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      for (int row = 0; row < scores[i].length; row++) {
        all.add(new float[] {i, row, scores[i][row]});
      }
    }
    all.sort(Comparator.comparingDouble(box -> -box[2]));
    TreeSet<String> expected = new TreeSet<>();
    all.subList(0, 7 * images).forEach(box -> expected.add((int) box[0] + " " + (int) box[1]));
    assertEquals(expected, names(select(7, 1000, scores), images, null));
  }

  @Test
  void theOrderOfImagesDoesNotMatterWithoutTies() {
    int images = 200;
    float[][] scores = scores(images, new Random(6));
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      order.add(i);
    }
    TreeSet<String> plain = names(select(5, 30, scores), images, order);
    assertTrue(plain.size() == 5 * images);
    Collections.shuffle(order, new Random(7));
    float[][] shuffled = order.stream().map(i -> scores[i]).toArray(float[][]::new);
    assertEquals(plain, names(select(5, 30, shuffled), images, order));
  }

  @Test
  void imagesWithoutRegionsAndSmallSetsLoseNothing() {
    BestOfSet.Selection kept = select(40, 100, new float[] {}, new float[] {-30, -20});
    assertEquals(0, kept.ofImage(0).get(0).rows().length);
    assertArrayEquals(new int[] {1, 0}, kept.ofImage(1).get(0).rows());
    BestOfSet nothing = new BestOfSet(3, 0, settings(40, 100), NO_LOWEST);
    assertThrows(RuntimeException.class, () -> nothing.select().ofImage(0));
  }

  @Test
  void scoresThatAreNoNumbersAndNoLimitAreRefused() {
    BestOfSet best = new BestOfSet(1, 1, settings(40, 100), NO_LOWEST);
    assertThrows(IllegalArgumentException.class, () -> best.candidates(new float[] {1, Float.NaN}));
    DetectionSettings unlimited = settings(0, 100);
    assertThrows(IllegalArgumentException.class, () -> new BestOfSet(1, 1, unlimited, NO_LOWEST));
  }

  /** Different scores that rise from image to image, 60 each. */
  private static float[][] scores(int images, Random random) {
    float[][] scores = new float[images][60];
    for (int i = 0; i < images; i++) {
      for (int row = 0; row < 60; row++) {
        scores[i][row] = 0.01f * i + random.nextFloat();
      }
    }
    long distinct = Arrays.stream(scores).mapToLong(BestOfSetTest::distinct).sum();
    assertEquals(60L * images, distinct);
    return scores;
  }

  private static long distinct(float[] values) {
    TreeSet<Float> set = new TreeSet<>();
    for (float value : values) {
      set.add(value);
    }
    return set.size();
  }

  private static TreeSet<String> names(BestOfSet.Selection kept, int images, List<Integer> order) {
    TreeSet<String> names = new TreeSet<>();
    for (int i = 0; i < images; i++) {
      for (int row : kept.ofImage(i).get(0).rows()) {
        names.add((order == null ? i : order.get(i)) + " " + row);
      }
    }
    return names;
  }

  private static BestOfSet.Selection select(int perClass, int perImage, float[]... scores) {
    BestOfSet best = new BestOfSet(1, scores.length, settings(perClass, perImage), NO_LOWEST);
    for (float[] ofImage : scores) {
      best.add(best.candidates(ofImage));
    }
    return best.select();
  }

  private static DetectionSettings settings(int perClass, int perImage) {
    return new DetectionSettings(0.3, perImage, perClass, DetectionSettings.NO_MIN_SCORE, 0);
  }
}
