package org.rcnn.cnn.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/** Features by ONNX Runtime. */
class OnnxExecutionTest {

  private static final NetworkDefinition NETWORK = ToyNetworks.tiny(3);
  private static final Set<Tap> TAPS = Set.of(Tap.POOL5, Tap.FC6, Tap.SCORES);

  private static RgbImage image() {
    byte[] rgb = new byte[3 * 60 * 40];
    new Random(1).nextBytes(rgb);
    return new RgbImage(60, 40, rgb);
  }

  private static List<Box> regions() {
    return IntStream.range(0, 7).mapToObj(i -> new Box(4 * i, 2 * i, 4 * i + 20, 38 - i)).toList();
  }

  private static FeatureExtractor extractor(Execution execution) {
    return FeatureExtractor.onCpu(NETWORK, ToyNetworks.random(NETWORK, 2), TAPS, 3, execution);
  }

  @Test
  void tapsAreThoseOfPlain() {
    try (FeatureExtractor plain = extractor(Execution.PLAIN);
        FeatureExtractor onnx = extractor(Execution.ONNX)) {
      assertEquals(Execution.ONNX, onnx.execution());
      RegionFeatures expected = plain.extract(image(), regions());
      RegionFeatures actual = onnx.extract(image(), regions());
      assertEquals(TAPS, actual.values().keySet());
      for (Tap tap : TAPS) {
        assertArrayEquals(expected.at(tap), actual.at(tap), 1e-4f, tap.label());
      }
    }
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try (FeatureExtractor onnx = extractor(Execution.ONNX)) {
      RegionFeatures alone = onnx.extract(image(), regions());
      RegionFeatures shared =
          onnx.extract(image(), regions(), pool, 3, FeatureExtractor.Clock.NONE);
      for (Tap tap : TAPS) {
        assertArrayEquals(alone.at(tap), shared.at(tap), tap.label());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void itRunsOnTheCpuAloneAndIsNeverWhatAutoTakes() {
    assertFalse(Execution.ONNX.runsOn(ComputeDevice.GPU));
    assertTrue(Execution.AUTO.on(ComputeDevice.CPU, NETWORK) != Execution.ONNX);
  }

  @Test
  void aTapThatTheNetworkLacksIsRefusedByName() {
    assertEquals(
        "Network tiny has no fc7; it has pool5, fc6.",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    FeatureExtractor.onCpu(
                            NETWORK,
                            ToyNetworks.random(NETWORK, 2),
                            Set.of(Tap.FC7),
                            3,
                            Execution.ONNX)
                        .close())
            .getMessage());
  }

  /** The features, or the sentence that says why there are none. */
  static final class Program {
    private Program() {}

    /** Prints one line. */
    public static void main(String[] arguments) {
      try (FeatureExtractor onnx = extractor(Execution.ONNX)) {
        System.out.println(Arrays.hashCode(onnx.extract(image(), regions()).at(Tap.FC6)));
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void pytorchsNativesAreNotNeeded() throws Exception {
    try (FeatureExtractor onnx = extractor(Execution.ONNX)) {
      int expected = Arrays.hashCode(onnx.extract(image(), regions()).at(Tap.FC6));
      assertEquals(Integer.toString(expected), lastLineWithout("pytorch-native", "pytorch-jni"));
    }
  }

  @Test
  void aProgramWithoutOnnxRuntimeIsToldWhatToAdd() throws Exception {
    assertEquals(
        "The execution onnx needs ONNX Runtime, which is not on the class path: start with"
            + " RCNN_PROFILES=onnx ./rcnn ..., or add com.microsoft.onnxruntime:onnxruntime to"
            + " your program.",
        lastLineWithout("onnxruntime"));
  }

  /** What the program prints in a process whose class path lacks some libraries. */
  private static String lastLineWithout(String... libraries)
      throws IOException, InterruptedException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                entry -> Arrays.stream(libraries).noneMatch(Path.of(entry).toString()::contains))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dai.djl.offline=true",
                "-cp",
                classPath,
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    List<String> lines;
    try (BufferedReader output = process.inputReader()) {
      lines = output.lines().toList();
    }
    assertEquals(0, process.waitFor(), lines.toString());
    return lines.get(lines.size() - 1);
  }
}
