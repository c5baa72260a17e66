package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

/** What must hold for any detections, on random scenes; a failure names its seed. */
class EvaluationPropertiesTest {

  private static final int SEEDS = 300;

  private record RandomScene(List<Annotation> split, Map<String, List<Detection>> detections) {

    static RandomScene of(long seed) {
      Random random = new Random(seed);
      List<Annotation> split = new ArrayList<>();
      Map<String, List<Detection>> detections = new HashMap<>();
      for (int i = 0; i < 1 + random.nextInt(8); i++) {
        List<GroundTruth> objects = new ArrayList<>();
        List<Detection> found = new ArrayList<>();
        for (int o = random.nextInt(5); o > 0; o--) {
          Box box = box(random);
          objects.add(new GroundTruth("cat", box, random.nextInt(4) == 0, false));
          for (int d = random.nextInt(3); d > 0; d--) {
            found.add(new Detection("cat", random.nextGaussian() + 1, jitter(box, random)));
          }
        }
        for (int d = random.nextInt(4); d > 0; d--) {
          found.add(new Detection("cat", random.nextGaussian(), box(random)));
        }
        split.add(new Annotation("image" + i, 100, 100, objects));
        detections.put("image" + i, found);
      }
      return new RandomScene(split, detections);
    }

    private static Box box(Random random) {
      double x = random.nextInt(70);
      double y = random.nextInt(70);
      return new Box(x, y, x + 5 + random.nextInt(40), y + 5 + random.nextInt(40));
    }

    private static Box jitter(Box box, Random random) {
      double dx = random.nextGaussian() * box.width() / 8;
      double dy = random.nextGaussian() * box.height() / 8;
      return new Box(box.xMin() + dx, box.yMin() + dy, box.xMax() + dx, box.yMax() + dy);
    }

    ClassResult cat(ApMetric metric) {
      return new DetectionEvaluator(metric, 0.5)
          .evaluate(List.of("cat"), split, detections)
          .of("cat");
    }
  }

  @Test
  void apIsAFractionUnderEveryMetric() {
    for (long seed = 0; seed < SEEDS; seed++) {
      for (ApMetric metric : ApMetric.values()) {
        ClassResult result = RandomScene.of(seed).cat(metric);
        boolean fraction = result.ap() >= 0 && result.ap() <= 1 + 1e-12;
        assertEquals(result.isScored(), fraction, "seed " + seed + " " + metric + " " + result);
      }
    }
  }

  @Test
  void anotherObjectFoundAtTheTopNeverLowersAp() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomScene scene = RandomScene.of(seed);
      for (ApMetric metric : ApMetric.values()) {
        // The same objects and one more; unfound in the first case, found first in the second.
        Box box = new Box(1000, 1000, 1010, 1010);
        List<Annotation> split = new ArrayList<>(scene.split);
        split.add(
            new Annotation(
                "extra", 2000, 2000, List.of(new GroundTruth("cat", box, false, false))));
        Map<String, List<Detection>> found = new HashMap<>(scene.detections);
        found.put("extra", List.of(new Detection("cat", 100, box)));
        double unfound = new RandomScene(split, scene.detections).cat(metric).ap();
        double withFound = new RandomScene(split, found).cat(metric).ap();
        assertTrue(withFound >= unfound, "seed " + seed + " " + metric);
      }
    }
  }

  @Test
  void theOrderOfImagesAndDetectionsDoesNotMatterWhenScoresDiffer() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomScene scene = RandomScene.of(seed);
      Random random = new Random(seed);
      List<Annotation> split = new ArrayList<>(scene.split);
      Collections.shuffle(split, random);
      Map<String, List<Detection>> detections = new HashMap<>();
      scene.detections.forEach(
          (id, list) -> {
            List<Detection> shuffled = new ArrayList<>(list);
            Collections.shuffle(shuffled, random);
            detections.put(id, shuffled);
          });
      for (ApMetric metric : ApMetric.values()) {
        assertEquals(
            scene.cat(metric), new RandomScene(split, detections).cat(metric), "seed " + seed);
      }
    }
  }

  @Test
  void anyRisingChangeOfScoresLeavesApAsItIs() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomScene scene = RandomScene.of(seed);
      Map<String, List<Detection>> detections = new HashMap<>();
      scene.detections.forEach(
          (id, list) ->
              detections.put(
                  id,
                  list.stream()
                      .map(d -> new Detection("cat", Math.exp(3 * d.score()), d.box()))
                      .toList()));
      for (ApMetric metric : ApMetric.values()) {
        assertEquals(
            scene.cat(metric).ap(),
            new RandomScene(scene.split, detections).cat(metric).ap(),
            "seed " + seed);
      }
    }
  }

  @Test
  void fixingErrorsNeverLowersApAndSizesAddUp() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomScene scene = RandomScene.of(seed);
      for (ApMetric metric : ApMetric.values()) {
        ClassErrors errors =
            new ErrorDiagnoser(metric, 0.5, SimilarClasses.none())
                .diagnose(List.of("cat"), scene.split, scene.detections)
                .classes()
                .get(0);
        if (errors.positives() == 0) {
          continue;
        }
        String message = "seed " + seed + " " + errors;
        for (double ap : errors.apWithout().values()) {
          assertTrue(ap >= errors.ap() && ap <= 1 + 1e-12, message);
        }
        assertTrue(
            errors.apLocalised() >= errors.apWithout().get(ErrorKind.LOCALISATION) - 1e-12,
            message);
        assertTrue(errors.examined() <= errors.positives(), message);
        int positives = errors.sizes().stream().mapToInt(SizeResult::positives).sum();
        int found = errors.sizes().stream().mapToInt(SizeResult::found).sum();
        assertEquals(errors.positives(), positives, message);
        assertEquals(errors.positives() - errors.missed(), found, message);
      }
    }
  }
}
