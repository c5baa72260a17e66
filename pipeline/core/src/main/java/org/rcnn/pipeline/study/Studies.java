package org.rcnn.pipeline.study;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.rcnn.pipeline.config.ConfigException;

/**
 * The studies that the command line knows by name.
 *
 * @param studies all of them
 */
public record Studies(List<Study> studies) {

  /** Keeps its own copy. */
  public Studies {
    studies = List.copyOf(studies);
  }

  /**
   * The project's studies.
   *
   * @param positives the series of the study {@code negative-iou}, at least one
   */
  public static Studies of(List<NegativeIouStudy.Positives> positives) {
    return new Studies(List.of(new NegativeIouStudy(positives), new ResamplingStudy()));
  }

  /**
   * A study and its values, as the command line gives them.
   *
   * @param study the study
   * @param values the values along its axis
   */
  public record Asked(Study study, List<String> values) {}

  /**
   * Reads a study and its values.
   *
   * @param text name and values, such as {@code negative-iou=0,0.1,0.3}
   * @throws ConfigException if there is no such study, or no values
   */
  public Asked parse(String text) {
    String[] parts = text.split("=", 2);
    if (parts.length < 2 || parts[1].isBlank()) {
      throw new ConfigException(
          "--study takes a name and values, such as negative-iou=0,0.3,0.7; got '%s'."
              .formatted(text));
    }
    List<String> values = List.of(parts[1].split(",", -1));
    return studies.stream()
        .filter(study -> study.name().equals(parts[0]))
        .map(study -> new Asked(study, values))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    "There is no study '%s'; there are %s."
                        .formatted(
                            parts[0],
                            studies.stream()
                                .map(Study::name)
                                .collect(Collectors.joining(" and ")))));
  }

  /** Reads one of a study's values as a number. */
  static double number(String study, String text) {
    try {
      double value = Double.parseDouble(text.strip());
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, as infinite numbers are.
    }
    throw new ConfigException(
        "The study %s takes numbers separated by commas, not '%s'.".formatted(study, text));
  }

  /** A number as a label; a whole number has no fraction. */
  static String label(double value) {
    return String.format(Locale.ROOT, "%s", value).replaceAll("\\.0$", "");
  }
}
