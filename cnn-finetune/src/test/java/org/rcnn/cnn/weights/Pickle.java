package org.rcnn.cnn.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles instruction by instruction. */
final class Pickle {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Pickle() {
    op(0x80).op(2);
  }

  Pickle op(int instruction) {
    out.write(instruction);
    return this;
  }

  Pickle int32(int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }

  Pickle number(int value) {
    return op('J').int32(value);
  }

  Pickle text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    op('X').int32(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  Pickle global(String module, String name) {
    op('c');
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  Pickle tuple(int... values) {
    op('(');
    for (int value : values) {
      number(value);
    }
    return op('t');
  }

  /** A tensor that is a view of a storage. */
  Pickle tensor(String type, String key, int count, int offset, int[] shape, int[] strides) {
    global("torch._utils", "_rebuild_tensor_v2").op('(').op('(').text("storage");
    global("torch", type + "Storage").text(key).text("cpu").number(count).op('t').op('Q');
    number(offset).tuple(shape).tuple(strides).op(0x89);
    return global("collections", "OrderedDict").op(')').op('R').op('t').op('R');
  }

  /** A tensor of floats that is the whole of a storage. */
  Pickle floats(String key, int... shape) {
    int[] strides = new int[shape.length];
    int count = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = count;
      count *= shape[axis];
    }
    return tensor("Float", key, count, 0, shape, strides);
  }

  /** The finished pickle. */
  byte[] end() {
    return op('.').out.toByteArray();
  }
}
