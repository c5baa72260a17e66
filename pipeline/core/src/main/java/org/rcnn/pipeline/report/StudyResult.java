package org.rcnn.pipeline.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.run.Json;

/**
 * What a study found: the key {@code result} of {@code study-NAME.json}, with all that a page needs
 * to show it.
 *
 * @param study its name, as on the command line
 * @param fileName the name of its files in a run's folder, without their ending
 * @param question what it asks, a sentence
 * @param source where the question or its usual answer is from
 * @param subject what was studied, on which images
 * @param finding its answer: a sentence made from the figures
 * @param axis what was changed
 * @param notes how to read the figures, a sentence each
 * @param rows the points, series by series
 * @param charts further pictures
 * @param peakMemoryBytes the most memory that the process has had
 */
public record StudyResult(
    String study,
    @JsonProperty("file") String fileName,
    String question,
    String source,
    String subject,
    String finding,
    Axis axis,
    List<String> notes,
    List<Point> rows,
    List<Chart> charts,
    @JsonProperty("peak_memory_bytes") long peakMemoryBytes) {

  private static final String BEGINNING = "study-";
  private static final String ENDING = ".json";
  private static final Pattern NUMBERED = Pattern.compile("(.*)-([0-9]{1,6})");

  /** Keeps its own copies. */
  public StudyResult {
    notes = List.copyOf(notes);
    rows = List.copyOf(rows);
    charts = List.copyOf(charts);
  }

  /**
   * What was changed, as plot and tables name it.
   *
   * @param title in words
   * @param numeric whether places along the axis are numbers; else the labels name them
   * @param series heads the column of the series
   * @param labels heads the column of the labels
   * @param prefix stands before each label in the tables
   */
  public record Axis(String title, boolean numeric, String series, String labels, String prefix) {

    /** Numbers, printed as they are. */
    public static Axis ofNumbers(String title) {
      return new Axis(title, true, "series", title, "");
    }

    /** Points that have names. */
    public static Axis ofNames(String title) {
      return new Axis(title, false, "series", title, "");
    }

    /** The same with another head of the column of series. */
    public Axis withSeries(String head) {
      return new Axis(title, numeric, head, labels, prefix);
    }
  }

  /**
   * One point of a study: a detector and how good it is.
   *
   * @param series the name of its line in the plot; empty if there is only one
   * @param label the value of what was changed
   * @param at its place along the axis
   * @param row the row of the ablation table, in words
   * @param settings of the settings that the study changes, key to this point's value
   * @param meanAp mean average precision, a fraction; NaN, in JSON null, if no class can be scored
   * @param low where the range of 95 % of resamples of the test images begins, a fraction; NaN, in
   *     JSON null, without one
   * @param high where it ends
   * @param classesInMean how many classes the mean is over
   * @param ap average precision by class, fractions
   * @param samples what the SVMs learned from; null for other heads
   * @param misplaced share of the positives that the SVMs' last training scored below 0; NaN if
   *     unknown
   * @param localisation share of the most confident false positives that are on an object of the
   *     class but fit badly; NaN without any
   * @param seconds time of making what not all points share, in this run or an earlier one; NaN if
   *     unknown
   * @param stageSeconds the time of every stage by its name, also of those that are shared
   * @param figures further figures by the head of their column, as they are to be read
   */
  public record Point(
      String series,
      String label,
      double at,
      String row,
      Map<String, String> settings,
      @JsonProperty("mAP")
          @JsonSerialize(using = NaNAsNull.class)
          @JsonDeserialize(using = NullAsNaN.class)
          double meanAp,
      @JsonProperty("mAP_low")
          @JsonSerialize(using = NaNAsNull.class)
          @JsonDeserialize(using = NullAsNaN.class)
          double low,
      @JsonProperty("mAP_high")
          @JsonSerialize(using = NaNAsNull.class)
          @JsonDeserialize(using = NullAsNaN.class)
          double high,
      @JsonProperty("classes_in_mean") int classesInMean,
      Map<String, Double> ap,
      Samples samples,
      @JsonProperty("positives_misplaced")
          @JsonSerialize(using = NaNAsNull.class)
          @JsonDeserialize(using = NullAsNaN.class)
          double misplaced,
      @JsonProperty("false_positives_localisation")
          @JsonSerialize(using = NaNAsNull.class)
          @JsonDeserialize(using = NullAsNaN.class)
          double localisation,
      @JsonSerialize(using = NaNAsNull.class) @JsonDeserialize(using = NullAsNaN.class)
          double seconds,
      @JsonProperty("stage_seconds") Map<String, Double> stageSeconds,
      @JsonSerialize(contentUsing = NaNAsNull.class)
          @JsonDeserialize(contentUsing = NullAsNaN.class)
          Map<String, Double> figures) {

    /** Keeps its own copies, in their order. */
    public Point {
      settings = copy(settings);
      ap = copy(ap);
      stageSeconds = copy(stageSeconds);
      figures = copy(figures);
    }

    /** The mAP with its range. */
    Interval range() {
      return new Interval(meanAp, low, high);
    }
  }

  /**
   * What SVMs learned from, sums over the classes.
   *
   * @param groundTruth positives that are annotated objects
   * @param proposals positives that are proposals
   * @param positivesAfter positives after up-sampling
   * @param ignored regions that are neither
   * @param negatives regions that are negatives
   * @param negativesAfter negatives that mining examined
   */
  public record Samples(
      @JsonProperty("ground_truth") long groundTruth,
      long proposals,
      @JsonProperty("positives_after") long positivesAfter,
      long ignored,
      long negatives,
      @JsonProperty("negatives_after") long negativesAfter) {

    long positives() {
      return groundTruth + proposals;
    }
  }

  /**
   * A picture of lines beside that of the mean AP.
   *
   * @param title what it shows
   * @param axis the title of its horizontal axis
   * @param names labels of the places 0, 1, 2 and so on; empty for an axis of numbers
   * @param marked whether each point is marked, as a few measurements are; else lines alone
   * @param lines the lines
   */
  public record Chart(
      String title, String axis, List<String> names, boolean marked, List<Line> lines) {

    /** Keeps its own copies. */
    public Chart {
      names = List.copyOf(names);
      lines = List.copyOf(lines);
    }
  }

  /**
   * A line of a picture.
   *
   * @param name its name in the legend
   * @param x places, ascending
   * @param y values, as they are drawn; NaN, in JSON null, for a gap
   */
  public record Line(
      String name,
      List<Double> x,
      @JsonSerialize(contentUsing = NaNAsNull.class)
          @JsonDeserialize(contentUsing = NullAsNaN.class)
          List<Double> y) {

    /** Keeps its own copies. */
    public Line {
      x = List.copyOf(x);
      y = List.copyOf(y);
    }
  }

  private static <V> Map<String, V> copy(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** The names of the series, in their order. */
  public List<String> series() {
    return rows.stream().map(Point::series).distinct().toList();
  }

  /** The classes that any point has an AP of. */
  public List<String> classes() {
    Set<String> classes = new LinkedHashSet<>();
    rows.forEach(row -> classes.addAll(row.ap().keySet()));
    return List.copyOf(classes);
  }

  /**
   * A name that a study's files may have, without their ending: {@code study-NAME}, and then {@code
   * study-NAME-2} and so on for the same study with other settings or images.
   *
   * @param study its name
   * @param number which of them, from 1
   */
  public static String fileName(String study, int number) {
    return BEGINNING + study + (number == 1 ? "" : "-" + number);
  }

  /** As JSON, as {@link #read} reads it from the key {@code result}. */
  public ObjectNode toTree() {
    return Json.tree(this);
  }

  /**
   * The result in a file {@code study-NAME.json}.
   *
   * @throws IOException if the file cannot be read, is damaged or of another version
   */
  public static StudyResult read(Path file) throws IOException {
    JsonNode manifest = Json.read(file);
    return Json.read(file, manifest.path("result"), StudyResult.class);
  }

  /**
   * The results of all studies of a run's folder, sorted by their names.
   *
   * @throws IOException if a file cannot be read, is damaged or of another version
   */
  public static List<StudyResult> readAll(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files =
          all.filter(StudyResult::isResult)
              .sorted(Comparator.comparing(StudyResult::order))
              .toList();
    }
    List<StudyResult> results = new ArrayList<>();
    for (Path file : files) {
      results.add(read(file));
    }
    return results;
  }

  /** What files of studies are sorted by: labels, labels-2 and labels-10 in this order. */
  static String order(Path file) {
    String name = file.getFileName().toString().replace(ENDING, "");
    Matcher numbered = NUMBERED.matcher(name);
    return numbered.matches() ? "%s-%6s".formatted(numbered.group(1), numbered.group(2)) : name;
  }

  private static boolean isResult(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(BEGINNING) && name.endsWith(ENDING);
  }

  /** JSON has no NaN. */
  static final class NaNAsNull extends JsonSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (value.isNaN()) {
        json.writeNull();
      } else {
        json.writeNumber(value);
      }
    }
  }

  static final class NullAsNaN extends JsonDeserializer<Double> {
    @Override
    public Double deserialize(JsonParser json, DeserializationContext context) throws IOException {
      return json.getDoubleValue();
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
