package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class RepetitionsTest {

  @Test
  void threeSeedsWorkedByHand() {
    Repetitions seeds = Repetitions.of(List.of(0.20, 0.23, 0.20));

    assertEquals(3, seeds.count());
    assertEquals(0.21, seeds.mean(), 1e-12);
    // Squares of -0.01, 0.02 and -0.01 over 2.
    assertEquals(Math.sqrt(3e-4), seeds.deviation(), 1e-12);
    // With two degrees of freedom 97.5 % of Student's t lie below 4.3027.
    double reach = 4.302652729911275 * 0.01;
    assertEquals(0.21 - reach, seeds.meanRange().low(), 1e-9);
    assertEquals(0.21 + reach, seeds.meanRange().high(), 1e-9);
    assertEquals(reach * Math.sqrt(6), seeds.differenceOfTwo(), 1e-9);
  }

  @Test
  void equalSeedsHaveNoSpread() {
    Repetitions seeds = Repetitions.of(List.of(0.3, 0.3));

    assertEquals(new Interval(0.3, 0.3, 0.3), seeds.meanRange());
    assertEquals(0, seeds.differenceOfTwo());
  }

  @Test
  void oneSeedHasNoSpreadToTell() {
    assertThrows(IllegalArgumentException.class, () -> Repetitions.of(List.of(0.3)));
  }
}
