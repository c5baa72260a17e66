package org.rcnn.pipeline.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rcnn.data.AtomicFile;
import org.rcnn.eval.ErrorKind;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.Manifest;
import org.rcnn.pipeline.report.ResultJson;
import org.rcnn.pipeline.report.RunPages;
import org.rcnn.pipeline.report.StudyReport;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.MiningEvidence;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.svm.SampleCounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link Study} on a run's features and writes its report into the run's folder: {@code
 * study-NAME.json}, {@code .md}, {@code .html} and {@code .svg}.
 */
public final class StudyRun {

  private static final Logger LOG = LoggerFactory.getLogger(StudyRun.class);

  private final Run run;
  private final Experiment experiment;
  private final Study study;
  private final List<Study.Point> points;
  private final Row row;

  /**
   * A study on a run's features.
   *
   * @throws org.rcnn.pipeline.config.ConfigException if a value of the study is invalid
   */
  public StudyRun(Experiment experiment, Studies.Asked asked) {
    this.run = experiment.run();
    this.experiment = experiment;
    this.study = asked.study();
    this.points = study.points(asked.values(), run.config());
    Row configured = experiment.configuredRow();
    // Without box regression, so that only the SVMs differ.
    this.row = new Row(configured.finetuned(), configured.layer(), Heads.SVM, false);
  }

  /**
   * The result of a study.
   *
   * @param report its table and plot
   * @param summary the same as JSON
   */
  public record Outcome(StudyReport report, ObjectNode summary) {}

  /**
   * Trains and evaluates every point, and writes the report.
   *
   * @throws IOException if a stage fails, or the report cannot be written
   */
  public Outcome run() throws IOException {
    ObjectNode tree = Json.object();
    tree.put("study", study.name());
    ResultJson.putRow(tree, row);
    ArrayNode rows = tree.putArray("rows");
    List<StudyReport.Training> trainings = new ArrayList<>();
    for (Study.Point point : points) {
      StudyReport.Training measured = measure(point);
      trainings.add(measured);
      rows.add(tree(point, measured));
      LOG.info(
          "{} {} {}: mAP {} %",
          study.name(),
          point.label(),
          point.series(),
          String.format(Locale.ROOT, "%.1f", 100 * measured.result().meanAp()));
    }
    tree.put("peak_memory_bytes", PeakMemory.bytes());
    StudyReport report =
        new StudyReport(
            "%s, SVMs on %s, %s network, %s"
                .formatted(study.name(), row.layer().label(), row.network(), run.source()),
            study.axis(),
            study.notes(run.config(), points),
            trainings);
    Path root = run.folder().root();
    String name = "study-" + study.name();
    Json.write(root.resolve(name + ".json"), Manifest.of(experiment, tree));
    AtomicFile.writeText(root.resolve(name + ".md"), report.toMarkdown());
    AtomicFile.writeText(root.resolve(name + ".html"), report.toHtml());
    AtomicFile.writeText(root.resolve(name + ".svg"), report.toSvg());
    RunPages.link(root);
    return new Outcome(report, tree);
  }

  private StudyReport.Training measure(Study.Point point) throws IOException {
    Experiment varied = experiment.with(point.config());
    EvaluationResult result = varied.evaluate(row);
    Evidence evidence = new Evidence(varied);
    MiningEvidence mining = evidence.mining(row).orElseThrow();
    return new StudyReport.Training(
        point.series(),
        point.label(),
        point.at(),
        result,
        mining.totalSamples(),
        mining.misplacedShare(),
        localisation(evidence.errors(row).topFalsePositives()),
        evidence.headSeconds(row));
  }

  private static double localisation(Map<ErrorKind, Integer> kinds) {
    double all = kinds.values().stream().mapToInt(Integer::intValue).sum();
    return kinds.get(ErrorKind.LOCALISATION) / all;
  }

  private static ObjectNode tree(Study.Point point, StudyReport.Training measured) {
    ObjectNode tree = Json.object();
    tree.put("label", point.label());
    PipelineConfig.Svm svm = point.config().svm();
    tree.put("negative_iou", svm.negativeIou());
    tree.put("positive_iou", svm.positiveIou());
    tree.put("positive_weight", svm.positiveWeight());
    tree.put("positive_upsampling", svm.positiveUpsampling());
    tree.put("negative_sampling", svm.negativeSampling());
    ResultJson.putScores(tree, measured.result());
    SampleCounts counts = measured.samples();
    ObjectNode samples = tree.putObject("samples");
    samples.put("ground_truth", counts.groundTruthPositives());
    samples.put("proposals", counts.proposalPositives());
    samples.put("positives_after", counts.positivesAfter());
    samples.put("ignored", counts.ignored());
    samples.put("negatives", counts.negatives());
    samples.put("negatives_after", counts.negativesAfter());
    tree.put("positives_misplaced", measured.misplaced());
    tree.put("false_positives_localisation", measured.localisation());
    tree.put("seconds", measured.seconds());
    return tree;
  }
}
