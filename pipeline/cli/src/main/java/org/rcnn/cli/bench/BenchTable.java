package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a benchmark measured, row by row, with the ratios between rows. */
final class BenchTable {

  private final List<Row> rows = new ArrayList<>();

  /**
   * A measurement.
   *
   * @param what what was measured, such as {@code "ours fast"}
   * @param threads threads it used
   * @param medianSeconds the median of its repetitions
   * @param peer whether other rows are compared with this one
   * @param more further figures by key, such as heap or error
   */
  record Row(
      String what, int threads, double medianSeconds, boolean peer, Map<String, Double> more) {

    Row {
      more = new LinkedHashMap<>(more);
    }
  }

  /** Adds a row; rows are printed in the order in which they came. */
  void add(Row row) {
    rows.add(row);
  }

  /** The middle one of repeated measurements, the mean of the middle two of an even number. */
  static double median(double[] seconds) {
    if (seconds.length == 0) {
      throw new IllegalArgumentException("There is no median of no measurements.");
    }
    double[] sorted = seconds.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * For programs: {@code rows} of {@code what}, {@code threads}, {@code median_seconds} and {@code
   * ratio_to}, the row's time as a multiple of each peer's at the same number of threads, or of a
   * peer's that can use but one and so was measured with one alone.
   */
  ObjectNode toJson() {
    ObjectNode tree = new ObjectMapper().createObjectNode();
    ArrayNode array = tree.putArray("rows");
    for (Row row : rows) {
      ObjectNode node = array.addObject();
      node.put("what", row.what());
      node.put("threads", row.threads());
      node.put("median_seconds", row.medianSeconds());
      ObjectNode ratios = node.putObject("ratio_to");
      for (Row peer : peersOf(row)) {
        ratios.put(peer.what(), row.medianSeconds() / peer.medianSeconds());
      }
      row.more().forEach(node::put);
    }
    return tree;
  }

  /** For people. */
  String toText() {
    int width = rows.stream().mapToInt(row -> row.what().length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-" + Math.max(1, width) + "s  %d thread%s  %10.4f s",
              row.what(),
              row.threads(),
              row.threads() == 1 ? " " : "s",
              row.medianSeconds()));
      for (Row peer : peersOf(row)) {
        text.append(
            String.format(
                Locale.ROOT,
                "  %.3f x %s",
                row.medianSeconds() / peer.medianSeconds(),
                peer.what()));
      }
      row.more()
          .forEach(
              (key, value) -> text.append(String.format(Locale.ROOT, "  %s %.6g", key, value)));
      text.append(System.lineSeparator());
    }
    return text.toString();
  }

  private List<Row> peersOf(Row row) {
    return rows.stream()
        .filter(peer -> peer.peer() && peer != row && comparable(peer, row))
        .toList();
  }

  private boolean comparable(Row peer, Row row) {
    return peer.threads() == row.threads()
        || rows.stream().filter(other -> other.what().equals(peer.what())).count() == 1
            && peer.threads() == 1;
  }
}
