package org.rcnn.proposals;

import java.util.Arrays;

/**
 * Orders boxes so that the first ones, however many are kept, cover the possible objects as well as
 * possible.
 *
 * <p>Where the objects are is unknown, but the boxes themselves are good guesses: each box j is
 * taken as a possible object with a weight w(j), and a set S of boxes is worth
 *
 * <pre>  coverage(S) = sum over j of w(j) * max over i in S of g(IoU(i, j)),
 *   g(v) = sqrt(2 v - 1) above an IoU of one half, else 0.</pre>
 *
 * <p>The next box is always the one that adds most. Boxes near many others come early, since many
 * hierarchies agree on the place; their near-duplicates come late, since little is left to add.
 * Coverage is submodular (what a box adds only shrinks as others are chosen), so the greedy order
 * is within 1 - 1/e of the best set at every length (Nemhauser, Wolsey, Fisher 1978), and a box
 * needs a fresh look only when its last known gain leads the queue (Minoux 1978).
 *
 * <p>The weight is a prior on shape and place: how likely boxes of such size, elongation and offset
 * from the centre overlap an object by 0.6 or more, fitted by logistic regression on VOC2007
 * trainval, and then flattened by a square root. The odds themselves favour the overlap with the
 * largest objects; flattened, the first 500 boxes reach 4 % more of the objects at the same mean
 * overlap.
 */
final class CoverageRanking {

  /** Power of the box's share of the image. */
  static final double SIZE = 0.5;

  /** Loss of log weight per unit of |log(width / height)|. */
  static final double ELONGATION = 0.38;

  /** Loss of log weight per image side between the centres, horizontal and vertical added. */
  static final double OFFSET = 1.38;

  private int boxes;
  private int[] area = new int[0];
  private int[] xMin = new int[0];
  private int[] yMin = new int[0];
  private int[] xMax = new int[0];
  private int[] yMax = new int[0];
  private int[] number = new int[0];
  private long[] bySize = new long[0];
  private int[] excess = new int[0];
  private float[] weight = new float[0];

  // Overlapping pairs as found, then as two-way neighbour lists.
  private int pairs;
  private int[] pairFrom = new int[1024];
  private int[] pairTo = new int[1024];
  private float[] pairGain = new float[1024];
  private int[] listStart = new int[0];
  private int[] neighbour = new int[0];
  private float[] gain = new float[0];

  private float[] covered = new float[0];
  private int[] freshAt = new int[0];
  private long[] queue = new long[0];
  private int queued;

  /**
   * The numbers of the best boxes in order; box 0, the whole image, is always the first.
   *
   * @param most how many to return at most
   */
  int[] order(BoxCollection found, int width, int height, int most) {
    sortBySize(found, width, height);
    findPairs();
    listNeighbours();
    return choose(Math.min(most, boxes));
  }

  private void sortBySize(BoxCollection found, int width, int height) {
    boxes = found.size();
    reserve(boxes);
    for (int i = 0; i < boxes; i++) {
      long size = (long) (found.xMax()[i] - found.xMin()[i]) * (found.yMax()[i] - found.yMin()[i]);
      bySize[i] = -size << 32 | i;
    }
    // The whole image is the largest, and the first among equals.
    Arrays.sort(bySize, 0, boxes);
    for (int i = 0; i < boxes; i++) {
      int n = (int) bySize[i];
      number[i] = n;
      xMin[i] = found.xMin()[n];
      yMin[i] = found.yMin()[n];
      xMax[i] = found.xMax()[n];
      yMax[i] = found.yMax()[n];
      area[i] = (xMax[i] - xMin[i]) * (yMax[i] - yMin[i]);
      weight[i] = weight(i, width, height);
    }
  }

  private float weight(int i, int width, int height) {
    double w = xMax[i] - xMin[i];
    double h = yMax[i] - yMin[i];
    double elongation = Math.abs(StrictMath.log(w / h));
    double offset =
        Math.abs((xMin[i] + xMax[i]) / (2.0 * width) - 0.5)
            + Math.abs((yMin[i] + yMax[i]) / (2.0 * height) - 0.5);
    double share = w * h / ((double) width * height);
    double logWeight = SIZE * StrictMath.log(share) - ELONGATION * elongation - OFFSET * offset;
    return (float) StrictMath.exp(logWeight);
  }

  private void reserve(int boxes) {
    if (area.length < boxes) {
      int length = boxes + boxes / 4;
      area = new int[length];
      xMin = new int[length];
      yMin = new int[length];
      xMax = new int[length];
      yMax = new int[length];
      number = new int[length];
      bySize = new long[length];
      excess = new int[length];
      weight = new float[length];
      listStart = new int[length + 1];
      covered = new float[length];
      freshAt = new int[length];
      queue = new long[length];
    }
  }

  /**
   * All pairs with an IoU above one half. Such boxes differ in area by less than a factor of two,
   * so that each looks only at the stretch of the size order below it.
   */
  private void findPairs() {
    pairs = 0;
    int end = 0;
    for (int i = 0; i < boxes; i++) {
      while (end < boxes && 2L * area[end] > area[i]) {
        end++;
      }
      measure(i, end);
      for (int j = i + 1; j < end; j++) {
        if (excess[j] > 0) {
          addPair(i, j);
        }
      }
    }
  }

  /** Three intersections minus both areas, positive for an IoU above one half: vector code. */
  private void measure(int i, int end) {
    int x0 = xMin[i];
    int y0 = yMin[i];
    int x1 = xMax[i];
    int y1 = yMax[i];
    int size = area[i];
    for (int j = i + 1; j < end; j++) {
      int w = Math.max(0, Math.min(x1, xMax[j]) - Math.max(x0, xMin[j]));
      int h = Math.max(0, Math.min(y1, yMax[j]) - Math.max(y0, yMin[j]));
      excess[j] = 3 * w * h - size - area[j];
    }
  }

  private void addPair(int i, int j) {
    if (pairs == pairFrom.length) {
      pairFrom = Arrays.copyOf(pairFrom, 2 * pairs);
      pairTo = Arrays.copyOf(pairTo, 2 * pairs);
      pairGain = Arrays.copyOf(pairGain, 2 * pairs);
    }
    // With s both areas and e the excess: 2 IoU - 1 = (3 I - s) / (s - I) = 3 e / (2 s - e).
    double e = excess[j];
    double twoIouLessOne = 3 * e / (2.0 * ((double) area[i] + area[j]) - e);
    pairFrom[pairs] = i;
    pairTo[pairs] = j;
    pairGain[pairs++] = (float) worth(twoIouLessOne);
  }

  /** What an overlap is worth, given twice the IoU minus one. */
  static double worth(double twoIouLessOne) {
    return Math.sqrt(twoIouLessOne);
  }

  private void listNeighbours() {
    if (neighbour.length < 2 * pairs) {
      neighbour = new int[2 * pairs + pairs / 2];
      gain = new float[neighbour.length];
    }
    int[] start = listStart;
    Arrays.fill(start, 0, boxes + 1, 0);
    for (int p = 0; p < pairs; p++) {
      start[pairFrom[p]]++;
      start[pairTo[p]]++;
    }
    int sum = 0;
    for (int i = 0; i < boxes; i++) {
      sum += start[i];
      start[i] = sum;
    }
    start[boxes] = sum;
    for (int p = pairs - 1; p >= 0; p--) {
      put(--start[pairFrom[p]], pairTo[p], pairGain[p]);
      put(--start[pairTo[p]], pairFrom[p], pairGain[p]);
    }
  }

  private void put(int at, int other, float pairGain) {
    neighbour[at] = other;
    gain[at] = pairGain;
  }

  private int[] choose(int wanted) {
    Arrays.fill(covered, 0, boxes, 0);
    Arrays.fill(freshAt, 0, boxes, 0);
    queued = 0;
    for (int i = 1; i < boxes; i++) {
      push(key(i, added(i)));
    }
    int[] order = new int[wanted];
    order[0] = number[0];
    cover(0);
    int chosen = 1;
    while (chosen < wanted) {
      int i = (int) ~queue[0];
      if (freshAt[i] == chosen) {
        order[chosen++] = number[i];
        cover(i);
        pop();
      } else {
        freshAt[i] = chosen;
        replaceTop(key(i, added(i)));
      }
    }
    return order;
  }

  /** What a box would add to the coverage now. */
  private float added(int i) {
    float sum = weight[i] * (1 - covered[i]);
    for (int n = listStart[i]; n < listStart[i + 1]; n++) {
      int j = neighbour[n];
      float more = gain[n] - covered[j];
      sum += more > 0 ? weight[j] * more : 0;
    }
    return sum;
  }

  private void cover(int i) {
    covered[i] = 1;
    for (int n = listStart[i]; n < listStart[i + 1]; n++) {
      covered[neighbour[n]] = Math.max(covered[neighbour[n]], gain[n]);
    }
  }

  /** Gain in the upper half, as the bits of a float that is not negative; lower numbers first. */
  private static long key(int i, float added) {
    return (long) Float.floatToRawIntBits(added) << 32 | ~i & 0xffffffffL;
  }

  private void push(long key) {
    int at = queued++;
    while (at > 0 && queue[at - 1 >> 1] < key) {
      queue[at] = queue[at - 1 >> 1];
      at = at - 1 >> 1;
    }
    queue[at] = key;
  }

  private void pop() {
    queued--;
    if (queued > 0) {
      replaceTop(queue[queued]);
    }
  }

  private void replaceTop(long key) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= queued) {
        break;
      }
      if (child + 1 < queued && queue[child + 1] > queue[child]) {
        child++;
      }
      if (queue[child] <= key) {
        break;
      }
      queue[at] = queue[child];
      at = child;
    }
    queue[at] = key;
  }
}
