package org.rcnn.cnn.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Aside;
import org.rcnn.cnn.network.Layer.Parallel;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/** A network and its values in a folder, as the Python scripts read them. */
final class NetworkFiles {

  static final ObjectMapper JSON = new ObjectMapper();

  private NetworkFiles() {}

  /** Writes {@code weights.bin}, and {@code net.json} with the entries so far and the layers. */
  static void write(Path folder, ObjectNode net, NetworkDefinition definition, Weights weights)
      throws IOException {
    try (FileChannel values = create(folder.resolve("weights.bin"))) {
      net.set("layers", describe(definition.layers(), weights, values));
    }
    JSON.writeValue(folder.resolve("net.json").toFile(), net);
  }

  /** The layers with their settings; weights go to their file in the same order. */
  private static ArrayNode describe(List<Layer> layers, Weights weights, FileChannel values)
      throws IOException {
    ArrayNode array = JSON.createArrayNode();
    for (Layer layer : layers) {
      ObjectNode node = array.addObject();
      if (layer instanceof Parallel p) {
        node.put("name", p.name()).put("join", p.join().name());
        ArrayNode branches = node.putArray("branches");
        for (List<Layer> branch : p.branches()) {
          branches.add(describe(branch, weights, values));
        }
      } else if (layer instanceof Aside a) {
        node.put("name", a.name()).set("layers", describe(a.layers(), weights, values));
      } else {
        node.setAll((ObjectNode) JSON.valueToTree(layer));
      }
      node.put("kind", layer.kind());
      boolean own = !(layer instanceof Parallel);
      if (own) {
        for (String parameter : layer.parameters().keySet()) {
          Tensor tensor = weights.tensors().get(parameter);
          node.set(
              parameter.substring(layer.name().length() + 1), JSON.valueToTree(tensor.shape()));
          write(values, tensor.values());
        }
      }
    }
    return array;
  }

  static void write(Path file, float[] values) throws IOException {
    try (FileChannel channel = create(file)) {
      write(channel, values);
    }
  }

  private static void write(FileChannel file, float[] values) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  static float[] read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** Weights from a file that has them in the order of {@link #write}. */
  static Weights read(Path file, Weights like) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    var all = bytes.asFloatBuffer();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    like.tensors()
        .forEach(
            (name, tensor) -> {
              float[] values = new float[tensor.values().length];
              all.get(values);
              tensors.put(name, new Tensor(tensor.shape(), values));
            });
    return new Weights(tensors);
  }
}
