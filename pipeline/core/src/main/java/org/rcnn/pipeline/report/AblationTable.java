package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.rcnn.pipeline.stage.Row;

/**
 * What each part of the method is worth: a row for every variant that was run, a column for every
 * class and the mean at the end, in the layout of the paper's Table 2.
 *
 * <p>Rows are grouped by head and box regression; within a group, rows without fine-tuning come
 * first. Otherwise they keep the given order. The best figure of a column is marked: bold in
 * Markdown. {@link AblationSection} is the same table on a page.
 */
public final class AblationTable {

  /** The width of a console that {@link #toText()} assumes. */
  public static final int CONSOLE_WIDTH = 120;

  private final List<EvaluatedRow> rows;
  private final List<String> classes;

  /**
   * A table of the given rows.
   *
   * @param rows the variants; their classes, in order of first appearance, make the columns
   */
  public AblationTable(List<EvaluatedRow> rows) {
    // The reverse order of names puts svm before softmax; the sort is stable.
    this.rows =
        rows.stream()
            .sorted(
                Comparator.comparing(AblationTable::head, Comparator.reverseOrder())
                    .thenComparing(evaluated -> evaluated.row().boxRegression())
                    .thenComparing(evaluated -> evaluated.row().finetuned()))
            .toList();
    Set<String> classes = new LinkedHashSet<>();
    rows.forEach(row -> classes.addAll(row.result().apByClass().keySet()));
    this.classes = List.copyOf(classes);
  }

  private static String head(EvaluatedRow evaluated) {
    return evaluated.row().head().label();
  }

  private static double meanAp(EvaluatedRow evaluated) {
    return evaluated.result().meanAp();
  }

  /** The rows in the order of the table. */
  public List<EvaluatedRow> rows() {
    return rows;
  }

  /** The table for a console of 120 columns. */
  public String toText() {
    return toText(CONSOLE_WIDTH);
  }

  /**
   * The table for a console. Where full names of classes would take more blocks than short ones,
   * the heads are short. Classes that do not fit continue in further blocks of about equal width;
   * the mean is the last column.
   *
   * @param width columns of the console
   */
  public String toText(int width) {
    List<String> names = new ArrayList<>();
    rows.forEach(row -> names.add(row.name()));
    int nameWidth = names.stream().mapToInt(String::length).max().orElse(0);
    Map<String, String> full = new LinkedHashMap<>();
    classes.forEach(name -> full.put(name, name));
    List<List<TextColumn>> blocks = blocks(columns(full), width - nameWidth);
    List<List<TextColumn>> shorter =
        blocks(columns(ClassAbbreviations.of(classes)), width - nameWidth);

    StringBuilder text = new StringBuilder();
    for (List<TextColumn> block : blocks.size() <= shorter.size() ? blocks : shorter) {
      if (text.length() > 0) {
        text.append('\n');
      }
      appendBlock(text, block, names, nameWidth);
    }
    return text.toString();
  }

  private record TextColumn(String head, List<String> cells) {
    int width() {
      return 1 + Math.max(head.length(), cells.stream().mapToInt(String::length).max().orElse(0));
    }
  }

  /** The classes' columns under the given heads, and the mean. */
  private List<TextColumn> columns(Map<String, String> heads) {
    List<TextColumn> all = new ArrayList<>();
    heads.forEach((name, head) -> all.add(column(head, row -> row.ap(name))));
    all.add(column("mAP", AblationTable::meanAp));
    return all;
  }

  private TextColumn column(String head, ToDoubleFunction<EvaluatedRow> figure) {
    return new TextColumn(
        head, rows.stream().map(row -> Numbers.percent(figure.applyAsDouble(row))).toList());
  }

  /** Divides the columns into as few blocks as possible, of about equal width. */
  private static List<List<TextColumn>> blocks(List<TextColumn> all, int room) {
    int total = all.stream().mapToInt(TextColumn::width).sum();
    int wanted = Math.max(1, (total + Math.max(1, room) - 1) / Math.max(1, room));
    int target = (total + wanted - 1) / wanted;
    List<List<TextColumn>> blocks = new ArrayList<>();
    int used = 0;
    for (TextColumn column : all) {
      boolean full = used >= target || used + column.width() > room;
      if (blocks.isEmpty() || full) {
        blocks.add(new ArrayList<>());
        used = 0;
      }
      blocks.get(blocks.size() - 1).add(column);
      used += column.width();
    }
    return blocks;
  }

  private void appendBlock(
      StringBuilder text, List<TextColumn> block, List<String> names, int nameWidth) {
    int width = nameWidth + block.stream().mapToInt(TextColumn::width).sum();
    text.append(" ".repeat(nameWidth));
    block.forEach(column -> text.append(right(column.head(), column.width())));
    text.append('\n');
    for (int r = 0; r < rows.size(); r++) {
      if (r == 0 || startsGroup(r)) {
        text.append("-".repeat(width)).append('\n');
      }
      text.append(names.get(r)).append(" ".repeat(nameWidth - names.get(r).length()));
      for (TextColumn column : block) {
        text.append(right(column.cells().get(r), column.width()));
      }
      text.append('\n');
    }
  }

  private static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private boolean startsGroup(int r) {
    return startsGroup(rows.get(r - 1), rows.get(r));
  }

  /** Whether a rule goes between rows, because fine-tuning, head or box regression changes. */
  static boolean startsGroup(EvaluatedRow above, EvaluatedRow below) {
    Row row = below.row();
    Row before = above.row();
    return row.finetuned() != before.finetuned()
        || row.boxRegression() != before.boxRegression()
        || !row.head().equals(before.head());
  }

  /** The table in GitHub's Markdown. */
  public String toMarkdown() {
    StringBuilder text = new StringBuilder("| |");
    classes.forEach(head -> text.append(' ').append(MarkdownText.escaped(head)).append(" |"));
    text.append(" mAP |\n|:---|").append("---:|".repeat(classes.size() + 1)).append('\n');
    Map<String, ColumnBest> best = new HashMap<>();
    classes.forEach(name -> best.put(name, ColumnBest.of(rows, row -> row.ap(name))));
    ColumnBest bestMean = ColumnBest.of(rows, AblationTable::meanAp);
    for (EvaluatedRow row : rows) {
      text.append("| ").append(MarkdownText.escaped(row.name())).append(" |");
      for (String name : classes) {
        text.append(' ').append(markdownFigure(row.ap(name), best.get(name))).append(" |");
      }
      text.append(' ').append(markdownFigure(meanAp(row), bestMean)).append(" |\n");
    }
    return text.toString();
  }

  private static String markdownFigure(double value, ColumnBest best) {
    String figure = Numbers.percent(value);
    return best.is(value) ? "**" + figure + "**" : figure;
  }
}
