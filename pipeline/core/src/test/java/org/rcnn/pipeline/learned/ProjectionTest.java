package org.rcnn.pipeline.learned;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Principal components of points whose components are known. */
class ProjectionTest {

  private static final double NEAR = 1e-6;

  @Test
  void pointsOnALineLieOnItAgain() {
    // (2, 1, 2) times 0, 1, 2 and 5, moved by (10, 20, 30); the direction has length 3.
    float[] values = new float[12];
    double[] steps = {0, 1, 2, 5};
    for (int i = 0; i < 4; i++) {
      values[3 * i] = (float) (10 + 2 * steps[i]);
      values[3 * i + 1] = (float) (20 + steps[i]);
      values[3 * i + 2] = (float) (30 + 2 * steps[i]);
    }
    Projection found = Projection.of(values, 4, 3);
    // Their mean is 2; the farthest of them, at 5, is on the positive side.
    assertArrayEquals(new double[] {-6, -3, 0, 9}, found.x(), NEAR);
    assertArrayEquals(new double[4], found.y(), 1e-3);
    assertEquals(1, found.share(), NEAR);
    assertEquals(15 * 15, found.squares()[3], NEAR);
    assertEquals(3 * 3, found.squares()[4 + 2], NEAR);
  }

  @Test
  void thePlaneShowsTheShareOfItsTwoDirections() {
    // Variances in proportion 9, 4 and 1 along the axes.
    float[] values = {3, 0, 0, -3, 0, 0, 0, 2, 0, 0, -2, 0, 0, 0, 1, 0, 0, -1};
    Projection found = Projection.of(values, 6, 3);
    assertEquals(13.0 / 14, found.share(), NEAR);
    for (int i = 0; i < 6; i++) {
      assertEquals(Math.abs(values[3 * i]), Math.abs(found.x()[i]), NEAR);
      assertEquals(Math.abs(values[3 * i + 1]), Math.abs(found.y()[i]), NEAR);
    }
  }

  @Test
  void aTurnedAndMirroredPlaneIsTurnedBack() {
    Random random = new Random(3);
    int points = 12;
    double[] x = random.doubles(points, -1, 1).toArray();
    double[] y = random.doubles(points, -2, 2).toArray();
    Projection plane = new Projection(x, y, 0.5, new double[points * points]);
    for (boolean mirrored : new boolean[] {false, true}) {
      for (double angle : new double[] {0, 0.3, 2, -3}) {
        double[] otherX = new double[points];
        double[] otherY = new double[points];
        for (int i = 0; i < points; i++) {
          double up = mirrored ? -y[i] : y[i];
          // Twice the size, which must not matter.
          otherX[i] = 2 * (Math.cos(angle) * x[i] - Math.sin(angle) * up);
          otherY[i] = 2 * (Math.sin(angle) * x[i] + Math.cos(angle) * up);
        }
        Projection back =
            new Projection(otherX, otherY, 0.5, new double[points * points]).turnedTo(plane);
        for (int i = 0; i < points; i++) {
          assertEquals(2 * x[i], back.x()[i], NEAR);
          assertEquals(2 * y[i], back.y()[i], NEAR);
        }
      }
    }
  }

  @Test
  void equalPointsHaveNoPlane() {
    Projection found = Projection.of(new float[] {1, 2, 1, 2, 1, 2}, 3, 2);
    assertTrue(Double.isNaN(found.share()));
    assertArrayEquals(new double[3], found.x(), NEAR);
    assertEquals(found, found.turnedTo(found));
  }
}
