package org.rcnn.pipeline.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.PrecisionRecallCurve;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.study.Study.Measured;
import org.rcnn.pipeline.study.Study.Point;

/** The sentence that each study makes of figures, whichever way they fall. */
class FindingsTest {

  private static EvaluationResult result(double meanAp) {
    ClassResult cat = new ClassResult("cat", meanAp, 1, 0, 0, 0, 0, PrecisionRecallCurve.empty());
    return new EvaluationResult(ApMetric.VOC07, 0.5, 1, List.of(cat));
  }

  /** The finding of a study whose points have the given mAPs, in their order. */
  private static String finding(String text, double... meanAps) {
    Studies.Asked asked = Studies.installed().parse(text);
    List<Point> points = asked.points(new ConfigLoader().preset("demo", Map.of()));
    assertEquals(points.size(), meanAps.length, points.toString());
    List<Measured> measured = new ArrayList<>();
    for (int i = 0; i < meanAps.length; i++) {
      measured.add(new Measured(points.get(i), null, result(meanAps[i])));
    }
    try {
      return asked.study().finding(measured);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void labelsDoNotExplainWhatRemainsWithEqualOnes() {
    assertEquals(
        "SVMs trained with softmax's loose labels still beat softmax by 1.4 points, so labels alone do not explain the difference. At their best labels SVMs reach 24.0 % (0/0.3) and softmax 21.0 % (0.5/0.5).",
        finding("labels=0.5/0.5,0/0.3", 0.224, 0.24, 0.21, 0.2, 0.205));
  }

  @Test
  void labelsExplainWhatEqualOnesTakeAway() {
    assertTrue(
        finding("labels=0.5/0.5,0/0.3", 0.212, 0.24, 0.21, 0.2, 0.205)
            .startsWith(
                "With softmax's loose labels softmax and SVMs are within half a point, so labels do explain the difference."));
    assertTrue(
        finding("labels=0.5/0.5,0/0.3", 0.19, 0.24, 0.21, 0.2, 0.205)
            .startsWith(
                "With softmax's loose labels softmax beats the SVMs by 2.0 points, so SVMs win by their labels."));
    // Where SVMs do not win at all, there is no difference to explain.
    assertTrue(
        finding("labels=0.5/0.5,0/0.3", 0.19, 0.2, 0.21, 0.2, 0.205)
            .startsWith("With softmax's loose labels softmax beats the SVMs by 2.0 points. At"));
  }

  @Test
  void withoutSoftmaxsOwnLabelsOnlyTheBestAreCompared() {
    assertEquals(
        "At their best labels SVMs reach 20.0 % (0/0.3) and softmax 10.0 % (0/0.3).",
        finding("labels=0/0.3", 0.2, 0.1, 0.15));
  }

  @Test
  void hogMayWin() {
    assertEquals(
        "Under the same SVMs HOG reaches 10.0 % and fc7 of the network without fine-tuning 31.6 %: 21.6 points more.",
        finding("descriptor=hog,fc6,fc7", 0.1, 0.3, 0.3161));
    assertTrue(finding("descriptor=hog,fc6", 0.31, 0.3).endsWith("30.0 %: 1.0 point less."));
  }

  @Test
  void theSmallestNumberOfProposalsThatCostsLittleIsNamed() {
    assertEquals(
        "Mode fast with all boxes of an image is the best, with 40.0 %; 500 boxes lose 0.6 points of that.",
        finding("proposals=100,500,1000,all", 0.3, 0.394, 0.398, 0.4));
    assertEquals(
        "Mode fast with 500 boxes of an image is the best, with 40.0 %, and fewer boxes lose more than a point.",
        finding("proposals=100,500,all", 0.3, 0.4, 0.39));
    assertEquals(
        "Mode quality with 100 boxes of an image is the best, with 40.0 %.",
        finding("proposals=50,quality:100", 0.395, 0.4));
  }

  @Test
  void theSpreadOverSeedsIsTheSamplesDeviation() {
    // Deviations 1.0, 0 and 2.0 points; twice the root of two times the largest is 5.7.
    assertEquals(
        "Over 3 seeds of fine-tuning the mAP is pool5 21.0 ± 1.0 %, fc6 25.0 ± 0.0 %, fc7 30.0 ± 2.0 %: a difference below 5.7 points between two single networks says nothing, so nobody should read tenths.",
        finding("seeds", 0.2, 0.21, 0.22, 0.25, 0.25, 0.25, 0.28, 0.3, 0.32));
    assertTrue(finding("seeds=4", 0.2, 0.21, 0.22).startsWith("One seed has no spread"));
  }

  @Test
  void thresholdsNameTheBestAndWhatTheOthersLose() {
    assertEquals(
        "With the ground truth alone as positives, negatives below IoU 0.3 are the best (24.0 %), and those below 0.7 lose 9.0 points. With proposals as positives too, negatives below IoU 0.3 are the best (24.0 %).",
        finding("negative-iou=0.3,0.7", 0.24, 0.15, 0.24, 0.24));
    assertEquals(
        "With negatives of IoU < 0.7, positives IoU ≥ 0.7 are the best (24.0 %), and the ground truth alone is 9.0 points lower. With negatives of IoU < 0.3, positives of the ground truth alone are the best (24.5 %).",
        finding("positive-iou=0.7,0", 0.24, 0.15, 0.24, 0.245));
    assertEquals(
        "Fine-tuning on regions from IoU 0.7 on gives the best detector, with 30.0 %; the paper's 0.5 is 2.0 points lower.",
        finding("finetune-iou", 0.2, 0.28, 0.3));
    assertEquals(
        "Fine-tuning on regions from IoU 0.5 on gives the best detector, with 30.0 %; from 0.3 on it is 10.0 points lower.",
        finding("finetune-iou", 0.2, 0.3, 0.28));
  }

  @Test
  void resamplingMayHelpOrNot() {
    assertEquals(
        "No resampling helps: without any the SVMs reach 30.0 %, with down:0.3, the next best, 29.9 %.",
        finding("resampling=none,up:5,down:0.3", 0.3, 0.2, 0.299));
    assertEquals(
        "The best is up:5, with 31.0 %: 1.0 point more than without resampling.",
        finding("resampling=none,up:5", 0.3, 0.31));
  }
}
