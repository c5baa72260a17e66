package org.rcnn.pipeline.expected;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.rcnn.data.Labelled;
import org.rcnn.eval.Repetitions;
import org.rcnn.pipeline.expected.ExpectedResults.Claim;
import org.rcnn.pipeline.expected.ExpectedResults.Figure;
import org.rcnn.pipeline.expected.ExpectedResults.Images;
import org.rcnn.pipeline.expected.ExpectedResults.Recorded;
import org.rcnn.pipeline.expected.ExpectedResults.Row;
import org.rcnn.pipeline.run.Json;

/**
 * Measured results held against expected ones.
 *
 * <p>A figure holds if the mean over the seeds lies within the expected mean plus or minus the
 * larger of its tolerance and twice its spread. One above that range does not hold either: then
 * something else was measured, or the expectation is out of date. A claim is judged on measured
 * means alone. On other images, or from other starting weights, than the expected figures were
 * measured with, only claims between two rows are judged; figures are shown, and so are claims of a
 * figure's height.
 */
public final class Reproduction {

  /** How many units of the last decimal of a recorded figure make 1. */
  private static final double RECORDED_UNITS = 1e5;

  /**
   * What rounding to five decimals may change: half a unit of a mean, and of a spread taken twice.
   */
  private static final double MOST_OFF = 1.5 / RECORDED_UNITS + Percent.ROUNDING;

  /** What was measured with, beside what the expected figures were measured with. */
  public enum Inputs implements Labelled {
    /** The same, as far as it is known. */
    SAME,
    /** Other images. */
    OTHER_IMAGES,
    /** The same images, and another network or other starting weights. */
    OTHER_WEIGHTS;

    /**
     * Compares.
     *
     * @param expected says what was recorded
     * @param images the images that there are; null if no command needs any
     * @param backbone the fingerprint of the starting network; may be null if none was recorded
     */
    public static Inputs of(ExpectedResults expected, Images images, String backbone) {
      if (images == null) {
        return SAME;
      } else if (expected.images() != null && !expected.images().agreesWith(images)) {
        return OTHER_IMAGES;
      }
      // Other images may have other classes, and their network other scores.
      return expected.backboneFingerprint() == null
              || expected.backboneFingerprint().equals(backbone)
          ? SAME
          : OTHER_WEIGHTS;
    }
  }

  /** What a measured figure is, beside the expected one. */
  public enum Verdict implements Labelled {
    /** Within the range. */
    HOLDS,
    /** Below the range. */
    LOWER,
    /** Above the range. */
    HIGHER,
    /** Not in the result. */
    MISSING,
    /** Measured, and not expected yet. */
    NEW,
    /** Measured on other images or from other weights than the expected one. */
    UNJUDGED;

    private boolean objects() {
      return this == LOWER || this == HIGHER || this == MISSING;
    }
  }

  /**
   * A figure.
   *
   * @param row its row's name
   * @param figure its key
   * @param expected what is expected
   * @param values what was measured with each seed; empty if the result lacks it
   * @param verdict whether it holds
   */
  public record Outcome(
      String row, String figure, Figure expected, List<Double> values, Verdict verdict) {

    /** Keeps its own copy. */
    public Outcome {
      values = List.copyOf(values);
    }

    /** The mean over the seeds; null without values. */
    Double mean() {
      return values.isEmpty() ? null : meanOf(values);
    }

    /** The standard deviation over the seeds, of a sample; null for fewer than two. */
    Double spread() {
      return values.size() < 2 ? null : Repetitions.of(values).deviation();
    }

    private static double meanOf(List<Double> values) {
      return values.stream().mapToDouble(Double::doubleValue).sum() / values.size();
    }
  }

  /**
   * A claim.
   *
   * @param claim what is claimed
   * @param left the left row's figure; null if it was not measured
   * @param right the right row's figure; null if it was not measured, or there is no right row
   * @param holds whether the claim holds
   */
  public record Judged(Claim claim, Double left, Double right, boolean holds) {}

  private final ExpectedResults expected;
  private final Inputs inputs;
  private final List<Outcome> outcomes = new ArrayList<>();
  private final List<Judged> claims = new ArrayList<>();

  /**
   * Compares.
   *
   * @param expected what is expected
   * @param results the JSON results of each command by its name, one for each seed, or one if the
   *     command knows no seeds
   * @param inputs what they were measured with
   * @throws IOException if a row's key fits several rows of a result
   */
  public Reproduction(ExpectedResults expected, Map<String, List<JsonNode>> results, Inputs inputs)
      throws IOException {
    this.expected = expected;
    this.inputs = inputs;
    for (Row row : expected.rows()) {
      List<JsonNode> trees = new ArrayList<>();
      for (JsonNode result : results.getOrDefault(row.command(), List.of())) {
        find(row, result).ifPresent(trees::add);
      }
      boolean complete = !trees.isEmpty() && trees.size() == results.get(row.command()).size();
      row.figures()
          .forEach(
              (key, figure) ->
                  outcomes.add(outcome(row, key, figure, complete ? trees : List.of())));
    }
    expected.claims().forEach(claim -> claims.add(judge(claim)));
  }

  private static Optional<JsonNode> find(Row row, JsonNode result) throws IOException {
    Iterable<JsonNode> rows = result.has("rows") ? result.path("rows") : List.of(result);
    List<JsonNode> found =
        StreamSupport.stream(rows.spliterator(), false).filter(tree -> matches(row, tree)).toList();
    if (found.size() > 1) {
      throw new IOException(
          "%d rows of command %s have the key %s of row '%s'; give it more of their keys."
              .formatted(found.size(), row.command(), row.key(), row.name()));
    }
    return found.stream().findFirst();
  }

  private static boolean matches(Row row, JsonNode tree) {
    return row.key().entrySet().stream()
        .allMatch(part -> same(part.getValue(), tree.path(part.getKey())));
  }

  private static boolean same(Object value, JsonNode node) {
    if (value instanceof Number number) {
      return node.isNumber() && node.doubleValue() == number.doubleValue();
    } else if (value instanceof Boolean flag) {
      return node.isBoolean() && node.booleanValue() == flag;
    }
    return node.isTextual() && node.textValue().equals(value);
  }

  private Outcome outcome(Row row, String key, Figure figure, List<JsonNode> trees) {
    String[] steps = key.split("\\.", 2);
    List<Double> values = new ArrayList<>();
    for (JsonNode tree : trees) {
      JsonNode value = tree.path(steps[0]);
      value = steps.length == 1 ? value : value.path(steps[1]);
      if (value.isNumber()) {
        values.add(value.doubleValue());
      }
    }
    if (values.size() < trees.size()) {
      values = List.of();
    }
    Outcome measured = new Outcome(row.name(), key, figure, values, Verdict.MISSING);
    return new Outcome(row.name(), key, figure, values, verdict(figure, measured.mean()));
  }

  private Verdict verdict(Figure figure, Double mean) {
    if (mean == null) {
      return Verdict.MISSING;
    } else if (figure.mean() == null) {
      return Verdict.NEW;
    } else if (inputs != Inputs.SAME) {
      return Verdict.UNJUDGED;
    }
    double off = mean - figure.mean();
    if (Math.abs(off) <= figure.margin() + MOST_OFF) {
      return Verdict.HOLDS;
    }
    return off < 0 ? Verdict.LOWER : Verdict.HIGHER;
  }

  private Judged judge(Claim claim) {
    Double left = mean(claim.left(), claim.figure());
    Double right = claim.right() == null ? null : mean(claim.right(), claim.figure());
    boolean measured = left != null && (claim.right() == null || right != null);
    boolean holds = measured && claim.holds(left, right == null ? 0 : right);
    return new Judged(claim, left, right, holds);
  }

  private Double mean(String row, String figure) {
    return outcomes.stream()
        .filter(outcome -> outcome.row().equals(row) && outcome.figure().equals(figure))
        .findFirst()
        .orElseThrow()
        .mean();
  }

  /** The figures, in the order of the rows. */
  public List<Outcome> outcomes() {
    return List.copyOf(outcomes);
  }

  /** The claims, in their order. */
  public List<Judged> claims() {
    return List.copyOf(claims);
  }

  /** What does not hold, in a sentence; empty if everything does. */
  public Optional<String> objection() {
    long figures =
        inputs == Inputs.SAME
            ? outcomes.stream().filter(outcome -> outcome.verdict().objects()).count()
            : 0;
    List<Judged> counted = claims.stream().filter(this::counts).toList();
    long failed = counted.stream().filter(judged -> !judged.holds()).count();
    if (figures + failed == 0) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    if (figures > 0) {
      parts.add("%d of %d figures".formatted(figures, outcomes.size()));
    }
    if (failed > 0) {
      parts.add("%d of %d claims".formatted(failed, counted.size()));
    }
    return Optional.of(
        "%s: %s %s not hold; the table says which."
            .formatted(
                expected.name(),
                String.join(" and ", parts),
                figures + failed == 1 ? "does" : "do"));
  }

  /** Whether a claim is judged: how high a figure is depends on the images. */
  private boolean counts(Judged judged) {
    return inputs == Inputs.SAME || judged.claim().right() != null;
  }

  /** The comparison row by row, then the claims, for a console; figures in per cent. */
  public String toText() {
    List<String[]> lines = new ArrayList<>();
    lines.add(new String[] {"row", "figure", "expected", "measured", ""});
    String above = "";
    for (Outcome outcome : outcomes) {
      Figure figure = outcome.expected();
      lines.add(
          new String[] {
            outcome.row().equals(above) ? "" : outcome.row(),
            outcome.figure(),
            Percent.of(figure.mean(), figure.spread(), 1),
            Percent.of(outcome.mean(), outcome.spread(), 1),
            inWords(outcome)
          });
      above = outcome.row();
    }
    int[] widths = new int[lines.get(0).length];
    for (String[] line : lines) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], line[c].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] line : lines) {
      StringBuilder cells = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        String room = " ".repeat(widths[c] - line[c].length());
        boolean number = c == 2 || c == 3;
        cells.append(c == 0 ? "" : "  ").append(number ? room + line[c] : line[c] + room);
      }
      text.append(cells.toString().stripTrailing()).append('\n');
    }
    for (Judged judged : claims) {
      String verdict = judged.holds() ? "holds: " : "DOES NOT HOLD: ";
      text.append(counts(judged) ? verdict : "not judged: ").append(judged.claim().label());
      text.append(" (").append(Percent.of(judged.left(), null, 1));
      text.append(judged.claim().right() == null ? "" : ", " + Percent.of(judged.right(), null, 1));
      text.append(")\n");
    }
    return text.toString();
  }

  private String inWords(Outcome outcome) {
    String margin = Percent.of(outcome.expected().margin(), 1);
    return switch (outcome.verdict()) {
      case HOLDS -> "holds";
      case LOWER -> "LOWER than expected by more than " + margin;
      case HIGHER -> "HIGHER than expected by more than " + margin;
      case MISSING -> "MISSING from the result";
      case NEW -> "new";
      case UNJUDGED ->
          inputs == Inputs.OTHER_IMAGES
              ? "measured, recorded on other images"
              : "measured, recorded with other weights";
    };
  }

  /** The comparison for programs; fractions. */
  public ObjectNode toJson() {
    ObjectNode tree = Json.object();
    tree.put("name", expected.name());
    tree.put("holds", objection().isEmpty());
    tree.put("inputs", inputs.label());
    ArrayNode rows = tree.putArray("rows");
    for (Outcome outcome : outcomes) {
      ObjectNode row = rows.addObject();
      row.put("row", outcome.row());
      row.put("figure", outcome.figure());
      row.put("expected", outcome.expected().mean());
      row.put("expected_spread", outcome.expected().spread());
      row.put("margin", outcome.expected().margin());
      row.put("measured", outcome.mean());
      row.put("measured_spread", outcome.spread());
      row.set("values", Json.tree(outcome.values()));
      row.put("verdict", outcome.verdict().label());
    }
    ArrayNode judgements = tree.putArray("claims");
    for (Judged judged : claims) {
      ObjectNode claim = judgements.addObject();
      claim.put("claim", judged.claim().label());
      claim.put("left", judged.left());
      claim.put("right", judged.right());
      claim.put("holds", judged.holds());
      claim.put("judged", counts(judged));
    }
    return tree;
  }

  /**
   * The measured figures as expected results: commands, rows, tolerances, claims and tables stay.
   *
   * @param seeds the seeds that were run
   * @param images the images that were used
   * @param backbone the fingerprint of the starting network; null if no command has one
   * @param recorded where and when
   * @throws IOException if a figure is missing
   */
  public ExpectedResults record(List<Long> seeds, Images images, String backbone, Recorded recorded)
      throws IOException {
    for (Outcome outcome : outcomes) {
      if (outcome.values().isEmpty()) {
        throw new IOException(
            "Nothing is recorded: the figure %s of row '%s' is missing from the result."
                .formatted(outcome.figure(), outcome.row()));
      }
    }
    List<Row> rows = new ArrayList<>();
    for (Row row : expected.rows()) {
      Map<String, Figure> figures = new LinkedHashMap<>();
      outcomes.stream()
          .filter(outcome -> outcome.row().equals(row.name()))
          .forEach(
              outcome ->
                  figures.put(
                      outcome.figure(),
                      new Figure(
                          rounded(outcome.mean()),
                          rounded(outcome.spread()),
                          outcome.expected().tolerance())));
      rows.add(new Row(row.name(), row.command(), row.key(), figures));
    }
    return new ExpectedResults(
        expected.name(),
        expected.shows(),
        expected.folder(),
        expected.needs(),
        images,
        backbone,
        seeds,
        expected.commands(),
        rows,
        expected.claims(),
        expected.tables(),
        recorded);
  }

  /** To five decimals, a thousandth of what tables show. */
  private static Double rounded(Double figure) {
    return figure == null ? null : Math.rint(figure * RECORDED_UNITS) / RECORDED_UNITS;
  }
}
