package org.rcnn.svm;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * A uniform sample of bounded size from a stream of unknown length (Vitter's algorithm R): after
 * any number of offers, each has the same chance of being kept. The same seed and the same stream
 * give the same sample.
 */
final class Reservoir<T> {

  private final int capacity;
  private final SplittableRandom random;
  private final List<T> kept = new ArrayList<>();
  private long offered;

  Reservoir(int capacity, long seed) {
    this.capacity = capacity;
    this.random = new SplittableRandom(seed);
  }

  /** Offers one element, which is created only if it is kept. */
  void offer(Supplier<T> element) {
    offered++;
    if (kept.size() < capacity) {
      kept.add(element.get());
    } else {
      long place = random.nextLong(offered);
      if (place < capacity) {
        kept.set((int) place, element.get());
      }
    }
  }

  /** The sample, in an order that depends only on the stream and the seed. */
  List<T> kept() {
    return kept;
  }

  long offered() {
    return offered;
  }
}
