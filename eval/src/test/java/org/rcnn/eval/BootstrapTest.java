package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

class BootstrapTest {

  private static final DetectionEvaluator AREA = new DetectionEvaluator(ApMetric.AREA, 0.5);

  /** In image a the cat is found at once; in image b a wrong box comes before the right one. */
  private static Scene two() {
    return new Scene()
        .object("a", "cat", Scene.at(0))
        .detection("a", "cat", 0.9, Scene.at(0))
        .object("b", "cat", Scene.at(0))
        .detection("b", "cat", 0.8, Scene.at(100))
        .detection("b", "cat", 0.7, Scene.at(0));
  }

  private static BootstrapResult resampled(Scene scene, int resamples, long seed) {
    return new Bootstrap(AREA, resamples, seed)
        .evaluate(List.of("cat"), scene.split(), scene.detections());
  }

  private static WeightedClass cat(Scene scene, ApMetric metric) {
    ClassRanking ranking =
        ClassRanking.of(List.of("cat"), scene.split(), scene.detections()).get(0);
    return WeightedClass.of(ranking, metric, 0.5);
  }

  @Test
  void imagesCountAsOftenAsTheyWereDrawn() {
    WeightedClass cat = cat(two(), ApMetric.AREA);
    // a alone: right at once. b alone: one wrong, one right. Both: half of the recall at precision
    // 1, half at 2/3.
    assertEquals(1, cat.ap(new int[] {2, 0}), 1e-12);
    assertEquals(0.5, cat.ap(new int[] {0, 2}), 1e-12);
    assertEquals(5.0 / 6, cat.ap(new int[] {1, 1}), 1e-12);
    // Three times a and once b: three quarters of the recall at precision 1, one at 4/5.
    assertEquals(0.95, cat.ap(new int[] {3, 1}), 1e-12);
    assertTrue(Double.isNaN(cat.ap(new int[] {0, 0})));
  }

  @Test
  void theRangeOfTwoImagesGoesFromTheWorseTwiceToTheBetterTwice() {
    // Drawn are aa, ab, ba or bb: AP 1, 5/6 twice, 1/2.
    BootstrapResult result = resampled(two(), 4000, 1);
    assertEquals(5.0 / 6, result.meanAp().estimate(), 1e-12);
    assertEquals(0.5, result.meanAp().low(), 1e-12);
    assertEquals(1, result.meanAp().high(), 1e-12);
    assertEquals(result.meanAp(), result.ap("cat"));
  }

  @Test
  void quantilesAreInterpolatedAsInNumpy() {
    // numpy.percentile([1, 2, 3, 4], [2.5, 97.5]) is [1.075, 3.925].
    Interval interval = Interval.ofRepetitions(7, new double[] {4, 1, Double.NaN, 3, 2});
    assertEquals(7, interval.estimate());
    assertEquals(1.075, interval.low(), 1e-12);
    assertEquals(3.925, interval.high(), 1e-12);
    assertTrue(interval.contains(2) && !interval.contains(4));
    assertTrue(Double.isNaN(Interval.ofRepetitions(7, new double[0]).low()));
  }

  @Test
  void theSameSeedGivesTheSameRangesAndAnotherSeedOthers() {
    Scene scene = random(new Random(3), 40);
    assertEquals(resampled(scene, 50, 7).meanAp(), resampled(scene, 50, 7).meanAp());
    assertNotEquals(resampled(scene, 50, 7).meanAp(), resampled(scene, 50, 8).meanAp());
  }

  @Test
  void aDifferenceIsTakenOnTheSameResamples() {
    BootstrapResult worse = resampled(two(), 500, 1);
    BootstrapResult better = resampled(two().detection("b", "cat", 0.95, Scene.at(0)), 500, 1);
    // aa gives 1 and 1, ab 5/6 and 1, bb 1/2 and 1: the better one is never worse, though the
    // ranges of the two touch.
    Interval gain = better.differenceOfMeans(worse);
    assertEquals(1.0 / 6, gain.estimate(), 1e-12);
    assertEquals(0, gain.low(), 1e-12);
    assertEquals(0.5, gain.high(), 1e-12);
    assertEquals(gain, better.difference(worse, "cat"));
    assertEquals(new Interval(0, 0, 0), better.differenceOfMeans(better));
  }

  @Test
  void resultsOfOtherImagesOrResamplesAreNotCompared() {
    BootstrapResult result = resampled(two(), 50, 1);
    Scene other = new Scene().object("c", "cat", Scene.at(0));
    for (BootstrapResult unpaired :
        List.of(resampled(two(), 50, 2), resampled(two(), 40, 1), resampled(other, 50, 1))) {
      assertThrows(IllegalArgumentException.class, () -> result.differenceOfMeans(unpaired));
      assertThrows(IllegalArgumentException.class, () -> result.difference(unpaired, "cat"));
    }
  }

  @Test
  void aClassThatAResampleLacksDoesNotEnterItsMean() {
    Scene scene = two().object("a", "dog", Scene.at(50));
    BootstrapResult result =
        new Bootstrap(AREA, 200, 1)
            .evaluate(List.of("cat", "dog", "emu"), scene.split(), scene.detections());
    // The dog is in image a alone and never found: aa gives (1 + 0)/2, ab (5/6 + 0)/2, bb the 1/2
    // of the cat.
    assertEquals(0, result.ap("dog").high());
    assertEquals(5.0 / 12, result.meanAp().low(), 1e-12);
    assertEquals(0.5, result.meanAp().high(), 1e-12);
    assertTrue(Double.isNaN(result.ap("emu").estimate()) && Double.isNaN(result.ap("emu").low()));
  }

  @ParameterizedTest
  @EnumSource(ApMetric.class)
  void weightsGiveTheApOfASplitThatHasTheImagesSoOften(ApMetric metric) {
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      Scene scene = random(random, 1 + random.nextInt(6));
      int[] weights = random.ints(scene.split().size(), 0, 4).toArray();
      double expected = repeated(scene, weights).cat(metric).ap();
      assertEquals(expected, cat(scene, metric).ap(weights), 1e-12, "seed " + seed);
    }
  }

  /** The scene with each image as often as its weight says. */
  private static Scene repeated(Scene scene, int[] weights) {
    Scene repeated = new Scene();
    List<Annotation> split = scene.split();
    for (int i = 0; i < weights.length; i++) {
      for (int copy = 0; copy < weights[i]; copy++) {
        String id = split.get(i).imageId();
        String name = id + "-" + copy;
        repeated.image(name);
        for (GroundTruth object : split.get(i).objects()) {
          if (object.difficult()) {
            repeated.difficult(name, object.className(), object.box());
          } else {
            repeated.object(name, object.className(), object.box());
          }
        }
        for (Detection found : scene.detections().getOrDefault(id, List.of())) {
          repeated.detection(name, found.className(), found.score(), found.box());
        }
      }
    }
    return repeated;
  }

  /** Images with a cat that is often found, a difficult one, and wrong boxes; no equal scores. */
  private static Scene random(Random random, int images) {
    Scene scene = new Scene();
    for (int i = 0; i < images; i++) {
      addImage(scene, "image" + i, random);
    }
    return scene;
  }

  private static void addImage(Scene scene, String id, Random random) {
    scene.image(id);
    if (random.nextInt(4) > 0) {
      scene.object(id, "cat", Scene.at(0));
      if (random.nextInt(3) > 0) {
        Box box = random.nextInt(4) > 0 ? Scene.at(0) : Scene.at(2.5);
        scene.detection(id, "cat", 1 + random.nextGaussian(), box);
      }
    }
    if (random.nextInt(4) == 0) {
      scene.difficult(id, "cat", Scene.at(50));
      scene.detection(id, "cat", random.nextGaussian(), Scene.at(50));
    }
    for (int d = random.nextInt(3); d > 0; d--) {
      scene.detection(id, "cat", random.nextGaussian(), Scene.at(100 + 20 * d));
    }
  }

  @Test
  void theRangeContainsTheApOfAllImagesAboutAsOftenAsItClaims() {
    // 2,000 images are the world, and each of 200 test sets has 60 of them.
    Random random = new Random(11);
    Scene world = random(random, 2000);
    double truth = world.cat(ApMetric.AREA).ap();
    List<Annotation> images = world.split();
    int trials = 200;
    int covered = 0;
    for (int trial = 0; trial < trials; trial++) {
      List<Annotation> sample = new ArrayList<>();
      Map<String, List<Detection>> found = new HashMap<>();
      int first = random.nextInt(2000);
      for (int i = 0; i < 60; i++) {
        Annotation image = images.get((first + 31 * i) % 2000);
        sample.add(image);
        found.put(image.imageId(), world.detections().getOrDefault(image.imageId(), List.of()));
      }
      Bootstrap bootstrap = new Bootstrap(AREA, 300, trial);
      covered += bootstrap.evaluate(List.of("cat"), sample, found).meanAp().contains(truth) ? 1 : 0;
    }
    // 95 % of 200 are 190; the range is a little narrow where there are few images.
    assertTrue(covered >= 176 && covered <= 199, covered + " of " + trials);
  }

  @Test
  void thereIsAtLeastOneResample() {
    assertThrows(IllegalArgumentException.class, () -> new Bootstrap(AREA, 0, 1));
  }
}
