package org.rcnn.data.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.data.RgbImage;
import org.rcnn.data.dataset.DatasetAudit.SplitOverlap;

class SplitRepetitionsTest {

  private static Thumbnail grey(int level) {
    byte[] rgb = new byte[3 * 16 * 16];
    Arrays.fill(rgb, (byte) level);
    return Thumbnail.of(new RgbImage(16, 16, rgb));
  }

  @Test
  void overlapsAreCountedByPairsOfSplits() {
    Map<String, List<String>> splits =
        Map.of(
            "train", List.of("a", "b", "c"),
            "trainval", List.of("a", "b", "c", "v"),
            "test", List.of("c", "d", "e"));
    Map<String, Thumbnail> pictures =
        Map.of(
            "a", grey(100), "d", grey(100), "b", grey(50), "e", grey(51), "c", grey(200), "v",
            grey(0));
    SplitRepetitions found = SplitRepetitions.of(splits, pictures);
    // Train lies in trainval, so these two are no pair.
    assertEquals(
        List.of(
            new SplitOverlap("test", "train", 1, 1, 1),
            new SplitOverlap("test", "trainval", 1, 1, 1)),
        found.overlaps());
    assertEquals(4, found.sentences().size(), found.sentences().toString());
    assertTrue(
        found
            .sentences()
            .contains(
                "The pictures 'a' (train, trainval) and 'd' (test) are equal, but in different"
                    + " splits."),
        found.sentences().toString());
  }

  @Test
  void splitsOfDifferentPicturesHaveNothingInCommon() {
    SplitRepetitions found =
        SplitRepetitions.of(
            Map.of("train", List.of("a"), "test", List.of("b")),
            Map.of("a", grey(10), "b", grey(13)));
    assertEquals(List.of(), found.overlaps());
    assertEquals(List.of(), found.sentences());
  }
}
