package org.rcnn.cnn.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.BatchNormFolding;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightSource;

/** Exported networks give in ONNX Runtime what they give here. */
class OnnxNetworkTest {

  /** What outputs may differ by, as a share of a tap's largest value. */
  private static final double TOLERANCE = 1e-4;

  /** Networks with more parameters are shown one image, the others two. */
  private static final long MANY_PARAMETERS = 30_000_000;

  @TempDir Path folder;

  static List<String> architectures() {
    return Architectures.names();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void everyKnownNetworkGivesTheSameInOnnxRuntime(String name) throws Exception {
    assertSame(Architectures.byName(name, 6), 3);
  }

  @Test
  void everyKindOfLayerGivesTheSameInOnnxRuntime() throws Exception {
    assertSame(ToyNetworks.allKinds(26), 4);
  }

  @Test
  void batchNormalisationIsItsOwnOperatorAndFoldedIsTheSame() throws Exception {
    NetworkDefinition plain = ToyNetworks.allKinds(26);
    NetworkDefinition normalised = plain.withBatchNorm();
    assertSame(normalised, 5);
    Weights weights = values(normalised, 5);
    float[] images = images(plain, 2);
    Weights folded = BatchNormFolding.fold(plain, weights);
    Map<String, float[]> expected = exported(normalised, weights, images);
    assertClose(expected, exported(plain, folded, images));
  }

  private void assertSame(NetworkDefinition definition, long seed) throws Exception {
    Weights weights = values(definition, seed);
    float[] images = images(definition, definition.parameterCount() > MANY_PARAMETERS ? 1 : 2);
    Map<String, float[]> expected = here(definition, weights, images);
    assertEquals(definition.taps().size(), expected.size());
    assertClose(expected, exported(definition, weights, images));
  }

  private static void assertClose(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (tap, values) -> {
          assertEquals(values.length, actual.get(tap).length, tap);
          double size = 0;
          double difference = 0;
          for (int i = 0; i < values.length; i++) {
            size = Math.max(size, Math.abs(values[i]));
            difference = Math.max(difference, Math.abs(values[i] - actual.get(tap)[i]));
          }
          assertTrue(size > 0 && size < 1e10, tap + " " + size);
          assertTrue(difference <= TOLERANCE * size, tap + " " + difference / size);
        });
  }

  private static Map<String, float[]> here(
      NetworkDefinition definition, Weights weights, float[] images) {
    int side = definition.inputSize();
    Map<String, float[]> found = new LinkedHashMap<>();
    try (Network network = new Network(definition, weights, Device.cpu());
        NDManager scratch = network.manager().newSubManager()) {
      NDArray input =
          scratch.create(images, new Shape(images.length / (3 * side * side), 3, side, side));
      network
          .forward(input, definition.taps().keySet())
          .forEach((tap, values) -> found.put(tap.label(), values.toFloatArray()));
    }
    return found;
  }

  private Map<String, float[]> exported(
      NetworkDefinition definition, Weights weights, float[] images)
      throws IOException, OrtException {
    Path file = write(definition, weights);
    try (OnnxSession session = new OnnxSession(file)) {
      return session.run(images, definition.inputSize());
    } finally {
      // The largest has half a gigabyte.
      Files.delete(file);
    }
  }

  private Path write(NetworkDefinition definition, Weights weights) throws IOException {
    Path file = folder.resolve("net.onnx");
    OnnxGraph graph = new OnnxGraph(definition.name(), "test");
    int side = definition.inputSize();
    String images = graph.input("images", "", 3, side, side);
    OnnxNetwork.add(graph, definition, weights, images, definition.taps().keySet())
        .forEach(
            (tap, value) ->
                graph.output(tap.label(), "", value, definition.tapDimensions().get(tap)));
    graph.note("colour-order", "BGR");
    graph.write(file);
    return file;
  }

  private static float[] images(NetworkDefinition definition, int count) {
    SplittableRandom random = new SplittableRandom(7);
    float[] values = new float[count * 3 * definition.inputSize() * definition.inputSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (4 * random.nextDouble() - 2);
    }
    return values;
  }

  /**
   * Every parameter drawn anew, biases too, so that values keep about their size from layer to
   * layer; uniform numbers, because the largest network has 138 million.
   */
  private static Weights values(NetworkDefinition definition, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    definition
        .parameters()
        .forEach(
            (name, shape) -> {
              int size = 1;
              for (int length : shape) {
                size *= length;
              }
              boolean factor = name.matches(".*\\.(scale|gamma|variance)");
              double width = name.endsWith(".weight") ? Math.sqrt(6.0 * shape[0] / size) : 0.2;
              float[] values = new float[size];
              for (int i = 0; i < size; i++) {
                values[i] = (float) (width * (2 * random.nextDouble() - 1) + (factor ? 0.8 : 0));
              }
              tensors.put(name, new Tensor(shape, values));
            });
    return new Weights(tensors);
  }

  @Test
  void weightsAreFoundAgainUnderTheirNames() throws IOException {
    NetworkDefinition definition = ToyNetworks.allKinds(26).withBatchNorm();
    Weights weights = values(definition, 6);
    WeightSource source = WeightSource.open(write(definition, weights));
    assertEquals(WeightSource.Format.ONNX, source.format());
    assertEquals("BGR", source.notes().get("colour-order"));
    Map<String, Tensor> read = new LinkedHashMap<>(source.read().tensors());
    read.keySet().retainAll(weights.tensors().keySet());
    assertEquals(weights.tensors(), read);
  }

  @Test
  void theSameNetworkGivesTheSameBytes() throws IOException {
    NetworkDefinition definition = ToyNetworks.tiny(3);
    byte[] first = Files.readAllBytes(write(definition, ToyNetworks.random(definition, 2)));
    byte[] second = Files.readAllBytes(write(definition, ToyNetworks.random(definition, 2)));
    assertArrayEquals(first, second);
  }

  @Test
  void whatCannotBeWrittenIsRefusedByName() {
    NetworkDefinition definition = ToyNetworks.tiny(3);
    Weights weights = ToyNetworks.random(definition, 2);
    assertEquals(
        "Network tiny has no fc7; it has pool5, fc6.",
        refusal(definition, weights, Set.of(Tap.FC7)));
    NetworkDefinition larger = ToyNetworks.tiny(4);
    assertEquals(
        "Network tiny needs parameter fc8.weight of shape [4, 16], and the weights have [3, 16].",
        refusal(larger, weights, Set.of(Tap.SCORES)));
    NetworkDefinition skipping =
        ToyNetworks.of(
            8,
            3,
            new Convolution("conv", 3, 2, 1, 1, 0, 1),
            new MaxPool("pool", 2, 3, 0, true),
            new Linear("fc8", 18, 3));
    assertTrue(
        refusal(skipping, ToyNetworks.random(skipping, 2), Set.of(Tap.SCORES))
            .startsWith("Pooling pool of network toy keeps a partly outside window"));
  }

  private static String refusal(NetworkDefinition definition, Weights weights, Set<Tap> taps) {
    OnnxGraph graph = new OnnxGraph("net", "test");
    String images = graph.input("images", "", 3, 8, 8);
    return assertThrows(
            IllegalArgumentException.class,
            () -> OnnxNetwork.add(graph, definition, weights, images, taps))
        .getMessage();
  }

  @Test
  void aValueHasOneMakerWhichComesFirst() {
    OnnxGraph graph = new OnnxGraph("net", "test");
    graph.input("x", "", 3);
    assertThrows(IllegalArgumentException.class, () -> graph.input("x", "", 3));
    assertThrows(IllegalArgumentException.class, () -> graph.node("Relu", "r", List.of("y")));
  }
}
