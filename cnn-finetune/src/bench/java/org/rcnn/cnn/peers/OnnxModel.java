package org.rcnn.cnn.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.onnx.OnnxGraph;
import org.rcnn.cnn.onnx.OnnxNetwork;
import org.rcnn.cnn.speed.ForwardTask;

/** A network up to a tap as an ONNX file. Input {@code images}, output {@code features}. */
final class OnnxModel {

  static final String INPUT = "images";
  static final String OUTPUT = "features";

  private OnnxModel() {}

  /** The network's file in a folder, written if it is not there. */
  static Path in(Path folder, ForwardTask task) throws IOException {
    NetworkDefinition definition = task.definition();
    Path file = folder.resolve(definition.name() + ".onnx");
    if (!Files.exists(file)) {
      Tap tap = task.tap();
      OnnxGraph graph = new OnnxGraph(definition.name(), "bench");
      int side = definition.inputSize();
      String images = graph.input(INPUT, "warped regions", 3, side, side);
      String features =
          OnnxNetwork.add(graph, definition, task.weights(), images, Set.of(tap)).get(tap);
      graph.output(OUTPUT, tap.label(), features, definition.tapDimensions().get(tap));
      graph.write(file);
    }
    return file;
  }
}
