package org.rcnn.pipeline.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.onnx.OnnxGraph;
import org.rcnn.cnn.onnx.OnnxGraph.Attribute;
import org.rcnn.cnn.onnx.OnnxNetwork;
import org.rcnn.pipeline.config.ProgramVersion;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.ClassThreshold;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.DetectorFile.Description;
import org.rcnn.svm.BoxRegressor;

/**
 * Writes networks and detectors down as ONNX graphs.
 *
 * <p>The input {@code images} is float32 {@code N x 3 x size x size}: warped regions, preprocessed.
 * A network's outputs are its taps by their names, such as {@code fc7}, each {@code N x dimension}.
 * A detector's outputs are:
 *
 * <ul>
 *   <li>{@code scores}, {@code N x classes}, as the head gives them: decision values of SVMs,
 *       probabilities of a softmax;
 *   <li>{@code probabilities}, {@code N x classes}, if the detector is calibrated: that a detection
 *       with that score, kept by non-maximum suppression, is right;
 *   <li>{@code boxes}, {@code N x classes x 4}, if it corrects boxes. For them there is a second
 *       input {@code regions}, {@code N x 4}: where each warped region lies.
 * </ul>
 *
 * <p>Boxes are xmin, ymin, xmax, ymax in the image's pixels, 0-based, with exclusive right and
 * lower edges. Corrected ones may reach beyond the image. The model's notes hold preprocessing,
 * classes, thresholds and where the detector comes from.
 */
public final class OnnxExport {

  private static final String IMAGES = "images";
  private static final String REGIONS = "regions";
  private static final String CORNERS =
      "xmin, ymin, xmax, ymax in the image's pixels, 0-based, right and lower edges exclusive";

  private static final int CORNERS_OF_BOX = 4;

  private OnnxExport() {}

  /**
   * A network alone, with all its taps.
   *
   * @throws IllegalArgumentException if a parameter is missing or of another shape, or a layer
   *     cannot be written
   */
  public static OnnxGraph network(NetworkDefinition definition, Weights weights) {
    OnnxGraph graph = begin(definition);
    Set<Tap> taps = definition.taps().keySet();
    Map<Tap, String> found =
        OnnxNetwork.add(graph, definition, weights, images(graph, definition), taps);
    found.forEach(
        (tap, value) ->
            graph.output(
                tap.label(),
                tap == Tap.SCORES
                    ? "class scores before the softmax, background first"
                    : "features at " + tap.label(),
                value,
                definition.tapDimensions().get(tap)));
    return graph;
  }

  /** A detector's network alone, with all its taps, and notes on the detector. */
  public static OnnxGraph networkOf(DetectorFile detector) {
    OnnxGraph graph = network(detector.network(), detector.weights());
    describe(graph, detector.description());
    return graph;
  }

  /**
   * A detector: its network, its head, and its calibration and box regression if it has them.
   *
   * @throws UnsupportedOperationException if the head cannot be written to ONNX
   */
  public static OnnxGraph detector(DetectorFile detector) {
    Description description = detector.description();
    OnnxGraph graph = begin(detector.network());
    Set<Tap> taps = EnumSet.of(description.layer());
    if (detector.regressor() != null) {
      taps.add(Tap.POOL5);
    }
    String images = images(graph, detector.network());
    Map<Tap, String> features =
        OnnxNetwork.add(graph, detector.network(), detector.weights(), images, taps);
    int classes = description.classes().size();
    String scores =
        detector.head().addTo(graph, features.get(description.layer()), detector.scorer());
    graph.output("scores", "scores of %s".formatted(detector.head().title()), scores, classes);
    if (!description.thresholds().isEmpty()) {
      String decisions = detector.head().addDecision(graph, scores);
      graph.output(
          "probabilities",
          "that a detection with the score is right",
          probabilities(graph, decisions, description.thresholds()),
          classes);
    }
    if (detector.regressor() != null) {
      String regions = graph.input(REGIONS, "where the images lie: " + CORNERS, CORNERS_OF_BOX);
      graph.output(
          "boxes",
          "regions corrected for each class: " + CORNERS,
          boxes(graph, features.get(Tap.POOL5), regions, detector.regressor()),
          classes,
          CORNERS_OF_BOX);
    }
    describe(graph, description);
    return graph;
  }

  private static OnnxGraph begin(NetworkDefinition definition) {
    OnnxGraph graph = new OnnxGraph(definition.name(), ProgramVersion.current());
    graph.note("architecture", definition.name());
    definition.preprocessing().notes().forEach(graph::note);
    graph.note("antialias", Boolean.toString(definition.preprocessing().antialias()));
    graph.note("input-size", Integer.toString(definition.inputSize()));
    graph.note("context", Integer.toString(definition.context()));
    graph.note(
        "input",
        String.format(
            Locale.ROOT,
            "Each region is warped to %1$d x %1$d pixels without keeping its proportions, with %2$d"
                + " pixels of the image around it on each side at that size. A value from 0 to 255"
                + " becomes (value - mean) * scale; what lies outside the image becomes 0.",
            definition.inputSize(),
            definition.context()));
    return graph;
  }

  private static String images(OnnxGraph graph, NetworkDefinition definition) {
    int side = definition.inputSize();
    return graph.input(IMAGES, "warped regions, preprocessed as the notes say", 3, side, side);
  }

  private static void describe(OnnxGraph graph, Description description) {
    ObjectNode thresholds = Json.object();
    description.thresholds().forEach(each -> thresholds.put(each.className(), each.score()));
    graph.note("classes", Json.tree(description.classes()).toString());
    graph.note("layer", description.layer().label());
    graph.note("head", description.head());
    graph.note("thresholds", thresholds.toString());
    graph.note("detection", Json.tree(description.detection()).toString());
    graph.note("proposals", Json.tree(description.proposals()).toString());
    graph.note("seed", Long.toString(description.seed()));
  }

  /**
   * Adds notes on the run that a detector is from.
   *
   * @param manifest what the run's {@code manifest.json} says; what it lacks is left out
   */
  public static void noteRun(OnnxGraph graph, JsonNode manifest) {
    note(graph, "run.written", manifest.path("written"));
    note(graph, "run.rcnn", manifest.path("versions").path("rcnn"));
    note(graph, "run.train-fingerprint", manifest.path("data").path("train_fingerprint"));
    note(graph, "run.test-fingerprint", manifest.path("data").path("test_fingerprint"));
    note(graph, "run.backbone-fingerprint", manifest.path("backbone_fingerprint"));
    note(graph, "run.mAP", manifest.path("result").path("mAP"));
  }

  private static void note(OnnxGraph graph, String key, JsonNode value) {
    if (value.isValueNode() && !value.isNull()) {
      graph.note(key, value.asText());
    }
  }

  /** Platt's sigmoid of each class, {@code 1 / (1 + exp(slope * decision + offset))}. */
  private static String probabilities(
      OnnxGraph graph, String decisions, List<ClassThreshold> thresholds) {
    float[] slopes = new float[thresholds.size()];
    float[] offsets = new float[thresholds.size()];
    for (int c = 0; c < slopes.length; c++) {
      slopes[c] = (float) -thresholds.get(c).slope();
      offsets[c] = (float) -thresholds.get(c).offset();
    }
    int[] shape = {slopes.length};
    String slope = graph.numbers("platt.slope", new Tensor(shape, slopes));
    String offset = graph.numbers("platt.offset", new Tensor(shape, offsets));
    String sloped = graph.node("Mul", "platt.sloped", List.of(decisions, slope));
    String odds = graph.node("Add", "platt.odds", List.of(sloped, offset));
    return graph.node("Sigmoid", "platt", List.of(odds));
  }

  /** What {@link BoxRegressor#apply} does, for all classes at once. */
  private static String boxes(
      OnnxGraph graph, String pool5, String regions, BoxRegressor regressor) {
    int rows = CORNERS_OF_BOX * regressor.classes().size();
    String weight =
        graph.numbers(
            "bbox.weight",
            new Tensor(new int[] {rows, regressor.dimension()}, regressor.weights()));
    String bias = graph.numbers("bbox.bias", new Tensor(new int[] {rows}, regressor.biases()));
    String all =
        graph.node("Gemm", "bbox", List.of(pool5, weight, bias), Attribute.whole("transB", 1));
    String byClass = graph.wholes("bbox.shape", -1, regressor.classes().size(), CORNERS_OF_BOX);
    String targets = graph.node("Reshape", "bbox.targets", List.of(all, byClass));
    String shift = pair(graph, "bbox.shift", targets, 0);
    String growth =
        graph.node(
            "Clip",
            "bbox.growth",
            List.of(
                pair(graph, "bbox.logs", targets, 2),
                graph.number("bbox.least", -BoxRegressor.MOST_LOG),
                graph.number("bbox.most", BoxRegressor.MOST_LOG)));

    // N x 2 become N x 1 x 2, for all classes.
    String axis = graph.wholes("bbox.class-axis", 1);
    String place = graph.node("Unsqueeze", "bbox.regions", List.of(regions, axis));
    String low = pair(graph, "bbox.low", place, 0);
    String high = pair(graph, "bbox.high", place, 2);
    String size = graph.node("Sub", "bbox.size", List.of(high, low));
    String oneHalf = graph.number("bbox.half", 0.5);
    String middle =
        graph.node(
            "Mul",
            "bbox.centre",
            List.of(graph.node("Add", "bbox.sum", List.of(low, high)), oneHalf));

    String moved = graph.node("Mul", "bbox.moved", List.of(shift, size));
    String centre = graph.node("Add", "bbox.new-centre", List.of(middle, moved));
    String factor = graph.node("Exp", "bbox.factor", List.of(growth));
    String grown = graph.node("Mul", "bbox.new-size", List.of(size, factor));
    String reach = graph.node("Mul", "bbox.reach", List.of(grown, oneHalf));
    return graph.node(
        "Concat",
        "bbox.corners",
        List.of(
            graph.node("Sub", "bbox.new-low", List.of(centre, reach)),
            graph.node("Add", "bbox.new-high", List.of(centre, reach))),
        Attribute.whole("axis", 2));
  }

  /** Two neighbouring values along the last of three axes. */
  private static String pair(OnnxGraph graph, String name, String of, int first) {
    return graph.node(
        "Slice",
        name,
        List.of(
            of,
            graph.wholes(name + ".first", first),
            graph.wholes(name + ".end", first + 2),
            graph.wholes(name + ".axis", 2)));
  }
}
