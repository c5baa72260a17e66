package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.NetworkOptions;
import org.rcnn.cli.options.Output;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.weights.Transfer;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightSource;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Initialises a network from a weight file, and reports layer by layer what was copied. */
@Command(
    name = "import",
    description =
        "Reports layer by layer what a network would copy from a weight file (.safetensors, .pth,"
            + " .npz, .caffemodel, .onnx): copied, new, or refused and why.")
final class WeightsImportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file;

  @Option(
      names = "--prototxt",
      paramLabel = "FILE",
      description = "The description of a Caffe model. Default: the .prototxt beside it.")
  private Path prototxt;

  @Option(
      names = "--architecture",
      required = true,
      paramLabel = "NAME",
      completionCandidates = NetworkOptions.Names.class,
      description = "The network to initialise: ${COMPLETION-CANDIDATES}.")
  private String architecture;

  @Option(
      names = "--classes",
      defaultValue = "20",
      paramLabel = "N",
      description = "Object classes, without background. Default ${DEFAULT-VALUE}, as in VOC.")
  private int classes;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "SEED",
      description = "Seed of new layers' values; default ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the initialised network's weights to this .safetensors file.")
  private Path out;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    NetworkDefinition definition = definition();
    WeightSource source = WeightSource.open(file, prototxt);
    Preprocessing preprocessing = source.preprocessing(definition.preprocessing());
    Transfer transfer = Transfer.into(definition, source, seed);
    PrintWriter report = output.out();
    report.print(transfer.report());
    report.println("input   " + preprocessing);
    report.flush();
    output.write(tree(transfer, source, preprocessing));
    if (transfer.newLayers().size() == transfer.rows().size()) {
      throw new IOException(
          "No layer of %s fits %s; `weights inspect` shows what the file holds."
              .formatted(file, architecture));
    }
    if (out != null) {
      Map<String, String> notes = new TreeMap<>(source.notes());
      notes.putAll(preprocessing.notes());
      notes.put("architecture", architecture);
      notes.put("classes", Integer.toString(classes));
      notes.put("initialised-from", file.getFileName().toString());
      notes.put("new-layers", String.join(",", transfer.newLayers()));
      notes.put("seed", Long.toString(seed));
      new WeightFile(transfer.weights(), notes).write(out, WeightFile.Precision.F32);
    }
    return 0;
  }

  private NetworkDefinition definition() {
    if (classes < 1) {
      throw new ConfigException("--classes must be at least 1, not %d.".formatted(classes));
    }
    try {
      return Architectures.byName(architecture, classes + 1);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("--architecture: " + e.getMessage());
    }
  }

  private ObjectNode tree(Transfer transfer, WeightSource source, Preprocessing preprocessing) {
    ObjectNode tree = Json.object();
    tree.put("file", file.toString());
    tree.put("format", source.format().label());
    tree.put("architecture", architecture);
    tree.put("classes", classes);
    ArrayNode layers = tree.putArray("layers");
    for (Transfer.LayerTransfer row : transfer.rows()) {
      ObjectNode layer = layers.addObject();
      layer.put("layer", row.layer());
      layer.put("outcome", row.outcome().name().toLowerCase(Locale.ROOT));
      layer.put("reason", row.reason());
    }
    transfer.unused().forEach(tree.putArray("unused")::add);
    transfer.differences().forEach(tree.putArray("differences")::add);
    preprocessing.notes().forEach(tree.putObject("input")::put);
    return tree;
  }
}
