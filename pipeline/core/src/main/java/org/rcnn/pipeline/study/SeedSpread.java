package org.rcnn.pipeline.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.rcnn.eval.Repetitions;
import org.rcnn.pipeline.report.StudyResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far the mean AP moves with nothing but the seed of fine-tuning, by the study seeds. */
final class SeedSpread {

  private static final Logger LOG = LoggerFactory.getLogger(SeedSpread.class);

  private SeedSpread() {}

  /**
   * What two single networks may differ by if only their seeds differ, in the layer where that is
   * most; NaN if no layer has two.
   *
   * @param byLayer the mean APs of each layer, fractions
   */
  static double largestDifference(Map<String, List<Double>> byLayer) {
    return byLayer.values().stream()
        .filter(means -> means.size() > 1)
        .mapToDouble(means -> Repetitions.of(means).differenceOfTwo())
        .max()
        .orElse(Double.NaN);
  }

  /**
   * The same of some layers, from the file that the study seeds left.
   *
   * @param layers the layers' labels
   * @return empty if there is no such file, it cannot be read, or had one seed
   */
  static OptionalDouble largestDifference(Path file, Set<String> layers) {
    if (!Files.exists(file)) {
      return OptionalDouble.empty();
    }
    try {
      Map<String, List<Double>> byLayer = new LinkedHashMap<>();
      for (StudyResult.Point row : StudyResult.read(file).rows()) {
        if (layers.contains(row.series())) {
          byLayer.computeIfAbsent(row.series(), layer -> new ArrayList<>()).add(row.meanAp());
        }
      }
      double largest = largestDifference(byLayer);
      return Double.isNaN(largest) ? OptionalDouble.empty() : OptionalDouble.of(largest);
    } catch (IOException e) {
      LOG.warn("{} What a seed alone may change is not told.", e.getMessage());
      return OptionalDouble.empty();
    }
  }
}
