package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.rcnn.pipeline.report.LineChart.Series;

class LineChartTest {

  private static final Pattern SLANTED =
      Pattern.compile("translate\\(([0-9.]+) [0-9.]+\\) rotate\\(-35\\)\">([^<]*)<");

  private static String svg(LineChart chart) {
    return chart.toFile("a chart");
  }

  private static Series series(double... y) {
    return new Series("mAP", IntStream.range(0, y.length).mapToDouble(i -> i).toArray(), y);
  }

  @Test
  void slantedNamesBeginWithinThePicture() {
    // A name ends below its place and goes down to the left; a letter is about 5.7 pixels wide.
    List<String> names =
        IntStream.range(0, 8).mapToObj(i -> "a-name-of-25-letters-no-" + i).toList();
    String svg = svg(LineChart.ofPoints("", names, List.of(series(1, 2, 3, 4, 5, 6, 7, 8))));
    List<MatchResult> found = SLANTED.matcher(svg).results().toList();
    assertEquals(names, found.stream().map(one -> one.group(2)).toList());
    for (MatchResult one : found) {
      double begin =
          Double.parseDouble(one.group(1))
              - 5.7 * one.group(2).length() * Math.cos(Math.toRadians(35));
      assertTrue(begin >= 0, one.group(2) + " begins at " + begin);
    }
    // The plot keeps its right edge.
    assertTrue(svg.contains("x2=\"446\""), svg);
  }

  @Test
  void namesThatFitLeaveThePlotItsWidth() {
    String svg = svg(LineChart.ofPoints("", List.of("none", "up:5"), List.of(series(30, 40))));
    assertTrue(svg.contains("class=\"grid\" x1=\"46\" x2=\"446\""), svg);
  }

  @Test
  void rangesAreDrawnTheAxisHoldsThemAndThoseOfTwoSeriesStandApart() {
    Series first =
        new Series("a", new double[] {0}, new double[] {30}, new double[] {2}, new double[] {58});
    Series second =
        new Series("b", new double[] {0}, new double[] {30}, new double[] {20}, new double[] {40});
    String svg = svg(LineChart.ofPoints("", List.of("none"), List.of(first, second)));
    // From 0 to 60 over 182 pixels below 12 and the legend's row of 14; the place is at 246, each
    // series 3.5 beside it.
    assertTrue(svg.contains(">60</text>"), svg);
    assertTrue(
        svg.contains("<line class=\"s1\" x1=\"242.5\" x2=\"242.5\" y1=\"201.9\" y2=\"32.1\"/>"),
        svg);
    assertTrue(svg.contains("<circle class=\"s2\" cx=\"249.5\""), svg);
  }

  @Test
  void sixLinesLookDifferent() {
    String svg =
        svg(
            LineChart.overlaid(
                "iteration",
                IntStream.range(0, 6)
                    .mapToObj(
                        i -> new Series("rate " + i, new double[] {0, 1}, new double[] {i, 1}))
                    .toList()));
    for (int i = 1; i <= 6; i++) {
      // The line and its stroke in the legend.
      assertEquals(3, svg.split("<path class=\"s" + i + "\"", -1).length, "s" + i);
      assertTrue(svg.contains(".s" + i + "{stroke:"), svg);
    }
  }

  @Test
  void theLegendStandsAboveThePlotAndTakesAsManyRowsAsItsNamesNeed() {
    List<Series> lines =
        Stream.of("short", "a name of middling length", "a name that is longer than the others are")
            .map(name -> new Series(name, new double[] {0, 1}, new double[] {1, 1}))
            .toList();
    String svg = svg(LineChart.overlaid("iteration", lines));
    // Two names fill the first row; the plot of 182 pixels begins below both.
    assertTrue(svg.contains("x=\"68\" y=\"11\">short<"), svg);
    assertTrue(svg.contains("y=\"11\">a name of middling length<"), svg);
    assertTrue(svg.contains("x=\"68\" y=\"25\">a name that is longer than the others are<"), svg);
    assertTrue(svg.contains("viewBox=\"0 0 460 258\""), svg);
    assertTrue(svg.contains("y1=\"40\" y2=\"40\""), svg);
  }

  @Test
  void wholeNumbersHaveWholeTicks() {
    String whole = svg(LineChart.ofPoints("layers", List.of(), List.of(series(1, 2, 3))));
    assertTrue(whole.contains(">1</text>") && whole.contains(">2</text>"), whole);
    assertFalse(whole.contains(">0.5</text>") || whole.contains(">1.5</text>"), whole);
    Series shares = new Series("mAP", new double[] {0, 0.5, 2}, new double[] {10, 20, 30});
    String parts = svg(LineChart.ofPoints("IoU", List.of(), List.of(shares)));
    assertTrue(parts.contains(">0.5</text>"), parts);
  }

  @Test
  void aPointWithoutAPlaceIsNotDrawn() {
    Series line = new Series("mAP", new double[] {1, Double.NaN}, new double[] {30, 40});
    String svg = svg(LineChart.ofPoints("", List.of(), List.of(line)));
    assertFalse(svg.contains("NaN"), svg);
    assertEquals(2, svg.split("<circle", -1).length);
  }
}
