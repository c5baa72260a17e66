package org.rcnn.svm;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.util.ArrayList;
import java.util.List;

/**
 * The content of a model file, value by value. Nothing in it is trusted: a count must fit the bytes
 * that are left before memory is taken for it, and numbers must be finite.
 *
 * <p>Every fault is an {@link IllegalArgumentException} whose message says what is wrong, as part
 * of a sentence.
 */
final class ModelInput {

  private final ByteArrayInputStream bytes;
  private final DataInputStream in;

  ModelInput(byte[] file, int from, int count) {
    this.bytes = new ByteArrayInputStream(file, from, count);
    this.in = new DataInputStream(bytes);
  }

  /** The bytes that are left. */
  int left() {
    return bytes.available();
  }

  /**
   * A number of things that follow.
   *
   * @param what their name in the plural
   * @param least the fewest that make sense
   * @param bytesOfEach the least that one of them takes
   */
  int count(String what, int least, int bytesOfEach) throws IOException {
    int count = whole();
    if (count < least || (long) count * bytesOfEach > left()) {
      throw new IllegalArgumentException(
          "it states %d %s, and has %d bytes for them".formatted(count, what, left()));
    }
    return count;
  }

  /** A whole number. */
  int whole() throws IOException {
    need(Integer.BYTES);
    return in.readInt();
  }

  /** A flag. */
  boolean flag() throws IOException {
    need(1);
    return in.readBoolean();
  }

  /** A class's name. */
  String name() throws IOException {
    try {
      return in.readUTF();
    } catch (UTFDataFormatException e) {
      throw new IllegalArgumentException("a class name in it is not in UTF-8", e);
    } catch (EOFException e) {
      throw new IllegalArgumentException("it ends within a class name", e);
    }
  }

  /** Names of classes. */
  List<String> names(int count) throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(name());
    }
    return names;
  }

  /** A number of double precision. */
  double number() throws IOException {
    return doubles(1)[0];
  }

  /** Numbers of double precision. */
  double[] doubles(int count) throws IOException {
    need((long) count * Double.BYTES);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readDouble();
      if (!Double.isFinite(values[i])) {
        throw notFinite(values[i]);
      }
    }
    return values;
  }

  /** Numbers of single precision, {@code rows × columns} of them. */
  float[] floats(int rows, int columns) throws IOException {
    long count = (long) rows * columns;
    // Below the largest array, because so many bytes are there.
    need(count, Float.BYTES);
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readFloat();
      if (!Float.isFinite(values[i])) {
        throw notFinite(values[i]);
      }
    }
    return values;
  }

  private static IllegalArgumentException notFinite(double value) {
    return new IllegalArgumentException(
        "a number in it is %s, with which nothing can be computed".formatted(value));
  }

  private void need(long count) {
    need(count, 1);
  }

  private void need(long count, int bytesOfEach) {
    if (count < 0 || count > left() / bytesOfEach) {
      throw new IllegalArgumentException(
          "it needs %d more values of %d bytes, and %d bytes are left"
              .formatted(count, bytesOfEach, left()));
    }
  }
}
