package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.OperatingCurve;
import org.rcnn.eval.OperatingPoint;
import org.rcnn.eval.PlattScaling;
import org.rcnn.eval.ThresholdCriterion;

class ThresholdsTest {

  private final List<GroundTruth> objects = new ArrayList<>();
  private final List<Detection> found = new ArrayList<>();
  private int places;

  private Box place() {
    return new Box(20 * places, 0, 20 * places++ + 10, 10);
  }

  /** Objects of a class that are found, each with a score. */
  private ThresholdsTest right(String className, double... scores) {
    for (double score : scores) {
      Box box = place();
      objects.add(new GroundTruth(className, box, false, false));
      found.add(new Detection(className, score, box));
    }
    return this;
  }

  /** Detections of a class on nothing. */
  private ThresholdsTest wrong(String className, double... scores) {
    for (double score : scores) {
      found.add(new Detection(className, score, place()));
    }
    return this;
  }

  private EvaluationResult result(String... classes) {
    Annotation image = new Annotation("a", 10_000, 10, objects);
    return new DetectionEvaluator(ApMetric.VOC07, 0.5)
        .evaluate(List.of(classes), List.of(image), Map.of("a", found));
  }

  private static Thresholds f1(EvaluationResult result) {
    return Thresholds.chosen(ThresholdCriterion.F1, 0, Thresholds.Basis.FOLDS, result, Heads.SVM);
  }

  @Test
  void aThresholdIsDrawnTowardsTheCommonOneByItsObjects() {
    right("cat", 3, 3, 3).wrong("cat", 2);
    right("dog", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1).wrong("dog", 0);
    EvaluationResult result = result("cat", "dog");
    // Alone: cats from 2.5, dogs from 0.5; together from 0.5, with 13 of 14 right.
    assertEquals(
        0.5,
        OperatingCurve.of(result.classes())
            .choose(ThresholdCriterion.F1, 0)
            .orElseThrow()
            .threshold());
    Thresholds chosen = f1(result);
    assertEquals(2.5 * 3 / 13 + 0.5 * 10 / 13, chosen.classes().get(0).score(), 1e-12);
    assertEquals(0.5, chosen.classes().get(1).score(), 1e-12);
    assertEquals(
        List.of(
            new OperatingPoint(chosen.classes().get(0).score(), 3, 1, 3),
            new OperatingPoint(0.5, 10, 0, 10)),
        chosen.onBasis());
  }

  @Test
  void sigmoidsAreMixedInLogOdds() {
    right("cat", 3, 1.5, 2).wrong("cat", 2, 0, -1);
    right("dog", 1, 2, 0.5).wrong("dog", 0, -1, 0.7);
    EvaluationResult result = result("cat", "dog");
    OperatingCurve own = OperatingCurve.of(result.classes().get(0));
    OperatingCurve all = OperatingCurve.of(result.classes());
    PlattScaling alone = PlattScaling.fit(own.scores(), own.right());
    PlattScaling common = PlattScaling.fit(all.scores(), all.right());
    ClassThreshold cat = f1(result).classes().get(0);
    assertEquals((3 * alone.slope() + 10 * common.slope()) / 13, cat.slope(), 1e-12);
    assertEquals((3 * alone.offset() + 10 * common.offset()) / 13, cat.offset(), 1e-12);
    assertTrue(cat.probability(Heads.SVM, 3) > cat.probability(Heads.SVM, 0));
  }

  @Test
  void aClassWithoutAFindHasTheCommonThreshold() {
    right("dog", 2, 2, 2).wrong("dog", 1);
    objects.add(new GroundTruth("cat", place(), false, false));
    Thresholds chosen = f1(result("cat", "dog", "emu"));
    ClassThreshold cat = chosen.classes().get(0);
    ClassThreshold emu = chosen.classes().get(2);
    assertEquals(1.5, cat.score());
    assertEquals(new ClassThreshold("emu", cat.score(), cat.slope(), cat.offset()), emu);
    assertTrue(cat.probability(Heads.SVM, 2) > cat.probability(Heads.SVM, 1));
  }

  @Test
  void aSigmoidThatFallsWithTheScoreIsNotUsed() {
    // The only right cat has the lowest score.
    right("cat", 0).wrong("cat", 1, 2);
    right("dog", 3, 3, 3, 3).wrong("dog", -1, -1, -1);
    EvaluationResult result = result("cat", "dog");
    OperatingCurve all = OperatingCurve.of(result.classes());
    PlattScaling common = PlattScaling.fit(all.scores(), all.right());
    ClassThreshold cat = f1(result).classes().get(0);
    assertEquals(common.slope(), cat.slope());
    assertTrue(cat.slope() < 0);
  }

  @Test
  void ifAllScoresMisleadEveryDetectionHasTheSameProbability() {
    right("cat", 0, 1).wrong("cat", 5, 6, 7, 8);
    ClassThreshold cat = f1(result("cat")).classes().get(0);
    // The mean of the softened labels: 2 times 3/4 and 4 times 1/6.
    assertEquals(13.0 / 36, cat.probability(Heads.SVM, 0), 1e-7);
    assertEquals(13.0 / 36, cat.probability(Heads.SVM, 9), 1e-7);
  }

  @Test
  void whereNothingRightWasFoundNothingIsChosen() {
    wrong("cat", 3, 2);
    objects.add(new GroundTruth("cat", place(), false, false));
    assertEquals(List.of(), f1(result("cat")).classes());
  }

  @Test
  void aWantedPrecisionIsKept() {
    right("cat", 9, 8, 7, 5).wrong("cat", 6, 4, 3, 2);
    Thresholds chosen =
        Thresholds.chosen(
            ThresholdCriterion.PRECISION, 0.9, Thresholds.Basis.FOLDS, result("cat"), Heads.SVM);
    assertEquals(6.5, chosen.classes().get(0).score(), 1e-12);
    assertEquals(1, chosen.onBasis().get(0).precision());
  }

  @Test
  void probabilitiesOfASoftmaxAreCalibratedByTheirLogOdds() {
    right("cat", 0.9, 0.99, 0.6).wrong("cat", 0.5, 0.1, 0.01);
    Thresholds chosen =
        Thresholds.chosen(
            ThresholdCriterion.F1, 0, Thresholds.Basis.FOLDS, result("cat"), Heads.SOFTMAX);
    ClassThreshold cat = chosen.classes().get(0);
    double odds = Math.log(0.7 / 0.3);
    assertEquals(
        1 / (1 + Math.exp(cat.slope() * odds + cat.offset())),
        cat.probability(Heads.SOFTMAX, 0.7),
        1e-12);
    // Rounded to 1, but not certain.
    assertTrue(Double.isFinite(Heads.SOFTMAX.decision(1)));
    assertTrue(Double.isFinite(Heads.NETWORK.decision(0)));
  }

  @Test
  void aThresholdIsANumber() {
    assertThrows(
        IllegalArgumentException.class, () -> new ClassThreshold("cat", Double.NaN, -1, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ClassThreshold("cat", 1, Double.POSITIVE_INFINITY, 0));
  }

  private static Annotation image(String id, String... classes) {
    List<GroundTruth> objects = new ArrayList<>();
    for (String className : classes) {
      objects.add(new GroundTruth(className, new Box(0, 0, 10, 10), false, false));
    }
    return new Annotation(id, 100, 100, objects);
  }

  @Test
  void theImagesOfARareClassAreInDifferentFolds() {
    List<Annotation> images = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      images.add(i % 10 == 3 ? image("i" + i, "cat", "yak") : image("i" + i, "cat", "dog"));
    }
    images.add(image("empty"));
    for (long seed = 1; seed <= 20; seed++) {
      List<Set<String>> folds = ThresholdStage.folds(images, 3, seed);
      Map<String, Integer> foldOf = new HashMap<>();
      for (int f = 0; f < 3; f++) {
        for (String id : folds.get(f)) {
          assertEquals(null, foldOf.put(id, f), "seed " + seed);
        }
      }
      assertEquals(31, foldOf.size());
      assertEquals(
          3, new HashSet<>(List.of(foldOf.get("i3"), foldOf.get("i13"), foldOf.get("i23"))).size());
      assertEquals(folds, ThresholdStage.folds(images, 3, seed));
    }
    assertTrue(
        !ThresholdStage.folds(images, 3, 1).equals(ThresholdStage.folds(images, 3, 2)),
        "another seed deals otherwise");
  }

  @Test
  void thereAreNoMoreFoldsThanImages() {
    Map<String, Set<String>> folds = new LinkedHashMap<>();
    ThresholdStage.folds(List.of(image("a", "cat"), image("b", "cat")), 3, 1)
        .forEach(fold -> folds.put(fold.iterator().next(), fold));
    assertEquals(Set.of("a", "b"), folds.keySet());
  }
}
