package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.rcnn.cli.options.Output;
import org.rcnn.cnn.weights.SourceLayer;
import org.rcnn.cnn.weights.WeightSource;
import org.rcnn.cnn.weights.WeightSource.Entry;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the tensors of a weight file without reading their values. */
@Command(
    name = "inspect",
    description =
        "Lists names, shapes and types in a weight file (.safetensors, .pth, .npz, .caffemodel, .onnx),"
            + " and its notes.")
final class WeightsInspectCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file;

  @Option(
      names = "--prototxt",
      paramLabel = "FILE",
      description = "The description of a Caffe model. Default: the .prototxt beside it.")
  private Path prototxt;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    WeightSource source = WeightSource.open(file, prototxt);
    print(source);
    output.write(tree(source));
    return 0;
  }

  private void print(WeightSource source) throws IOException {
    PrintWriter out = output.out();
    int names = widest(source, entry -> entry.name().length());
    int shapes = widest(source, entry -> Arrays.toString(entry.shape()).length());
    String line = "%-" + names + "s  %-" + shapes + "s  %-4s  %,13d%n";
    for (Entry tensor : source.entries()) {
      out.printf(
          Locale.ROOT,
          line,
          tensor.name(),
          Arrays.toString(tensor.shape()),
          tensor.type(),
          tensor.values());
    }
    out.printf(
        Locale.ROOT,
        "%s, %d tensors, %,d parameters, %,d bytes%n",
        source.format().label(),
        source.entries().size(),
        parameters(source),
        Files.size(file));
    source.notes().forEach((key, value) -> out.printf("%s: %s%n", key, value));
    for (SourceLayer layer : source.layers()) {
      out.printf("layer %s: %s%n", layer.name(), layer.settings());
    }
    out.flush();
  }

  private static int widest(WeightSource source, ToIntFunction<Entry> width) {
    return source.entries().stream().mapToInt(width).max().orElse(1);
  }

  private static long parameters(WeightSource source) {
    return source.entries().stream().mapToLong(Entry::values).sum();
  }

  private ObjectNode tree(WeightSource source) throws IOException {
    ObjectNode tree = Json.object();
    tree.put("file", file.toString());
    tree.put("format", source.format().label());
    tree.put("parameters", parameters(source));
    tree.put("bytes", Files.size(file));
    ArrayNode tensors = tree.putArray("tensors");
    for (Entry tensor : source.entries()) {
      ObjectNode row = tensors.addObject();
      row.put("name", tensor.name());
      row.put("type", tensor.type());
      ArrayNode shape = row.putArray("shape");
      Arrays.stream(tensor.shape()).forEach(shape::add);
    }
    ObjectNode metadata = tree.putObject("metadata");
    source.notes().forEach(metadata::put);
    return tree;
  }
}
