package org.rcnn.pipeline.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.ErrorDiagnoser;
import org.rcnn.eval.ErrorKind;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.SimilarClasses;
import org.rcnn.pipeline.report.Manifest;
import org.rcnn.pipeline.report.StudyReport;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link SvmStudy} on a run's features and writes what came of it into the run's folder:
 * {@code study-NAME.json}, {@code .md}, {@code .html} and {@code .svg}.
 */
public final class StudyRun {

  private static final Logger LOG = LoggerFactory.getLogger(StudyRun.class);

  private final Run run;
  private final Experiment experiment;
  private final SvmStudy study;
  private final Row row;

  /** A study on a run's features. */
  public StudyRun(Run run, Experiment experiment, SvmStudy study) {
    this.run = run;
    this.experiment = experiment;
    this.study = study;
    Row configured = experiment.configuredRow();
    // Boxes stay as they are, so that nothing but the SVMs differs.
    this.row = new Row(configured.finetuned(), configured.layer(), Row.Head.SVM, false);
  }

  /** Trains and evaluates every point; returns the result for programs. */
  public ObjectNode run() throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode tree = json.createObjectNode();
    tree.put("study", study.name());
    tree.put("finetuned", row.finetuned());
    tree.put("layer", row.layer().label());
    tree.put("head", row.head().label());
    tree.put("bbox", row.boxRegression());
    ArrayNode rows = tree.putArray("rows");
    List<StudyReport.Row> table = new ArrayList<>();
    for (SvmStudy.Point point : study.points()) {
      StudyReport.Row measured = measure(point);
      table.add(measured);
      rows.add(tree(point, measured));
      LOG.info(
          "{} {} {}: mAP {} %",
          study.name(),
          point.label(),
          point.series(),
          String.format(Locale.ROOT, "%.1f", 100 * measured.mAP()));
    }
    tree.put("peak_memory_bytes", PeakMemory.bytes());
    StudyReport report =
        new StudyReport(
            "%s, SVMs on %s, %s network, %s"
                .formatted(
                    study.name(),
                    row.layer().label(),
                    row.finetuned() ? "fine-tuned" : "pre-trained",
                    run.source()),
            study.axis(),
            study.isNumeric(),
            notes(),
            table);
    Path root = run.folder().root();
    String name = "study-" + study.name();
    Json.write(root.resolve(name + ".json"), Manifest.of(run, experiment, tree));
    RunFolder.writeText(root.resolve(name + ".md"), report.toMarkdown());
    RunFolder.writeText(root.resolve(name + ".html"), report.toHtml());
    RunFolder.writeText(root.resolve(name + ".svg"), report.toSvg());
    System.out.print(report.toText());
    System.out.println("run folder " + root + ": " + name + ".html, .svg, .md, .json");
    return tree;
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (study.isNumeric()) {
      notes.add(
          "With the ground truth alone as positives (the paper's reading), regions between the"
              + " threshold and the ground truth are ignored; with proposals as positives, those"
              + " between the two thresholds.");
      if (study.points().stream().anyMatch(point -> point.at() == 0)) {
        notes.add(
            "At 0 an image that holds the class has no negatives of it: overlaps are never below"
                + " 0.");
      }
    } else {
      notes.add(
          "Negatives: IoU < %s; positives: ground truth%s; up:N counts positives N times, down:S shows mining the share S of the negatives, weight:W makes a positive cost W times a negative (else %s)."
              .formatted(
                  run.config().svm().negativeIou(),
                  run.config().svm().positiveIou() > 0
                      ? " and proposals, IoU ≥ " + run.config().svm().positiveIou()
                      : "",
                  run.config().svm().positiveWeight()));
    }
    return notes;
  }

  private StudyReport.Row measure(SvmStudy.Point point) throws IOException {
    Experiment varied = experiment.withSvm(point.settings());
    EvaluationResult result = varied.evaluate(row);
    JsonNode mining = new ObjectMapper().readTree(varied.mining(row).toFile());
    JsonNode samples = mining.path("samples");
    return new StudyReport.Row(
        point.series(),
        point.label(),
        point.at(),
        result.meanAp(),
        result.apByClass(),
        sum(samples, "groundTruthPositives"),
        sum(samples, "proposalPositives"),
        sum(samples, "positivesAfter"),
        sum(samples, "ignored"),
        sum(samples, "negatives"),
        sum(samples, "negativesAfter"),
        misplaced(mining.path("rounds")),
        localisation(varied, result),
        varied.svmSeconds(row));
  }

  private static long sum(JsonNode items, String field) {
    long sum = 0;
    for (JsonNode item : items) {
      sum += item.path(field).asLong();
    }
    return sum;
  }

  /** Share of the positives, over all classes, that their last training scored below 0. */
  private static double misplaced(JsonNode rounds) {
    Map<String, JsonNode> last = new LinkedHashMap<>();
    rounds.forEach(round -> last.put(round.path("className").asText(), round));
    double wrong = 0;
    double all = 0;
    for (JsonNode round : last.values()) {
      wrong += round.path("positivesBelowZero").asDouble();
      all += round.path("positives").asDouble();
    }
    return wrong / all;
  }

  private double localisation(Experiment varied, EvaluationResult result) throws IOException {
    ApMetric metric = result.metric() == ApMetric.COCO ? ApMetric.AREA : result.metric();
    Map<ErrorKind, Integer> kinds =
        new ErrorDiagnoser(metric, 0.5, SimilarClasses.defaultFor(varied.classes()))
            .diagnose(varied.classes(), varied.testAnnotations(), varied.detectionsByImage(row))
            .topFalsePositives();
    double all = kinds.values().stream().mapToInt(Integer::intValue).sum();
    return kinds.get(ErrorKind.LOCALISATION) / all;
  }

  private ObjectNode tree(SvmStudy.Point point, StudyReport.Row measured) {
    ObjectNode tree = new ObjectMapper().createObjectNode();
    tree.put("label", point.label());
    tree.put("negative_iou", point.settings().negativeIou());
    tree.put("positive_iou", point.settings().positiveIou());
    tree.put("positive_weight", point.settings().positiveWeight());
    tree.put("positive_upsampling", point.settings().positiveUpsampling());
    tree.put("negative_sampling", point.settings().negativeSampling());
    tree.put("mAP", Json.orNull(measured.mAP()));
    ObjectNode ap = tree.putObject("ap");
    measured.ap().forEach(ap::put);
    ObjectNode samples = tree.putObject("samples");
    samples.put("ground_truth", measured.groundTruth());
    samples.put("proposals", measured.proposals());
    samples.put("positives_after", measured.positivesAfter());
    samples.put("ignored", measured.ignored());
    samples.put("negatives", measured.negatives());
    samples.put("negatives_after", measured.negativesAfter());
    tree.put("positives_misplaced", measured.misplaced());
    tree.put("false_positives_localisation", measured.localisation());
    tree.put("seconds", measured.seconds());
    return tree;
  }
}
