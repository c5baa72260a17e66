package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.rcnn.cli.options.Output;
import org.rcnn.data.Annotation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.report.ResultJson;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Problems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rcnn eval}: scores any detector's VOC result files. */
@Command(
    name = "eval",
    description = "Scores VOC result files (*_det_SPLIT_CLASS.txt) against a split's annotations.")
final class EvalCommand implements Callable<Integer> {

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A folder of annotated images; the images themselves may be missing.")
  private Path data;

  @Option(
      names = "--split",
      required = true,
      paramLabel = "SPLIT",
      description = "The split that was detected, such as test.")
  private String split;

  @Option(
      names = "--detections",
      required = true,
      paramLabel = "DIR",
      description = "The folder of result files, with lines: image score xmin ymin xmax ymax.")
  private Path detections;

  @Option(
      names = "--metric",
      defaultValue = "voc07",
      paramLabel = "METRIC",
      description = "How AP is computed: voc07 (11 points, the default), area, coco, ...")
  private ApMetric metric;

  @Option(
      names = "--iou",
      defaultValue = "0.5",
      paramLabel = "IOU",
      description = "IoU from which a detection matches an object; default ${DEFAULT-VALUE}.")
  private double iou;

  @Mixin private Output output;

  @Spec private CommandSpec spec;

  private final Problems problems = new Problems(false, "");

  @Override
  public Integer call() throws IOException {
    DetectionEvaluator evaluator = evaluator();
    Dataset dataset = DatasetFormats.installed().open(data);
    List<String> ids = dataset.imageIds(split);
    List<Annotation> annotations = annotations(dataset, ids);
    VocResults results = VocResults.read(detections, split);
    EvaluationResult result =
        evaluator.evaluate(
            classes(annotations, results), annotations, scored(results, ids, annotations));
    print(result);
    output.write(tree(result));
    return 0;
  }

  private DetectionEvaluator evaluator() {
    if (metric.averagesOverlaps()
        && spec.commandLine().getParseResult().hasMatchedOption("--iou")) {
      throw new ConfigException(
          "--iou does nothing for %s, which averages over its own IoU thresholds; leave it out."
              .formatted(metric.label()));
    }
    try {
      return new DetectionEvaluator(metric, iou);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("--iou: " + e.getMessage());
    }
  }

  /** The readable annotations; the others are reported. */
  private List<Annotation> annotations(Dataset dataset, List<String> ids) throws IOException {
    List<Annotation> annotations = new ArrayList<>();
    for (String id : ids) {
      try {
        AnnotationReading reading = dataset.readAnnotation(id);
        for (String problem : reading.problems()) {
          problems.report(problem);
        }
        Annotation read = reading.annotation();
        // A copied annotation may contain another image's name; the split's name counts.
        annotations.add(new Annotation(id, read.width(), read.height(), read.objects()));
      } catch (IOException e) {
        problems.report(e.getMessage() + " The image is not scored.");
      }
    }
    if (annotations.isEmpty()) {
      throw new IOException(
          "No annotation of split '%s' in %s can be read; `data check` lists what is wrong."
              .formatted(split, dataset.root()));
    }
    return annotations;
  }

  /** Every class with an object or a result file, sorted; without a file its AP is 0. */
  private List<String> classes(List<Annotation> annotations, VocResults results)
      throws IOException {
    TreeSet<String> annotated =
        annotations.stream()
            .flatMap(annotation -> annotation.objects().stream())
            .map(GroundTruth::className)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String name : annotated) {
      if (!results.classes().contains(name)) {
        problems.report(
            "There is no result file of class '%s', but the split has objects of it; they count as missed."
                .formatted(name));
      }
    }
    annotated.addAll(results.classes());
    return List.copyOf(annotated);
  }

  /** The results without those of images whose annotation is unreadable. */
  private static VocResults scored(
      VocResults results, List<String> ids, List<Annotation> annotations) {
    Set<String> unscored = new TreeSet<>(ids);
    annotations.forEach(annotation -> unscored.remove(annotation.imageId()));
    return unscored.isEmpty() ? results : results.without(unscored);
  }

  private void print(EvaluationResult result) {
    PrintWriter out = output.out();
    int width =
        Math.max(
            5, result.classes().stream().mapToInt(c -> c.className().length()).max().orElse(0));
    out.printf(
        Locale.ROOT,
        "%s, IoU %s, %d images of split %s%n%n",
        result.metric().title(),
        result.iou(),
        result.images(),
        split);
    String line = "%-" + width + "s  %6s  %7s  %9s  %8s  %8s%n";
    out.printf(Locale.ROOT, line, "class", "AP", "objects", "difficult", "found", "false");
    for (ClassResult row : result.classes()) {
      out.printf(
          Locale.ROOT,
          line,
          row.className(),
          row.isScored() ? fraction(row.ap()) : "-",
          row.positives(),
          row.difficult(),
          row.truePositives(),
          row.falsePositives());
    }
    out.printf(Locale.ROOT, "%-" + width + "s  %6s%n", "mAP", fraction(result.meanAp()));
    if (!result.unscoredClasses().isEmpty()) {
      out.printf(
          "Left out of the mean, because the split has no objects of them that count: %s%n",
          String.join(", ", result.unscoredClasses()));
    }
    out.flush();
  }

  private static String fraction(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }

  /** The result as JSON; mAP is null if no class can be scored. */
  private ObjectNode tree(EvaluationResult result) {
    ObjectNode tree = Json.object();
    tree.put("metric", result.metric().label());
    tree.put("iou", result.iou());
    ResultJson.putScores(tree, result);
    tree.put("images", result.images());
    tree.put("split", split);
    ObjectNode classes = tree.putObject("classes");
    for (ClassResult row : result.classes()) {
      ObjectNode counts = classes.putObject(row.className());
      counts.put("objects", row.positives());
      counts.put("difficult", row.difficult());
      counts.put("true_positives", row.truePositives());
      counts.put("false_positives", row.falsePositives());
      counts.put("ignored", row.ignored());
    }
    problems.sentences().forEach(tree.putArray("problems")::add);
    return tree;
  }
}
