package org.rcnn.data.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.rcnn.data.RgbImage;

class DrawnSplitTest {

  /** A hundred images: each has "common", every tenth "rare" too, and two have "seldom". */
  private static Map<String, Set<String>> images() {
    Map<String, Set<String>> images = new TreeMap<>();
    for (int i = 0; i < 100; i++) {
      Set<String> classes = new TreeSet<>(Set.of("common"));
      if (i % 10 == 0) {
        classes.add("rare");
      }
      if (i == 33 || i == 34) {
        classes.add("seldom");
      }
      images.put("%02d".formatted(i), classes);
    }
    return images;
  }

  private static long count(List<String> ids, String name) {
    return ids.stream().filter(id -> images().get(id).contains(name)).count();
  }

  @Test
  void everyClassHasItsShareOnBothSides() {
    for (long seed = 1; seed <= 20; seed++) {
      DrawnSplit split = DrawnSplit.of(images(), List.of(), seed, 0.3);
      assertEquals(30, split.test().size(), "seed " + seed);
      assertEquals(3, count(split.test(), "rare"), "seed " + seed);
      assertEquals(1, count(split.test(), "seldom"), "seed " + seed);
      Set<String> all = new TreeSet<>(split.train());
      all.addAll(split.test());
      assertEquals(images().keySet(), all);
    }
  }

  @Test
  void sameSeedGivesTheSameSplitAndAnotherAnother() {
    DrawnSplit one = DrawnSplit.of(images(), List.of(), 1, 0.3);
    assertEquals(one, DrawnSplit.of(images(), List.of(), 1, 0.3));
    assertNotEquals(one.test(), DrawnSplit.of(images(), List.of(), 2, 0.3).test());
  }

  @Test
  void repeatedPicturesStayOnOneSide() {
    List<Thumbnail.Pair> pairs =
        List.of(
            new Thumbnail.Pair("00", "01", true),
            new Thumbnail.Pair("01", "50", false),
            new Thumbnail.Pair("70", "71", false));
    for (long seed = 1; seed <= 20; seed++) {
      DrawnSplit split = DrawnSplit.of(images(), pairs, seed, 0.5);
      assertEquals(3, split.repeated());
      assertEquals(split.test().contains("00"), split.test().contains("50"), "seed " + seed);
      assertEquals(split.test().contains("00"), split.test().contains("01"), "seed " + seed);
      assertEquals(split.test().contains("70"), split.test().contains("71"), "seed " + seed);
    }
  }

  @Test
  void framesOfAVideoAreDividedAllTheSameAndTold() {
    List<Thumbnail.Pair> chain = new ArrayList<>();
    for (int i = 1; i < 60; i++) {
      chain.add(new Thumbnail.Pair("%02d".formatted(i - 1), "%02d".formatted(i), i == 5));
    }
    DrawnSplit split = DrawnSplit.of(images(), chain, 1, 0.3);
    assertEquals(30, split.test().size());
    assertEquals(split.test().contains("04"), split.test().contains("05"));
    assertTrue(split.apart().orElseThrow().startsWith("60 of 100 pictures are nearly equal"));
  }

  @Test
  void bothSidesHaveImagesWhateverRepeats() {
    for (int size = 2; size <= 12; size++) {
      for (int run = 2; run <= size; run++) {
        Map<String, Set<String>> images = new TreeMap<>();
        List<Thumbnail.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < size; i++) {
          images.put("%02d".formatted(i), Set.of("cat"));
          if (i % run != 0) {
            pairs.add(new Thumbnail.Pair("%02d".formatted(i - 1), "%02d".formatted(i), true));
          }
        }
        for (double share : new double[] {0.01, 0.5, 0.9}) {
          DrawnSplit split = DrawnSplit.of(images, pairs, 3, share);
          assertTrue(split.train().size() > 0 && split.test().size() > 0, size + " " + run);
          assertEquals(size, split.train().size() + split.test().size());
        }
      }
    }
  }

  @Test
  void picturesSavedAnewOrScaledAreNearAndOthersAreNot() {
    RgbImage one = gradient(64, 48, 0);
    Thumbnail thumbnail = Thumbnail.of(one);
    assertTrue(thumbnail.isNear(Thumbnail.of(gradient(32, 24, 0))));
    assertTrue(!thumbnail.isNear(Thumbnail.of(gradient(64, 48, 40))));
    assertTrue(thumbnail.isNear(Thumbnail.of(gradient(64, 48, 1))));
    assertEquals(
        List.of(new Thumbnail.Pair("a", "c", true)),
        Thumbnail.pairs(
            Map.of(
                "a", thumbnail, "b", Thumbnail.of(gradient(64, 48, 40)), "c", Thumbnail.of(one))));
    assertTrue(Thumbnail.of(gradient(3, 2, 0)).isNear(Thumbnail.of(gradient(3, 2, 0))));
  }

  private static RgbImage gradient(int width, int height, int more) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      for (int channel = 0; channel < 3; channel++) {
        rgb[3 * i + channel] = (byte) (100 * (i % width) / width + more + 20 * channel);
      }
    }
    return new RgbImage(width, height, rgb);
  }
}
