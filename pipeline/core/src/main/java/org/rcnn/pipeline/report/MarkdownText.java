package org.rcnn.pipeline.report;

import java.util.Collections;
import java.util.List;
import org.rcnn.data.Printable;

/** Writes Markdown: headings, paragraphs, lists and tables. Text may contain any characters. */
final class MarkdownText {

  private final StringBuilder out = new StringBuilder();

  /** A heading; 1 is the page's title. */
  MarkdownText heading(int level, String text) {
    return block("#".repeat(level) + " " + escaped(text));
  }

  /** A paragraph of plain text. */
  MarkdownText paragraph(String text) {
    return block(escaped(text));
  }

  /** A list of plain sentences; none leaves nothing. */
  MarkdownText list(List<String> sentences) {
    return sentences.isEmpty()
        ? this
        : block("- " + String.join("\n- ", sentences.stream().map(MarkdownText::escaped).toList()));
  }

  /** A block of code. A line of it is not escaped, and none begins with a fence. */
  MarkdownText code(String lines) {
    return block("```\n" + Printable.text(lines).replace("```", "'''") + "\n```");
  }

  /**
   * A table.
   *
   * @param head of the columns
   * @param rows as many cells each
   */
  MarkdownText table(List<String> head, List<List<String>> rows) {
    StringBuilder table = new StringBuilder(row(head));
    table.append(row(Collections.nCopies(head.size(), "---")));
    rows.forEach(cells -> table.append(row(cells)));
    return block(table.toString().stripTrailing());
  }

  private static String row(List<String> cells) {
    StringBuilder row = new StringBuilder("|");
    cells.forEach(cell -> row.append(' ').append(escaped(cell)).append(" |"));
    return row.append('\n').toString();
  }

  private MarkdownText block(String text) {
    out.append(out.isEmpty() ? "" : "\n").append(text).append('\n');
    return this;
  }

  /** One line in which Markdown sees no cell's end, no emphasis, no link and no tag. */
  static String escaped(String text) {
    return Printable.line(text.replaceAll("\\s+", " ").strip())
        .replaceAll("[\\\\|*_<>`\\[\\]#&]", "\\\\$0");
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
