package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rcnn.eval.Scene.at;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;

class TideDiagnoserTest {

  private static TideDiagnosis diagnose(Scene scene) {
    return new TideDiagnoser().diagnose(List.of("cat", "dog"), scene.split(), scene.detections());
  }

  /** Five cats and a dog; the first cat is found, the last is missed. */
  private static Scene oneOfEachKind() {
    return new Scene()
        .object("a", "cat", at(0))
        .object("a", "cat", at(100))
        .object("a", "cat", at(200))
        .object("a", "dog", at(300))
        .detection("a", "cat", 9, at(0)) // right
        .detection("a", "cat", 8, at(1)) // duplicate
        .detection("a", "cat", 7, at(105)) // IoU 1/3: localisation
        .detection("a", "cat", 6, at(301)) // IoU 9/11 with the dog: classification
        .detection("a", "cat", 5, at(305)) // IoU 1/3 with the dog: both
        .detection("a", "cat", 4, at(400)); // background
  }

  @Test
  void eachErrorHasOneKind() {
    assertEquals(
        Map.of(
            TideKind.CLASSIFICATION, 1,
            TideKind.LOCALISATION, 1,
            TideKind.BOTH, 1,
            TideKind.DUPLICATE, 1,
            TideKind.BACKGROUND, 1,
            TideKind.MISSED, 1),
        diagnose(oneOfEachKind()).counts());
  }

  @Test
  void mendingAClassMovesTheDetectionToTheObjectsClass() {
    TideDiagnosis tide = diagnose(oneOfEachKind());
    // Cats: recall 1/3 at precision 1, which covers the recalls 0 to 0.33. The dog is not found.
    double before = 34.0 / 101 / 2;
    assertEquals(before, tide.ap(), 1e-12);
    // Then the dog is found, with AP 1; the cats' curve has no other step.
    assertEquals(0.5, tide.deltaAp().get(TideKind.CLASSIFICATION), 1e-12);
    // A missed cat less: recall 1/2.
    assertEquals(51.0 / 101 / 2 - before, tide.deltaAp().get(TideKind.MISSED), 1e-12);
    // Only the found cat is left, and the dog's class has neither object nor detection.
    assertEquals(1 - before, tide.deltaApFalseNegatives(), 1e-12);
    assertEquals(0, tide.deltaApFalsePositives(), 1e-12);
  }

  @Test
  void theBestOfSeveralDetectionsIsMendedAndTheOthersGo() {
    TideDiagnosis tide =
        diagnose(
            new Scene()
                .object("a", "cat", at(0))
                .detection("a", "cat", 3, at(5))
                .detection("a", "cat", 2, at(6))
                .detection("a", "cat", 1, at(4)));
    assertEquals(3, tide.counts().get(TideKind.LOCALISATION));
    assertEquals(1, tide.deltaAp().get(TideKind.LOCALISATION), 1e-12);
  }

  @Test
  void detectionsMostlyOnADifficultObjectCountNeitherWay() {
    Scene scene =
        new Scene()
            .object("a", "cat", at(0))
            .difficult("a", "cat", new Box(100, 0, 200, 100))
            .detection("a", "cat", 9, at(150)) // inside it, IoU 0.01
            .detection("a", "cat", 8, at(0));
    assertEquals(1, diagnose(scene).ap(), 1e-12);
    // Two fifths inside are too little.
    scene.detection("a", "cat", 10, new Box(94, 0, 104, 10));
    assertTrue(diagnose(scene).ap() < 0.6);
  }

  @Test
  void scoresBelowMinusOneAreMendedToo() {
    TideDiagnosis tide =
        diagnose(new Scene().object("a", "cat", at(0)).detection("a", "cat", -7, at(5)));
    assertEquals(1, tide.deltaAp().get(TideKind.LOCALISATION), 1e-12);
    assertEquals(0, tide.counts().get(TideKind.MISSED));
  }

  @Test
  void onlyTheBestDetectionsOfAnImageAreUsed() {
    Scene scene =
        new Scene()
            .object("a", "cat", at(0))
            .detection("a", "dog", 3, at(100))
            .detection("a", "dog", 2, at(200))
            .detection("a", "cat", 1, at(0));
    TideDiagnosis two =
        new TideDiagnoser(0.5, 0.1, 2)
            .diagnose(List.of("cat", "dog"), scene.split(), scene.detections());
    assertEquals(0, two.ap());
    assertEquals(1, two.counts().get(TideKind.MISSED));
    // The class of dogs has detections, so it is in the mean with 0.
    assertEquals(0.5, diagnose(scene).ap(), 1e-12);
  }

  @Test
  void aSplitWithoutAnythingHasNoAp() {
    assertEquals(Double.NaN, diagnose(new Scene().image("a")).ap());
  }

  @Test
  void overlapsOutOfOrderAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new TideDiagnoser(0.5, 0.5, 100));
    assertThrows(IllegalArgumentException.class, () -> new TideDiagnoser(0.5, 0.1, 0));
  }
}
