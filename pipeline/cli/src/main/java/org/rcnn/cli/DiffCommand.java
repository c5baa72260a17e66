package org.rcnn.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.pipeline.report.RunDifference;
import org.rcnn.pipeline.run.FinishedFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code rcnn diff}: where two finished runs part, and why. */
@Command(
    name = "diff",
    description = {
      "Compares two finished runs byte for byte: names the first artifact, in the order of the"
          + " stages, that differs, and the settings, images, weights, versions or machine behind"
          + " it. The runs' folders are only read.",
      "Exit status: 0 the same, 1 they differ, or one cannot be read, 2 wrong usage."
    })
final class DiffCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "RUN1", description = "The folder of a finished run.")
  private Path first;

  @Parameters(index = "1", paramLabel = "RUN2", description = "The folder of another.")
  private Path second;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    RunDifference difference =
        RunDifference.of(FinishedFolder.open(first), FinishedFolder.open(second));
    output.out().print(difference.toText());
    output.out().flush();
    output.write(difference.toTree());
    return difference.isSame() ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
