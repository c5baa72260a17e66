package org.rcnn.pipeline.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.report.ApTable;
import org.rcnn.pipeline.run.RunFolder;
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
    try (RunOptions.Prepared prepared = options.prepare()) {
      return run(prepared);
    }
  }

  private int run(RunOptions.Prepared prepared) throws IOException {
    System.out.println(prepared.experiment().backbone().summary());
    Row row = prepared.experiment().configuredRow();
    System.out.print(prepared.experiment().backbone().transfer().report());
    EvaluationResult result = prepared.experiment().evaluate(row);
    prepared.experiment().detector(row);
    ObjectNode summary = summary(prepared, row, result);
    RunFolder.writeJson(
        prepared.run().root().resolve("manifest.json"), Manifest.of(prepared, summary));
    json.write(summary);
    RunFindings.report(prepared, row, result).write(prepared.run().root().resolve("report.html"));
    System.out.println();
    System.out.print(new ApTable(result.apByClass(), result.meanAp()).toText());
    prepared
        .run()
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
        prepared.problems().sentences().size(),
        prepared.run().root());
    return 0;
  }

  private static ObjectNode summary(
      RunOptions.Prepared prepared, Row row, EvaluationResult result) {
    ObjectNode summary = new ObjectMapper().createObjectNode();
    summary.put("mAP", JsonOutput.orNull(result.meanAp()));
    ObjectNode ap = summary.putObject("ap");
    result.apByClass().forEach(ap::put);
    ObjectNode seconds = summary.putObject("seconds");
    prepared.run().stageSeconds().forEach(seconds::put);
    summary.put("peak_memory_bytes", PeakMemory.bytes());
    summary.put("run", prepared.run().root().toString());
    summary.put("metric", result.metric().key());
    summary.put("row", row.label());
    summary.set("network", Manifest.network(prepared.experiment().backbone().definition()));
    return summary;
  }
}
