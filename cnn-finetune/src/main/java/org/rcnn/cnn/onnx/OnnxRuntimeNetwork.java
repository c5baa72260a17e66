package org.rcnn.cnn.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;

/**
 * A network that only runs forward, on the CPU, in ONNX Runtime: the same values as here up to
 * rounding, on every system that has its natives.
 *
 * <p>A pass runs in the thread that asks for it, and several threads may ask at once. Owns native
 * memory: close it. {@link OnnxRuntimes} opens one.
 */
public final class OnnxRuntimeNetwork implements AutoCloseable {

  private static final String IMAGES = "images";

  private final NetworkDefinition definition;
  private final Set<Tap> taps;
  private final OrtEnvironment environment;
  private final OrtSession session;

  OnnxRuntimeNetwork(NetworkDefinition definition, Weights weights, Set<Tap> wanted) {
    this.definition = definition;
    this.taps = Set.copyOf(wanted);
    this.environment = OrtEnvironment.getEnvironment();
    OnnxGraph graph = graph(weights);
    try {
      Path file = Files.createTempFile("network", ".onnx");
      try {
        graph.write(file);
        this.session = open(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The network's ONNX model could not be written.", e);
    }
  }

  /** Images come as they are made, pixel by pixel; the runtime wants channel by channel. */
  private OnnxGraph graph(Weights weights) {
    OnnxGraph graph = new OnnxGraph(definition.name(), "");
    int side = definition.inputSize();
    String pixels = graph.input(IMAGES, "", side, side, 3);
    String channels =
        graph.node(
            "Transpose",
            "channels",
            List.of(pixels),
            OnnxGraph.Attribute.wholes("perm", 0, 3, 1, 2));
    OnnxNetwork.add(graph, definition, weights, channels, taps)
        .forEach(
            (tap, value) ->
                graph.output(tap.label(), "", value, definition.tapDimensions().get(tap)));
    return graph;
  }

  private OrtSession open(Path file) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      return environment.createSession(file.toString(), options);
    } catch (OrtException e) {
      throw refused(e);
    }
  }

  private static IllegalStateException refused(OrtException e) {
    return new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
  }

  /** The runtime's version. */
  static String version() {
    return OrtEnvironment.getEnvironment().getVersion();
  }

  /**
   * Runs the network.
   *
   * @param images a direct buffer of float32 {@code count x size x size x 3} in the machine's byte
   *     order, from its beginning to its limit
   * @param count number of images, at least 1
   * @return for each tap, {@code count x dimension}
   */
  public Map<Tap, float[]> forward(ByteBuffer images, int count) {
    int side = definition.inputSize();
    FloatBuffer values = images.duplicate().order(images.order()).rewind().asFloatBuffer();
    Map<Tap, float[]> found = new EnumMap<>(Tap.class);
    try (OnnxTensor input =
            OnnxTensor.createTensor(environment, values, new long[] {count, side, side, 3});
        OrtSession.Result result = session.run(Map.of(IMAGES, input))) {
      for (Tap tap : taps) {
        OnnxTensor output = (OnnxTensor) result.get(tap.label()).orElseThrow();
        float[] copy = new float[count * definition.tapDimensions().get(tap)];
        output.getFloatBuffer().get(copy);
        found.put(tap, copy);
      }
    } catch (OrtException e) {
      throw refused(e);
    }
    return found;
  }

  /** Frees the native memory. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw refused(e);
    }
  }
}
