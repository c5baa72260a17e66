package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Printable;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.FinishedFolder;
import org.rcnn.pipeline.run.ImageList;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.FinishedRun;
import org.rcnn.pipeline.stage.Row;

/** Writes a run's results into its folder. */
public final class RunResults {

  private RunResults() {}

  /**
   * Writes {@code images.json}, {@code manifest.json}, {@code report.html} and {@code
   * model-card.md} of one evaluated row.
   *
   * @return the result as JSON, as it is in the manifest
   * @throws IOException if the folder cannot be written, or a file in it is damaged
   */
  public static ObjectNode write(Experiment experiment, Row row, EvaluationResult result)
      throws IOException {
    Run run = experiment.run();
    BootstrapResult scores = new Evidence(experiment).resampled(row);
    ObjectNode summary = Json.object();
    ResultJson.putScores(summary, result);
    ObjectNode seconds = summary.putObject("seconds");
    run.folder().stageSeconds().forEach(seconds::put);
    summary.put("peak_memory_bytes", PeakMemory.bytes());
    summary.put("run", run.folder().root().toString());
    summary.put("metric", result.metric().label());
    summary.put("row", row.label());
    summary.set("network", Manifest.network(experiment.backbone().definition()));
    new Evidence(experiment)
        .thresholds(row)
        .ifPresent(thresholds -> new ThresholdTable(thresholds, result).putInto(summary));
    Path root = run.folder().root();
    ObjectNode manifest = Manifest.of(experiment, row, summary);
    ImageList.of(run).write(root);
    Json.write(root.resolve(FinishedFolder.MANIFEST), manifest);
    AtomicFile.writeText(
        root.resolve("report.html"),
        RunFindings.report(experiment, manifest, row, scores).toHtml());
    AtomicFile.writeText(
        root.resolve(ModelCard.NAME), ModelCard.of(experiment, manifest, row, scores).toMarkdown());
    RunPages.link(root);
    tell(experiment, row, result);
    return summary;
  }

  /** Tells the run's monitor what it came to. */
  private static void tell(Experiment experiment, Row row, EvaluationResult result)
      throws IOException {
    Progress.Monitor monitor = experiment.run().monitor();
    monitor.scalar("mAP", 0, result.meanAp());
    for (ClassResult one : result.classes()) {
      monitor.scalar("AP/" + one.className(), 0, one.isScored() ? one.ap() : Double.NaN);
    }
    if (!monitor.wantsPictures()) {
      return;
    }
    for (RunFindings.Example example : RunFindings.examples(experiment, row).photos()) {
      monitor.picture("detections/" + example.sample().id(), 0, () -> example.draw().png());
    }
  }

  /**
   * Writes {@code report.html} and {@code model-card.md} of a finished run anew, equal to those
   * that the run wrote unless the program has changed since. Nothing of the run is computed.
   *
   * @param folder where to; the run's own or another, which need not exist
   * @return the page
   * @throws IOException if the folder cannot be written, or an artifact is missing or damaged
   */
  public static Path write(FinishedRun run, Path folder) throws IOException {
    Path page = folder.resolve("report.html");
    BootstrapResult scores = new Evidence(run).resampled(run.row());
    ReportPage report = RunFindings.report(run, run.manifest(), run.row(), scores);
    AtomicFile.writeText(page, report.toHtml());
    AtomicFile.writeText(
        folder.resolve(ModelCard.NAME),
        ModelCard.of(run, run.manifest(), run.row(), scores).toMarkdown());
    RunPages.link(folder);
    return page;
  }

  /**
   * Writes {@code ablation.html}, {@code ablation.json} and {@code ablation.md} of several
   * evaluated rows. In the JSON {@code rows} has the rows with their scores and ranges, and {@code
   * differences} what each step of the method adds: {@code step}, the names of the rows {@code
   * without} and {@code with} it, and {@code estimate}, {@code low} and {@code high} of the
   * difference of their mean APs, fractions, on the same resamples of the test images.
   *
   * @return the result as JSON, as it is in {@code ablation.json}
   * @throws IOException if the folder cannot be written
   */
  public static ObjectNode write(Experiment experiment, List<EvaluatedRow> rows)
      throws IOException {
    Run run = experiment.run();
    Evidence evidence = new Evidence(experiment);
    List<ResampledRow> resampled = new ArrayList<>();
    for (EvaluatedRow evaluated : new AblationTable(rows).rows()) {
      resampled.add(new ResampledRow(evaluated.row(), evidence.resampled(evaluated.row())));
    }
    ObjectNode summary = Json.object();
    ArrayNode trees = summary.putArray("rows");
    for (EvaluatedRow evaluated : rows) {
      ObjectNode tree = trees.addObject();
      ResultJson.putRow(tree, evaluated.row());
      ResultJson.putScores(tree, evaluated.result());
      range(resampled, evaluated.row()).ifPresent(range -> ResultJson.putRange(tree, range));
    }
    ArrayNode differences = summary.putArray("differences");
    for (Contrast.Step step : Contrast.Step.values()) {
      Contrast.of(step, resampled)
          .forEach(contrast -> ResultJson.putDifference(differences.addObject(), contrast));
    }
    summary.put("peak_memory_bytes", PeakMemory.bytes());
    Path root = run.folder().root();
    List<Artifact> artifacts =
        rows.stream()
            .flatMap(evaluated -> experiment.artifacts(evaluated.row()).values().stream())
            .toList();
    ImageList.of(run).write(root);
    Json.write(root.resolve("ablation.json"), Manifest.of(experiment, artifacts, summary));
    AtomicFile.writeText(
        root.resolve("ablation.md"), Printable.text(new AblationTable(rows).toMarkdown()));
    SeedRecord seeds = SeedRecord.update(run, resampled);
    AtomicFile.writeText(
        root.resolve("ablation.html"),
        new AblationPage(experiment, resampled, seeds).page().toHtml());
    RunPages.link(root);
    return summary;
  }

  private static Optional<Interval> range(List<ResampledRow> rows, Row row) {
    return rows.stream()
        .filter(one -> one.row().equals(row))
        .map(ResampledRow::meanRange)
        .findFirst();
  }
}
