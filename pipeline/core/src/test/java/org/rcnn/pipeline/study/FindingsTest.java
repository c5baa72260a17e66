package org.rcnn.pipeline.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.cnn.train.Movement;
import org.rcnn.cnn.train.RangeTest;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.Bootstrap;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.study.Study.Measured;
import org.rcnn.pipeline.study.Study.Point;

/** The sentence that each study makes of figures, whichever way they fall. */
class FindingsTest {

  private static final int OBJECTS = 1000;

  /** The shares of the objects of two images that a detector finds. */
  private record Found(double first, double second) {}

  private static Found found(double first, double second) {
    return new Found(first, second);
  }

  /** A thousand objects side by side. */
  private static Annotation image(String id) {
    List<GroundTruth> objects = new ArrayList<>();
    for (int i = 0; i < OBJECTS; i++) {
      objects.add(new GroundTruth("cat", new Box(i, 0, i + 1, 1)));
    }
    return new Annotation(id, OBJECTS, 1, objects);
  }

  /**
   * The scores of a detector that finds shares of the objects of two images, and nothing wrong. Its
   * AP is the mean share. A quarter of the resamples is the first image twice and a quarter the
   * second, so the range goes from share to share; it has no width where they are equal.
   */
  private static BootstrapResult scores(Found shares, String first, String second) {
    List<Annotation> images = List.of(image(first), image(second));
    Map<String, List<Detection>> detections = new HashMap<>();
    detections.put(first, detections(images.get(0), shares.first()));
    detections.put(second, detections(images.get(1), shares.second()));
    return new Bootstrap(new DetectionEvaluator(ApMetric.AREA, 0.5), 100, 1)
        .evaluate(List.of("cat"), images, detections);
  }

  private static List<Detection> detections(Annotation image, double share) {
    return image.objects().subList(0, (int) Math.round(share * OBJECTS)).stream()
        .map(object -> new Detection("cat", 1, object.box()))
        .toList();
  }

  private static List<Measured> measured(String text, Found... found) {
    List<Point> points =
        Studies.installed().parse(text).points(new ConfigLoader().preset("demo", Map.of()));
    assertEquals(points.size(), found.length, points.toString());
    List<Measured> measured = new ArrayList<>();
    for (int i = 0; i < found.length; i++) {
      measured.add(new Measured(points.get(i), null, scores(found[i], "a", "b")));
    }
    return measured;
  }

  /** Points that find the same share of both images, so that chance has no part in them. */
  private static List<Measured> measured(String text, double... meanAps) {
    Found[] found = new Found[meanAps.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = found(meanAps[i], meanAps[i]);
    }
    return measured(text, found);
  }

  private static String finding(String text, List<Measured> measured) {
    try {
      return Studies.installed().parse(text).study().finding(measured);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The finding of a study whose points have the given mAPs, in their order. */
  private static String finding(String text, double... meanAps) {
    return finding(text, measured(text, meanAps));
  }

  private static String finding(String text, Found... found) {
    return finding(text, measured(text, found));
  }

  @Test
  void aDifferenceHasItsSizeItsDirectionAndItsRange() {
    List<Measured> points =
        measured(
            "resampling=none,up:2,up:3", found(0.3, 0.3), found(0.31, 0.33), found(0.29, 0.33));
    Difference sure = Difference.of(points.get(1), points.get(0));
    assertEquals("2.0 points higher (95 %: 1.0 to 3.0)", sure.said());
    assertTrue(sure.isHigher() && !sure.isLower() && !sure.isWithinChance());
    // The size has no sign, and the range is turned with it.
    Difference back = Difference.of(points.get(0), points.get(1));
    assertEquals("2.0 points lower (95 %: 1.0 to 3.0)", back.said());
    assertEquals("2.0 points (95 %: 1.0 to 3.0)", back.size());
    assertTrue(back.isLower());
    Difference chance = Difference.of(points.get(2), points.get(0));
    assertEquals("1.0 point higher, which is within chance (95 %: -1.0 to 3.0)", chance.said());
    assertFalse(chance.isHigher());
    assertEquals("the same", Difference.of(points.get(0), points.get(0)).said());
  }

  @Test
  void pointsWithOtherTestImagesOrOneOnlyAreComparedWithoutARange() {
    List<Measured> points = measured("resampling=none,up:2", 0.3, 0.31);
    Measured elsewhere =
        new Measured(points.get(0).point(), null, scores(found(0.25, 0.25), "c", "d"));
    Difference unpaired = Difference.of(points.get(1), elsewhere);
    assertEquals("6.0 points higher", unpaired.said());
    assertFalse(unpaired.isHigher(), "without a range nothing is beyond chance");
    Annotation alone = image("a");
    Measured ofOne =
        new Measured(
            points.get(0).point(),
            null,
            new Bootstrap(new DetectionEvaluator(ApMetric.AREA, 0.5), 10, 1)
                .evaluate(List.of("cat"), List.of(alone), Map.of("a", detections(alone, 0.2))));
    assertTrue(Double.isNaN(ofOne.range().low()));
    assertEquals("5.0 points lower", Difference.of(ofOne, elsewhere).said());
  }

  @Test
  void withoutAnObjectThatCountsThereIsASentenceAndNoNumber() throws IOException {
    List<Annotation> empty =
        List.of(new Annotation("a", 9, 9, List.of()), new Annotation("b", 9, 9, List.of()));
    BootstrapResult none =
        new Bootstrap(new DetectionEvaluator(ApMetric.VOC07, 0.5), 10, 1)
            .evaluate(List.of("cat"), empty, Map.of());
    Study study = Studies.installed().parse("resampling").study();
    List<Measured> points =
        measured("resampling=none,up:5", 0.1, 0.1).stream()
            .map(point -> new Measured(point.point(), null, none))
            .toList();
    assertEquals(
        "The test images have no object that counts, so there is no mAP, and the question stays open.",
        StudyRun.finding(study, points, List.of()));
  }

  @Test
  void aTrainingThatDivergedIsPartOfTheFinding() throws IOException {
    assertEquals(
        "Without resampling the SVMs reach 30.0 %. Training diverged with rate × 3 and rate × 10.",
        StudyRun.finding(
            Studies.installed().parse("resampling").study(),
            measured("resampling=none", 0.3),
            List.of("rate × 3", "rate × 10")));
  }

  @Test
  void labelsDoNotExplainWhatRemainsWithEqualOnes() {
    assertEquals(
        "SVMs trained with softmax's labels (0.5/0.5) still beat softmax by 1.4 points (95 %: 1.4 to 1.4), so labels alone do not explain the difference. At their best labels SVMs reach 24.0 % (0/0.3) and softmax 21.0 % (0.5/0.5), a difference of 3.0 points (95 %: 3.0 to 3.0).",
        finding("labels=0.5/0.5,0/0.3", 0.224, 0.24, 0.21, 0.2, 0.205));
  }

  @Test
  void labelsMayExplainWhatEqualOnesTakeAway() {
    String within =
        finding(
            "labels=0.5/0.5,0/0.3",
            found(0.25, 0.174),
            found(0.24, 0.24),
            found(0.2, 0.22),
            found(0.2, 0.2),
            found(0.2, 0.21));
    assertTrue(
        within.startsWith(
            "With softmax's labels (0.5/0.5) the difference between the heads is 0.2 points, which is within chance (95 %: -4.6 to 5.0); SVMs with their best labels (0/0.3) lead that softmax by 3.0 points (95 %: 2.0 to 4.0), so labels may explain their lead. At"),
        within);
    String reversed = finding("labels=0.5/0.5,0/0.3", 0.19, 0.24, 0.21, 0.2, 0.205);
    assertTrue(
        reversed.startsWith(
            "With softmax's labels (0.5/0.5) softmax beats the SVMs by 2.0 points (95 %: 2.0 to 2.0); SVMs with their best labels (0/0.3) lead that softmax by 3.0 points (95 %: 3.0 to 3.0), so labels may explain their lead."),
        reversed);
    // Where SVMs do not win at all, there is no difference to explain.
    String lost = finding("labels=0.5/0.5,0/0.3", 0.19, 0.2, 0.21, 0.2, 0.205);
    assertTrue(
        lost.startsWith(
            "With softmax's labels (0.5/0.5) softmax beats the SVMs by 2.0 points (95 %: 2.0 to 2.0). At"),
        lost);
  }

  @Test
  void withoutSoftmaxsOwnLabelsOnlyTheBestAreCompared() {
    assertEquals(
        "At their best labels SVMs reach 20.0 % (0/0.3) and softmax 10.0 % (0/0.3), a difference of 10.0 points (95 %: 10.0 to 10.0).",
        finding("labels=0/0.3", 0.2, 0.1, 0.15));
  }

  @Test
  void hogMayWin() {
    assertEquals(
        "Under the same SVMs HOG reaches 10.0 % and fc7 of the network without fine-tuning 31.6 %, 21.6 points higher (95 %: 21.6 to 21.6).",
        finding("descriptor=hog,fc6,fc7", 0.1, 0.3, 0.316));
    assertTrue(
        finding("descriptor=hog,fc6", 0.31, 0.3)
            .endsWith("30.0 %, 1.0 point lower (95 %: 1.0 to 1.0)."));
    assertEquals(
        "HOG reaches 12.0 % with SVMs of cost 0.01, the best of those tried, and fc7 of the network without fine-tuning 31.6 % with SVMs of cost 0.001, 19.6 points higher (95 %: 19.6 to 19.6).",
        finding("descriptor=hog,hog:0.01,fc7", 0.1, 0.12, 0.316));
    assertTrue(
        finding("descriptor=hog:0.1,fc7", 0.1, 0.3)
            .startsWith("HOG reaches 10.0 % with SVMs of cost 0.1 and fc7"));
    assertEquals(
        "The best features are fc7, with 35.5 %; fc6 is within chance of the best.",
        finding("descriptor=fc6,fc7", found(0.3, 0.4), found(0.4, 0.31)));
  }

  private static String proposals(List<Measured> points, double... seconds) {
    Map<Measured, Double> ofPoint = new LinkedHashMap<>();
    for (int i = 0; i < seconds.length; i++) {
      ofPoint.put(points.get(i), seconds[i]);
    }
    return ProposalsStudy.sentence(points, ofPoint);
  }

  @Test
  void theSmallestNumberOfProposalsThatCostsLittleIsNamedWithItsTime() {
    assertEquals(
        "The best detector is trained and tested with all boxes of an image in mode fast: 40.0 % at 3.2 s per image; with 500 boxes the mAP is 0.6 points lower (95 %: 0.6 to 0.6) at 1 s per image.",
        proposals(measured("proposals=100,500,1000,all", 0.3, 0.394, 0.398, 0.4), 0.25, 1, 2, 3.2));
    // The order of the values does not matter, and an older folder has no times.
    assertEquals(
        "The best detector is trained and tested with 500 boxes of an image in mode fast: 40.0 %; with 100 boxes the mAP is 10.0 points lower (95 %: 10.0 to 10.0).",
        proposals(
            measured("proposals=all,500,100", 0.39, 0.4, 0.3), Double.NaN, Double.NaN, Double.NaN));
    assertEquals(
        "The best detector is trained and tested with 100 boxes of an image in mode quality: 40.0 % at 20 s per image.",
        proposals(measured("proposals=50,quality:100", 0.395, 0.4), 1, 20));
    assertEquals(
        "The best detector is trained and tested with 100 boxes of an image in mode quality: 35.5 % at 20 s per image; fast:50 is within chance of the best.",
        proposals(measured("proposals=50,quality:100", found(0.3, 0.4), found(0.4, 0.31)), 1, 20));
  }

  @Test
  void theSpreadOverSeedsIsTheSamplesDeviation() {
    // Deviations 1.0, 0 and 2.0 points. Of 3 seeds, Student's t of 2 degrees of freedom is 4.303;
    // times the root of two times the largest it is 12.17.
    assertEquals(
        "Over 3 seeds of fine-tuning the mAP, mean and standard deviation, is pool5 21.0 ± 1.0 %, fc6 25.0 ± 0.0 %, fc7 30.0 ± 2.0 %: a difference below 12.2 points between two single networks may be the seed's alone, so nobody should read tenths.",
        finding("seeds", 0.2, 0.21, 0.22, 0.25, 0.25, 0.25, 0.28, 0.3, 0.32));
    assertTrue(
        finding("seeds=1,2", 0.2, 0.2, 0.25, 0.25, 0.3, 0.3)
            .endsWith("fc7 30.0 ± 0.0 %: the seed makes no difference that these figures show."));
    assertTrue(finding("seeds=4", 0.2, 0.21, 0.22).startsWith("One seed has no spread"));
  }

  @Test
  void thresholdsNameTheBestAndWhatTheOthersLose() {
    assertEquals(
        "With the ground truth alone as positives, negatives below IoU 0.3 are the best (24.0 %), and with those below 0.7 the mAP is 9.0 points lower (95 %: 9.0 to 9.0). With proposals as positives too, negatives below IoU 0.3 and 0.7 give 24.0 %.",
        finding("negative-iou=0.3,0.7", 0.24, 0.15, 0.24, 0.24));
    assertEquals(
        "With negatives of IoU < 0.7, positives IoU ≥ 0.7 are the best (24.0 %), and with the ground truth alone the mAP is 9.0 points lower (95 %: 9.0 to 9.0). With negatives of IoU < 0.3, positives of the ground truth alone are the best (24.5 %).",
        finding("positive-iou=0.7,0", 0.24, 0.15, 0.24, 0.245));
    assertEquals(
        "Fine-tuning on regions from IoU 0.7 on gives the best detector, with 30.0 %; with the paper's 0.5 the mAP is 2.0 points lower (95 %: 2.0 to 2.0).",
        finding("finetune-iou", 0.2, 0.28, 0.3));
    assertEquals(
        "Fine-tuning on regions from IoU 0.5 on gives the best detector, with 30.0 %; with 0.3 the mAP is 10.0 points lower (95 %: 10.0 to 10.0).",
        finding("finetune-iou", 0.2, 0.3, 0.28));
  }

  @Test
  void whatIsWithinChanceOfTheBestIsNamed() {
    assertEquals(
        "Fine-tuning on regions from IoU 0.7 on gives the best detector, with 31.0 %; with the paper's 0.5 the mAP is 1.0 point lower, which is within chance (95 %: -1.0 to 3.0); 0.3 is within chance of the best.",
        finding("finetune-iou", found(0.32, 0.29), found(0.31, 0.29), found(0.3, 0.32)));
  }

  @Test
  void negativesThatWereLoweredToThePositivesAreCalledWhatTheyAre() {
    assertTrue(
        finding("positive-iou=0.5,0.7", 0.24, 0.2, 0.2, 0.24)
            .startsWith(
                "With negatives of IoU < 0.7, positives IoU ≥ 0.5 against negatives lowered to IoU < 0.5 are the best (24.0 %). With"));
  }

  @Test
  void resamplingMayHelpOrNot() {
    assertEquals(
        "No resampling helps beyond chance: without any the SVMs reach 30.0 %, and with down:0.3 they reach 29.9 %, 0.1 points lower (95 %: 0.1 to 0.1).",
        finding("resampling=none,up:5,down:0.3", 0.3, 0.2, 0.299));
    assertEquals(
        "Resampling helps: without any the SVMs reach 30.0 %, and with up:5 they reach 31.0 %, 1.0 point higher (95 %: 1.0 to 1.0).",
        finding("resampling=none,up:5", 0.3, 0.31));
    assertEquals(
        "No resampling helps beyond chance: without any the SVMs reach 30.0 %, and with up:5 they reach 31.0 %, 1.0 point higher, which is within chance (95 %: -2.0 to 4.0).",
        finding("resampling=none,up:5", found(0.3, 0.3), found(0.34, 0.28)));
  }

  @Test
  void theBestPreTrainedStartIsNamedAlsoWhereScratchWins() {
    assertEquals(
        "Fine-tuned from embedded the network reaches 30.0 %, 20.0 % as it starts; from scratch it ends at 10.0 %, 20.0 points lower (95 %: 20.0 to 20.0), later.",
        StartStudy.sentence(measured("start", 0.02, 0.2, 0.1, 0.3), ", later"));
    assertEquals(
        "Fine-tuned from scratch the network reaches 30.0 %, 2.0 % as it starts; from embedded, the best pre-trained start, it ends at 29.0 %, 1.0 point lower (95 %: 1.0 to 1.0).",
        StartStudy.sentence(measured("start", 0.02, 0.2, 0.3, 0.29), ""));
    assertEquals(
        "Fine-tuned from a.npz the network reaches 31.0 %, 2.0 % as it starts; from scratch it ends at 10.0 %, 21.0 points lower (95 %: 20.0 to 22.0); b.npz is within chance of the best.",
        StartStudy.sentence(
            measured(
                "start=none,a.npz,b.npz",
                found(0, 0),
                found(0.02, 0.02),
                found(0.01, 0.01),
                found(0.1, 0.1),
                found(0.3, 0.32),
                found(0.31, 0.3)),
            ""));
  }

  private static final List<LearningPoint> FAST =
      List.of(point(100, 2), point(1100, 0.9), point(2000, 0.5));

  private static final List<LearningPoint> SLOW =
      List.of(point(100, 2), point(1100, 1.5), point(2000, 1));

  @Test
  void aStartIsAheadFromTheFirstLossThatTheOtherOneEndsWith() {
    assertEquals(
        ", with a loss that the best start is down to by iteration 1,100 of 2,000",
        StartStudy.convergence(FAST, SLOW));
    assertEquals("", StartStudy.convergence(SLOW, FAST));
  }

  @Test
  void aStartThatLearnedNextToNothingIsNotComparedByItsLoss() {
    // The loss falls as soon as all is taken for background.
    assertEquals(
        ", having hardly begun to learn: it gets 3.8 % of the positives right",
        StartStudy.learning(3.8, FAST, SLOW));
    assertEquals(StartStudy.convergence(FAST, SLOW), StartStudy.learning(5, FAST, SLOW));
  }

  @Test
  void oneLuckyBatchDoesNotPutAStartAhead() {
    // Of 20 points a tenth is two, whose mean counts; the first and the third alone are below 1.
    List<Double> losses = List.of(0.5, 3.0, 0.5, 3.0, 1.1, 0.9, 0.8, 0.8, 0.8, 0.8);
    List<LearningPoint> fast = new ArrayList<>();
    List<LearningPoint> slow = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      fast.add(point(100 * (i + 1), i < losses.size() ? losses.get(i) : 0.7));
      slow.add(point(100 * (i + 1), 1));
    }
    assertEquals(
        ", with a loss that the best start is down to by iteration 600 of 2,000",
        StartStudy.convergence(fast, slow));
  }

  private static LearningPoint point(int iteration, double loss) {
    return new LearningPoint(iteration, loss, 0.5, 0.5, Double.NaN, Double.NaN);
  }

  @Test
  void copiedLayersAreCountedAndComparedWithNoneAndWithFrozenOnes() {
    assertEquals(
        "Copying 3 layers (all layers learn) is best, with 30.0 %; without copied layers the mAP is 20.0 points lower (95 %: 20.0 to 20.0); if 3 copied layers are frozen instead of learning, the mAP is 2.0 points lower (95 %: 2.0 to 2.0).",
        finding("freeze-depth=0,1,3", 0.1, 0.2, 0.28, 0.1, 0.2, 0.3));
    assertEquals(
        "Copying 1 layer (copied layers frozen) is best, with 30.0 %; without copied layers the mAP is 20.0 points lower (95 %: 20.0 to 20.0); if 1 copied layer is frozen instead of learning, the mAP is 10.0 points higher (95 %: 10.0 to 10.0).",
        finding("freeze-depth=0,1", 0.1, 0.3, 0.1, 0.2));
    // Without copied layers nothing can be frozen, and both series have the same network.
    assertEquals(
        "Copying no layer is best, with 30.0 %; if 1 copied layer is frozen instead of learning, the mAP is the same.",
        finding("freeze-depth=0,1", 0.3, 0.2, 0.3, 0.2));
    assertEquals(
        "Copying 2 layers (all layers learn) is best, with 31.0 %; if 2 copied layers are frozen instead of learning, the mAP is 1.0 point lower, which is within chance (95 %: -1.0 to 3.0); 1 layer (all layers learn) is within chance of the best.",
        finding(
            "freeze-depth=1,2",
            found(0.2, 0.2),
            found(0.31, 0.29),
            found(0.32, 0.29),
            found(0.3, 0.32)));
  }

  /** Movements of two layers of length 1 at one iteration. */
  private static List<Movement> moved(double lowest, double top, double pull, double topPull) {
    return List.of(
        new Movement(
            10,
            Map.of("conv1", lowest, "fc7", top),
            Map.of("conv1", 1.0, "fc7", 1.0),
            Map.of("conv1", pull, "fc7", topPull)));
  }

  @Test
  void theLowestLayersMovementIsInPlainNumbers() {
    List<String> layers = List.of("conv1", "fc7");
    // 120 % is not 1.2e+02 %.
    assertEquals(
        "After 10 iterations conv1 has moved by 1.2 % of its length and fc7 by 120 %; the gradient of conv1 is 2 times as strong for its length, so it has not vanished; with it frozen the mAP is 1.0 point lower (95 %: 1.0 to 1.0).",
        MovementStudy.sentence(
            measured("movement=0,1", 0.3, 0.29), moved(0.012, 1.2, 0.5, 0.25), layers));
    assertEquals(
        "After 10 iterations conv1 has moved by 0.012 % of its length and fc7 by 12 %; the gradient of conv1 is 0.0042 times as strong for its length, so it has vanished; with the lowest 3 layers frozen the mAP is the same.",
        MovementStudy.sentence(
            measured("movement=0,3", 0.3, 0.3), moved(0.00012, 0.12, 0.00105, 0.25), layers));
  }

  @Test
  void theBestRateIsComparedWithTheWorstAndTheSuggestedOne() {
    List<Measured> points = measured("rate=0.1,1,suggested", 0.25, 0.3, 0.29);
    RangeTest.Trial stands =
        new RangeTest.Trial(8.7e-4, Stream.generate(() -> 1.0).limit(RangeTest.TRIAL).toList());
    List<RangeTest.Point> start = List.of(new RangeTest.Point(RangeTest.LOWEST, 2));
    Map<Measured, String> names =
        Map.of(
            points.get(0), RateStudy.named("0.1", 1e-4, List.of()),
            points.get(1), RateStudy.named("1", 1e-3, List.of()),
            points.get(2),
                RateStudy.named(
                    "suggested", 8.7e-4, List.of(new RangeTest(start, List.of(stands)))));
    assertEquals(
        "The best rate is the configured one (0.001), with 30.0 %; with 0.1 times the configured one (0.0001) the mAP is 5.0 points lower (95 %: 5.0 to 5.0); with the suggested one (0.00087) the mAP is 1.0 point lower (95 %: 1.0 to 1.0).",
        RateStudy.sentence(points, names));
    // Fine-tuning then keeps its rate, which nobody has suggested.
    assertEquals(
        "the configured one (0.001; its range test suggests none)",
        RateStudy.named("suggested", 1e-3, List.of(new RangeTest(start, List.of()))));
  }
}
