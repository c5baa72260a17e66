package org.rcnn.pipeline.study;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.study.Study.Point;

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

  /** The studies on the class path, the project's own and others', sorted by name. */
  public static Studies installed() {
    return new Studies(
        ServiceLoader.load(Study.class).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparing(Study::name))
            .toList());
  }

  /**
   * A study and its values, as the command line gives them.
   *
   * @param study the study
   * @param values the values along its axis; empty for its own
   */
  public record Asked(Study study, List<String> values) {

    /** Keeps its own copy. */
    public Asked {
      values = List.copyOf(values);
    }

    /**
     * The points of the study. Refuses what cannot be computed, before anything is.
     *
     * @param configured the settings that the study starts from
     * @throws ConfigException if a value is invalid, or a point needs a layer that its network
     *     lacks or a network that is not fine-tuned
     */
    public List<Point> points(PipelineConfig configured) {
      List<String> asked = values.isEmpty() ? study.defaultValues(configured) : values;
      List<Point> points = study.points(asked.stream().map(String::strip).toList(), configured);
      points.forEach(point -> require(point));
      long different = points.stream().map(p -> List.of(p.series(), p.label())).distinct().count();
      if (different < points.size()) {
        throw new ConfigException(
            "--study %s names a value twice: %s.".formatted(study.name(), String.join(",", asked)));
      }
      return points;
    }

    private void require(Point point) {
      Tap layer = point.row().layer();
      NetworkDefinition network = network(point.config());
      if (layer != Tap.HOG && !network.featureTaps().contains(layer)) {
        throw new ConfigException(
            "--study %s, %s: %s".formatted(study.name(), point.label(), network.lacks(layer)));
      }
      if (point.row().finetuned() && !point.config().finetune().enabled()) {
        throw new ConfigException(
            "--study %s fine-tunes the network, but finetune.enabled is false; leave that setting out."
                .formatted(study.name()));
      }
    }
  }

  /**
   * Reads a study and its values.
   *
   * @param text a name alone, such as {@code labels}, or with values, such as {@code
   *     negative-iou=0,0.1,0.3}
   * @throws ConfigException if there is no such study, or values are announced and missing
   */
  public Asked parse(String text) {
    String[] parts = text.split("=", 2);
    Study study = named(parts[0]);
    if (parts.length == 1) {
      return new Asked(study, List.of());
    }
    List<String> values = List.of(parts[1].split(",", -1));
    if (values.stream().anyMatch(String::isBlank)) {
      throw new ConfigException(
          "--study takes a name, or a name and values such as negative-iou=0,0.3,0.7; got '%s'."
              .formatted(text));
    }
    return new Asked(study, values);
  }

  private Study named(String name) {
    return studies.stream()
        .filter(study -> study.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    "There is no study '%s'; there are %s."
                        .formatted(
                            name,
                            studies.stream().map(Study::name).collect(Collectors.joining(", ")))));
  }

  /** The network of a configuration, with two scores: its layers, whatever its classes. */
  static NetworkDefinition network(PipelineConfig config) {
    try {
      return Architectures.byName(config.network().architecture(), 2);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("network.architecture: " + e.getMessage());
    }
  }
}
