package org.rcnn.cnn.weights;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightSource.Entry;
import org.rcnn.data.RegularFile;

/**
 * An ONNX model: protocol buffers with a graph, of which the initialisers are read, by name. Its
 * notes are the model's {@code metadata_props}. The operators are not looked at: which layer a
 * weight belongs to is in its name, as torch and this project write them.
 */
final class OnnxFile implements TensorFile {

  /** More than any model has: a tensor of no bytes takes some hundred in memory. */
  private static final int MOST_TENSORS = 100_000;

  private static final int MOST_NOTES = 10_000;

  private final Map<String, OnnxTensor> tensors;
  private final Map<String, String> notes;

  private OnnxFile(Map<String, OnnxTensor> tensors, Map<String, String> notes) {
    this.tensors = tensors;
    this.notes = notes;
  }

  static OnnxFile open(Path file) throws IOException {
    if (Files.size(file) > Integer.MAX_VALUE) {
      throw new IOException(file + " is larger than 2 GiB, which no ONNX model can be.");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      return read(RegularFile.map(channel, 0, channel.size()));
    } catch (EOFException e) {
      throw new IOException(
          file + " is not an ONNX model, or it is cut off; copy or download it again.", e);
    } catch (IOException e) {
      throw new IOException(
          "%s cannot be used as an ONNX model: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private static OnnxFile read(ByteBuffer model) throws IOException {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    Map<String, String> notes = new LinkedHashMap<>();
    ProtoWire.each(
        model,
        (number, value, bytes) -> {
          if (number == 7 && bytes != null) {
            graph(bytes, tensors);
          } else if (number == 14 && bytes != null) {
            note(bytes, notes);
          }
        });
    if (tensors.isEmpty()) {
      throw new IOException("it has no initialisers");
    }
    return new OnnxFile(tensors, notes);
  }

  private static void graph(ByteBuffer graph, Map<String, OnnxTensor> tensors) throws IOException {
    ProtoWire.each(
        graph,
        (number, value, bytes) -> {
          if (number == 5 && bytes != null) {
            OnnxTensor tensor = OnnxTensor.read(bytes);
            if (tensors.size() == MOST_TENSORS) {
              throw new IOException("it has more initialisers than any model");
            }
            if (tensors.put(tensor.name(), tensor) != null) {
              throw new IOException("two initialisers have the same name");
            }
          }
        });
  }

  private static void note(ByteBuffer entry, Map<String, String> notes) throws IOException {
    String[] pair = {"", ""};
    ProtoWire.each(
        entry,
        (number, value, bytes) -> {
          if ((number == 1 || number == 2) && bytes != null) {
            pair[number - 1] = ProtoWire.text(bytes);
          }
        });
    if (notes.size() == MOST_NOTES) {
      throw new IOException("it has more notes than any model");
    }
    notes.put(pair[0], pair[1]);
  }

  @Override
  public List<Entry> entries() {
    return tensors.values().stream()
        .map(tensor -> new Entry(tensor.name(), tensor.type(), tensor.shape()))
        .toList();
  }

  @Override
  public Map<String, String> notes() {
    return notes;
  }

  @Override
  public Weights read() throws IOException {
    Map<String, Tensor> read = new LinkedHashMap<>();
    for (OnnxTensor tensor : tensors.values()) {
      if (tensor.isReal()) {
        read.put(tensor.name(), new Tensor(tensor.shape(), tensor.values()));
      }
    }
    return new Weights(read);
  }
}
