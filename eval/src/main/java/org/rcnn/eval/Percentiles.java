package org.rcnn.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.rcnn.data.GroundTruth;

/**
 * The five shares into which Hoiem et al. (ECCV 2012) divide a class's objects by a characteristic:
 * a tenth, two tenths, four tenths, two tenths and a tenth.
 */
final class Percentiles {

  private static final double[] UP_TO = {0.1, 0.3, 0.7, 0.9};

  private Percentiles() {}

  /**
   * The share of each object, from 0 to 4; -1 for difficult ones. Objects of equal rank keep their
   * order, so that each share has its part whatever the values.
   */
  static int[] shares(GroundTruth[] objects, ToDoubleFunction<GroundTruth> characteristic) {
    int[] ranked =
        IntStream.range(0, objects.length)
            .filter(o -> !objects[o].difficult())
            .boxed()
            .sorted(Comparator.comparingDouble(o -> characteristic.applyAsDouble(objects[o])))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] shares = new int[objects.length];
    Arrays.fill(shares, -1);
    for (int rank = 0; rank < ranked.length; rank++) {
      double percentile = (rank + 0.5) / ranked.length;
      shares[ranked[rank]] = (int) Arrays.stream(UP_TO).filter(upTo -> percentile >= upTo).count();
    }
    return shares;
  }
}
