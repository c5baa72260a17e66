package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rcnn.eval.Scene.at;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;

class ErrorDiagnoserTest {

  private static ClassErrors cat(Scene scene) {
    return new ErrorDiagnoser(ApMetric.AREA, 0.5, SimilarClasses.voc())
        .diagnose(List.of("cat"), scene.split(), scene.detections())
        .classes()
        .get(0);
  }

  /** Five cats, of which two are found, and one false positive of each kind plus a duplicate. */
  private static Scene oneOfEachKind() {
    return new Scene()
        .object("a", "cat", at(0))
        .object("a", "cat", at(100))
        .object("a", "cat", at(200))
        .object("a", "cat", at(300))
        .object("a", "cat", at(400))
        .object("b", "dog", at(0))
        .object("b", "car", at(100))
        .detection("a", "cat", 10, at(0)) // right
        .detection("a", "cat", 9, at(1)) // duplicate
        .detection("a", "cat", 8, at(105)) // IoU 1/3: bad fit
        .detection("b", "cat", 7, at(5)) // IoU 1/3 with a dog
        .detection("b", "cat", 6, at(105)) // IoU 1/3 with a car
        .detection("b", "cat", 5, at(200)) // nothing there
        .detection("a", "cat", 4, at(200)); // right
  }

  @Test
  void falsePositivesAreSortedByWhatTheyAreOn() {
    ClassErrors errors = cat(oneOfEachKind());
    assertEquals(
        Map.of(
            ErrorKind.LOCALISATION, 2,
            ErrorKind.SIMILAR, 1,
            ErrorKind.OTHER, 1,
            ErrorKind.BACKGROUND, 1),
        errors.topFalsePositives());
    assertEquals(5, errors.examined());
    assertEquals(3, errors.missed());
  }

  @Test
  void asManyFalsePositivesAreExaminedAsThereAreObjects() {
    ClassErrors errors =
        cat(
            new Scene()
                .object("a", "cat", at(0))
                .detection("a", "cat", 3, at(5))
                .detection("a", "cat", 2, at(100))
                .detection("a", "cat", 1, at(200)));
    assertEquals(1, errors.examined());
    assertEquals(1, errors.topFalsePositives().get(ErrorKind.LOCALISATION));
  }

  @Test
  void removingAKindGivesTheApWithoutIt() {
    ClassErrors errors = cat(oneOfEachKind());
    // Five objects: the first found with precision 1, the second at rank 7.
    assertEquals(0.2 + 0.2 * 2 / 7, errors.ap(), 1e-15);
    assertEquals(0.2 + 0.2 * 2 / 5, errors.apWithout().get(ErrorKind.LOCALISATION), 1e-15);
    assertEquals(0.2 + 0.2 * 2 / 6, errors.apWithout().get(ErrorKind.BACKGROUND), 1e-15);
  }

  @Test
  void correctingFitsTurnsThemIntoFoundObjects() {
    // Ranks: right, (duplicate gone), right, wrong, wrong, wrong, right: precision 1, 1, then 3/6.
    assertEquals(0.4 + 0.2 * 3 / 6, cat(oneOfEachKind()).apLocalised(), 1e-15);
  }

  @Test
  void anOverlapOfOneTenthIsOnTheObjectAndLessIsBackground() {
    Scene scene =
        new Scene()
            .object("a", "cat", at(0))
            .object("a", "cat", at(100))
            .detection("a", "cat", 2, new Box(0, 0, 1, 10)) // IoU exactly 0.1
            .detection("a", "cat", 1, new Box(100, 0, 100.9, 10)); // IoU 0.09
    assertEquals(1, cat(scene).topFalsePositives().get(ErrorKind.LOCALISATION));
    assertEquals(1, cat(scene).topFalsePositives().get(ErrorKind.BACKGROUND));
  }

  @Test
  void aSimilarClassTakesPrecedenceOverAnother() {
    ClassErrors errors =
        cat(
            new Scene()
                .object("a", "cat", at(400))
                .object("a", "car", at(0))
                .object("a", "dog", at(4))
                .detection("a", "cat", 1, at(1)));
    assertEquals(1, errors.topFalsePositives().get(ErrorKind.SIMILAR));
  }

  @Test
  void sizesAreTenthsFifthsAndFifthsOfTheClass() {
    Scene scene = new Scene();
    for (int i = 0; i < 10; i++) {
      Box box = new Box(0, 0, 10 + i, 10);
      scene.object("image" + i, "cat", box);
      if (i >= 3) {
        scene.detection("image" + i, "cat", i, box);
      }
    }
    List<SizeResult> sizes = cat(scene).sizes();
    assertEquals(List.of(1, 2, 4, 2, 1), sizes.stream().map(SizeResult::positives).toList());
    assertEquals(List.of(0, 0, 4, 2, 1), sizes.stream().map(SizeResult::found).toList());
    assertEquals(
        List.of(0.0, 0.0, 1.0, 1.0, 1.0), sizes.stream().map(SizeResult::normalisedAp).toList());
  }

  @Test
  void normalisedApGivesASmallBucketTheWeightOfTheClass() {
    // Ten objects, one false positive first, then the largest object: its bucket's recall of 1
    // stands
    // for ten objects, so the precision is 10 / (10 + 1); unnormalised it would be 1/2.
    Scene scene = new Scene().image("empty").detection("empty", "cat", 2, at(0));
    for (int i = 0; i < 10; i++) {
      scene.object("image" + i, "cat", new Box(0, 0, 10 + i, 10));
    }
    scene.detection("image9", "cat", 1, new Box(0, 0, 19, 10));
    assertEquals(10.0 / 11, cat(scene).sizes().get(4).normalisedAp(), 1e-15);
  }

  @Test
  void aspectsAreSharesOfTheClassFromTallToWide() {
    Scene scene = new Scene();
    for (int i = 0; i < 10; i++) {
      // Growing width to height with shrinking area, so that size and aspect differ.
      Box box = new Box(0, 0, 10, 100 - 9 * i);
      scene.object("image" + i, "cat", box);
      if (i < 3) {
        scene.detection("image" + i, "cat", i, box);
      }
    }
    List<AspectResult> aspects = cat(scene).aspects();
    assertEquals(List.of(1, 2, 4, 2, 1), aspects.stream().map(AspectResult::positives).toList());
    assertEquals(List.of(1, 2, 0, 0, 0), aspects.stream().map(AspectResult::found).toList());
    assertEquals(
        List.of(0, 0, 0, 2, 1), cat(scene).sizes().stream().map(SizeResult::found).toList());
  }

  @Test
  void groupsOverAllClassesAverageThoseThatHaveObjects() {
    Scene scene =
        new Scene()
            .object("a", "cat", at(0))
            .detection("a", "cat", 1, at(0))
            .object("a", "dog", at(100));
    ErrorDiagnosis diagnosis =
        new ErrorDiagnoser(ApMetric.AREA, 0.5, SimilarClasses.none())
            .diagnose(List.of("bird", "cat", "dog"), scene.split(), scene.detections());
    SizeResult medium = diagnosis.sizes().get(ObjectSize.M.ordinal());
    assertEquals(new SizeResult(ObjectSize.M, 2, 1, 0.5), medium);
    assertTrue(Double.isNaN(diagnosis.sizes().get(0).normalisedAp()));
    AspectResult aspect = diagnosis.aspects().get(ObjectAspect.M.ordinal());
    assertEquals(new AspectResult(ObjectAspect.M, 2, 1, 0.5), aspect);
    assertEquals(0.5, diagnosis.meanAp(), 1e-12);
  }

  @Test
  void aClassWithoutObjectsHasNoApAndNoSizes() {
    ClassErrors errors = cat(new Scene().image("a").detection("a", "cat", 1, at(0)));
    assertTrue(Double.isNaN(errors.ap()));
    assertEquals(0, errors.examined());
    assertEquals(List.of(), errors.sizes());
  }

  @Test
  void totalsAddTheClasses() {
    Scene scene = oneOfEachKind().detection("b", "dog", 1, at(300));
    ErrorDiagnosis diagnosis =
        new ErrorDiagnoser(ApMetric.VOC07, 0.5, SimilarClasses.voc())
            .diagnose(List.of("cat", "dog"), scene.split(), scene.detections());
    assertEquals(2, diagnosis.topFalsePositives().get(ErrorKind.BACKGROUND));
    assertEquals(4, diagnosis.missed());
  }

  @Test
  void vocClassesAreGroupedAndOthersAreNot() {
    SimilarClasses voc = SimilarClasses.defaultFor(List.of("cat", "car", "person"));
    assertTrue(voc.areSimilar("cat", "person"));
    assertTrue(voc.areSimilar("bird", "aeroplane"));
    assertFalse(voc.areSimilar("cat", "car"));
    assertFalse(voc.areSimilar("cat", "cat"));
    assertEquals(SimilarClasses.none(), SimilarClasses.defaultFor(List.of("cat", "RBC")));
  }

  @Test
  void thresholdsThatLeaveNoRoomForABadFitAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new ErrorDiagnoser(ApMetric.AREA, 0.1, SimilarClasses.none()));
  }
}
