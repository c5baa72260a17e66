package org.rcnn.cnn.weights;

/** Numbers in another order than row by row. */
final class Strided {

  private Strided() {}

  /**
   * The numbers of a view in row-major order.
   *
   * @param values where they lie
   * @param offset place of the first one
   * @param shape the length of every axis
   * @param strides the distance between neighbours along every axis; the caller has checked that
   *     all places are inside
   */
  static float[] gather(float[] values, long offset, int[] shape, long[] strides) {
    int count = 1;
    for (int length : shape) {
      count *= length;
    }
    float[] gathered = new float[count];
    int[] index = new int[shape.length];
    long at = offset;
    for (int i = 0; i < count; i++) {
      gathered[i] = values[(int) at];
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        at += strides[axis];
        if (++index[axis] < shape[axis]) {
          break;
        }
        at -= strides[axis] * shape[axis];
        index[axis] = 0;
      }
    }
    return gathered;
  }
}
