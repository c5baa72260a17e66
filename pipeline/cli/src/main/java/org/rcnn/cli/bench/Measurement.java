package org.rcnn.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A contestant's measurements: a row of a bench's table.
 *
 * @param what what was measured, such as {@code "ours fast"}
 * @param threads threads it used
 * @param medianSeconds the median of its turns
 * @param peer whether other rows are compared with this one
 * @param figures further figures by key, such as heap or error, in the order in which they print
 */
record Measurement(
    String what, int threads, double medianSeconds, boolean peer, Map<String, Double> figures) {

  Measurement {
    figures = new LinkedHashMap<>(figures);
  }

  /** The same with a further figure. */
  Measurement with(String key, double value) {
    Measurement other = new Measurement(what, threads, medianSeconds, peer, figures);
    other.figures.put(key, value);
    return other;
  }
}
