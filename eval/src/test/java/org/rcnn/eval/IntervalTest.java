package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class IntervalTest {

  @Test
  void independentCausesAddInQuadratureOnEachSide() {
    // Below, ways of 3 and 4 make 5; above, 5 and 12 make 13. The other's own figure is of no
    // account.
    Interval both = new Interval(6, 3, 11).widenedBy(new Interval(10, 6, 22));
    assertEquals(new Interval(6, 1, 19), both);
    // A range that lies above its own figure, as biased resamples may, does not widen it downwards.
    assertEquals(
        new Interval(6, 3, 19), new Interval(6, 3, 11).widenedBy(new Interval(10, 14, 22)));
  }

  @Test
  void theRangeOfRepetitionsIsTheirMiddleNinetyFivePerCent() {
    // 41 figures from 0 to 40: 2.5 % of the way from the first to the last is 1.
    double[] figures = new double[41];
    for (int i = 0; i < figures.length; i++) {
      figures[figures.length - 1 - i] = i;
    }
    Interval middle = Interval.ofRepetitions(20, figures);
    assertEquals(20, middle.estimate());
    assertEquals(1, middle.low(), 1e-12);
    assertEquals(39, middle.high(), 1e-12);
  }
}
