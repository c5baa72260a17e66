package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.pipeline.config.PipelineConfig.Detecting;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.svm.BoxRegressor;

/**
 * A trained detector in one file: a zip of its description ({@code detector.json}), the network's
 * weights, the head and the box regression.
 *
 * @param description what the detector is
 * @param network the network, its input prepared as in training
 * @param weights the network's weights
 * @param head what scores its features
 * @param regressor corrects boxes; null if the detector has none
 */
public record DetectorFile(
    Description description,
    NetworkDefinition network,
    Weights weights,
    RegionHead head,
    BoxRegressor regressor) {

  /** The file's name in a run's folder. */
  public static final String NAME = "detector.rcnn";

  private static final String DESCRIPTION = "detector.json";
  private static final String WEIGHTS = "weights.safetensors";
  private static final String HEAD = "head.model";
  private static final String BBOX = "bbox.model";
  private static final int VERSION = 2;

  /** The time of every part, so that the same detector is the same bytes. */
  private static final FileTime WHENEVER = FileTime.from(Instant.parse("2000-01-01T12:00:00Z"));

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  /**
   * What a detector is.
   *
   * @param version of the file's layout
   * @param architecture the network's name
   * @param classes the classes, background not among them
   * @param layer the layer that is scored
   * @param head svm, softmax or network
   * @param boxRegression whether boxes are corrected
   * @param proposals how regions are found
   * @param seed the seed of their ranking
   * @param detection how scores become detections
   */
  public record Description(
      int version,
      String architecture,
      List<String> classes,
      Tap layer,
      String head,
      boolean boxRegression,
      Proposals proposals,
      long seed,
      Detecting detection) {
    /** Keeps its own copy. */
    public Description {
      classes = List.copyOf(classes);
    }
  }

  /**
   * Packs a detector from a run's artifacts.
   *
   * @param file where it goes; replaced as a whole
   * @param head the head's file; null for the network's own scores
   * @param bbox the box regression's file; null without one
   */
  static void write(Path file, Description description, Path weights, Path head, Path bbox)
      throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    Files.deleteIfExists(partial);
    URI zip = URI.create("jar:" + partial.toAbsolutePath().toUri());
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Files.writeString(
          inside.getPath(DESCRIPTION),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(description));
      Files.copy(weights, inside.getPath(WEIGHTS));
      if (head != null) {
        Files.copy(head, inside.getPath(HEAD));
      }
      if (bbox != null) {
        Files.copy(bbox, inside.getPath(BBOX));
      }
      for (String part : List.of(DESCRIPTION, WEIGHTS, HEAD, BBOX)) {
        if (Files.exists(inside.getPath(part))) {
          Files.getFileAttributeView(inside.getPath(part), BasicFileAttributeView.class)
              .setTimes(WHENEVER, WHENEVER, WHENEVER);
        }
      }
    }
    Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** A description of the current layout. */
  static Description describe(
      String architecture,
      List<String> classes,
      Row row,
      Proposals proposals,
      long seed,
      Detecting detection) {
    return new Description(
        VERSION,
        architecture,
        classes,
        row.usesNetworkScores() ? Tap.SCORES : row.layer(),
        row.usesNetworkScores() ? "network" : row.head().label(),
        row.boxRegression(),
        proposals,
        seed,
        detection);
  }

  /**
   * Reads a detector.
   *
   * @param path the file, or a run's folder that holds one
   * @throws IOException if there is none, or it is damaged or of another version
   */
  public static DetectorFile read(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? path.resolve(NAME) : path;
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "There is no detector %s; `rcnn run` leaves one in its run folder.".formatted(file));
    }
    try (FileSystem inside = FileSystems.newFileSystem(file)) {
      JsonNode tree = JSON.readTree(Files.readString(inside.getPath(DESCRIPTION)));
      int version = tree.path("version").asInt();
      if (version != VERSION) {
        throw new IOException(
            "%s is a detector of version %d; this program reads version %d, so train it anew."
                .formatted(file, version, VERSION));
      }
      Description description = JSON.treeToValue(tree, Description.class);
      WeightFile weights = WeightFile.read(inside.getPath(WEIGHTS));
      return new DetectorFile(
          description,
          network(description, weights, file),
          weights.weights(),
          readHead(description, inside.getPath(HEAD)),
          description.boxRegression() ? BoxRegressor.read(inside.getPath(BBOX)) : null);
    } catch (ProviderNotFoundException | ZipException e) {
      throw new IOException(file + " is not a detector file; it is not even a zip.", e);
    } catch (JsonProcessingException | NoSuchFileException e) {
      throw new IOException(file + " is not a detector file, or parts of it are missing.", e);
    }
  }

  /** The network, whose weights note how its input is prepared. */
  private static NetworkDefinition network(Description description, WeightFile weights, Path file)
      throws IOException {
    try {
      NetworkDefinition network =
          Architectures.byName(description.architecture(), description.classes().size() + 1)
              .withLinearScores();
      return network.withPreprocessing(network.preprocessing().noted(weights.metadata()));
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static RegionHead readHead(Description description, Path file) throws IOException {
    return switch (description.head()) {
      case "svm" -> RegionHead.readSvm(file);
      case "softmax" -> RegionHead.readSoftmax(file);
      default -> new RegionHead.NetworkScores(description.classes());
    };
  }
}
