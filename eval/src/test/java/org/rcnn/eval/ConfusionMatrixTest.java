package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.rcnn.eval.Scene.at;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {

  private static final int CAT = 0;
  private static final int DOG = 1;
  private static final int BACKGROUND = 2;

  private static ConfusionMatrix matrix(Scene scene) {
    return ConfusionMatrix.of(List.of("cat", "dog"), scene.split(), scene.detections(), 0, 0.5);
  }

  @Test
  void anObjectIsInTheColumnOfItsBestDetection() {
    ConfusionMatrix matrix =
        matrix(
            new Scene()
                .object("a", "cat", at(0))
                .detection("a", "cat", 1, at(0))
                .detection("a", "dog", 2, at(1)));
    assertEquals(1, matrix.count(CAT, DOG));
    assertEquals(0, matrix.count(CAT, CAT));
    // The weaker detection lies on the same object, so it is not on the background either.
    assertEquals(0, matrix.count(BACKGROUND, CAT));
    assertEquals(1, matrix.leftOut());
  }

  @Test
  void aDetectionTakesAnObjectOfItsOwnClassFirst() {
    ConfusionMatrix matrix =
        matrix(
            new Scene()
                .object("a", "dog", at(0))
                .object("a", "cat", at(2)) // IoU 2/3 with the detection, the dog's is 1
                .detection("a", "cat", 1, at(0)));
    assertEquals(1, matrix.count(CAT, CAT));
    assertEquals(1, matrix.count(DOG, BACKGROUND));
  }

  @Test
  void unfoundObjectsAndDetectionsOnNothingAreInBackground() {
    ConfusionMatrix matrix =
        matrix(
            new Scene()
                .object("a", "cat", at(0))
                .object("b", "dog", at(0))
                .detection("a", "cat", 1, at(5)) // IoU 1/3
                .detection("b", "dog", -1, at(0)) // below the threshold
                .detection("b", "bird", 5, at(0))); // no class of the table
    assertEquals(1, matrix.count(CAT, BACKGROUND));
    assertEquals(1, matrix.count(DOG, BACKGROUND));
    assertEquals(1, matrix.count(BACKGROUND, CAT));
    assertEquals(1, matrix.total(BACKGROUND));
    assertEquals(0, matrix.leftOut());
  }

  @Test
  void difficultObjectsAreInNoRowAndDetectionsOnThemAreLeftOut() {
    ConfusionMatrix matrix =
        matrix(new Scene().difficult("a", "cat", at(0)).detection("a", "dog", 1, at(0)));
    assertEquals(0, matrix.total(CAT));
    assertEquals(0, matrix.total(BACKGROUND));
    assertEquals(1, matrix.leftOut());
  }

  @Test
  void twoEqualObjectsAreTwoObjects() {
    ConfusionMatrix matrix =
        matrix(
            new Scene()
                .object("a", "cat", at(0))
                .object("a", "cat", at(0))
                .detection("a", "cat", 1, at(0)));
    assertEquals(1, matrix.count(CAT, CAT));
    assertEquals(1, matrix.count(CAT, BACKGROUND));
  }

  @Test
  void theBalancedScoreHasTheLargestF1() {
    Scene scene =
        new Scene()
            .object("a", "cat", at(0))
            .object("a", "dog", at(100))
            .object("b", "dog", at(0))
            .detection("a", "cat", 9, at(0)) // F1 2/4
            .detection("a", "cat", 8, at(200)) // wrong
            .detection("a", "dog", 7, at(100)) // F1 4/6
            .detection("a", "cat", 6, at(300))
            .detection("a", "cat", 5, at(400))
            .detection("a", "dog", 4, at(300))
            .detection("b", "dog", 3, at(0)); // F1 6/10
    List<String> classes = List.of("cat", "dog");
    assertEquals(
        OptionalDouble.of(7),
        ConfusionMatrix.balancedScore(classes, scene.split(), scene.detections(), 0.5));
    assertEquals(
        OptionalDouble.empty(),
        ConfusionMatrix.balancedScore(List.of("bird"), scene.split(), scene.detections(), 0.5));
  }

  @Test
  void anOverlapOfZeroIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ConfusionMatrix.of(List.of(), List.of(), new Scene().detections(), 0, 0));
  }
}
