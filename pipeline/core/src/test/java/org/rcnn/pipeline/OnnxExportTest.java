package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.onnx.OnnxGraph;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.Detector.Cut;
import org.rcnn.pipeline.onnx.OnnxExport;
import org.rcnn.pipeline.stage.ClassThreshold;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.svm.FeatureScale;
import org.rcnn.svm.SoftmaxSettings;
import org.rcnn.svm.SoftmaxSettings.Schedule;
import org.rcnn.svm.SoftmaxTrainer;

/** Exported detectors give in ONNX Runtime what they give here. */
@TestInstance(Lifecycle.PER_CLASS)
class OnnxExportTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final double TOLERANCE = 1e-4;

  private static final int REGIONS = 5;

  private Path folder;
  private Path run;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    folder = temporary;
    run = folder.resolve("run");
    TinyDetector.train(run);
  }

  @Test
  void svmsProbabilitiesAndBoxesAreTheDetectorsOwn() throws Exception {
    DetectorFile detector = DetectorFile.read(run);
    assertNotNull(detector.regressor());
    assertFalse(detector.description().thresholds().isEmpty());
    assertSame(detector);
  }

  @Test
  void aTrainedSoftmaxIsTheDetectorsOwn() throws Exception {
    DetectorFile svms = DetectorFile.read(run);
    List<String> classes = svms.description().classes();
    int dimension = svms.scorer().dimension();
    SoftmaxSettings settings =
        new SoftmaxSettings(0.5, 0.5, 50, 50, 8, 8, 30, 0.1, Schedule.STEP, 0.9, 5e-4, 1);
    SoftmaxTrainer trainer =
        new SoftmaxTrainer(classes, dimension, new FeatureScale(0.5), settings);
    Random random = new Random(2);
    for (int row = 0; row < 40; row++) {
      float[] features = new float[dimension];
      for (int i = 0; i < dimension; i++) {
        features[i] = random.nextFloat();
      }
      trainer.add(features, 0, row % (classes.size() + 1));
    }
    assertSame(
        new DetectorFile(
            svms.description(),
            svms.network(),
            svms.weights(),
            Heads.SOFTMAX,
            trainer.train().model(),
            null));
  }

  @Test
  void theNetworksOwnSoftmaxIsTheDetectorsOwn() throws Exception {
    Path copy = Files.copy(run.resolve(DetectorFile.NAME), folder.resolve("network.rcnn"));
    try (FileSystem inside = FileSystems.newFileSystem(copy)) {
      Path description = inside.getPath("detector.json");
      ObjectNode tree = (ObjectNode) JSON.readTree(Files.readString(description));
      Files.writeString(
          description, JSON.writeValueAsString(tree.put("head", "network").put("layer", "SCORES")));
    }
    assertSame(DetectorFile.read(copy));
  }

  private void assertSame(DetectorFile detector) throws IOException, OrtException {
    Map<String, float[]> expected = here(detector);
    Map<String, float[]> actual = exported(OnnxExport.detector(detector), detector);
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertClose(name, values, actual.get(name)));
  }

  private static void assertClose(String name, float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length, name);
    double size = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      size = Math.max(size, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
    }
    assertTrue(size > 0, name);
    assertTrue(difference <= TOLERANCE * size, name + " " + difference / size);
  }

  /** What the detector computes for the images. */
  private static Map<String, float[]> here(DetectorFile detector) throws IOException {
    NetworkDefinition network = detector.network();
    Tap layer = detector.description().layer();
    Set<Tap> taps = EnumSet.of(layer);
    if (detector.regressor() != null) {
      taps.add(Tap.POOL5);
    }
    float[] images = images(network, true);
    int each = images.length / REGIONS;
    RegionFeatures features;
    try (FeatureExtractor extractor =
        FeatureExtractor.onCpu(network, detector.weights(), taps, REGIONS)) {
      features =
          extractor.extract(
              REGIONS,
              (number, into, offset) ->
                  System.arraycopy(images, number * each, into, offset, each));
    }
    Map<String, float[]> found = new LinkedHashMap<>();
    float[] scores = detector.scorer().score(features.at(layer), REGIONS);
    found.put("scores", scores);
    List<ClassThreshold> thresholds = detector.description().thresholds();
    float[] probabilities = new float[scores.length];
    for (int i = 0; i < scores.length; i++) {
      ClassThreshold known = thresholds.get(i % thresholds.size());
      probabilities[i] = (float) known.probability(detector.head(), scores[i]);
    }
    found.put("probabilities", probabilities);
    if (detector.regressor() != null) {
      found.put("boxes", boxes(detector, features.at(Tap.POOL5)));
    }
    return found;
  }

  private static float[] boxes(DetectorFile detector, float[] pool5) {
    int classes = detector.description().classes().size();
    float[] corners = new float[REGIONS * classes * 4];
    int next = 0;
    for (int r = 0; r < REGIONS; r++) {
      for (int c = 0; c < classes; c++) {
        Box box =
            detector
                .regressor()
                .apply(c, regions().get(r), pool5, r * detector.regressor().dimension());
        for (double corner : new double[] {box.xMin(), box.yMin(), box.xMax(), box.yMax()}) {
          corners[next++] = (float) corner;
        }
      }
    }
    return corners;
  }

  private static List<Box> regions() {
    List<Box> regions = new ArrayList<>();
    for (int r = 0; r < REGIONS; r++) {
      regions.add(new Box(10 * r, 3, 10 * r + 20 + r, 90 - r));
    }
    return regions;
  }

  /** Random images, channel by channel or, as extractors take them, pixel by pixel. */
  private static float[] images(NetworkDefinition network, boolean channelsLast) {
    Random random = new Random(3);
    int area = network.inputSize() * network.inputSize();
    float[] values = new float[REGIONS * 3 * area];
    for (int r = 0; r < REGIONS; r++) {
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < area; p++) {
          int place = channelsLast ? (r * area + p) * 3 + c : (r * 3 + c) * area + p;
          values[place] = (float) random.nextGaussian();
        }
      }
    }
    return values;
  }

  private Map<String, float[]> exported(OnnxGraph graph, DetectorFile detector)
      throws IOException, OrtException {
    Path file = folder.resolve("detector.onnx");
    graph.write(file);
    long side = detector.network().inputSize();
    float[] corners = new float[4 * REGIONS];
    for (int r = 0; r < REGIONS; r++) {
      Box box = regions().get(r);
      corners[4 * r] = (float) box.xMin();
      corners[4 * r + 1] = (float) box.yMin();
      corners[4 * r + 2] = (float) box.xMax();
      corners[4 * r + 3] = (float) box.yMax();
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor images =
            OnnxTensor.createTensor(
                environment,
                FloatBuffer.wrap(images(detector.network(), false)),
                new long[] {REGIONS, 3, side, side});
        OnnxTensor regions =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(corners), new long[] {REGIONS, 4})) {
      Map<String, OnnxTensor> inputs = new LinkedHashMap<>(Map.of("images", images));
      if (session.getInputNames().contains("regions")) {
        inputs.put("regions", regions);
      }
      Map<String, float[]> found = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(inputs)) {
        for (Map.Entry<String, OnnxValue> output : result) {
          FloatBuffer values = ((OnnxTensor) output.getValue()).getFloatBuffer();
          float[] copy = new float[values.remaining()];
          values.get(copy);
          found.put(output.getKey(), copy);
        }
      }
      return found;
    }
  }

  @Test
  void aDetectorInOnnxRuntimeFindsTheSame() throws IOException {
    RgbImage scene = ImageFiles.read(TinyDetector.scene(run));
    List<Detection> expected;
    try (Detector detector = Detector.load(run)) {
      expected = detector.detect(scene, Cut.NONE);
    }
    assertFalse(expected.isEmpty());
    try (Detector detector =
        Detector.load(run, Detector.Options.standard().withExecution(Execution.ONNX))) {
      List<Detection> found = detector.detect(scene, Cut.NONE);
      assertEquals(expected.size(), found.size());
      for (int i = 0; i < found.size(); i++) {
        assertEquals(expected.get(i).className(), found.get(i).className());
        assertEquals(expected.get(i).score(), found.get(i).score(), 1e-4);
      }
    }
  }

  @Test
  void notesSayWhatAProgramMustKnow() throws Exception {
    DetectorFile detector = DetectorFile.read(run);
    OnnxGraph graph = OnnxExport.networkOf(detector);
    ObjectNode manifest = JSON.createObjectNode().put("backbone_fingerprint", "abc");
    manifest.putObject("data").put("train_fingerprint", "def");
    OnnxExport.noteRun(graph, manifest);
    Path file = folder.resolve("noted.onnx");
    graph.write(file);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString())) {
      assertEquals(Set.of("pool5", "scores"), session.getOutputNames());
      Map<String, String> notes = session.getMetadata().getCustomMetadata();
      assertEquals("tiny", notes.get("architecture"));
      assertEquals("16", notes.get("input-size"));
      assertEquals("1", notes.get("context"));
      assertEquals("RGB", notes.get("colour-order"));
      assertEquals("123.675,116.28,103.53", notes.get("mean"));
      assertTrue(notes.get("input").contains("warped to 16 x 16 pixels"), notes.get("input"));
      assertEquals("svm", notes.get("head"));
      assertEquals("abc", notes.get("run.backbone-fingerprint"));
      assertEquals("def", notes.get("run.train-fingerprint"));
      assertFalse(notes.containsKey("run.mAP"));
      JsonNode classes = JSON.readTree(notes.get("classes"));
      assertEquals(detector.description().classes(), JSON.convertValue(classes, List.class));
      JsonNode thresholds = JSON.readTree(notes.get("thresholds"));
      for (ClassThreshold each : detector.description().thresholds()) {
        assertEquals(each.score(), thresholds.get(each.className()).doubleValue());
      }
    }
  }
}
