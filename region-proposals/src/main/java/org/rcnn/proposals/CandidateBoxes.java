package org.rcnn.proposals;

import java.util.Arrays;

/**
 * The regions of some hierarchies in the order in which they were made, too small and repeated ones
 * included. Every region draws a random number for its rank, in this order, so that colour spaces
 * searched side by side give the same result as one after the other.
 */
final class CandidateBoxes {

  private static final int NUMBERS = 5;

  private int[] numbers = new int[4096 * NUMBERS];
  private int size;

  void clear() {
    size = 0;
  }

  /**
   * Adds a region's box.
   *
   * @param place what its random number is multiplied by: for a merged region its place from the
   *     end of the hierarchy, 1 for the whole image; for an initial region the last place
   */
  void add(int x0, int y0, int x1, int y1, int place) {
    int at = size++ * NUMBERS;
    if (at == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * at);
    }
    numbers[at] = x0;
    numbers[at + 1] = y0;
    numbers[at + 2] = x1;
    numbers[at + 3] = y1;
    numbers[at + 4] = place;
  }

  int size() {
    return size;
  }

  int xMin(int i) {
    return numbers[i * NUMBERS];
  }

  int yMin(int i) {
    return numbers[i * NUMBERS + 1];
  }

  /** Exclusive. */
  int xMax(int i) {
    return numbers[i * NUMBERS + 2];
  }

  /** Exclusive. */
  int yMax(int i) {
    return numbers[i * NUMBERS + 3];
  }

  int place(int i) {
    return numbers[i * NUMBERS + 4];
  }
}
