package org.rcnn.cnn.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.FusedNetwork.Numbers;

class FusedNetworkTest {

  /** What the fused network may differ by, as a share of a tap's largest value. */
  private static final double TOLERANCE = 1e-5;

  private static float[] noise(NetworkDefinition definition, int images) {
    Random random = new Random(7);
    float[] values = new float[images * 3 * definition.inputSize() * definition.inputSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The images as a channels-last view; any values will do, so they are not moved. */
  private static NDArray view(NDManager scratch, NetworkDefinition definition, float[] values) {
    int side = definition.inputSize();
    Shape shape = new Shape(values.length / (3 * side * side), side, side, 3);
    return scratch.create(values, shape).transpose(0, 3, 1, 2);
  }

  private static Map<Tap, float[]> fused(
      FusedNetwork network, NetworkDefinition definition, float[] images) {
    Map<Tap, float[]> found = new LinkedHashMap<>();
    try (NDManager scratch = network.manager().newSubManager()) {
      network
          .forward(view(scratch, definition, images))
          .forEach((tap, values) -> found.put(tap, values.toFloatArray()));
    }
    return found;
  }

  private static void assertSameAsPlain(NetworkDefinition definition, Weights weights) {
    float[] images = noise(definition, 2);
    Set<Tap> taps = definition.taps().keySet();
    try (Network plain = new Network(definition, weights, Device.cpu());
        FusedNetwork network = new FusedNetwork(definition, weights, taps, Numbers.FLOAT32);
        NDManager scratch = plain.manager().newSubManager()) {
      Map<Tap, NDArray> expected = plain.forward(view(scratch, definition, images), taps);
      Map<Tap, float[]> actual = fused(network, definition, images);
      assertEquals(taps, actual.keySet());
      for (Tap tap : taps) {
        assertClose(tap, expected.get(tap).toFloatArray(), actual.get(tap));
      }
    }
  }

  private static void assertClose(Tap tap, float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length, tap.label());
    double size = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      size = Math.max(size, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
    }
    assertTrue(size > 0, tap.label());
    assertTrue(difference <= TOLERANCE * size, tap.label() + " " + difference / size);
  }

  static List<String> architectures() {
    return Architectures.names();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void everyKnownNetworkCanRunAndItsMapsAreThoseOfPlain(String name) {
    NetworkDefinition definition = Architectures.byName(name, 6);
    assertTrue(FusedNetwork.canRun(definition));
    NetworkDefinition maps = upToPool5(definition);
    assertSameAsPlain(maps, Weights.initial(maps, 3));
  }

  /** Without the fully connected layers, whose weights take hundreds of megabytes. */
  private static NetworkDefinition upToPool5(NetworkDefinition whole) {
    List<Layer> layers = whole.layers();
    List<String> names = layers.stream().map(Layer::name).toList();
    String pool5 = whole.taps().get(Tap.POOL5);
    return new NetworkDefinition(
        whole.name(),
        whole.inputSize(),
        whole.context(),
        whole.preprocessing(),
        layers.subList(0, names.indexOf(pool5) + 1),
        Map.of(Tap.POOL5, pool5),
        Map.of(Tap.POOL5, whole.tapDimensions().get(Tap.POOL5)));
  }

  @Test
  void aLayerWithoutARuleCannotRunAndIsNamed() {
    NetworkDefinition normalised = ToyNetworks.tiny(3).withBatchNorm();
    assertFalse(FusedNetwork.canRun(normalised));
    IllegalStateException refusal =
        assertThrows(
            IllegalStateException.class,
            () ->
                new FusedNetwork(
                        normalised,
                        ToyNetworks.random(normalised, 2),
                        Set.of(Tap.POOL5),
                        Numbers.FLOAT32)
                    .close());
    assertEquals("No rule writes a layer of kind BatchNorm.", refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alexnet64",
        "squeezenet1_0-caffe",
        "resnet50",
        "bvlc_alexnet-fc1024",
        "resnet50v2_c4"
      })
  void knownNetworksGiveWhatTheyGivePlain(String name) {
    NetworkDefinition definition = Architectures.byName(name, 6);
    assertSameAsPlain(definition, Weights.initial(definition, 3));
  }

  @Test
  void everyKindOfLayerGivesWhatItGivesPlain() {
    NetworkDefinition definition = ToyNetworks.allKinds(25);
    assertSameAsPlain(definition, ToyNetworks.random(definition, 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alexnet64", "squeezenet1_0-131"})
  void bfloat16GivesNearlyTheSame(String name) {
    NetworkDefinition definition = Architectures.byName(name, 6);
    assertNearPlain(definition, Weights.initial(definition, 3), null);
  }

  @Test
  void everyKindOfLayerWorksInBfloat16() {
    NetworkDefinition definition = ToyNetworks.allKinds(25);
    assertNearPlain(definition, ToyNetworks.random(definition, 4), false);
  }

  @Test
  void everyKindOfLayerWorksInBfloat16WithOperatorsJoined() throws IOException {
    Path processor = Path.of("/proc/cpuinfo");
    assumeTrue(
        Files.isReadable(processor) && Files.readString(processor).contains("avx512bw"),
        "Operators in bfloat16 are joined on processors with AVX-512 only.");
    NetworkDefinition definition = ToyNetworks.allKinds(25);
    assertNearPlain(definition, ToyNetworks.random(definition, 4), true);
  }

  /** By the Euclidean length of the difference, tap by tap; 0.3 to 0.8 % where it was measured. */
  private static void assertNearPlain(
      NetworkDefinition definition, Weights weights, Boolean joined) {
    float[] images = noise(definition, 2);
    Set<Tap> taps = definition.taps().keySet();
    try (Network plain = new Network(definition, weights, Device.cpu());
        FusedNetwork network =
            new FusedNetwork(definition, weights, taps, Numbers.BFLOAT16, joined);
        NDManager scratch = plain.manager().newSubManager()) {
      Map<Tap, NDArray> expected = plain.forward(view(scratch, definition, images), taps);
      Map<Tap, float[]> actual = fused(network, definition, images);
      for (Tap tap : taps) {
        float[] exact = expected.get(tap).toFloatArray();
        double length = 0;
        double difference = 0;
        for (int i = 0; i < exact.length; i++) {
          length += Math.pow(exact[i], 2);
          difference += Math.pow(exact[i] - actual.get(tap)[i], 2);
        }
        double share = Math.sqrt(difference / length);
        assertTrue(share < 0.02, tap.label() + " " + share);
        assertTrue(share > 0, "nothing was rounded in " + tap.label());
      }
    }
  }

  @Test
  void aTapBeforeItsReluIsNotRectified() {
    NetworkDefinition definition =
        new NetworkDefinition(
            "bare",
            4,
            0,
            Preprocessing.caffe(),
            List.of(
                new Layer.Convolution("conv", 3, 2, 1, 1, 0, 1),
                new Layer.Relu("relu"),
                new Layer.Linear("fc8", 32, 3)),
            Map.of(Tap.POOL5, "conv", Tap.SCORES, "fc8"),
            Map.of(Tap.POOL5, 32, Tap.SCORES, 3));
    assertSameAsPlain(definition, ToyNetworks.random(definition, 4));
  }

  @Test
  void aTapAloneIsWhatItIsAmongAll() {
    NetworkDefinition definition = ToyNetworks.tiny(3);
    Weights weights = ToyNetworks.random(definition, 2);
    float[] images = noise(definition, 3);
    try (FusedNetwork all =
            new FusedNetwork(definition, weights, definition.taps().keySet(), Numbers.FLOAT32);
        FusedNetwork alone =
            new FusedNetwork(definition, weights, Set.of(Tap.FC6), Numbers.FLOAT32)) {
      Map<Tap, float[]> one = fused(alone, definition, images);
      assertEquals(Set.of(Tap.FC6), one.keySet());
      assertArrayEquals(fused(all, definition, images).get(Tap.FC6), one.get(Tap.FC6));
    }
  }

  @Test
  void severalThreadsMayShareANetwork() throws Exception {
    NetworkDefinition definition = ToyNetworks.tiny(3);
    Set<Tap> taps = definition.taps().keySet();
    float[] images = noise(definition, 16);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (FusedNetwork network =
        new FusedNetwork(definition, ToyNetworks.random(definition, 2), taps, Numbers.FLOAT32)) {
      Map<Tap, float[]> expected = fused(network, definition, images);
      List<Callable<Map<Tap, float[]>>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        calls.add(() -> fused(network, definition, images));
      }
      for (Future<Map<Tap, float[]>> found : threads.invokeAll(calls)) {
        for (Tap tap : taps) {
          assertArrayEquals(expected.get(tap), found.get().get(tap));
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @CsvSource({"alexnet64, 3", "alexnet64, 64", "squeezenet1_0-131, 2"})
  void weightsAreReorderedOnceAndNotInAPass(String name, String images) throws Exception {
    assumeTrue(
        Execution.AUTO.on(ComputeDevice.CPU, Architectures.byName(name, 6)) == Execution.FUSED);
    List<String> pass = operationsOfAPass(name, images);
    assertTrue(pass.stream().anyMatch(line -> line.contains(",convolution,")), "nothing was told");
    assertEquals(List.of(), pass.stream().filter(line -> line.contains(",reorder,")).toList());
  }

  /** What oneDNN tells of a pass in a process of its own: a line for each operation. */
  private static List<String> operationsOfAPass(String name, String images) throws Exception {
    ProcessBuilder child =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            OnePass.class.getName(),
            name,
            images);
    child.environment().put("ONEDNN_VERBOSE", "1");
    Process process = child.redirectErrorStream(true).start();
    List<String> lines;
    try (BufferedReader output = process.inputReader()) {
      lines = output.lines().toList();
    }
    assertEquals(0, process.waitFor(), lines.toString());
    return lines.subList(lines.indexOf(OnePass.READY) + 1, lines.size());
  }

  @Test
  void aTapThatTheNetworkLacksIsRefusedByName() {
    NetworkDefinition definition = ToyNetworks.tiny(3);
    Weights weights = ToyNetworks.random(definition, 2);
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new FusedNetwork(definition, weights, Set.of(Tap.FC7), Numbers.FLOAT32).close());
    assertEquals("Network tiny has no fc7; it has pool5, fc6.", refused.getMessage());
  }
}
