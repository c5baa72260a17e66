package org.rcnn.pipeline.learned;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.ReceptiveField;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.learned.UnitChoice.Means;
import org.rcnn.pipeline.learned.UnitChoice.Unit;
import org.rcnn.svm.LinearModel;

/** Three maps of 2 x 2 places: units 0 to 3, 4 to 7 and 8 to 11. */
class UnitChoiceTest {

  private static final List<String> CLASSES = List.of("cat", "dog");

  private static ReceptiveField field() {
    return ReceptiveField.of(
        NetworkDefinition.builder("maps", 4, 0, Preprocessing.torchvision())
            .convolution("conv", 3, 1, 1, 0)
            .maxPool("pool5", 2, 2, 0)
            .tap(Tap.POOL5)
            .scores("scores", 3)
            .build(),
        Tap.POOL5);
  }

  private static double[] values(int first, double a, int second, double b) {
    double[] values = new double[12];
    values[first] = a;
    values[second] = b;
    return values;
  }

  @Test
  void classesTakeTurnsAndEachMapGivesOneUnit() {
    double[] cat = values(0, 5, 1, 4);
    cat[4] = 1;
    double[] dog = values(2, 9, 8, 3);
    // Dog has the largest value and takes the first map; cat's best two are in it as well.
    assertEquals(
        List.of(new Unit(2, "dog", 9), new Unit(4, "cat", 1), new Unit(8, "dog", 3)),
        UnitChoice.choose(CLASSES, new double[][] {cat, dog}, field(), 10));
  }

  @Test
  void noMoreUnitsAreChosenThanAskedForAndNoneThatSpeaksAgainstItsClass() {
    double[][] values = {values(0, 5, 4, 4), values(8, -1, 9, 0)};
    assertEquals(
        List.of(new Unit(0, "cat", 5), new Unit(4, "cat", 4)),
        UnitChoice.choose(CLASSES, values, field(), 10));
    assertEquals(List.of(new Unit(0, "cat", 5)), UnitChoice.choose(CLASSES, values, field(), 1));
  }

  @Test
  void aContributionIsTheWeightTimesWhatObjectsHaveOverBackground() {
    Means means = new Means(CLASSES, 3);
    means.add("dog", new float[] {1, 2, 0, 3, 10, 4}, 0);
    means.add("dog", new float[] {1, 2, 0, 3, 10, 4}, 1);
    means.addBackground(new float[] {1, 3, 5}, 0);
    LinearModel svms =
        new LinearModel(CLASSES, 3, new float[] {9, 9, 9, 4, -1, -8}, new float[] {0, 0}, 0.5);
    // Means 2, 6 and 2, over background 1, 3 and -3, which counts as 0; weights 2, -0.5 and -4.
    assertArrayEquals(new double[] {2, -1.5, 0}, means.weighted(1, svms), 1e-12);
    assertArrayEquals(new double[] {1, 9, 0}, means.distinctive(1), 1e-12);
    // No cat was seen.
    assertArrayEquals(new double[3], means.weighted(0, svms), 1e-12);
  }
}
