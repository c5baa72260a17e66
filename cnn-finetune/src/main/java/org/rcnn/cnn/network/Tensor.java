package org.rcnn.cnn.network;

import java.util.Arrays;

/**
 * A dense array of numbers on the Java side: what weight files hold.
 *
 * @param shape the length of every axis, outermost first
 * @param values the numbers in row-major order; not copied, treat as read-only
 */
public record Tensor(int[] shape, float[] values) {

  /** Refuses a shape that the values do not fill exactly. */
  public Tensor {
    if (size(shape) != values.length) {
      throw new IllegalArgumentException(
          "A tensor of shape %s has %d values, not %d."
              .formatted(Arrays.toString(shape), size(shape), values.length));
    }
  }

  static long size(int[] shape) {
    long size = 1;
    for (int length : shape) {
      size *= length;
    }
    return size;
  }

  /** Same shape and same numbers. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor tensor
        && Arrays.equals(shape, tensor.shape)
        && Arrays.equals(values, tensor.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Tensor" + Arrays.toString(shape);
  }
}
