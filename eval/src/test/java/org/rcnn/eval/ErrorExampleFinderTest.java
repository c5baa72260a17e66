package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rcnn.eval.Scene.at;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;
import org.rcnn.eval.ErrorExample.Reason;

class ErrorExampleFinderTest {

  private static ClassExamples cat(Scene scene, int most) {
    return new ErrorExampleFinder(0.5, most)
        .find(List.of("cat"), scene.split(), scene.detections())
        .get(0);
  }

  private static List<Reason> reasons(List<ErrorExample> examples) {
    return examples.stream().map(ErrorExample::reason).toList();
  }

  /** Three cats found with scores 1, 2 and 3, so that the median of the right ones is 2. */
  private static Scene threeCatsFound() {
    Scene scene = new Scene();
    for (int i = 1; i <= 3; i++) {
      scene.object("found" + i, "cat", at(0)).detection("found" + i, "cat", i, at(0));
    }
    return scene;
  }

  @Test
  void falsePositivesAreTheMostConfidentOfEachReason() {
    Scene scene =
        threeCatsFound()
            .object("a", "dog", at(0))
            .detection("found1", "cat", 0.9, at(1)) // duplicate
            .detection("found2", "cat", 0.8, at(5)) // IoU 1/3
            .detection("a", "cat", 0.7, at(5)) // IoU 1/3 with a dog
            .detection("found3", "cat", 0.6, at(200)); // nothing
    ClassExamples examples = cat(scene, 9);
    assertEquals(
        List.of(Reason.DUPLICATE, Reason.POOR_FIT, Reason.OTHER_CLASS, Reason.BACKGROUND),
        reasons(examples.falsePositives()));
    assertEquals("dog", examples.falsePositives().get(2).object().orElseThrow().className());
    assertEquals(1.0 / 3, examples.falsePositives().get(2).overlap(), 1e-12);
    assertTrue(examples.falsePositives().get(3).object().isEmpty());
    assertEquals(2, cat(scene, 2).falsePositives().size());
    assertTrue(examples.labelDoubts().isEmpty());
  }

  @Test
  void confidentDetectionsOnNothingOrSquarelyOnAnotherClassAreLabelDoubts() {
    Scene scene =
        threeCatsFound()
            .object("a", "dog", at(0))
            .object("b", "dog", at(0))
            .difficult("c", "cat", new Box(0, 0, 100, 10))
            .detection("a", "cat", 5, at(1)) // IoU 9/11 with a dog
            .detection("b", "cat", 6, at(5)) // IoU 1/3 with a dog: no doubt
            .detection("b", "cat", 4, at(200)) // nothing
            .detection("c", "cat", 4, new Box(0, 0, 20, 10)) // IoU 0.2 with a difficult cat
            .detection("found1", "cat", 1.5, at(200)); // nothing, but not confident
    ClassExamples examples = cat(scene, 9);
    assertEquals(
        List.of(Reason.LABEL_WRONG, Reason.LABEL_FORGOTTEN), reasons(examples.labelDoubts()));
    // Each detection is shown once.
    assertEquals(
        List.of(Reason.OTHER_CLASS, Reason.POOR_FIT, Reason.BACKGROUND),
        reasons(examples.falsePositives()));
  }

  @Test
  void missedObjectsAreTheLargestThatAreNotDifficult() {
    Scene scene =
        new Scene()
            .object("a", "cat", at(0))
            .object("b", "cat", new Box(0, 0, 50, 50))
            .object("b", "cat", new Box(100, 0, 140, 40)) // the same image's second
            .difficult("c", "cat", new Box(0, 0, 90, 90))
            .detection("b", "dog", 1, new Box(0, 0, 50, 25));
    List<ErrorExample> missed = cat(scene, 9).missed();
    assertEquals(List.of("b", "a"), missed.stream().map(ErrorExample::imageId).toList());
    assertEquals("dog", missed.get(0).detection().orElseThrow().className());
    assertEquals(0.5, missed.get(0).overlap(), 1e-12);
    assertTrue(missed.get(1).detection().isEmpty());
  }
}
