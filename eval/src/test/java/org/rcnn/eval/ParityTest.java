package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.Labelled;

/**
 * The APs of an independent implementation on random detections, to 1e-9. Reads the few forms that
 * these files have with regular expressions, so that the module needs no XML or JSON library.
 */
class ParityTest {

  private static final Pattern NUMBER = Pattern.compile("\"(\\w+)\": ([0-9.eE+-]+)");
  private static final Pattern METRIC = Pattern.compile("\"(\\w+)\": \\{([^}]*)\\}");
  private static final Pattern OBJECT = Pattern.compile("<object>(.*?)</object>", Pattern.DOTALL);

  @Test
  void apsEqualThoseOfAnIndependentImplementation() throws IOException {
    Optional<Path> parity = sharedFolder("data/parity");
    assumeTrue(parity.isPresent(), "skipped: no folder ../shared/data/parity beside the project");
    List<Path> cases;
    try (Stream<Path> folders = Files.list(parity.get())) {
      cases = folders.filter(Files::isDirectory).sorted().toList();
    }
    assertFalse(cases.isEmpty(), "no case in " + parity.get());
    for (Path folder : cases) {
      checkCase(folder);
    }
  }

  private static void checkCase(Path folder) throws IOException {
    List<Annotation> split = new ArrayList<>();
    for (String id : Files.readAllLines(folder.resolve("ImageSets/Main/test.txt"))) {
      split.add(annotation(id, Files.readString(folder.resolve("Annotations/" + id + ".xml"))));
    }
    Map<String, Map<String, Double>> expected =
        expected(Files.readString(folder.resolve("expected.json")));
    assertEquals(2, expected.size());
    for (var entry : expected.entrySet()) {
      Map<String, Double> aps = entry.getValue();
      double meanAp = aps.remove("mAP");
      List<String> classes = List.copyOf(aps.keySet());
      EvaluationResult result =
          new DetectionEvaluator(Labelled.named(ApMetric.class, entry.getKey()), 0.5)
              .evaluate(classes, split, detections(folder.resolve("results"), classes));
      String message = folder.getFileName() + " " + entry.getKey() + " ";
      aps.forEach((name, ap) -> assertEquals(ap, result.of(name).ap(), 1e-9, message + name));
      assertEquals(meanAp, result.meanAp(), 1e-9, message + "mAP");
    }
  }

  private static Map<String, Map<String, Double>> expected(String json) {
    Map<String, Map<String, Double>> metrics = new LinkedHashMap<>();
    Matcher metric = METRIC.matcher(json);
    while (metric.find()) {
      Map<String, Double> values = new LinkedHashMap<>();
      Matcher number = NUMBER.matcher(metric.group(2));
      while (number.find()) {
        values.put(number.group(1), Double.valueOf(number.group(2)));
      }
      metrics.put(metric.group(1), values);
    }
    return metrics;
  }

  private static Annotation annotation(String id, String xml) {
    List<GroundTruth> objects = new ArrayList<>();
    Matcher object = OBJECT.matcher(xml);
    while (object.find()) {
      String text = object.group(1);
      Box box =
          Box.ofVoc(
              Double.parseDouble(tag("xmin", text)),
              Double.parseDouble(tag("ymin", text)),
              Double.parseDouble(tag("xmax", text)),
              Double.parseDouble(tag("ymax", text)));
      boolean difficult = tag("difficult", text).equals("1");
      objects.add(new GroundTruth(tag("name", text), box, difficult, false));
    }
    return new Annotation(
        id, Integer.parseInt(tag("width", xml)), Integer.parseInt(tag("height", xml)), objects);
  }

  private static String tag(String name, String xml) {
    Matcher matcher = Pattern.compile("<" + name + ">([^<]*)<").matcher(xml);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no <" + name + "> in " + xml);
    }
    return matcher.group(1).trim();
  }

  private static Map<String, List<Detection>> detections(Path results, List<String> classes)
      throws IOException {
    Map<String, List<Detection>> detections = new HashMap<>();
    for (String className : classes) {
      for (String line :
          Files.readAllLines(results.resolve("comp4_det_test_" + className + ".txt"))) {
        String[] fields = line.trim().split("\\s+");
        double[] v = Stream.of(fields).skip(1).mapToDouble(Double::parseDouble).toArray();
        detections
            .computeIfAbsent(fields[0], id -> new ArrayList<>())
            .add(new Detection(className, v[0], Box.ofVoc(v[1], v[2], v[3], v[4])));
      }
    }
    return detections;
  }

  /** A path in the folder {@code shared} beside the repository, if it is there. */
  private static Optional<Path> sharedFolder(String path) {
    for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
      if (Files.isDirectory(up.resolve("region-proposals"))) {
        Path found = up.resolveSibling("shared").resolve(path);
        return Files.isDirectory(found) ? Optional.of(found) : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
