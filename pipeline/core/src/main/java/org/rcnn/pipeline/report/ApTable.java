package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AP per class and their mean, for a console: in per cent with one decimal; a dash for classes
 * without an AP, which have no ground truth in the split.
 *
 * <pre>
 * class     AP
 * ------------
 * cat     31.0
 * dog        -
 * ------------
 * mAP     31.0
 * </pre>
 *
 * <p>More than 30 classes are set in several columns, filled from top to bottom.
 */
public final class ApTable {

  private static final int LINES = 30;

  private final Map<String, Double> ap;
  private final double meanAp;

  /**
   * A table of the given figures.
   *
   * @param ap each class's AP, a fraction, in the table's order; NaN for a class without one
   * @param meanAp their mean, a fraction
   */
  public ApTable(Map<String, Double> ap, double meanAp) {
    this.ap = new LinkedHashMap<>(ap);
    this.meanAp = meanAp;
  }

  /** The table, lines ended by {@code \n}. */
  public String toText() {
    int nameWidth = ap.keySet().stream().mapToInt(String::length).max().orElse(0);
    nameWidth = Math.max(nameWidth, "class".length());
    int columns = Math.max(1, (ap.size() + LINES - 1) / LINES);
    int rows = (ap.size() + columns - 1) / columns;
    List<String> cells = new ArrayList<>();
    ap.forEach((name, value) -> cells.add(name + "\n" + Numbers.percent(value)));

    String gap = "    ";
    int cellWidth = nameWidth + 7;
    String rule = "-".repeat(columns * (cellWidth + gap.length()) - gap.length());
    StringBuilder text = new StringBuilder();
    for (int c = 0; c < columns; c++) {
      text.append(c == 0 ? "" : gap).append(cell("class", "AP", nameWidth));
    }
    text.append('\n').append(rule).append('\n');
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns && c * rows + r < cells.size(); c++) {
        String[] nameAndValue = cells.get(c * rows + r).split("\n", 2);
        text.append(c == 0 ? "" : gap).append(cell(nameAndValue[0], nameAndValue[1], nameWidth));
      }
      text.append('\n');
    }
    return text.append(rule)
        .append('\n')
        .append(cell("mAP", Numbers.percent(meanAp), nameWidth))
        .append('\n')
        .toString();
  }

  private static String cell(String name, String value, int nameWidth) {
    return ("%-" + nameWidth + "s%7s").formatted(name, value);
  }
}
