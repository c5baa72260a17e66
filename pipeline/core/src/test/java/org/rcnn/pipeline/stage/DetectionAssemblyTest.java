package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.svm.BestOfSet;
import org.rcnn.svm.DetectionSettings;

class DetectionAssemblyTest {

  private static final List<Box> BOXES =
      List.of(new Box(0, 0, 10, 10), new Box(20, 0, 30, 10), new Box(40, 0, 50, 10));
  private static final DetectionSettings SETTINGS = new DetectionSettings(0.3, 100, 0, -1, 0.25);

  private static List<Double> kept(Head head, float... scores) {
    return new DetectionAssembly(SETTINGS, head)
        .detections(BOXES, scores, List.of("cat"), null, null, 100, 100).stream()
            .map(Detection::score)
            .toList();
  }

  @Test
  void marginsAndProbabilitiesHaveAFloorEach() {
    assertEquals(List.of(0.5, -0.5), kept(Heads.SVM, -0.5f, -1.5f, 0.5f));
    assertEquals(List.of(0.5, 0.25), kept(Heads.SOFTMAX, 0.25f, 0.125f, 0.5f));
    assertEquals(List.of(0.5, 0.25), kept(Heads.NETWORK, 0.25f, 0.125f, 0.5f));
  }

  @Test
  void amongChosenBoxesScoresStayWithTheirBoxes() {
    List<Detection> found =
        new DetectionAssembly(SETTINGS, Heads.SVM)
            .detections(
                BOXES,
                List.of(new BestOfSet.Scored(new int[] {2, 0}, new float[] {0.5f, -0.5f})),
                List.of("cat"),
                null,
                null,
                100,
                100);
    assertEquals(
        List.of(
            new Detection("cat", 0.5f, BOXES.get(2)), new Detection("cat", -0.5f, BOXES.get(0))),
        found);
  }

  @Test
  void noLowestScoreKeepsEveryMargin() {
    DetectionSettings none =
        new DetectionSettings(0.3, 100, 0, DetectionSettings.NO_MIN_SCORE, 0.25);
    assertEquals(
        3,
        new DetectionAssembly(none, Heads.SVM)
            .detections(BOXES, new float[] {-2000, -5, 1}, List.of("cat"), null, null, 100, 100)
            .size());
  }
}
