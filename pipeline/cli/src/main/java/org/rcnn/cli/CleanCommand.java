package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.pipeline.run.DiskNeed;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.RunCleaning;
import org.rcnn.pipeline.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn clean}: frees what a run's folder no longer needs. */
@Command(
    name = "clean",
    description = {
      "Removes from a run's folder what neither its latest command, nor its report, ablation and"
          + " studies stand on: stages made with other settings, and what was begun and left.",
      "Reports, tables and the detector stay, and so does every file that no stage has made."
    })
final class CleanCommand implements Callable<Integer> {

  @Parameters(paramLabel = "RUN", description = "The run's folder.")
  private Path run;

  @Option(names = "--dry-run", description = "Only list what would be removed.")
  private boolean dryRun;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    if (!Files.isDirectory(run)) {
      throw new NoSuchFileException(run.toString());
    }
    // Looked at first without a lock, which would leave a file in a folder of another kind.
    RunCleaning unlocked = new RunCleaning(run);
    if (dryRun) {
      list(unlocked);
      output.write(tree(unlocked));
      return ExitCode.OK;
    }
    Closeable lock = new RunFolder(run).lock();
    try {
      RunCleaning cleaning = new RunCleaning(run);
      cleaning.remove();
      list(cleaning);
      output.write(tree(cleaning));
    } finally {
      lock.close();
    }
    return ExitCode.OK;
  }

  private void list(RunCleaning cleaning) {
    PrintWriter out = output.out();
    for (RunCleaning.Waste waste : cleaning.waste()) {
      out.printf(
          "%10s  %s  (%s)%n",
          DiskNeed.inWords(waste.bytes()), run.relativize(waste.place()), waste.name());
    }
    out.printf(
        "%s %s; the artifacts that are needed take %s.%n",
        DiskNeed.inWords(cleaning.bytes()),
        dryRun ? "would be freed" : "freed",
        DiskNeed.inWords(cleaning.keptBytes()));
    out.flush();
  }

  private ObjectNode tree(RunCleaning cleaning) {
    ObjectNode tree = Json.object();
    tree.put("run", run.toString());
    tree.put("dry_run", dryRun);
    tree.put("bytes", cleaning.bytes());
    tree.put("kept_bytes", cleaning.keptBytes());
    ArrayNode list = tree.putArray("removed");
    for (RunCleaning.Waste waste : cleaning.waste()) {
      ObjectNode node = list.addObject();
      node.put("place", run.relativize(waste.place()).toString().replace('\\', '/'));
      node.put("name", waste.name());
      node.put("bytes", waste.bytes());
    }
    return tree;
  }
}
