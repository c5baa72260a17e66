package org.rcnn.pipeline.expected;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rcnn.data.Check;
import org.rcnn.pipeline.report.Manifest;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Processor;

/**
 * What some commands are expected to give.
 *
 * @param name the file's name without its ending
 * @param shows what the results show, in a sentence
 * @param folder the name of the run's folder; results that share it compute once what they have in
 *     common
 * @param needs the names in the commands that stand for a file or folder of the user's, such as
 *     {@code data}, and what belongs there, in words
 * @param images the images of the first command that trains; null if nothing was recorded yet
 * @param backboneFingerprint of the network and starting weights of the first command that trains,
 *     as in {@code manifest.json}; null, and left out of the file, if it was not recorded
 * @param seeds seeds of fine-tuning; every command that trains a detector runs once with each
 * @param commands what is run, in this order
 * @param rows the rows of the results
 * @param claims what must hold between the rows
 * @param tables tables made of the figures, by name
 * @param recorded where and when the figures were measured; null if nothing was recorded yet
 */
public record ExpectedResults(
    String name,
    String shows,
    String folder,
    Map<String, String> needs,
    Images images,
    @JsonProperty(ExpectedResults.BACKBONE) String backboneFingerprint,
    List<Long> seeds,
    List<Command> commands,
    List<Row> rows,
    List<Claim> claims,
    Map<String, ExpectedTable> tables,
    Recorded recorded) {

  /** The only key that a file may leave out. */
  static final String BACKBONE = "backbone_fingerprint";

  /** The place of the run's folder in arguments. */
  static final String OUT = "out";

  private static final Pattern PLACE = Pattern.compile("\\{([a-z-]+)}");

  /**
   * Refuses parts that do not fit together; keeps its own copies.
   *
   * @throws IllegalArgumentException if a row, claim or table names something that is not there, or
   *     a name stands for two things
   */
  public ExpectedResults {
    Check.given("name", name);
    Check.given("shows", shows);
    Check.given("folder", folder);
    Check.notEmpty("seeds", seeds);
    Check.notEmpty("commands", commands);
    Check.notEmpty("rows", rows);
    Check.given("needs", needs);
    Check.given("claims", claims);
    Check.given("tables", tables);
    needs = ordered(needs);
    seeds = List.copyOf(seeds);
    commands = List.copyOf(commands);
    rows = List.copyOf(rows);
    claims = List.copyOf(claims);
    tables = ordered(tables);
    Set<Object> known = new HashSet<>();
    for (long seed : seeds) {
      Check.atLeast("seeds", seed, 1);
      requireNew(known, "seed", seed);
    }
    Set<String> places = new HashSet<>(needs.keySet());
    places.add(OUT);
    for (Command command : commands) {
      requireNew(known, "command", command.name());
      command.requirePlaces(places);
    }
    Set<Object> rowNames = new HashSet<>();
    for (Row row : rows) {
      requireNew(rowNames, "row", row.name());
      if (!known.contains(row.command())) {
        throw new IllegalArgumentException(
            "row '%s' is of command '%s', which does not exist."
                .formatted(row.name(), row.command()));
      }
    }
    for (Claim claim : claims) {
      require(rows, "a claim", claim.left(), claim.figure());
      if (claim.right() != null) {
        require(rows, "a claim", claim.right(), claim.figure());
      }
    }
    for (Map.Entry<String, ExpectedTable> table : tables.entrySet()) {
      for (ExpectedTable.Place place : table.getValue().places()) {
        require(rows, "table " + table.getKey(), place.row(), place.figure());
      }
    }
  }

  private static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  private static void requireNew(Set<Object> known, String kind, Object name) {
    if (!known.add(name)) {
      throw new IllegalArgumentException("there are two of %s '%s'.".formatted(kind, name));
    }
  }

  private static void require(List<Row> rows, String who, String row, String figure) {
    if (rows.stream().noneMatch(r -> r.name().equals(row) && r.figures().containsKey(figure))) {
      throw new IllegalArgumentException(
          "%s names the figure %s of row '%s', which does not exist.".formatted(who, figure, row));
    }
  }

  /**
   * A figure of a row.
   *
   * @throws IllegalArgumentException if there is none
   */
  Figure figure(String row, String figure) {
    return rows.stream()
        .filter(r -> r.name().equals(row) && r.figures().containsKey(figure))
        .map(r -> r.figures().get(figure))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s has no figure %s of row '%s'.".formatted(name, figure, row)));
  }

  /**
   * The images that the figures were measured on.
   *
   * @param train the training images
   * @param test the test images
   */
  public record Images(ImageSet train, ImageSet test) {

    /** The images of a run. */
    public static Images of(Run run) {
      return new Images(ImageSet.of(run.train()), ImageSet.of(run.test()));
    }

    /** Whether other images are the same, as far as these are known. */
    public boolean agreesWith(Images found) {
      return train.agreesWith(found.train) && test.agreesWith(found.test);
    }
  }

  /**
   * A split.
   *
   * @param split its name
   * @param images the number of its images
   * @param fingerprint of all image and annotation bytes, as in {@code manifest.json}; null if it
   *     was not recorded
   */
  public record ImageSet(String split, int images, String fingerprint) {

    private boolean agreesWith(ImageSet found) {
      return split.equals(found.split)
          && images == found.images
          && (fingerprint == null || fingerprint.equals(found.fingerprint));
    }

    private static ImageSet of(DetectionSet set) {
      return new ImageSet(set.split(), set.samples().size(), set.fingerprint());
    }
  }

  /**
   * A command of the command line.
   *
   * @param name how rows refer to it
   * @param arguments the command and its options; <code>{data}</code> is replaced by what the user
   *     gives under that name, <code>{out}</code> by the run's folder. Options for the run's
   *     folder, the seed and the result's file are added to it
   */
  public record Command(String name, List<String> arguments) {

    /** Refuses an empty command; keeps its own copy. */
    public Command {
      Check.given("name", name);
      Check.notEmpty("arguments", arguments);
      arguments = List.copyOf(arguments);
    }

    /** Whether it trains a detector in a run's folder, so that it runs once for each seed. */
    public boolean trains() {
      return List.of("run", "ablate").contains(arguments.get(0));
    }

    /** Whether its arguments name a place. */
    boolean needs(String place) {
      return arguments.stream().anyMatch(argument -> argument.contains("{" + place + "}"));
    }

    private void requirePlaces(Set<String> known) {
      for (String argument : arguments) {
        Matcher place = PLACE.matcher(argument);
        while (place.find()) {
          if (!known.contains(place.group(1))) {
            throw new IllegalArgumentException(
                "command %s needs {%s}, but 'needs' does not say what that is."
                    .formatted(name, place.group(1)));
          }
        }
      }
    }

    /**
     * The arguments with what the user gives in the places of the names.
     *
     * @param places file or folder by name
     */
    public List<String> filled(Map<String, String> places) {
      return arguments.stream()
          .map(
              argument ->
                  PLACE
                      .matcher(argument)
                      .replaceAll(place -> Matcher.quoteReplacement(places.get(place.group(1)))))
          .toList();
    }
  }

  /**
   * A row of a command's result.
   *
   * @param name how claims and tables refer to it
   * @param command the name of the command
   * @param key keys and values that single it out among the rows of the command's JSON, such as
   *     {@code finetuned} and {@code layer}; empty if the result is the row
   * @param figures by their key in the row: {@code mAP}, or {@code ap.cat} for a key in an object
   */
  public record Row(
      String name, String command, Map<String, Object> key, Map<String, Figure> figures) {

    /** Refuses a row without figures; keeps its own copies. */
    public Row {
      Check.given("name", name);
      Check.given("command", command);
      Check.given("key", key);
      Check.given("figures", figures);
      Check.notEmpty("figures", figures.keySet());
      key = ordered(key);
      figures = ordered(figures);
    }
  }

  /**
   * An expected figure. It holds if what is measured lies within the mean plus or minus the larger
   * of the tolerance and twice the spread.
   *
   * @param mean over the seeds, a fraction; null if it was not recorded yet
   * @param spread the standard deviation over the seeds; null for a single seed
   * @param tolerance a fraction that other machines and last bits may make up
   */
  public record Figure(Double mean, Double spread, double tolerance) {

    /** Refuses values out of range. */
    public Figure {
      if (mean != null) {
        Check.within("mean", mean, 0, 1);
      }
      if (spread != null) {
        Check.within("spread", spread, 0, 1);
      }
      Check.within("tolerance", tolerance, 0, 1);
    }

    /** How far from the mean a measured value may lie. */
    public double margin() {
      return Math.max(tolerance, spread == null ? 0 : 2 * spread);
    }
  }

  /**
   * A relation between two rows: a figure of the left one is at least that of the right one and a
   * distance more. Without a right row, it is at least the distance.
   *
   * @param left the row that is better
   * @param right the row that it is compared with; null for none
   * @param figure of both rows
   * @param plus the distance, a fraction; negative for "at most so much worse"
   */
  public record Claim(String left, String right, String figure, double plus) {

    /** Refuses a missing name and a distance out of range. */
    public Claim {
      Check.given("left", left);
      Check.given("figure", figure);
      Check.within("plus", plus, -1, 1);
    }

    /** The claim in a line, in points of a hundred. */
    public String label() {
      String distance = Percent.of(Math.abs(plus), 1);
      String than =
          right == null
              ? Percent.of(plus, 1)
              : plus == 0 ? right : right + (plus < 0 ? " - " : " + ") + distance;
      return "%s of %s >= %s".formatted(figure, left, than);
    }

    /** Whether it holds; never for NaN. */
    boolean holds(double leftFigure, double rightFigure) {
      return leftFigure >= (right == null ? 0 : rightFigure) + plus - Percent.ROUNDING;
    }
  }

  /**
   * Where and when figures were measured.
   *
   * @param machine in words
   * @param commit of the sources
   * @param date as yyyy-mm-dd
   * @param seconds that it took to make what the commands that train came to, on this day or
   *     before; null if unknown
   */
  public record Recorded(String machine, String commit, String date, Long seconds) {

    /** A measurement of today on this machine. */
    public static Recorded now(String commit, double seconds) {
      String machine = Processor.model().map(model -> model + ", ").orElse("") + Manifest.machine();
      String date = Instant.now().truncatedTo(ChronoUnit.DAYS).toString().substring(0, 10);
      return new Recorded(machine, commit, date, Math.round(seconds));
    }
  }
}
