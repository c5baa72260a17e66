package org.rcnn.pipeline.learned;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

/** What detections in an image with a cat, a dog and a difficult cat are on. */
class VerdictTest {

  private static final Annotation IMAGE =
      new Annotation(
          "a",
          100,
          100,
          List.of(object("cat", 0, false), object("dog", 20, false), object("cat", 40, true)));

  private static GroundTruth object(String name, double left, boolean difficult) {
    return new GroundTruth(name, box(left), difficult, false);
  }

  private static Box box(double left) {
    return new Box(left, 0, left + 10, 10);
  }

  private static Detection cat(double score, double left) {
    return new Detection("cat", score, box(left));
  }

  private static List<String> sentences(Detection... detections) {
    return Verdict.of(List.of(detections), IMAGE).stream()
        .map(judged -> judged.detection().score() + " " + judged.verdict().sentence())
        .toList();
  }

  @Test
  void anObjectIsFoundOnceByTheBestDetection() {
    assertEquals(
        List.of(
            "2.0 right: overlap 1.00 with the object",
            "1.0 wrong: a second box on an object that is found"),
        sentences(cat(1, 0), cat(2, 0)));
  }

  @Test
  void wrongDetectionsAreBesideTheirObjectOnAnotherClassOrOnBackground() {
    assertEquals(
        List.of(
            // 4 of 16 columns in common.
            "3.0 wrong: overlap only 0.25 with the object",
            "2.0 wrong: overlap 1.00 with another class, dog",
            "1.0 wrong: on background"),
        sentences(cat(3, 6), cat(2, 20), cat(1, 80)));
  }

  @Test
  void detectionsOfDifficultObjectsAreLeftOut() {
    assertEquals(List.of(), sentences(cat(1, 40)));
  }
}
