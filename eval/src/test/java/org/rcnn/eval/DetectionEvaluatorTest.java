package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rcnn.eval.Scene.at;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.Labelled;
import org.rcnn.data.voc.VocResults;

class DetectionEvaluatorTest {

  /** Three objects; ranking: right, wrong, right. Recall 1/3, 1/3, 2/3; precision 1, 1/2, 2/3. */
  private static Scene rightWrongRight() {
    return new Scene()
        .object("a", "cat", at(0))
        .object("a", "cat", at(100))
        .object("b", "cat", at(0))
        .detection("a", "cat", 0.9, at(0))
        .detection("b", "cat", 0.8, at(200))
        .detection("a", "cat", 0.7, at(100));
  }

  @Test
  void elevenPointApReadsTheBestPrecisionAtEachTenthOfRecall() {
    // Precision 1 at recalls 0, .1, .2, .3; 2/3 at .4, .5, .6; 0 at .7 and beyond.
    assertEquals((4 + 3 * 2.0 / 3) / 11, rightWrongRight().cat(ApMetric.VOC07).ap(), 1e-15);
  }

  @Test
  void areaApAddsTheRectanglesUnderTheMonotoneCurve() {
    assertEquals(1.0 / 3 + 1.0 / 3 * 2 / 3, rightWrongRight().cat(ApMetric.AREA).ap(), 1e-15);
  }

  @Test
  void theCurveHasOnePointPerCountedDetection() {
    PrecisionRecallCurve curve = rightWrongRight().cat(ApMetric.VOC07).curve();
    assertEquals(3, curve.size());
    assertEquals(0.8, curve.score(1));
    assertEquals(1.0 / 3, curve.recall(1));
    assertEquals(0.5, curve.precision(1));
    assertEquals(2.0 / 3, curve.finalRecall());
  }

  @Test
  void countsAddUp() {
    ClassResult result = rightWrongRight().cat(ApMetric.VOC07);
    assertAll(
        () -> assertEquals(3, result.positives()),
        () -> assertEquals(2, result.truePositives()),
        () -> assertEquals(1, result.falsePositives()),
        () -> assertEquals(1, result.missed()));
  }

  @Test
  void recallsOfExactlyThreeSixAndSevenTenthsFallShortOfTheirStep() {
    // In double arithmetic 3 * 0.1, 6 * 0.1 and 7 * 0.1 lie just above 0.3, 0.6 and 0.7.
    assertEquals(3.0 / 11, foundOf(3, 10).cat(ApMetric.VOC07).ap(), 1e-15);
    assertEquals(6.0 / 11, foundOf(3, 5).cat(ApMetric.VOC07).ap(), 1e-15);
    assertEquals(7.0 / 11, foundOf(7, 10).cat(ApMetric.VOC07).ap(), 1e-15);
    // The others are what they seem.
    assertEquals(6.0 / 11, foundOf(5, 10).cat(ApMetric.VOC07).ap(), 1e-15);
    assertEquals(10.0 / 11, foundOf(9, 10).cat(ApMetric.VOC07).ap(), 1e-15);
  }

  private static Scene foundOf(int found, int objects) {
    Scene scene = new Scene();
    for (int i = 0; i < objects; i++) {
      scene.object("a", "cat", at(20 * i));
      if (i < found) {
        scene.detection("a", "cat", -i, at(20 * i));
      }
    }
    return scene;
  }

  @Test
  void overlapOfExactlyOneHalfMatches() {
    ClassResult result =
        new Scene()
            .object("a", "cat", at(0))
            .detection("a", "cat", 1, new Box(0, 0, 5, 10))
            .cat(ApMetric.AREA);
    assertEquals(1.0, result.ap());
  }

  @Test
  void overlapJustBelowOneHalfDoesNot() {
    ClassResult result =
        new Scene()
            .object("a", "cat", at(0))
            .detection("a", "cat", 1, new Box(0, 0, 4.999, 10))
            .cat(ApMetric.AREA);
    assertEquals(0.0, result.ap());
    assertEquals(1, result.falsePositives());
  }

  @Test
  void theSecondDetectionOfAnObjectIsAFalsePositive() {
    ClassResult result =
        new Scene()
            .object("a", "cat", at(0))
            .object("a", "cat", at(50))
            .detection("a", "cat", 0.9, at(0))
            .detection("a", "cat", 0.8, at(1))
            .detection("a", "cat", 0.7, at(50))
            .cat(ApMetric.AREA);
    assertEquals(2, result.truePositives());
    assertEquals(1, result.falsePositives());
    assertEquals(0.5 + 0.5 * 2 / 3, result.ap(), 1e-15);
  }

  @Test
  void aDuplicateDoesNotMoveOnToTheNextBestObject() {
    // Both detections overlap the first object most; the second also overlaps object two by 7/13.
    Scene scene =
        new Scene()
            .object("a", "cat", at(0))
            .object("a", "cat", at(4))
            .detection("a", "cat", 0.9, at(0))
            .detection("a", "cat", 0.8, at(1));
    assertEquals(1, scene.cat(ApMetric.VOC07).falsePositives());
    // COCO's rule does let it move on.
    assertEquals(2, scene.cat(ApMetric.COCO).truePositives());
  }

  @Test
  void detectionsOfDifficultObjectsCountNeitherWay() {
    ClassResult result =
        new Scene()
            .difficult("a", "cat", at(0))
            .object("a", "cat", at(50))
            .detection("a", "cat", 0.9, at(0))
            .detection("a", "cat", 0.8, at(1))
            .detection("a", "cat", 0.7, at(50))
            .cat(ApMetric.VOC07);
    assertAll(
        () -> assertEquals(1, result.positives()),
        () -> assertEquals(1, result.difficult()),
        () -> assertEquals(2, result.ignored()),
        () -> assertEquals(0, result.falsePositives()),
        () -> assertEquals(1.0, result.ap(), 1e-15));
  }

  @Test
  void aDifficultObjectOverlappedMoreShieldsTheOrdinaryOneBehindIt() {
    // Overlap with the difficult object 9/11, with the ordinary one 7/13: assigned to the first.
    ClassResult result =
        new Scene()
            .object("a", "cat", at(4))
            .difficult("a", "cat", at(0))
            .detection("a", "cat", 0.9, at(1))
            .cat(ApMetric.VOC07);
    assertEquals(1, result.ignored());
    assertEquals(0, result.truePositives());
    assertEquals(0.0, result.ap());
  }

  @Test
  void onlyDetectionsOnDifficultObjectsGiveZeroNotNaN() {
    ClassResult result =
        new Scene()
            .difficult("a", "cat", at(0))
            .object("a", "cat", at(50))
            .detection("a", "cat", 0.9, at(0))
            .cat(ApMetric.VOC07);
    assertEquals(0.0, result.ap());
  }

  @Test
  void equalScoresKeepTheOrderOfTheSplitWhateverTheMapsOrder() {
    // In split order the false positive of image a comes before the true positive of image b.
    Scene scene =
        new Scene()
            .image("a")
            .object("b", "cat", at(0))
            .detection("b", "cat", 0.5, at(0))
            .detection("a", "cat", 0.5, at(0));
    assertEquals(0.5, scene.cat(ApMetric.AREA).ap());
  }

  @Test
  void equalScoresKeepTheOrderOfTheResultFile() {
    // Split order is a, b; the file has b's hit before a's false positive.
    Scene scene = new Scene().image("a").object("b", "cat", at(0));
    VocResults.Line hit = new VocResults.Line("b", new Detection("cat", 0.5, at(0)));
    VocResults.Line miss = new VocResults.Line("a", new Detection("cat", 0.5, at(0)));
    DetectionEvaluator evaluator = new DetectionEvaluator(ApMetric.AREA, 0.5);
    for (boolean hitFirst : new boolean[] {true, false}) {
      VocResults results =
          new VocResults(Map.of("cat", hitFirst ? List.of(hit, miss) : List.of(miss, hit)));
      assertEquals(
          hitFirst ? 1 : 0.5,
          evaluator.evaluate(List.of("cat"), scene.split(), results).of("cat").ap());
    }
    VocResults strange =
        new VocResults(Map.of("cat", List.of(new VocResults.Line("c", hit.detection()))));
    List<Annotation> split = scene.split();
    assertThrows(
        IllegalArgumentException.class, () -> evaluator.evaluate(List.of("cat"), split, strange));
  }

  @Test
  void equalScoresKeepTheOrderOfTheList() {
    Scene scene =
        new Scene()
            .object("a", "cat", at(0))
            .detection("a", "cat", 0.0, at(100))
            .detection("a", "cat", -0.0, at(0));
    assertEquals(0.5, scene.cat(ApMetric.AREA).ap());
  }

  @Test
  void noDetectionsGiveZero() {
    ClassResult result = new Scene().object("a", "cat", at(0)).cat(ApMetric.VOC07);
    assertEquals(0.0, result.ap());
    assertEquals(1, result.missed());
    assertEquals(0, result.curve().size());
  }

  @Test
  void aClassWithoutGroundTruthHasNoApAndEntersNoMean() {
    EvaluationResult result =
        new Scene()
            .object("a", "cat", at(0))
            .difficult("a", "cow", at(50))
            .detection("a", "cat", 0.9, at(0))
            .detection("a", "dog", 0.9, at(0))
            .evaluate(DetectionEvaluator.voc07(), "cat", "dog", "cow");
    assertEquals(1.0, result.meanAp(), 1e-15);
    assertEquals(1, result.classesInMean());
    assertTrue(Double.isNaN(result.of("dog").ap()));
    assertFalse(result.of("cow").isScored());
    assertEquals(List.of("dog", "cow"), result.unscoredClasses());
    assertEquals(List.of("cat"), List.copyOf(result.apByClass().keySet()));
  }

  @Test
  void aSplitWithoutAnyObjectHasNoMean() {
    EvaluationResult result = new Scene().image("a").evaluate(DetectionEvaluator.voc07(), "cat");
    assertTrue(Double.isNaN(result.meanAp()));
  }

  @Test
  void otherClassesAreLeftOut() {
    ClassResult result =
        new Scene()
            .object("a", "cat", at(0))
            .object("a", "dog", at(50))
            .detection("a", "dog", 5, at(0))
            .detection("a", "cat", 1, at(0))
            .cat(ApMetric.AREA);
    assertEquals(1, result.positives());
    assertEquals(1.0, result.ap());
  }

  @Test
  void cocoAveragesTenOverlapThresholds() {
    // IoU 7/10: right at the five thresholds .50 to .70, wrong at the five above.
    ClassResult result =
        new Scene()
            .object("a", "cat", at(0))
            .detection("a", "cat", 1, new Box(0, 0, 7.1, 10))
            .cat(ApMetric.COCO);
    assertEquals(0.5, result.ap(), 1e-12);
    assertEquals(1, result.truePositives());
  }

  @Test
  void cocoReadsPrecisionAtAHundredAndOneRecalls() {
    // Of two objects one is found, perfectly: precision 1 at recalls 0 to .50, that is 51 of 101.
    ClassResult result =
        new Scene()
            .object("a", "cat", at(0))
            .object("a", "cat", at(50))
            .detection("a", "cat", 1, at(0))
            .cat(ApMetric.COCO);
    assertEquals(51.0 / 101, result.ap(), 1e-12);
  }

  @Test
  void cocoLooksAtTheBestHundredDetectionsOfAnImage() {
    Scene scene = new Scene().object("a", "cat", at(0));
    for (int i = 0; i < 100; i++) {
      scene.detection("a", "cat", 1, at(200));
    }
    scene.detection("a", "cat", 0, at(0));
    assertEquals(0.0, scene.cat(ApMetric.COCO).ap());
    assertEquals(1.0 / 101, scene.cat(ApMetric.AREA).ap(), 1e-15);
  }

  @Test
  void detectionsForAnUnknownImageAreRefused() {
    Scene scene = new Scene().image("a").detection("z", "cat", 1, at(0));
    Exception refusal =
        assertThrows(IllegalArgumentException.class, () -> scene.cat(ApMetric.VOC07));
    assertTrue(refusal.getMessage().contains("\"z\""), refusal.getMessage());
  }

  @Test
  void anythingNamedTwiceIsRefused() {
    Scene scene = new Scene().object("a", "cat", at(0));
    DetectionEvaluator evaluator = DetectionEvaluator.voc07();
    assertThrows(IllegalArgumentException.class, () -> scene.evaluate(evaluator, "cat", "cat"));
    var twice = List.of(scene.split().get(0), scene.split().get(0));
    Map<String, List<Detection>> none = Map.of();
    assertThrows(
        IllegalArgumentException.class, () -> evaluator.evaluate(List.of("cat"), twice, none));
  }

  @Test
  void thresholdsOutOfRangeAreRefused() {
    for (double iou : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> new DetectionEvaluator(ApMetric.AREA, iou));
    }
  }

  @Test
  void metricsAreFoundByKey() {
    assertEquals(ApMetric.AREA, Labelled.named(ApMetric.class, "area"));
    Exception refusal =
        assertThrows(IllegalArgumentException.class, () -> Labelled.named(ApMetric.class, "voc12"));
    assertTrue(refusal.getMessage().contains("voc07, area, coco"), refusal.getMessage());
  }
}
