package org.rcnn.pipeline.learned;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.network.Tap;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.learned.FeatureMap.Agreement;
import org.rcnn.pipeline.learned.FeatureMap.Plane;
import org.rcnn.pipeline.learned.FeatureMap.Point;

/** Nearest neighbours of points on a line. */
class FeatureMapTest {

  private static final List<Point> POINTS =
      List.of(
          new Point("a", "cat"),
          new Point("a", "cat"),
          new Point("b", "dog"),
          new Point("b", ""),
          new Point("c", "cat"));

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
    // a: the nearest in another image is the dog at 3, from 1 and from 2; the dog's is the cat at
    // 2;
    // the cat of c, at 5, has the dog at 3.
    assertEquals(
        new Agreement(Set.of(), 4, (0.5 + 0.5 + 0 + 2 / 3.0) / 4),
        FeatureMap.agreement(squares(1, 2, 3, 4.9, 5), POINTS));
    // Moved past the dog, the cat of c is nearest to both cats of a.
    assertEquals(
        new Agreement(Set.of(0, 1, 4), 4, (0.5 + 0.5 + 0 + 2 / 3.0) / 4),
        FeatureMap.agreement(squares(1, 2, 9, 2.2, 3), POINTS));
  }

  @Test
  void theGainIsOfTheSameObjectsAndItsRangeOfImages() {
    // Image a gains both its objects, b loses its one, c and d stay as they are: 1 of 5 more.
    List<Point> points = new ArrayList<>(POINTS);
    points.add(new Point("d", "dog"));
    Interval gain =
        new FeatureMap(Tap.FC7, points, plane(Set.of(2, 4)), plane(Set.of(0, 1, 4))).gain();
    // Changes of 2, -1, 0, 0 in images of 2, 1, 1, 1 objects, less 0.2 of each object: 1.6, -1.2,
    // -0.2, -0.2. Their squares sum to 4.08, times 4/3 is 5.44, whose root is 2.332, over 5 objects
    // 0.466. Student's t of three degrees of freedom is 3.182, so the range reaches 1.484.
    assertEquals(0.2, gain.estimate(), 1e-12);
    assertEquals(0.2 - 1.484, gain.low(), 1e-3);
    assertEquals(0.2 + 1.484, gain.high(), 1e-3);
  }

  private static Plane plane(Set<Integer> same) {
    return new Plane(new double[6], new double[6], 0.5, new Agreement(same, 5, 0.3));
  }
}
