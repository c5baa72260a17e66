package org.rcnn.pipeline.learned;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.pipeline.learned.FeatureMap.Agreement;
import org.rcnn.pipeline.learned.FeatureMap.Point;

/** Nearest neighbours of points on a line. */
class FeatureMapTest {

  private static double[] squares(double... places) {
    double[] squares = new double[places.length * places.length];
    for (int i = 0; i < places.length; i++) {
      for (int j = 0; j < places.length; j++) {
        squares[i * places.length + j] = Math.pow(places[i] - places[j], 2);
      }
    }
    return squares;
  }

  @Test
  void aNeighbourIsAnObjectOfAnotherImage() {
    List<Point> points =
        List.of(
            new Point("a", "cat"),
            new Point("a", "cat"),
            new Point("b", "dog"),
            new Point("b", ""),
            new Point("c", "cat"));
    // a: the nearest in another image are the dog at 3 (from 1) and (from 2) again; the dog's is
    // the
    // cat at 2; the cat of c, at 5, has the dog at 3.
    assertEquals(
        new Agreement(0, 4, (0.5 + 0.5 + 0 + 2 / 3.0) / 4),
        FeatureMap.agreement(squares(1, 2, 3, 4.9, 5), points));
    // Moved past the dog, the cat of c is nearest to both cats of a.
    assertEquals(
        new Agreement(3, 4, (0.5 + 0.5 + 0 + 2 / 3.0) / 4),
        FeatureMap.agreement(squares(1, 2, 9, 2.2, 3), points));
  }

  @Test
  void theIntervalIsWilsons() {
    // Newcombe 1998, table I: 81 of 263 give 0.2553 to 0.3662.
    Agreement agreement = new Agreement(81, 263, 0.1);
    assertEquals(0.2553, agreement.low(), 5e-5);
    assertEquals(0.3662, agreement.high(), 5e-5);
  }
}
