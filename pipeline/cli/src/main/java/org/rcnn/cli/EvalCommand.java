package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.dataset.PictureCheck;
import org.rcnn.data.dataset.SplitTable;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.CocoEvaluator;
import org.rcnn.eval.CocoSummary;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.TideDiagnoser;
import org.rcnn.eval.TideDiagnosis;
import org.rcnn.eval.TideKind;
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

  @Option(
      names = "--coco",
      arity = "0..1",
      fallbackValue = "crowds",
      paramLabel = "DIFFICULT",
      description = {
        "Also COCO's summary: AP, AP50, AP75, AP and AR by area, AR at 1, 10 and 100 detections.",
        "Difficult objects are crowds (the default) or ignored."
      })
  private CocoSummary.Difficult coco;

  @Option(
      names = "--tide",
      description = "Also TIDE's six kinds of errors, and the AP that each kind costs.")
  private boolean tide;

  @Option(
      names = "--exif-orientation",
      defaultValue = "apply",
      paramLabel = "apply|ignore",
      description = "Whether boxes are those of upright photos; default ${DEFAULT-VALUE}.")
  private ExifOrientation exif;

  @Mixin private Output output;

  @Spec private CommandSpec spec;

  private final Problems problems = new Problems(false, "");

  @Override
  public Integer call() throws IOException {
    DetectionEvaluator evaluator = evaluator();
    Dataset dataset = withLists(DatasetFormats.installed().open(data));
    List<String> ids = dataset.imageIds(split);
    List<Annotation> annotations = annotations(dataset, ids);
    VocResults results = VocResults.read(detections, split);
    List<String> classes = classes(annotations, results);
    VocResults scored = scored(results, ids, annotations);
    EvaluationResult result = evaluator.evaluate(classes, annotations, scored);
    print(result);
    ObjectNode tree = tree(result);
    if (coco != null) {
      CocoSummary summary = new CocoEvaluator(coco).summarise(classes, annotations, scored);
      print(summary, annotations);
      tree.set("coco", tree(summary));
    }
    if (tide) {
      TideDiagnosis diagnosis =
          new TideDiagnoser().diagnose(classes, annotations, scored.byImage());
      print(diagnosis);
      tree.set("tide", tree(diagnosis));
    }
    output.write(tree);
    return 0;
  }

  /**
   * The images with the lists of the run that the detections are from, if it drew the split itself.
   */
  private Dataset withLists(Dataset dataset) throws IOException {
    Path place = detections.toAbsolutePath().normalize();
    for (Path folder = place; folder != null; folder = folder.getParent()) {
      // A run keeps result files in RUN/detections/HASH.
      if (place.getNameCount() - folder.getNameCount() > 2) {
        break;
      }
      SplitTable lists = SplitTable.read(folder);
      if (lists.names().contains(split) && Files.exists(folder.resolve("config.yaml"))) {
        output.out().printf("split %s as drawn by the run %s%n", split, folder);
        return dataset.withLists(lists);
      }
    }
    return dataset;
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
        AnnotationReading reading = PictureCheck.read(dataset, id, exif);
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

  private void print(CocoSummary summary, List<Annotation> annotations) {
    PrintWriter out = output.out();
    out.printf("%nCOCO's summary%n");
    summary
        .figures()
        .forEach((name, value) -> out.printf(Locale.ROOT, "%-8s  %6s%n", name, fraction(value)));
    long difficult =
        annotations.stream()
            .flatMap(annotation -> annotation.objects().stream())
            .filter(GroundTruth::difficult)
            .count();
    if (difficult > 0) {
      out.printf(Locale.ROOT, "%d objects: %s%n", difficult, summary.difficult().caveat());
    }
    out.flush();
  }

  private static ObjectNode tree(CocoSummary summary) {
    ObjectNode tree = Json.object();
    tree.put("difficult", summary.difficult().label());
    summary.figures().forEach((name, value) -> putFraction(tree, name, value));
    ObjectNode classes = tree.putObject("ap");
    summary.apByClass().forEach(classes::put);
    return tree;
  }

  private void print(TideDiagnosis diagnosis) {
    PrintWriter out = output.out();
    out.printf(
        Locale.ROOT,
        "%nTIDE, the best %d detections of an image: AP %s%n",
        diagnosis.detectionsPerImage(),
        fraction(diagnosis.ap()));
    String line = "%-16s  %7s  %6s%n";
    out.printf(Locale.ROOT, line, "error", "errors", "dAP");
    for (TideKind kind : TideKind.values()) {
      int count = diagnosis.counts().get(kind);
      out.printf(Locale.ROOT, line, kind.label(), count, fraction(diagnosis.deltaAp().get(kind)));
    }
    String all = fraction(diagnosis.deltaApFalsePositives());
    out.printf(Locale.ROOT, line, "false positives", "", all);
    String unfound = fraction(diagnosis.deltaApFalseNegatives());
    out.printf(Locale.ROOT, line, "false negatives", "", unfound);
    out.flush();
  }

  private static ObjectNode tree(TideDiagnosis diagnosis) {
    ObjectNode tree = Json.object();
    putFraction(tree, "AP", diagnosis.ap());
    tree.put("detections_per_image", diagnosis.detectionsPerImage());
    ObjectNode gains = tree.putObject("dAP");
    diagnosis.deltaAp().forEach((kind, gain) -> putFraction(gains, kind.label(), gain));
    putFraction(gains, "false-positives", diagnosis.deltaApFalsePositives());
    putFraction(gains, "false-negatives", diagnosis.deltaApFalseNegatives());
    ObjectNode counts = tree.putObject("errors");
    diagnosis.counts().forEach((kind, count) -> counts.put(kind.label(), count));
    return tree;
  }

  /** A figure that does not exist is null, which every reader of JSON knows; NaN is none. */
  private static void putFraction(ObjectNode tree, String name, double value) {
    tree.put(name, Double.isNaN(value) ? null : Double.valueOf(value));
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
