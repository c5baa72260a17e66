package org.rcnn.pipeline.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the tensors of a weight file. */
@Command(
    name = "inspect",
    description = "Lists names, shapes and types in a .safetensors file, and its notes.")
final class WeightsInspectCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "A .safetensors file.")
  private Path file;

  @Mixin private JsonOutput json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    SafetensorsHeader header = SafetensorsHeader.read(file);
    print(header);
    json.write(tree(header));
    return 0;
  }

  private void print(SafetensorsHeader header) {
    PrintWriter out = spec.commandLine().getOut();
    int names = header.tensors().stream().mapToInt(t -> t.name().length()).max().orElse(1);
    int shapes =
        header.tensors().stream()
            .mapToInt(t -> Arrays.toString(t.shape()).length())
            .max()
            .orElse(1);
    String line = "%-" + names + "s  %-" + shapes + "s  %-4s  %,13d%n";
    for (SafetensorsHeader.Entry tensor : header.tensors()) {
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
        "%d tensors, %,d parameters, %,d bytes%n",
        header.tensors().size(),
        header.parameters(),
        header.bytes());
    header.metadata().forEach((key, value) -> out.printf("%s: %s%n", key, value));
    out.flush();
  }

  private ObjectNode tree(SafetensorsHeader header) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("file", file.toString());
    tree.put("parameters", header.parameters());
    tree.put("bytes", header.bytes());
    ArrayNode tensors = tree.putArray("tensors");
    for (SafetensorsHeader.Entry tensor : header.tensors()) {
      ObjectNode row = tensors.addObject();
      row.put("name", tensor.name());
      row.put("type", tensor.type());
      ArrayNode shape = row.putArray("shape");
      Arrays.stream(tensor.shape()).forEach(shape::add);
    }
    ObjectNode metadata = tree.putObject("metadata");
    header.metadata().forEach(metadata::put);
    return tree;
  }
}
