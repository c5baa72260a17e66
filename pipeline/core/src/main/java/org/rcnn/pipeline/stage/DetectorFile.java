package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.ByteArrayInputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.dataset.ObjectRules;
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
  private static final int VERSION = 4;

  /** Files without the source of the boxes, which was selective search. */
  private static final int WITHOUT_SOURCE = 3;

  /** Files without thresholds, too; they are read as if none had been chosen. */
  private static final int WITHOUT_THRESHOLDS = 2;

  /** What {@link Description#proposalSource} says of a detector that finds its boxes itself. */
  public static final String SELECTIVE_SEARCH = "selective search";

  /** More than any detector's settings take, with the names of its classes. */
  private static final long LONGEST_DESCRIPTION = 4L << 20;

  /** What the header of the weights may take beside the numbers. */
  private static final long LONGEST_HEADER = 16L << 20;

  /** Names of files beside the detector in which earlier versions packed it. */
  private static final Pattern LEFT_BEHIND =
      Pattern.compile("zipfstmp.*\\.tmp|detector-weights\\.safetensors(\\.partial)?");

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
   * @param proposalSource the name of the source of its boxes, {@link #SELECTIVE_SEARCH} if it is
   *     not a program's own
   * @param proposals how selective search finds regions
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
      String proposalSource,
      Proposals proposals,
      long seed,
      SingleImage detection,
      List<ClassThreshold> thresholds) {
    /** Keeps its own copies; refuses classes named twice, and thresholds of other classes. */
    public Description {
      classes = List.copyOf(classes);
      if (classes.isEmpty() || new HashSet<>(classes).size() < classes.size()) {
        throw new IllegalArgumentException(
            "its classes are none, or one of them is there twice: %s.".formatted(classes));
      }
      for (int i = 0; i < classes.size(); i++) {
        Optional<String> problem = ObjectRules.nameProblem(classes.get(i));
        if (problem.isPresent()) {
          throw new IllegalArgumentException("its class %d %s.".formatted(i + 1, problem.get()));
        }
      }
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
   * @param proposalSource the name of the source of its boxes
   * @param parts the row, with its trained head and box regression
   * @param thresholds the classes' thresholds; empty if none were chosen
   * @return the file, replaced as a whole
   */
  static Path pack(
      Run run,
      String proposalSource,
      TrainedNetwork network,
      List<String> classes,
      DetectionStage.Parts parts,
      List<ClassThreshold> thresholds)
      throws IOException {
    Row row = parts.row();
    Path file = run.folder().root().resolve(NAME);
    sweep(run.folder().root());
    Map<String, String> notes = new LinkedHashMap<>(network.definition().preprocessing().notes());
    notes.put("architecture", network.definition().name());
    WeightFile weights = new WeightFile(network.weights(), notes);
    Description description =
        new Description(
            VERSION,
            network.definition().name(),
            classes,
            row.effectiveHead().tap(row.layer()),
            row.effectiveHead().label(),
            row.boxRegression(),
            proposalSource,
            run.config().proposals(),
            run.config().seed(),
            SingleImage.of(row.effectiveHead().ofSingleImages(run.config().detection())),
            thresholds);
    byte[] json = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(description);
    Map<String, DetectorParts.Writer> contents = new LinkedHashMap<>();
    contents.put(DESCRIPTION, out -> out.write(json));
    contents.put(WEIGHTS, out -> weights.write(out, WeightFile.Precision.F32));
    parts
        .head()
        .ifPresent(artifact -> contents.put(HEAD, out -> Files.copy(artifact.place(), out)));
    parts
        .boxRegression()
        .ifPresent(artifact -> contents.put(BBOX, out -> Files.copy(artifact.place(), out)));
    try (AtomicFile aside = AtomicFile.create(file)) {
      DetectorParts.write(aside.out(), contents);
      aside.commit();
    }
    return file;
  }

  /**
   * Deletes what earlier versions left beside the detector when they were killed as they packed.
   */
  private static void sweep(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (LEFT_BEHIND.matcher(file.getFileName().toString()).matches()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /**
   * Reads a detector. Every part is compared with its checksum, and the parts with each other: the
   * weights are those of the network, and the head and the box regression have the description's
   * classes and the network's features.
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
    return read(file, file.toString());
  }

  /**
   * Reads a detector from the bytes of its file. They are kept in a temporary file meanwhile,
   * because a zip is read from its end.
   *
   * @param file the bytes
   * @param name what to call the file in errors
   * @throws IOException if they are damaged or of another version, or there is no place for them
   */
  public static DetectorFile read(byte[] file, String name) throws IOException {
    return read(new ByteArrayInputStream(file), name);
  }

  /**
   * Reads a detector from a stream, to its end; the stream stays open. As {@link #read(byte[],
   * String)}.
   */
  public static DetectorFile read(InputStream in, String name) throws IOException {
    Path copy = Files.createTempFile("detector", ".rcnn");
    try {
      Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
      return read(copy, name);
    } finally {
      Files.delete(copy);
    }
  }

  private static DetectorFile read(Path file, String name) throws IOException {
    try (DetectorParts parts = DetectorParts.open(file, name)) {
      Description description = description(parts, name);
      try {
        return read(parts, description);
      } catch (IllegalArgumentException e) {
        throw parts.damaged(e.getMessage(), e);
      }
    }
  }

  private static Description description(DetectorParts parts, String file) throws IOException {
    byte[] json = parts.bytes(DESCRIPTION, LONGEST_DESCRIPTION);
    String name = DetectorParts.name(DESCRIPTION);
    try {
      if (!(JSON.readTree(json) instanceof ObjectNode tree)) {
        throw parts.damaged(name + " is not a JSON object", null);
      }
      int version = tree.path("version").asInt();
      if (version == WITHOUT_THRESHOLDS) {
        tree.putArray("thresholds");
      }
      if (version == WITHOUT_THRESHOLDS || version == WITHOUT_SOURCE) {
        tree.put("proposalSource", SELECTIVE_SEARCH);
      } else if (version != VERSION) {
        throw new IOException(
            "%s is a detector of version %d, but this program reads version %d; train it again."
                .formatted(file, version, VERSION));
      }
      return JSON.treeToValue(tree, Description.class);
    } catch (ValueInstantiationException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      // A list with an empty place has no message.
      String message = reason.getMessage();
      throw parts.damaged(message == null ? name + " has an empty value" : message, e);
    } catch (JsonMappingException e) {
      String place =
          e.getPath().stream()
              .map(step -> step.getFieldName() == null ? "" + step.getIndex() : step.getFieldName())
              .collect(Collectors.joining("."));
      throw parts.damaged(
          place.isEmpty()
              ? name + " lacks a setting or has one too many"
              : "in %s, '%s' is missing or has no valid value".formatted(name, place),
          e);
    } catch (JsonProcessingException | CharConversionException e) {
      throw parts.damaged(name + " is not JSON", e);
    }
  }

  private static DetectorFile read(DetectorParts parts, Description description)
      throws IOException {
    Head head = Heads.ofFile(description.head());
    // Refused here, where the file is known, and not when the detector starts.
    description.proposals().settings(description.seed());
    NetworkDefinition network =
        Architectures.byName(description.architecture(), description.classes().size() + 1)
            .withLinearScores();
    int dimension = dimension(network, description.layer());
    WeightFile weights =
        parts.read(
            WEIGHTS,
            LONGEST_HEADER + Double.BYTES * network.parameterCount(),
            (in, name, size) -> WeightFile.read(in, name, size));
    require(weights.weights(), network);
    List<String> classes = description.classes();
    RegionScorer scorer =
        head.hasModel()
            ? parts.read(
                HEAD,
                largestModel(description, dimension),
                (in, name, size) -> head.read(in.readAllBytes(), name, classes))
            : head.read(new byte[0], DetectorParts.name(HEAD), classes);
    require(HEAD, scorer.classes(), scorer.dimension(), description, dimension);
    BoxRegressor regressor = null;
    if (description.boxRegression()) {
      int pooled = dimension(network, Tap.POOL5);
      regressor =
          parts.read(
              BBOX,
              largestModel(description, pooled),
              (in, name, size) -> BoxRegressor.read(in.readAllBytes(), name));
      require(BBOX, regressor.classes(), regressor.dimension(), description, pooled);
    }
    return new DetectorFile(
        description,
        network.withPreprocessing(network.preprocessing().noted(weights.metadata())),
        weights.weights(),
        head,
        scorer,
        regressor);
  }

  private static int dimension(NetworkDefinition network, Tap tap) {
    Integer dimension = network.tapDimensions().get(tap);
    if (dimension == null) {
      throw new IllegalArgumentException(network.lacks(tap));
    }
    return dimension;
  }

  /** The most bytes that the model of a head or of the box regression can have. */
  private static long largestModel(Description description, long dimension) {
    long names =
        description.classes().stream().mapToLong(name -> 3L * name.length() + Integer.BYTES).sum();
    // For each class four maps, of the box regression, with a constant each.
    long maps = 4 * (description.classes().size() + 1L) * (dimension + 1) * Double.BYTES;
    return names + maps + 64;
  }

  /** Refuses weights that are not those of a network, or with which it cannot compute. */
  private static void require(Weights weights, NetworkDefinition network) {
    network
        .parameters()
        .forEach(
            (name, shape) -> {
              Tensor tensor = weights.tensors().get(name);
              if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
                throw new IllegalArgumentException(
                    "%s has %s, where network %s needs %s of shape %s"
                        .formatted(
                            DetectorParts.name(WEIGHTS),
                            tensor == null ? "nothing" : "shape " + Arrays.toString(tensor.shape()),
                            network.name(),
                            name,
                            Arrays.toString(shape)));
              }
            });
    weights
        .notFinite()
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException(
                  "in %s, %s".formatted(DetectorParts.name(WEIGHTS), fault));
            });
  }

  /** Refuses a model of other classes or other features. */
  private static void require(
      String part, List<String> classes, int length, Description description, int dimension) {
    List<String> described = description.classes();
    if (classes.size() != described.size()) {
      throw new IllegalArgumentException(
          "%s has %d classes, and %s has %d"
              .formatted(
                  DetectorParts.name(part),
                  classes.size(),
                  DetectorParts.name(DESCRIPTION),
                  described.size()));
    }
    for (int i = 0; i < classes.size(); i++) {
      if (!classes.get(i).equals(described.get(i))) {
        throw new IllegalArgumentException(
            "class %d of %s is '%s', and of %s '%s'"
                .formatted(
                    i + 1,
                    DetectorParts.name(part),
                    ObjectRules.shown(classes.get(i)),
                    DetectorParts.name(DESCRIPTION),
                    ObjectRules.shown(described.get(i))));
      }
    }
    if (length != dimension) {
      throw new IllegalArgumentException(
          "%s is made for %d features, and its network gives %d"
              .formatted(DetectorParts.name(part), length, dimension));
    }
  }
}
