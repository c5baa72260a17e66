package org.rcnn.pipeline.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.rcnn.data.Annotation;
import org.rcnn.data.Detection;
import org.rcnn.data.voc.AnnotationException;
import org.rcnn.data.voc.VocDevkit;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.report.ApTable;
import org.rcnn.pipeline.run.Problems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rcnn eval}: scores any detector's VOC result files. */
@Command(
    name = "eval",
    description =
        "Scores VOC result files *_det_SPLIT_CLASS.txt (image score xmin ymin xmax ymax).")
final class EvalCommand implements Callable<Integer> {

  @Option(names = "--data", required = true, paramLabel = "DEVKIT", description = "Ground truth.")
  private Path data;

  @Option(names = "--split", defaultValue = "test", description = "The split. Default: test.")
  private String split;

  @Option(
      names = "--detections",
      required = true,
      paramLabel = "DIR",
      description = "The folder of the result files.")
  private Path detections;

  @Option(names = "--metric", defaultValue = "voc07", description = "voc07, area or coco.")
  private String metric;

  @Option(names = "--iou", defaultValue = "0.5", description = "IoU of a match at least.")
  private double iou;

  @Option(names = "--strict", description = "End at the first bad annotation.")
  private boolean strict;

  @Mixin private JsonOutput json;

  @Override
  public Integer call() throws IOException {
    DetectionEvaluator evaluator = evaluator();
    VocDevkit devkit = VocDevkit.open(data);
    List<Annotation> annotations = annotations(devkit);
    VocResults results = VocResults.read(detections, split);
    Set<String> classes = new TreeSet<>(results.classes());
    annotations.forEach(a -> a.objects().forEach(object -> classes.add(object.className())));
    EvaluationResult result =
        evaluator.evaluate(
            List.copyOf(classes), annotations, detections(results, devkit, annotations));
    System.out.print(new ApTable(result.apByClass(), result.meanAp()).toText());
    if (!result.unscoredClasses().isEmpty()) {
      System.out.println(
          "No ground truth, so no AP: " + String.join(", ", result.unscoredClasses()));
    }
    json.write(tree(result));
    return 0;
  }

  private DetectionEvaluator evaluator() {
    try {
      return new DetectionEvaluator(ApMetric.ofKey(metric), iou);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private List<Annotation> annotations(VocDevkit devkit) throws IOException {
    Problems problems = new Problems(strict);
    List<Annotation> annotations = new ArrayList<>();
    for (String id : devkit.imageIds(split)) {
      try {
        annotations.add(devkit.annotation(id));
      } catch (AnnotationException e) {
        problems.report(e.getMessage());
      }
    }
    if (annotations.isEmpty()) {
      throw new IOException(
          "Split '%s' of %s has no readable annotation.".formatted(split, devkit.root()));
    }
    return annotations;
  }

  /**
   * The detections by image. Those in images whose annotation cannot be read count neither way;
   * those in images that the split does not list stay, for the evaluator to refuse.
   */
  private Map<String, List<Detection>> detections(
      VocResults results, VocDevkit devkit, List<Annotation> annotations) throws IOException {
    Set<String> unreadable = new TreeSet<>(devkit.imageIds(split));
    annotations.forEach(annotation -> unreadable.remove(annotation.imageId()));
    Map<String, List<Detection>> byImage = byImage(results);
    byImage.keySet().removeAll(unreadable);
    return byImage;
  }

  private static Map<String, List<Detection>> byImage(VocResults results) {
    Map<String, List<Detection>> byImage = new LinkedHashMap<>();
    for (String className : results.classes()) {
      results
          .byImage(className)
          .forEach(
              (id, found) -> byImage.computeIfAbsent(id, key -> new ArrayList<>()).addAll(found));
    }
    return byImage;
  }

  private static ObjectNode tree(EvaluationResult result) {
    ObjectNode tree = new ObjectMapper().createObjectNode();
    tree.put("metric", result.metric().key());
    tree.put("iou", result.iou());
    tree.put("mAP", result.meanAp());
    ObjectNode ap = tree.putObject("ap");
    result.apByClass().forEach(ap::put);
    tree.put("images", result.images());
    return tree;
  }
}
