package org.rcnn.pipeline.expected;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rcnn.data.Check;
import org.rcnn.data.Labelled;

/**
 * A table whose cells are text with places for figures: <code>{ROW}</code> for a row's mAP, <code>
 * {ROW; FIGURE}</code> for another figure, <code>{ROW; FIGURE; DECIMALS}</code> for another number
 * of decimals than one. Figures are shown in per cent, with their spread if there are several
 * seeds.
 *
 * @param layout how it is written
 * @param lines its lines of cells; the first one heads the columns
 */
public record ExpectedTable(Layout layout, List<List<String>> lines) {

  private static final Pattern PLACE =
      Pattern.compile("\\{([^{};]+)(?:; *([^{};]+))?(?:; *([0-9]))?}");

  /** How a table is written. */
  public enum Layout implements Labelled {
    /** As a table of GitHub's Markdown. */
    MARKDOWN,
    /** As {@code run} prints it, with rules, in a block of code; the last line is a total. */
    CONSOLE
  }

  /**
   * A place for a figure.
   *
   * @param row the row's name
   * @param figure the figure's key
   * @param decimals of the per cent
   */
  record Place(String row, String figure, int decimals) {

    private static Place of(MatchResult found) {
      return new Place(
          found.group(1).strip(),
          found.group(2) == null ? "mAP" : found.group(2).strip(),
          found.group(3) == null ? 1 : Integer.parseInt(found.group(3)));
    }
  }

  /** Refuses lines of different length; keeps its own copies. */
  public ExpectedTable {
    Check.given("layout", layout);
    Check.notEmpty("lines", lines);
    lines = lines.stream().map(List::copyOf).toList();
    int width = lines.get(0).size();
    for (List<String> line : lines) {
      if (line.size() != width) {
        throw new IllegalArgumentException(
            "lines must all have %d cells like the first; one has %d: %s."
                .formatted(width, line.size(), line));
      }
    }
  }

  /** The figures that it shows. */
  List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (List<String> line : lines) {
      for (String cell : line) {
        Matcher found = PLACE.matcher(cell);
        while (found.find()) {
          places.add(Place.of(found));
        }
      }
    }
    return places;
  }

  /**
   * The table with its figures, lines ended by {@code \n}.
   *
   * @param expected the results that it is a table of
   */
  public String toMarkdown(ExpectedResults expected) {
    List<List<String>> cells =
        lines.stream()
            .map(line -> line.stream().map(cell -> filled(cell, expected)).toList())
            .toList();
    return switch (layout) {
      case MARKDOWN -> markdown(cells);
      case CONSOLE -> console(cells);
    };
  }

  private static String filled(String cell, ExpectedResults expected) {
    return PLACE
        .matcher(cell)
        .replaceAll(
            found -> {
              Place place = Place.of(found);
              ExpectedResults.Figure figure = expected.figure(place.row(), place.figure());
              return Matcher.quoteReplacement(
                  Percent.of(figure.mean(), figure.spread(), place.decimals()));
            });
  }

  private static String markdown(List<List<String>> cells) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      text.append('|');
      for (String cell : cells.get(i)) {
        text.append(cell.isEmpty() ? " " : " " + cell + " ").append('|');
      }
      text.append('\n');
      if (i == 0) {
        text.append('|').append(" --- |".repeat(cells.get(0).size())).append('\n');
      }
    }
    return text.toString();
  }

  private static String console(List<List<String>> cells) {
    int columns = cells.get(0).size();
    int[] widths = new int[columns];
    for (List<String> line : cells) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], line.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder("```\n");
    String rule = "";
    for (int i = 0; i < cells.size(); i++) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String cell = cells.get(i).get(c);
        String room = " ".repeat(widths[c] - cell.length());
        line.append(c == 0 ? cell + room : "   " + room + cell);
      }
      if (i == 0) {
        rule = "-".repeat(line.length()) + "\n";
      }
      text.append(i > 1 && i == cells.size() - 1 ? rule : "").append(line).append('\n');
      text.append(i == 0 ? rule : "");
    }
    return text.append("```\n").toString();
  }
}
