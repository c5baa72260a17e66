package org.rcnn.data.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitsTest {

  @Test
  void seededSplitsPartTheImagesAndDependOnTheSeedAlone() {
    List<String> ids = IntStream.range(0, 100).mapToObj("%03d"::formatted).toList();
    List<String> reversed = ids.stream().sorted((a, b) -> b.compareTo(a)).toList();
    Splits splits = Splits.of(ids, 42, 0.2, 0.3);
    assertEquals(50, splits.train().size());
    assertEquals(20, splits.val().size());
    assertEquals(30, splits.test().size());
    Set<String> all = new TreeSet<>(splits.trainval());
    all.addAll(splits.test());
    assertEquals(ids, List.copyOf(all));
    assertEquals(splits, Splits.of(reversed, 42, 0.2, 0.3));
    assertNotEquals(splits, Splits.of(ids, 43, 0.2, 0.3));
  }

  @Test
  void fractionsThatLeaveNothingToTrainOnAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Splits.of(List.of("a", "b"), 1, 0.5, 0.5));
    assertThrows(IllegalArgumentException.class, () -> Splits.of(List.of("a"), 1, 0, 0.9));
  }
}
