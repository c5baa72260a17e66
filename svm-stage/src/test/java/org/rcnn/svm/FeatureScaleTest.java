package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;

class FeatureScaleTest {

  private static final Box BOX = new Box(0, 0, 10, 10);

  @Test
  void givesFeaturesAMeanNormOfTwenty() throws IOException {
    TrainingImages images =
        new InMemoryImages()
            .add("a", List.of(), List.of(BOX, BOX), new float[] {3, 4}, new float[] {0, 0})
            .add("b", List.of(), List.of(BOX), new float[] {6, 8});
    // The norms are 5, 0 and 10, so the mean is 5 and the factor 4.
    assertEquals(4, FeatureScale.measure(images, 2, 1).factor(), 1e-12);
  }

  @Test
  void loadsOnlyTheSample() throws IOException {
    InMemoryImages images = new InMemoryImages();
    for (int i = 0; i < 10; i++) {
      images.add("image" + i, List.of(), List.of(BOX), new float[] {1 + i, 0});
    }
    double factor = FeatureScale.measure(images, 3, 7).factor();
    assertEquals(3, images.loads());
    assertEquals(factor, FeatureScale.measure(images, 3, 7).factor());
  }

  @Test
  void saysWhyItCannotBeMeasured() {
    TrainingImages zero =
        new InMemoryImages().add("a", List.of(), List.of(BOX), new float[] {0, 0});
    TrainingImages empty = new InMemoryImages().add("a", List.of(), List.of());
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> FeatureScale.measure(zero, 1, 1))
            .getMessage()
            .contains("mean norm of 1 regions is 0.0"));
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> FeatureScale.measure(empty, 1, 1))
            .getMessage()
            .contains("no regions"));
  }
}
