package org.rcnn.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.rcnn.data.GroundTruth;

/**
 * How large an object is among those of its class: by the percentile of its box's area, so that a
 * large bottle may be smaller than a small bus.
 */
public enum ObjectSize {
  /** The smallest tenth. */
  XS(0.1),
  /** From the 10th to the 30th percentile. */
  S(0.3),
  /** From the 30th to the 70th percentile. */
  M(0.7),
  /** From the 70th to the 90th percentile. */
  L(0.9),
  /** The largest tenth. */
  XL(1.0);

  private final double upTo;

  ObjectSize(double upTo) {
    this.upTo = upTo;
  }

  /**
   * The size of each object that is not difficult, null for the others. Objects of equal area keep
   * their order, so that each bucket has its share whatever the areas.
   */
  static ObjectSize[] ofObjects(GroundTruth[] objects) {
    int[] ranked =
        IntStream.range(0, objects.length)
            .filter(o -> !objects[o].difficult())
            .boxed()
            .sorted(Comparator.comparingDouble(o -> objects[o].box().area()))
            .mapToInt(Integer::intValue)
            .toArray();
    ObjectSize[] sizes = new ObjectSize[objects.length];
    for (int rank = 0; rank < ranked.length; rank++) {
      sizes[ranked[rank]] = ofPercentile((rank + 0.5) / ranked.length);
    }
    return sizes;
  }

  private static ObjectSize ofPercentile(double percentile) {
    return Arrays.stream(values()).filter(size -> percentile < size.upTo).findFirst().orElse(XL);
  }
}
