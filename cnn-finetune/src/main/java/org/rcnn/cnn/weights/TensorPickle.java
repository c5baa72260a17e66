package org.rcnn.cnn.weights;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickles that torch writes: a program for a small stack machine that builds dictionaries
 * of tensors.
 *
 * <p>A pickle may call any function. This reader accepts the few that torch's state dicts call, and
 * refuses all others by name. It makes plain Java values: {@code Map}, {@code List}, {@code
 * String}, {@code Long}, {@code Double}, {@code Boolean}, {@link Tuple}, {@link View} and {@link
 * #NONE}. A value may contain itself, so a traversal needs a limit.
 */
final class TensorPickle {

  /** Python's None. */
  static final Object NONE = new Object();

  private static final Object MARK = new Object();
  private static final int LONGEST_STRING = 1 << 20;
  private static final int LONGEST_NUMBER = 255;
  private static final int MOST_INSTRUCTIONS = 2_000_000;
  private static final int MOST_AXES = 8;

  private static final Map<String, ElementType> STORAGES =
      Map.of(
          "torch.FloatStorage", ElementType.F32,
          "torch.HalfStorage", ElementType.F16,
          "torch.BFloat16Storage", ElementType.BF16,
          "torch.DoubleStorage", ElementType.F64,
          "torch.LongStorage", ElementType.I64,
          "torch.IntStorage", ElementType.I32,
          "torch.ShortStorage", ElementType.I16,
          "torch.CharStorage", ElementType.I8,
          "torch.ByteStorage", ElementType.U8,
          "torch.BoolStorage", ElementType.BOOL);

  private static final String DICTIONARY = "collections.OrderedDict";
  private static final String TENSOR = "torch._utils._rebuild_tensor_v2";
  private static final String PARAMETER = "torch._utils._rebuild_parameter";

  /**
   * A Python tuple.
   *
   * @param items its values
   */
  record Tuple(List<Object> items) {}

  /**
   * A stretch of numbers that tensors are views of.
   *
   * @param key the name of its bytes in the file
   * @param type how they are stored
   * @param count how many there are
   */
  record Storage(String key, ElementType type, long count) {}

  /**
   * A tensor: some numbers of a storage in some order.
   *
   * @param storage the numbers
   * @param offset where the first one lies
   * @param shape the length of every axis
   * @param strides the distance between neighbours along every axis
   */
  record View(Storage storage, long offset, int[] shape, long[] strides) {
    /** The number of values. */
    long count() {
      return Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b);
    }

    /** Whether its values are exactly its storage. */
    boolean isWhole() {
      long expected = 1;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        if (shape[axis] != 1 && strides[axis] != expected) {
          return false;
        }
        expected *= shape[axis];
      }
      return offset == 0 && expected == storage.count();
    }
  }

  /**
   * A pickle's result.
   *
   * @param value what it builds
   * @param storages every storage that it mentions, by key
   */
  record Contents(Object value, Map<String, Storage> storages) {}

  /** A function or class that the file names. */
  private record Global(String name) {}

  private final DataInputStream in;
  private final String file;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private final Map<String, Storage> storages = new LinkedHashMap<>();

  private TensorPickle(DataInputStream in, String file) {
    this.in = in;
    this.file = file;
  }

  /**
   * Reads one pickle, up to its end and no byte further.
   *
   * @param file its name in error messages
   * @throws IOException if it is no pickle of tensors
   */
  static Contents read(DataInputStream in, String file) throws IOException {
    TensorPickle pickle = new TensorPickle(in, file);
    return new Contents(pickle.run(), pickle.storages);
  }

  private Object run() throws IOException {
    for (int i = 0; i < MOST_INSTRUCTIONS; i++) {
      int instruction = in.readUnsignedByte();
      if (instruction == '.') {
        return pop();
      }
      step(instruction);
    }
    throw new IOException(file + " has more pickle instructions than any state dict needs.");
  }

  private void step(int instruction) throws IOException {
    switch (instruction) {
      case 0x80 -> version(in.readUnsignedByte());
      case 0x95 -> in.readLong(); // A frame's length: it helps a reader that reads in blocks.
      case '(' -> stack.add(MARK);
      case '0' -> pop();
      case '1' -> popToMark();
      case '2' -> stack.add(top());
      case 'N' -> stack.add(NONE);
      case 0x88 -> stack.add(true);
      case 0x89 -> stack.add(false);
      case 'J' -> stack.add((long) Integer.reverseBytes(in.readInt()));
      case 'K' -> stack.add((long) in.readUnsignedByte());
      case 'M' -> stack.add((long) Short.toUnsignedInt(Short.reverseBytes(in.readShort())));
      case 0x8a -> stack.add(number(in.readUnsignedByte()));
      case 'G' -> stack.add(in.readDouble());
      case 'X' -> stack.add(string(int32()));
      case 0x8c -> stack.add(string(in.readUnsignedByte()));
      case 'U' -> stack.add(string(in.readUnsignedByte()));
      case 'T' -> stack.add(string(int32()));
      case ']' -> stack.add(new ArrayList<>());
      case 'a' -> {
        Object item = pop();
        list(top()).add(item);
      }
      case 'e' -> {
        List<Object> items = popToMark();
        list(top()).addAll(items);
      }
      case ')' -> stack.add(new Tuple(List.of()));
      case 't' -> stack.add(new Tuple(popToMark()));
      case 0x85 -> stack.add(new Tuple(pop(1)));
      case 0x86 -> stack.add(new Tuple(pop(2)));
      case 0x87 -> stack.add(new Tuple(pop(3)));
      case '}' -> stack.add(new LinkedHashMap<>());
      case 's' -> {
        List<Object> pair = pop(2);
        put(pair);
      }
      case 'u' -> put(popToMark());
      case 'q' -> memo.put(in.readUnsignedByte(), top());
      case 'r' -> memo.put(int32(), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'h' -> stack.add(recall(in.readUnsignedByte()));
      case 'j' -> stack.add(recall(int32()));
      case 'c' -> stack.add(global(line(), line()));
      case 0x93 -> {
        List<Object> names = pop(2);
        stack.add(global(text(names.get(0)), text(names.get(1))));
      }
      case 'R' -> {
        List<Object> call = pop(2);
        stack.add(call(call.get(0), tuple(call.get(1))));
      }
      case 'b' -> pop(); // Attributes of a dictionary or a tensor: torch's version notes.
      case 'Q' -> stack.add(storage(tuple(pop())));
      default ->
          throw new IOException(
              "%s uses the pickle instruction 0x%02x, which tensors do not need."
                  .formatted(file, instruction));
    }
  }

  private void version(int version) throws IOException {
    if (version > 5) {
      throw new IOException(
          "%s is a pickle of version %d; up to 5 are known.".formatted(file, version));
    }
  }

  private static IOException nonsense(String file) {
    return new IOException(file + " is damaged: its pickle makes no sense.");
  }

  private Object top() throws IOException {
    if (stack.isEmpty()) {
      throw nonsense(file);
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() throws IOException {
    Object top = top();
    stack.remove(stack.size() - 1);
    return top;
  }

  private List<Object> pop(int count) throws IOException {
    List<Object> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(pop());
    }
    Collections.reverse(items);
    return items;
  }

  private List<Object> popToMark() throws IOException {
    List<Object> items = new ArrayList<>();
    for (Object item = pop(); item != MARK; item = pop()) {
      items.add(item);
    }
    Collections.reverse(items);
    return items;
  }

  private Object recall(int key) throws IOException {
    Object value = memo.get(key);
    if (value == null) {
      throw nonsense(file);
    }
    return value;
  }

  private int int32() throws IOException {
    return Integer.reverseBytes(in.readInt());
  }

  private String string(int length) throws IOException {
    if (length < 0 || length > LONGEST_STRING) {
      throw new IOException(file + " is damaged: it names something at impossible length.");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
      line.append((char) c);
      if (line.length() > LONGEST_NUMBER) {
        throw nonsense(file);
      }
    }
    return line.toString();
  }

  /** A number of any length; what is beyond a long is kept as a double. */
  private Object number(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    for (int i = 0; i < length / 2; i++) {
      byte swap = bytes[i];
      bytes[i] = bytes[length - 1 - i];
      bytes[length - 1 - i] = swap;
    }
    BigInteger value = length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value.toString();
  }

  private String text(Object value) throws IOException {
    if (value instanceof String text) {
      return text;
    }
    throw nonsense(file);
  }

  private long whole(Object value) throws IOException {
    if (value instanceof Long number) {
      return number;
    }
    throw nonsense(file);
  }

  private List<Object> tuple(Object value) throws IOException {
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    throw nonsense(file);
  }

  @SuppressWarnings("unchecked") // Every list here was made by this reader.
  private List<Object> list(Object value) throws IOException {
    if (value instanceof List<?> list) {
      return (List<Object>) list;
    }
    throw nonsense(file);
  }

  @SuppressWarnings("unchecked") // Every map here was made by this reader.
  private void put(List<Object> keysAndValues) throws IOException {
    if (!(top() instanceof Map<?, ?> map) || keysAndValues.size() % 2 != 0) {
      throw nonsense(file);
    }
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      Object key = keysAndValues.get(i);
      // Hashing a map that is its own key would never end.
      if (!(key instanceof String || key instanceof Number || key instanceof Boolean)) {
        throw new IOException(file + " has a dictionary with a key that is no name or number.");
      }
      ((Map<Object, Object>) map).put(key, keysAndValues.get(i + 1));
    }
  }

  private Global global(String module, String name) throws IOException {
    String full = module + "." + name;
    boolean known =
        STORAGES.containsKey(full)
            || full.equals(DICTIONARY)
            || full.equals(TENSOR)
            || full.equals(PARAMETER);
    if (!known) {
      throw new IOException(
          "%s asks for %s, which no tensor needs, and is refused; save the state dict alone."
              .formatted(file, printable(full)));
    }
    return new Global(full);
  }

  private static String printable(String text) {
    String shown = text.length() > 80 ? text.substring(0, 80) + "..." : text;
    return shown.replaceAll("[^ -~]", "?");
  }

  private Object call(Object callee, List<Object> arguments) throws IOException {
    String name = callee instanceof Global global ? global.name() : "";
    if (name.equals(DICTIONARY) && arguments.isEmpty()) {
      return new LinkedHashMap<>();
    } else if (name.equals(TENSOR) && arguments.size() >= 4) {
      return view(arguments);
    } else if (name.equals(PARAMETER)
        && !arguments.isEmpty()
        && arguments.get(0) instanceof View view) {
      return view;
    }
    throw nonsense(file);
  }

  private View view(List<Object> arguments) throws IOException {
    List<Object> lengths = tuple(arguments.get(2));
    List<Object> steps = tuple(arguments.get(3));
    if (!(arguments.get(0) instanceof Storage storage)
        || lengths.size() != steps.size()
        || lengths.size() > MOST_AXES) {
      throw nonsense(file);
    }
    int[] shape = new int[lengths.size()];
    long[] strides = new long[shape.length];
    long offset = whole(arguments.get(1));
    long count = 1;
    long last = offset;
    boolean sensible = offset >= 0 && offset <= storage.count();
    for (int axis = 0; axis < shape.length && sensible; axis++) {
      long length = whole(lengths.get(axis));
      strides[axis] = whole(steps.get(axis));
      sensible =
          length >= 0
              && length <= Integer.MAX_VALUE
              && strides[axis] >= 0
              && strides[axis] <= Integer.MAX_VALUE;
      shape[axis] = (int) length;
      count *= length;
      last += Math.max(0, length - 1) * strides[axis];
      // Below 2^31 before each product of two such numbers, so nothing overflows.
      sensible &= count <= storage.count() && (length == 0 || last < Math.max(1, storage.count()));
    }
    if (!sensible || count > 0 && last >= storage.count()) {
      throw new IOException(
          "%s: a tensor lies outside its storage %s or is larger than it."
              .formatted(file, printable(storage.key())));
    }
    return new View(storage, offset, shape, strides);
  }

  /** {@code ('storage', type, key, device, count)}, and None after it in old files. */
  private Storage storage(List<Object> id) throws IOException {
    boolean plain = id.size() == 5 || id.size() == 6 && id.get(5) == NONE;
    if (!plain
        || !"storage".equals(id.get(0))
        || !(id.get(1) instanceof Global global)
        || !STORAGES.containsKey(global.name())) {
      throw nonsense(file);
    }
    long count = whole(id.get(4));
    if (count < 0 || count > Integer.MAX_VALUE - 8) {
      throw new IOException(
          "%s: storage %s has an impossible size.".formatted(file, printable(text(id.get(2)))));
    }
    Storage storage = new Storage(text(id.get(2)), STORAGES.get(global.name()), count);
    Storage before = storages.putIfAbsent(storage.key(), storage);
    if (before != null && !before.equals(storage)) {
      throw new IOException(
          "%s speaks of storage %s as of two different ones."
              .formatted(file, printable(storage.key())));
    }
    return storage;
  }
}
