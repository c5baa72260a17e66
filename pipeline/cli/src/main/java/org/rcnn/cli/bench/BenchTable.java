package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A benchmark's measurements, row by row, with the ratios between rows.
 *
 * @param rows in the order in which they print
 */
record BenchTable(List<Measurement> rows) {

  /** The median of repeated measurements; the mean of the middle two of an even number. */
  static double median(List<Double> measured) {
    if (measured.isEmpty()) {
      throw new IllegalArgumentException("There is no median of no measurements.");
    }
    List<Double> sorted = measured.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double upper = sorted.get(middle);
    return sorted.size() % 2 == 1 ? upper : (sorted.get(middle - 1) + upper) / 2;
  }

  /**
   * As JSON, for each row: {@code what}, {@code threads}, {@code median_seconds} and {@code
   * ratio_to}, the row's time as a multiple of each peer's at the same number of threads. A peer
   * that was only measured with one thread is compared with all rows.
   */
  void addTo(ArrayNode array) {
    for (Measurement row : rows) {
      ObjectNode node = array.addObject();
      node.put("what", row.what());
      node.put("threads", row.threads());
      node.put("median_seconds", row.medianSeconds());
      ratios(row).forEach(node.putObject("ratio_to")::put);
      row.figures().forEach(node::put);
    }
  }

  /** As a table for the console. */
  String toText() {
    int width = rows.stream().mapToInt(row -> row.what().length()).max().orElse(1);
    StringBuilder text = new StringBuilder();
    for (Measurement row : rows) {
      String threads = row.threads() == 1 ? "thread " : "threads";
      append(text, "%-" + width + "s  %d %s", row.what(), row.threads(), threads);
      append(text, "  %10.4f s", row.medianSeconds());
      ratios(row).forEach((peer, ratio) -> append(text, "  %.3f x %s", ratio, peer));
      row.figures().forEach((key, value) -> append(text, "  %s %.6g", key, value));
      text.append(System.lineSeparator());
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }

  private Map<String, Double> ratios(Measurement row) {
    Map<String, Double> ratios = new LinkedHashMap<>();
    rows.stream()
        .filter(peer -> peer.peer() && peer != row && comparable(peer, row))
        .forEach(peer -> ratios.put(peer.what(), row.medianSeconds() / peer.medianSeconds()));
    return ratios;
  }

  private boolean comparable(Measurement peer, Measurement row) {
    return peer.threads() == row.threads()
        || rows.stream().filter(other -> other.what().equals(peer.what())).count() == 1
            && peer.threads() == 1;
  }
}
