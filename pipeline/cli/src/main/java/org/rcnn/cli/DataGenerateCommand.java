package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.rcnn.cli.options.Output;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws a synthetic VOC devkit and, on request, a classification set to pre-train on. */
@Command(
    name = "generate",
    description = "Draws synthetic scenes as a VOC devkit; the same seed gives the same files.")
final class DataGenerateCommand implements Callable<Integer> {

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder to write; it must be new or empty.")
  private Path out;

  @Option(
      names = "--train",
      defaultValue = "200",
      paramLabel = "N",
      description = "Scenes to train on; default ${DEFAULT-VALUE}.")
  private int train;

  @Option(
      names = "--val",
      defaultValue = "100",
      paramLabel = "N",
      description = "Scenes to validate on; default ${DEFAULT-VALUE}.")
  private int val;

  @Option(
      names = "--test",
      defaultValue = "100",
      paramLabel = "N",
      description = "Scenes to test on; default ${DEFAULT-VALUE}.")
  private int test;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "SEED",
      description = "Seed of every picture; default ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--auxiliary",
      paramLabel = "DIR",
      description =
          "Also draw a classification set for pre-training into this new or empty folder.")
  private Path auxiliary;

  @Option(
      names = "--auxiliary-train",
      defaultValue = "100",
      paramLabel = "N",
      description = "Its training pictures per class; default ${DEFAULT-VALUE}.")
  private int auxiliaryTrain;

  @Option(
      names = "--auxiliary-val",
      defaultValue = "10",
      paramLabel = "N",
      description = "Its validation pictures per class; default ${DEFAULT-VALUE}.")
  private int auxiliaryVal;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    requireCounts();
    requireEmpty(out);
    if (auxiliary != null) {
      if (auxiliary.toAbsolutePath().normalize().equals(out.toAbsolutePath().normalize())) {
        throw new ConfigException("--out and --auxiliary must be different folders.");
      }
      requireEmpty(auxiliary);
    }
    SceneGenerator generator = new SceneGenerator(seed);
    PrintWriter report = output.out();
    generator.writeDevkit(out, train, val, test);
    report.printf(
        "%s: %d training, %d validation and %d test scenes of %s%n",
        out, train, val, test, String.join(", ", SceneGenerator.classes()));
    ObjectNode tree = Json.object();
    tree.put("out", out.toString()).put("seed", seed);
    tree.put("train", train).put("val", val).put("test", test);
    SceneGenerator.classes().forEach(tree.putArray("classes")::add);
    if (auxiliary != null) {
      generator.writeAuxiliarySet(auxiliary, auxiliaryTrain, auxiliaryVal);
      report.printf(
          "%s: %d training and %d validation pictures of each of %d classes%n",
          auxiliary, auxiliaryTrain, auxiliaryVal, SceneGenerator.auxiliaryClasses().size());
      tree.put("auxiliary", auxiliary.toString());
      tree.put("auxiliary_train", auxiliaryTrain).put("auxiliary_val", auxiliaryVal);
    }
    report.flush();
    output.write(tree);
    return 0;
  }

  private void requireCounts() {
    if (Math.min(Math.min(train, val), Math.min(auxiliaryTrain, auxiliaryVal)) < 0
        || test < 0
        || train + val + test == 0) {
      throw new ConfigException(
          "--train, --val, --test and the --auxiliary counts must be at least 0, and at least one"
              + " scene must be drawn.");
    }
  }

  /** Refuses a folder with files, which would be mixed with the new ones. */
  static void requireEmpty(Path folder) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new IOException("%s is a file; name a new or empty folder.".formatted(folder));
    }
    if (Files.isDirectory(folder)) {
      try (Stream<Path> inside = Files.list(folder)) {
        if (inside.findAny().isPresent()) {
          throw new IOException(
              "The folder %s is not empty; name a new one, or empty it.".formatted(folder));
        }
      }
    }
  }
}
