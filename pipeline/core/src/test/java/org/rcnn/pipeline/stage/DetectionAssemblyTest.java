package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.pipeline.config.PipelineConfig.Detecting;
import org.rcnn.svm.LinearModel;

class DetectionAssemblyTest {

  private static final List<Box> BOXES =
      List.of(new Box(0, 0, 10, 10), new Box(20, 0, 30, 10), new Box(40, 0, 50, 10));
  private static final Detecting SETTINGS = new Detecting(0.3, 100, -1, 0.25);

  private static List<Double> kept(RegionHead head, float... scores) {
    return new DetectionAssembly(SETTINGS, head)
        .detections(BOXES, scores, List.of("cat"), null, null, 100, 100).stream()
            .map(Detection::score)
            .toList();
  }

  @Test
  void marginsAndProbabilitiesHaveAFloorEach() {
    RegionHead svm =
        new RegionHead.Svm(new LinearModel(List.of("cat"), 1, new float[] {1}, new float[1], 1));
    assertEquals(List.of(0.5, -0.5), kept(svm, -0.5f, -1.5f, 0.5f));
    RegionHead softmax = new RegionHead.NetworkScores(List.of("cat"));
    assertEquals(List.of(0.5, 0.25), kept(softmax, 0.25f, 0.125f, 0.5f));
  }
}
