package org.rcnn.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.JsonOutput;
import org.rcnn.cli.options.RunOptions;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.report.ApTable;
import org.rcnn.pipeline.report.Manifest;
import org.rcnn.pipeline.report.RunFindings;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rcnn run}: the whole chain and the report. */
@Command(
    name = "run",
    description = "Trains and evaluates a detector; without options, on the embedded demo.")
final class RunCommand implements Callable<Integer> {

  @Mixin private RunOptions options;
  @Mixin private JsonOutput json;

  @Override
  public Integer call() throws IOException {
    try (Run run = options.open()) {
      return run(run, new Experiment(run));
    }
  }

  private int run(Run run, Experiment experiment) throws IOException {
    System.out.println(experiment.backbone().summary());
    Row row = experiment.configuredRow();
    System.out.print(experiment.backbone().transfer().report());
    EvaluationResult result = experiment.evaluate(row);
    experiment.detector(row);
    ObjectNode summary = summary(run, experiment, row, result);
    Json.write(run.folder().root().resolve("manifest.json"), Manifest.of(run, experiment, summary));
    json.write(summary);
    RunFindings.report(run, experiment, row, result)
        .write(run.folder().root().resolve("report.html"));
    System.out.println();
    System.out.print(new ApTable(result.apByClass(), result.meanAp()).toText());
    run.folder()
        .seconds()
        .forEach(
            (stage, seconds) -> System.out.printf(Locale.ROOT, "%8.1f s  %s%n", seconds, stage));
    System.out.printf(
        Locale.ROOT,
        "mAP %.1f %% (%s, %s), peak memory %.2f GiB, %d problems%nrun folder %s: report.html,"
            + " detector.rcnn, manifest.json%n",
        100 * result.meanAp(),
        row.label(),
        result.metric().key(),
        PeakMemory.bytes() / (double) (1 << 30),
        run.problems().sentences().size(),
        run.folder().root());
    return 0;
  }

  private static ObjectNode summary(
      Run run, Experiment experiment, Row row, EvaluationResult result) {
    ObjectNode summary = new ObjectMapper().createObjectNode();
    summary.put("mAP", Json.orNull(result.meanAp()));
    ObjectNode ap = summary.putObject("ap");
    result.apByClass().forEach(ap::put);
    ObjectNode seconds = summary.putObject("seconds");
    run.folder().stageSeconds().forEach(seconds::put);
    summary.put("peak_memory_bytes", PeakMemory.bytes());
    summary.put("run", run.folder().root().toString());
    summary.put("metric", result.metric().key());
    summary.put("row", row.label());
    summary.set("network", Manifest.network(experiment.backbone().definition()));
    return summary;
  }
}
