package org.rcnn.pipeline.learned;

import java.util.ArrayList;
import java.util.List;

/** Chooses a limited number of items at even distances, the first among them. */
final class EvenSpread {

  private EvenSpread() {}

  /** At most so many of the items, in their order. */
  static <T> List<T> of(List<T> items, int most) {
    if (items.size() <= most) {
      return items;
    }
    List<T> chosen = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      chosen.add(items.get((int) ((long) i * items.size() / most)));
    }
    return chosen;
  }
}
