package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.rcnn.cli.download.WeightCache;
import org.rcnn.cli.options.Output;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.onnx.OnnxGraph;
import org.rcnn.cnn.weights.Transfer;
import org.rcnn.cnn.weights.WeightSource;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.onnx.OnnxExport;
import org.rcnn.pipeline.run.FinishedFolder;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.DetectorFile;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rcnn export}: a network or a detector for programs that are not on the JVM. */
@Command(
    name = "export",
    description = {
      "Writes a detector's network, or a network with weights from a file, as an ONNX model. Its"
          + " inputs are warped regions, its outputs the network's layers; with --heads the detector's"
          + " scores, their probabilities and its corrected boxes.",
      "What a program must know to use the model stands in the model: size, colours, classes,"
          + " thresholds."
    })
final class ExportCommand implements Callable<Integer> {

  /** Where the network is from. */
  static final class Source {
    @Option(
        names = "--model",
        required = true,
        paramLabel = "M",
        description = "A run's folder or its detector.rcnn.")
    private Path model;

    @ArgGroup(exclusive = false)
    private Bare bare;
  }

  /** A network without a detector. */
  static final class Bare {
    @Option(
        names = "--architecture",
        required = true,
        paramLabel = "NAME",
        description = "A network alone, by its name as in network.architecture.")
    private String architecture;

    @Option(
        names = "--weights",
        required = true,
        paramLabel = "FILE|NAME",
        description =
            "Its weights, from any file that `weights import` takes, or a NAME that `weights"
                + " download` has fetched.")
    private String weights;

    @Option(
        names = "--classes",
        defaultValue = "20",
        paramLabel = "N",
        description = "Its object classes, without background. Default ${DEFAULT-VALUE}.")
    private int classes;

    @Option(
        names = "--seed",
        defaultValue = "1",
        paramLabel = "SEED",
        description =
            "Seed of layers that the file lacks, which are named; default ${DEFAULT-VALUE}.")
    private long seed;
  }

  @Option(
      names = "--onnx",
      required = true,
      paramLabel = "FILE",
      description = "The ONNX model to write.")
  private Path file;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Option(
      names = "--heads",
      description =
          "Of a detector, not the layers but scores (SVMs or softmax), probabilities and corrected"
              + " boxes.")
  private boolean heads;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    if (heads && source.model == null) {
      throw new ConfigException("--heads needs a detector; name one with --model.");
    }
    OnnxGraph graph = source.model == null ? ofNetwork(source.bare) : ofDetector(source.model);
    graph.write(file);
    PrintWriter out = output.out();
    out.printf(
        Locale.ROOT,
        "%s, %,d bytes, operator set %d%n",
        file,
        Files.size(file),
        OnnxGraph.OPERATOR_SET);
    graph.inputs().forEach(input -> out.println("input   " + input));
    graph.outputs().forEach(each -> out.println("output  " + each));
    out.flush();
    ObjectNode tree = Json.object();
    tree.put("file", file.toString());
    tree.put("bytes", Files.size(file));
    tree.put("operator_set", OnnxGraph.OPERATOR_SET);
    tree.set("inputs", Json.tree(graph.inputs()));
    tree.set("outputs", Json.tree(graph.outputs()));
    output.write(tree);
    return 0;
  }

  private OnnxGraph ofDetector(Path model) throws IOException {
    DetectorFile detector = DetectorFile.read(model);
    OnnxGraph graph;
    try {
      graph = heads ? OnnxExport.detector(detector) : OnnxExport.networkOf(detector);
    } catch (UnsupportedOperationException e) {
      throw new IOException(e.getMessage(), e);
    }
    Path folder = Files.isDirectory(model) ? model : model.toAbsolutePath().getParent();
    Path manifest = folder.resolve(FinishedFolder.MANIFEST);
    if (Files.isRegularFile(manifest)) {
      OnnxExport.noteRun(graph, Json.read(manifest));
    }
    return graph;
  }

  private OnnxGraph ofNetwork(Bare bare) throws IOException {
    NetworkDefinition definition = definition(bare);
    Path weights = weights(bare);
    WeightSource read = WeightSource.open(weights);
    Transfer transfer = Transfer.into(definition, read, bare.seed);
    if (transfer.newLayers().size() == transfer.rows().size()) {
      throw new IOException(
          "No layer of %s fits %s; `weights inspect` shows what the file holds."
              .formatted(weights, bare.architecture));
    }
    if (!transfer.newLayers().isEmpty()) {
      output
          .out()
          .printf(
              "new, because the file has none that fits: %s%n",
              String.join(", ", transfer.newLayers()));
    }
    OnnxGraph graph =
        OnnxExport.network(
            definition.withPreprocessing(read.preprocessing(definition.preprocessing())),
            transfer.weights());
    graph.note("weights", weights.getFileName().toString());
    graph.note("new-layers", String.join(",", transfer.newLayers()));
    return graph;
  }

  private static Path weights(Bare bare) {
    try {
      return Path.of(WeightCache.ofUser().resolve(bare.weights, bare.architecture));
    } catch (ConfigException e) {
      throw new ConfigException(e.getMessage().replaceFirst("^network.weights", "--weights"));
    }
  }

  private static NetworkDefinition definition(Bare bare) {
    if (bare.classes < 1) {
      throw new ConfigException("--classes must be at least 1, not %d.".formatted(bare.classes));
    }
    try {
      return Architectures.byName(bare.architecture, bare.classes + 1);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("--architecture: " + e.getMessage());
    }
  }
}
