package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.report.RunComparison;
import org.rcnn.pipeline.report.RunResults;
import org.rcnn.pipeline.stage.FinishedRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn report}: a finished run's page anew, or finished runs side by side. */
@Command(
    name = "report",
    description = {
      "Of one finished run, writes report.html and model-card.md anew from what the run left; nothing"
          + " is computed.",
      "Of several, writes compare.html, .md, .csv and .json: settings that differ, differences of AP"
          + " with their ranges, learning curves and times. The runs' folders are only read."
    })
final class ReportCommand implements Callable<Integer> {

  @Parameters(
      arity = "1..*",
      paramLabel = "RUN",
      description = "Folders of finished runs; the others are compared with the first.")
  private List<Path> folders;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "The folder to write to. Default: of one run its own folder, of several runs/compare.")
  private Path out;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "A folder of annotated images, where the test images of a run have moved since; may be"
              + " repeated.")
  private List<Path> data = new ArrayList<>();

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    requireDifferent();
    List<FinishedRun> runs = new ArrayList<>();
    for (Path folder : folders) {
      runs.add(FinishedRun.open(folder, data));
    }
    return runs.size() == 1 ? page(runs.get(0)) : compare(runs);
  }

  private void requireDifferent() {
    Set<Path> known = new HashSet<>();
    for (Path folder : folders) {
      if (!known.add(folder.toAbsolutePath().normalize())) {
        throw new ConfigException("The run %s is named twice; name it once.".formatted(folder));
      }
    }
  }

  private int page(FinishedRun run) throws IOException {
    if (out == null && !Files.isWritable(run.folder())) {
      throw new IOException(
          "%s cannot be written; name another folder for the page with --out."
              .formatted(run.folder()));
    }
    Path page = RunResults.write(run, out == null ? run.folder() : out);
    output.out().printf("%s: %s%n", run.folder(), page);
    output.out().flush();
    ObjectNode result = run.manifest().path("result").deepCopy();
    result.put("page", page.toString());
    output.write(result);
    return 0;
  }

  private int compare(List<FinishedRun> runs) throws IOException {
    Path folder = out == null ? Path.of("runs", "compare") : out;
    RunComparison comparison = RunComparison.of(runs);
    ObjectNode tree = comparison.write(folder);
    output.out().print(comparison.toText());
    output.out().printf("%nfolder %s: compare.html, .md, .csv, .json%n", folder);
    output.out().flush();
    output.write(tree);
    return 0;
  }
}
