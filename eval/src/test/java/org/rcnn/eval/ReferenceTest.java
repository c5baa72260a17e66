package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.CocoSummary.Difficult;

/**
 * The figures of the reference implementations of TIDE and COCO on synthetic splits with ties,
 * empty images, difficult objects, classes without objects and more detections than are used, to
 * 1e-9. The head of the file says what its lines mean.
 */
class ReferenceTest {

  private static final double TOLERANCE = 1e-9;

  /** A split, its detections, and the expected figures by the first word of their line. */
  private static final class Case {
    final String name;
    final List<String> classes;
    final List<Annotation> split = new ArrayList<>();
    final Map<String, List<Detection>> detections = new HashMap<>();
    final Map<String, double[]> expected = new HashMap<>();

    Case(String name, int classes) {
      this.name = name;
      this.classes = IntStream.range(0, classes).mapToObj(k -> "class" + k).toList();
    }
  }

  private static List<Case> cases() throws IOException {
    try (InputStream in = ReferenceTest.class.getResourceAsStream("reference.txt")) {
      return read(
          new BufferedReader(
              new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8)));
    }
  }

  private static List<Case> read(BufferedReader in) {
    List<Case> cases = new ArrayList<>();
    List<GroundTruth> objects = new ArrayList<>();
    for (String line : in.lines().filter(text -> !text.startsWith("#")).toList()) {
      String[] words = line.split(" ");
      Case last = cases.isEmpty() ? null : cases.get(cases.size() - 1);
      switch (words[0]) {
        case "case" -> cases.add(new Case(line, Integer.parseInt(words[2])));
        case "image" -> {
          objects = new ArrayList<>();
          last.split.add(new Annotation(words[1], 400, 300, objects));
        }
        case "object", "difficult" -> {
          boolean difficult = words[0].equals("difficult");
          objects.add(new GroundTruth("class" + words[1], box(words, 2), difficult, false));
          String id = last.split.remove(last.split.size() - 1).imageId();
          last.split.add(new Annotation(id, 400, 300, objects));
        }
        case "detection" ->
            last.detections
                .computeIfAbsent(
                    last.split.get(last.split.size() - 1).imageId(), id -> new ArrayList<>())
                .add(
                    new Detection("class" + words[1], Double.parseDouble(words[2]), box(words, 3)));
        default ->
            last.expected.put(
                words[0], Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray());
      }
    }
    return cases;
  }

  private static Box box(String[] words, int from) {
    double x = Double.parseDouble(words[from]);
    double y = Double.parseDouble(words[from + 1]);
    return new Box(
        x, y, x + Double.parseDouble(words[from + 2]), y + Double.parseDouble(words[from + 3]));
  }

  @Test
  void tideEqualsTheAuthorsImplementation() throws IOException {
    int[] errors = new int[TideKind.values().length];
    for (Case c : cases()) {
      TideDiagnosis tide = new TideDiagnoser().diagnose(c.classes, c.split, c.detections);
      double[] expected = c.expected.get("tide");
      assertEquals(expected[0] / 100, tide.ap(), TOLERANCE, c.name);
      for (TideKind kind : TideKind.values()) {
        String message = c.name + " " + kind;
        int k = kind.ordinal();
        assertEquals(c.expected.get("tide-counts")[k], (int) tide.counts().get(kind), message);
        assertEquals(expected[1 + k] / 100, tide.deltaAp().get(kind), TOLERANCE, message);
        errors[k] += tide.counts().get(kind);
      }
      assertEquals(expected[7] / 100, tide.deltaApFalsePositives(), TOLERANCE, c.name);
      assertEquals(expected[8] / 100, tide.deltaApFalseNegatives(), TOLERANCE, c.name);
    }
    assertTrue(Arrays.stream(errors).allMatch(count -> count > 10), Arrays.toString(errors));
  }

  @Test
  void cocoSummaryEqualsPycocotools() throws IOException {
    for (Case c : cases()) {
      for (Difficult difficult : Difficult.values()) {
        CocoSummary summary =
            new CocoEvaluator(difficult).summarise(c.classes, c.split, c.detections);
        double[] expected = c.expected.get("coco-" + difficult.label());
        List<Double> figures = new ArrayList<>(summary.figures().values());
        c.classes.forEach(name -> figures.add(summary.apByClass().getOrDefault(name, Double.NaN)));
        assertEquals(expected.length, figures.size());
        for (int i = 0; i < expected.length; i++) {
          double value = Double.isNaN(figures.get(i)) ? -1 : figures.get(i);
          assertEquals(expected[i], value, TOLERANCE, c.name + " " + difficult + " " + i);
        }
      }
    }
  }

  @Test
  void theCocoMetricIsTheSummarysApWhereNoObjectIsDifficult() throws IOException {
    for (Case c : cases()) {
      List<Annotation> split = c.split.stream().map(ReferenceTest::withoutDifficult).toList();
      EvaluationResult result =
          new DetectionEvaluator(ApMetric.COCO, 0.5).evaluate(c.classes, split, c.detections);
      for (Difficult difficult : Difficult.values()) {
        CocoSummary summary =
            new CocoEvaluator(difficult).summarise(c.classes, split, c.detections);
        assertEquals(result.meanAp(), summary.ap(), 1e-12, c.name);
        assertEquals(result.apByClass().keySet(), summary.apByClass().keySet());
      }
    }
  }

  private static Annotation withoutDifficult(Annotation image) {
    return new Annotation(
        image.imageId(),
        image.width(),
        image.height(),
        image.objects().stream().filter(object -> !object.difficult()).toList());
  }
}
