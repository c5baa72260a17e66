package org.rcnn.pipeline.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.weights.Transfer;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.stage.Backbone;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn weights}: what a weight file holds, and what would be copied where. */
@Command(
    name = "weights",
    description = "Lists a weight file, or what of it a network would take.",
    subcommands = {WeightsCommand.Inspect.class, WeightsCommand.Import.class})
final class WeightsCommand {

  private static WeightFile read(Path file) throws IOException {
    return file.toString().equals("embedded") ? Backbone.embedded() : WeightFile.read(file);
  }

  /** {@code rcnn weights inspect}. */
  @Command(name = "inspect", description = "Lists the tensors of a .safetensors file.")
  static final class Inspect implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "The file, or 'embedded'.")
    private Path file;

    @Mixin private JsonOutput json;

    @Override
    public Integer call() throws IOException {
      WeightFile weights = read(file);
      ObjectNode tree = new ObjectMapper().createObjectNode();
      ObjectNode tensors = tree.putObject("tensors");
      long count = 0;
      for (var entry : weights.weights().tensors().entrySet()) {
        int[] shape = entry.getValue().shape();
        System.out.printf("%-24s %s%n", entry.getKey(), Arrays.toString(shape));
        tensors.set(entry.getKey(), new ObjectMapper().valueToTree(shape));
        count += entry.getValue().values().length;
      }
      weights.metadata().forEach((key, value) -> System.out.println(key + ": " + value));
      System.out.printf("%,d parameters%n", count);
      tree.put("parameters", count);
      json.write(tree);
      return 0;
    }
  }

  /** {@code rcnn weights import}. */
  @Command(
      name = "import",
      description =
          "Shows layer by layer what a network would take of a file, and why not the rest.")
  static final class Import implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "The file, or 'embedded'.")
    private Path file;

    @Option(names = "--architecture", defaultValue = "alexnet64", description = "The network.")
    private String architecture;

    @Option(names = "--classes", defaultValue = "20", description = "Classes beside background.")
    private int classes;

    @Option(names = "--seed", defaultValue = "1", description = "Decides new layers.")
    private long seed;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the initialised network.")
    private Path out;

    @Override
    public Integer call() throws IOException {
      NetworkDefinition network;
      try {
        network = Architectures.byName(architecture, classes + 1);
      } catch (IllegalArgumentException e) {
        throw new ConfigException(e.getMessage());
      }
      Transfer transfer = Transfer.into(network, read(file).weights(), seed);
      System.out.print(transfer.report());
      if (out != null) {
        new WeightFile(transfer.weights(), Map.of("architecture", architecture))
            .write(out, WeightFile.Precision.F32);
      }
      return 0;
    }
  }
}
