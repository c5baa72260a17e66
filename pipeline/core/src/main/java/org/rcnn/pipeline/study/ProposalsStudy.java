package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.rcnn.data.Labelled;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.report.StudyResult.Line;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.proposals.Mode;
import org.rcnn.proposals.ProposalRecall;

/**
 * Varies how many proposals of an image are classified, and how they are made: {@code
 * proposals=100,1000,all,quality:all}.
 *
 * <p>Fewer proposals of a mode share its search. They share its fine-tuned network, too, if all
 * layers learn. Phases that learn from stored features draw their backgrounds from the classified
 * boxes, so there each number has a network of its own. Another mode is searched and fine-tuned
 * anew.
 */
public record ProposalsStudy() implements Study {

  private static final String ALL = "all";
  private static final String BOXES = "boxes per image";
  private static final String RECALL = "recall, %";
  private static final String SECONDS = "s per test image";

  /** A point: what a user may give for speed. */
  private static final double LITTLE = 0.01;

  @Override
  public String name() {
    return "proposals";
  }

  @Override
  public String question() {
    return "How many proposals does detection need, and what do they cost?";
  }

  @Override
  public String source() {
    return "paper, sections 2.1 and 2.2: around 2,000 of selective search's fast mode, 13 s an image on"
        + " a GPU of 2013.";
  }

  @Override
  public String values() {
    return "How many boxes of an image are classified (proposals.max-boxes), or all; with another mode"
        + " before it, such as quality:all, the search and fine-tuning are made anew.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    Mode other = configured.proposals().mode() == Mode.FAST ? Mode.AUTHORS_FAST : Mode.FAST;
    return List.of("50", "100", "200", "500", "1000", ALL, other.label() + ":" + ALL);
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return new Axis("boxes per image that are classified", true, "mode", "at most", "");
  }

  /** A value that was read. */
  private record Asked(Mode mode, int boxes) {
    String label() {
      return boxes == 0 ? ALL : Integer.toString(boxes);
    }
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    Map<Mode, List<Asked>> byMode = new LinkedHashMap<>();
    for (String value : values) {
      Asked asked = asked(value, configured.proposals().mode());
      byMode.computeIfAbsent(asked.mode(), mode -> new ArrayList<>()).add(asked);
    }
    List<Point> points = new ArrayList<>();
    byMode.values().forEach(line -> line.forEach(asked -> points.add(point(asked, configured))));
    return points;
  }

  private static Point point(Asked asked, PipelineConfig configured) {
    Map<String, String> settings =
        Map.of(
            "proposals.mode",
            asked.mode().label(),
            "proposals.max-boxes",
            Integer.toString(asked.boxes()));
    return new Point(
        asked.mode().label(),
        asked.label(),
        asked.boxes(),
        Values.with(configured, settings),
        Values.row(configured));
  }

  private static Asked asked(String value, Mode configured) {
    String[] parts = value.split(":", 2);
    Mode mode = parts.length == 2 ? mode(parts[0]) : configured;
    String boxes = parts[parts.length - 1].strip();
    if (boxes.equals(ALL)) {
      return new Asked(mode, 0);
    }
    double number = Values.number("proposals", boxes);
    if (number < 1 || number != Math.rint(number) || number > Integer.MAX_VALUE) {
      throw new ConfigException(
          "The study proposals takes whole numbers of boxes from 1 on, or all; not '%s'."
              .formatted(value));
    }
    return new Asked(mode, (int) number);
  }

  private static Mode mode(String label) {
    try {
      return Labelled.named(Mode.class, label.strip());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "The study proposals knows no mode '%s', only %s."
              .formatted(
                  label,
                  Arrays.stream(Mode.values()).map(Mode::label).collect(Collectors.joining(", "))));
    }
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    return List.of(
        "boxes per image and recall (objects with a box of IoU ≥ 0.5) are those of the test images.",
        "s per test image: search, features and detection, %d images at a time; training is not in it."
            .formatted(configured.effectiveThreads()),
        "The search gives all boxes before the best ranked are taken, so fewer boxes save nothing"
            + " there.",
        "Fine-tuning from stored features draws its backgrounds from the classified boxes, so there"
            + " each number of boxes has a network of its own.");
  }

  @Override
  public double place(Measured point) throws IOException {
    return recall(point).windowsPerImage();
  }

  private static ProposalRecall.Result recall(Measured point) throws IOException {
    return new Evidence(point.experiment()).proposalRecall();
  }

  @Override
  public Map<String, Double> figures(Measured point) throws IOException {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(BOXES, (double) Math.round(place(point)));
    figures.put(RECALL, 100 * recall(point).recallAt(0.5));
    figures.put(SECONDS, secondsPerImage(point));
    return figures;
  }

  private static double secondsPerImage(Measured point) throws IOException {
    Run run = point.experiment().run();
    RunFolder folder = run.folder();
    double seconds = 0;
    for (var stage : point.experiment().artifacts(point.point().row()).entrySet()) {
      if (stage.getKey().contains("test images") || stage.getKey().equals("detections")) {
        seconds += folder.secondsOf(stage.getValue());
      }
    }
    return seconds / run.test().samples().size();
  }

  @Override
  public List<Chart> charts(List<Measured> points) throws IOException {
    List<Line> lines = new ArrayList<>();
    for (String series : Values.series(points)) {
      List<double[]> places = new ArrayList<>();
      for (Measured point : Values.series(points, series)) {
        double seconds = secondsPerImage(point);
        // A stage of an older folder may have no time.
        if (!Double.isNaN(seconds)) {
          places.add(new double[] {seconds, 100 * point.meanAp()});
        }
      }
      places.sort((a, b) -> Double.compare(a[0], b[0]));
      lines.add(
          new Line(
              series,
              places.stream().map(place -> place[0]).toList(),
              places.stream().map(place -> place[1]).toList()));
    }
    return List.of(
        new Chart(
            "Mean average precision, in per cent, against time",
            "seconds per test image",
            List.of(),
            true,
            lines));
  }

  @Override
  public String finding(List<Measured> points) throws IOException {
    Map<Measured, Double> seconds = new LinkedHashMap<>();
    for (Measured point : points) {
      seconds.put(point, secondsPerImage(point));
    }
    return sentence(points, seconds);
  }

  /**
   * The finding.
   *
   * @param seconds what each point takes for a test image; NaN if unknown
   */
  static String sentence(List<Measured> points, Map<Measured, Double> seconds) {
    Measured best = Values.best(points);
    List<Measured> fewer =
        Values.series(points, best.point().series()).stream()
            .filter(point -> boxes(point) < boxes(best))
            .sorted(Comparator.comparingDouble(ProposalsStudy::boxes))
            .toList();
    String text =
        "The best detector is trained and tested with %2$s of an image in mode %1$s: %3$s%4$s"
            .formatted(
                best.point().series(),
                inWords(best),
                Values.percent(best.meanAp()),
                time(seconds.get(best)));
    List<Measured> others = new ArrayList<>(points);
    if (!fewer.isEmpty()) {
      // The fewest that cost little or, where all cost more, the next fewer.
      Measured told =
          fewer.stream()
              .filter(point -> point.meanAp() >= best.meanAp() - LITTLE)
              .findFirst()
              .orElse(fewer.get(fewer.size() - 1));
      others.remove(told);
      text +=
          "; with %s the mAP is %s%s"
              .formatted(inWords(told), Difference.of(told, best).said(), time(seconds.get(told)));
    }
    return text + Values.ties(best, others, ProposalsStudy::named) + ".";
  }

  private static String inWords(Measured point) {
    return point.label() + (point.label().equals("1") ? " box" : " boxes");
  }

  private static String time(double seconds) {
    return Double.isNaN(seconds) ? "" : " at %s s per image".formatted(Values.digits(seconds));
  }

  /** As the command line writes it. */
  private static String named(Measured point) {
    return point.point().series() + ":" + point.label();
  }

  private static double boxes(Measured point) {
    return point.point().at() == 0 ? Double.POSITIVE_INFINITY : point.point().at();
  }
}
