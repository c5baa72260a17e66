package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.AtomicFile;
import org.rcnn.pipeline.config.LabelModule;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.pipeline.run.Run;
import org.rcnn.svm.BoxRegressor;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.RegionScorer;

/**
 * A trained detector in one file: a zip of its description ({@code detector.json}), the network's
 * weights, the head and the box regression.
 *
 * @param description the detector's settings
 * @param network the network, with the input preprocessing of the training
 * @param weights the network's weights
 * @param head the kind of the head
 * @param scorer the trained head, which turns features into scores
 * @param regressor corrects boxes; null if the detector has none
 */
public record DetectorFile(
    Description description,
    NetworkDefinition network,
    Weights weights,
    Head head,
    RegionScorer scorer,
    BoxRegressor regressor) {

  /** The file's name in a run's folder. */
  public static final String NAME = "detector.rcnn";

  private static final String DESCRIPTION = "detector.json";
  private static final String WEIGHTS = "weights.safetensors";
  private static final String HEAD = "head.model";
  private static final String BBOX = "bbox.model";
  private static final int VERSION = 3;

  /** Files without thresholds; they are read as if none had been chosen. */
  private static final int WITHOUT_THRESHOLDS = 2;

  /** One fixed time for every part, so that the same detector gives the same bytes. */
  private static final FileTime WHENEVER = FileTime.from(Instant.parse("2000-01-01T12:00:00Z"));

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .registerModule(new LabelModule())
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  /**
   * A detector's settings.
   *
   * @param version of the file's layout
   * @param architecture the network's name
   * @param classes the classes, background not among them
   * @param layer the layer that is scored
   * @param head the label of its head: svm, softmax or network
   * @param boxRegression whether boxes are corrected
   * @param proposals how regions are found
   * @param seed the seed of their ranking
   * @param detection how an image's scores become detections
   * @param thresholds from which score a detection counts, in the order of the classes; empty if
   *     none were chosen
   */
  public record Description(
      int version,
      String architecture,
      List<String> classes,
      // By the constant's name, as in all files of this version.
      @JsonSerialize(using = ToStringSerializer.class) Tap layer,
      String head,
      boolean boxRegression,
      Proposals proposals,
      long seed,
      SingleImage detection,
      List<ClassThreshold> thresholds) {
    /** Keeps its own copies; refuses thresholds of other classes. */
    public Description {
      classes = List.copyOf(classes);
      thresholds = List.copyOf(thresholds);
      List<String> named = thresholds.stream().map(ClassThreshold::className).toList();
      if (!named.isEmpty() && !named.equals(classes)) {
        throw new IllegalArgumentException(
            "its thresholds are of %s, and its classes are %s.".formatted(named, classes));
      }
    }
  }

  /**
   * How the scores of a single image become detections: {@link DetectionSettings} without what
   * holds for sets of images alone.
   *
   * @param nmsIou as there
   * @param perImage as there
   * @param minScore as there
   * @param minProbability as there
   */
  public record SingleImage(double nmsIou, int perImage, double minScore, double minProbability) {

    /** Refuses values out of range; the message names the setting. */
    public SingleImage {
      settings(nmsIou, perImage, minScore, minProbability);
    }

    /** That part of a configuration's settings. */
    public static SingleImage of(DetectionSettings settings) {
      return new SingleImage(
          settings.nmsIou(), settings.perImage(), settings.minScore(), settings.minProbability());
    }

    /** The settings, without a maximum for sets. */
    public DetectionSettings settings() {
      return settings(nmsIou, perImage, minScore, minProbability);
    }

    private static DetectionSettings settings(
        double nmsIou, int perImage, double minScore, double minProbability) {
      return new DetectionSettings(nmsIou, perImage, 0, minScore, minProbability);
    }
  }

  /**
   * Packs a row's detector into the run's folder.
   *
   * @param row the row, with its trained head and box regression
   * @param thresholds the classes' thresholds; empty if none were chosen
   * @return the file, replaced as a whole
   */
  static Path pack(
      Run run,
      TrainedNetwork network,
      List<String> classes,
      DetectionStage.Parts parts,
      List<ClassThreshold> thresholds)
      throws IOException {
    Row row = parts.row();
    Path file = run.folder().root().resolve(NAME);
    Path weights = run.folder().root().resolve("detector-weights.safetensors");
    Map<String, String> notes = new LinkedHashMap<>(network.definition().preprocessing().notes());
    notes.put("architecture", network.definition().name());
    new WeightFile(network.weights(), notes).write(weights, WeightFile.Precision.F32);
    Description description =
        new Description(
            VERSION,
            network.definition().name(),
            classes,
            row.effectiveHead().tap(row.layer()),
            row.effectiveHead().label(),
            row.boxRegression(),
            run.config().proposals(),
            run.config().seed(),
            SingleImage.of(row.effectiveHead().ofSingleImages(run.config().detection())),
            thresholds);
    Map<String, Path> files = new LinkedHashMap<>();
    files.put(WEIGHTS, weights);
    parts.head().ifPresent(artifact -> files.put(HEAD, artifact.place()));
    parts.boxRegression().ifPresent(artifact -> files.put(BBOX, artifact.place()));
    try {
      AtomicFile.make(file, place -> writeZip(place, description, files));
    } finally {
      Files.deleteIfExists(weights);
    }
    return file;
  }

  private static void writeZip(Path file, Description description, Map<String, Path> parts)
      throws IOException {
    URI zip = URI.create("jar:" + file.toUri());
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Files.writeString(
          inside.getPath(DESCRIPTION),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(description));
      setTime(inside.getPath(DESCRIPTION));
      for (Map.Entry<String, Path> part : parts.entrySet()) {
        Files.copy(part.getValue(), inside.getPath(part.getKey()));
        setTime(inside.getPath(part.getKey()));
      }
    }
  }

  private static void setTime(Path part) throws IOException {
    Files.getFileAttributeView(part, BasicFileAttributeView.class)
        .setTimes(WHENEVER, WHENEVER, WHENEVER);
  }

  /**
   * Reads a detector.
   *
   * @param path the file, or a run's folder that contains one
   * @throws IOException if there is no such file, or it is damaged or of another version
   */
  public static DetectorFile read(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? path.resolve(NAME) : path;
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "There is no detector %s; `rcnn run` writes one into its run folder.".formatted(file));
    }
    try (FileSystem inside = FileSystems.newFileSystem(file)) {
      JsonNode tree = JSON.readTree(Files.readString(inside.getPath(DESCRIPTION)));
      int version = tree.path("version").asInt();
      if (version == WITHOUT_THRESHOLDS && tree instanceof ObjectNode older) {
        older.putArray("thresholds");
      } else if (version != VERSION) {
        throw new IOException(
            "%s is a detector of version %d, but this program reads version %d; train it again."
                .formatted(file, version, VERSION));
      }
      Description description = JSON.treeToValue(tree, Description.class);
      WeightFile weights = WeightFile.read(inside.getPath(WEIGHTS));
      Head head = Heads.ofFile(description.head());
      // Refused here, where the file is known, and not when the detector starts.
      description.proposals().settings(description.seed());
      return new DetectorFile(
          description,
          network(description, weights, file),
          weights.weights(),
          head,
          head.read(inside.getPath(HEAD), description.classes()),
          description.boxRegression() ? BoxRegressor.read(inside.getPath(BBOX)) : null);
    } catch (ProviderNotFoundException | ZipException e) {
      throw new IOException(file + " is not a detector file: it is not a zip archive.", e);
    } catch (ValueInstantiationException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new IOException("%s is a damaged detector: %s".formatted(file, reason.getMessage()), e);
    } catch (JsonProcessingException | NoSuchFileException e) {
      throw new IOException(file + " is not a detector file, or parts of it are missing.", e);
    } catch (IllegalArgumentException e) {
      throw new IOException("%s is a damaged detector: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** The network, with the input preprocessing that the weight file notes. */
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
}
