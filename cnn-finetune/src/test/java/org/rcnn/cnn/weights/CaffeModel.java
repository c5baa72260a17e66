package org.rcnn.cnn.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Dropout;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.LocalResponseNorm;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Relu;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/** Writes networks without branches as Caffe models. */
final class CaffeModel {

  private CaffeModel() {}

  /** Some bytes of protocol buffers, field after field. */
  static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message varint(long value) {
      for (long rest = value; ; rest >>>= 7) {
        if (rest >>> 7 == 0) {
          bytes.write((int) rest);
          return this;
        }
        bytes.write((int) (rest & 0x7f | 0x80));
      }
    }

    Message whole(int field, long value) {
      return varint((long) field << 3).varint(value);
    }

    Message real(int field, float value) {
      varint((long) field << 3 | 5);
      bytes.writeBytes(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
      return this;
    }

    Message bytes(int field, byte[] value) {
      varint((long) field << 3 | 2).varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.toBytes());
    }

    byte[] toBytes() {
      return bytes.toByteArray();
    }
  }

  /** A blob with its shape as today's files give it. */
  static Message blob(Tensor tensor) {
    Message shape = new Message();
    for (int length : tensor.shape()) {
      shape.whole(1, length);
    }
    return new Message().bytes(5, floats(tensor.values())).message(7, shape);
  }

  /** A blob with the four axes of old files. */
  static Message oldBlob(Tensor tensor) {
    Message blob = new Message();
    int missing = 4 - tensor.shape().length;
    for (int axis = 0; axis < 4; axis++) {
      blob.whole(axis + 1, axis < missing ? 1 : tensor.shape()[axis - missing]);
    }
    return blob.bytes(5, floats(tensor.values()));
  }

  static byte[] floats(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  /**
   * Writes {@code net.caffemodel} and {@code net.prototxt}.
   *
   * @return the model
   */
  static Path write(Path folder, NetworkDefinition network, Weights weights, boolean old)
      throws IOException {
    Message model = new Message().text(1, network.name());
    for (Layer layer : network.layers()) {
      Message stored = new Message();
      stored.text(old ? 4 : 1, layer.name());
      if (old) {
        stored.whole(5, layer instanceof Convolution ? 4 : layer instanceof Linear ? 14 : 18);
      } else {
        stored.text(2, type(layer));
      }
      for (String parameter : layer.parameters().keySet()) {
        Tensor tensor = weights.tensors().get(parameter);
        stored.message(old ? 6 : 7, old ? oldBlob(tensor) : blob(tensor));
      }
      model.message(old ? 2 : 100, stored);
    }
    Files.writeString(folder.resolve("net.prototxt"), prototxt(network, old));
    return Files.write(folder.resolve("net.caffemodel"), model.toBytes());
  }

  private static String type(Layer layer) {
    return layer instanceof Convolution
        ? "Convolution"
        : layer instanceof Linear
            ? "InnerProduct"
            : layer instanceof MaxPool
                ? "Pooling"
                : layer instanceof LocalResponseNorm
                    ? "LRN"
                    : layer instanceof Dropout ? "Dropout" : "ReLU";
  }

  /** The description in the words of either generation. */
  static String prototxt(NetworkDefinition network, boolean old) {
    StringBuilder text = new StringBuilder();
    text.append("name: \"%s\"%ninput: \"data\"%n".formatted(network.name()));
    for (int length : new int[] {1, 3, network.inputSize(), network.inputSize()}) {
      text.append("input_dim: %d%n".formatted(length));
    }
    String below = "data";
    for (Layer layer : network.layers()) {
      boolean inPlace = layer instanceof Relu || layer instanceof Dropout;
      String top = inPlace ? below : layer.name();
      String type = old ? capitals(type(layer)) : '"' + type(layer) + '"';
      text.append(
          "%s { name: \"%s\" type: %s bottom: \"%s\" top: \"%s\"%s }%n"
              .formatted(
                  old ? "layers" : "layer", layer.name(), type, below, top, settings(layer)));
      below = top;
    }
    return text.toString();
  }

  private static String capitals(String type) {
    return type.equals("InnerProduct") ? "INNER_PRODUCT" : type.toUpperCase(Locale.ROOT);
  }

  private static String settings(Layer layer) {
    if (layer instanceof Convolution c) {
      return (" convolution_param { num_output: %d kernel_size: %d stride: %d pad: %d group: %d"
              + " weight_filler { type: \"gaussian\" std: 0.01 } }")
          .formatted(c.out(), c.kernel(), c.stride(), c.padding(), c.groups());
    } else if (layer instanceof Linear l) {
      return " inner_product_param { num_output: %d }".formatted(l.out());
    } else if (layer instanceof MaxPool p) {
      return " pooling_param { pool: MAX kernel_size: %d stride: %d pad: %d }"
          .formatted(p.kernel(), p.stride(), p.padding());
    } else if (layer instanceof LocalResponseNorm n) {
      return " lrn_param { local_size: %d alpha: %s beta: %s k: %s } # across channels\n"
          .formatted(n.size(), n.alpha(), n.beta(), n.k());
    }
    return "";
  }
}
