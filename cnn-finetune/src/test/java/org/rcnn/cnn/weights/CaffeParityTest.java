package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.data.SharedData;

/** Imported Caffe models give what OpenCV makes of them: another reader, another engine. */
class CaffeParityTest {

  private static final double TOLERANCE = 1e-4;

  @TempDir Path folder;

  /** Pixels minus their mean, from black to white, with some likeness between neighbours. */
  private static float[] image(int side) {
    Random random = new Random(5);
    float[] values = new float[3 * side * side];
    float last = 0;
    for (int i = 0; i < values.length; i++) {
      last = 0.9f * last + (float) random.nextGaussian() * 30;
      values[i] = Math.max(-120, Math.min(130, last));
    }
    return values;
  }

  private static Map<Tap, float[]> ours(
      NetworkDefinition definition, Weights weights, float[] image) {
    int side = definition.inputSize();
    Map<Tap, float[]> found = new LinkedHashMap<>();
    try (Network network = new Network(definition, weights, Device.cpu());
        NDManager scratch = network.manager().newSubManager()) {
      NDArray input = scratch.create(image, new Shape(1, 3, side, side));
      network
          .forward(input, definition.taps().keySet())
          .forEach((tap, values) -> found.put(tap, values.toFloatArray()));
    }
    return found;
  }

  private static void assertClose(String what, float[] expected, float[] actual) {
    Difference difference = Difference.of(expected, actual);
    System.out.printf("%s: %s%n", what, difference);
    assertTrue(difference.largest() < TOLERANCE, what + " " + difference);
  }

  @Test
  void publishedSqueezeNetGivesOpenCvsScoresAndMaps() throws IOException {
    Path shared = SharedData.find("squeezenet_v1.0");
    Path model = shared.resolve("squeezenet_v1.0.caffemodel");
    NetworkDefinition definition = Architectures.byName("squeezenet1_0-caffe", 1000);
    WeightSource source = WeightSource.open(model);
    Transfer transfer = Transfer.into(definition, source, 1);
    assertEquals(List.of(), transfer.newLayers(), transfer.report());
    assertEquals(List.of(), transfer.unused());
    assertEquals(List.of(), transfer.differences());
    assertEquals(Preprocessing.caffe(), source.preprocessing(Preprocessing.torchvision()));

    float[] image = image(227);
    Map<Tap, float[]> ours = ours(definition, transfer.weights(), image);
    OpenCvNet theirs = new OpenCvNet(shared.resolve("deploy.prototxt"), model);
    assertClose(
        "squeezenet_v1.0, scores", theirs.forward(image, 227, "pool_final"), ours.get(Tap.SCORES));
    assertClose(
        "squeezenet_v1.0, pool5",
        pooled(theirs.forward(image, 227, "fire9/concat"), 512, 13),
        ours.get(Tap.POOL5));
  }

  /** The largest of windows of 3 x 3 in steps of 2. */
  private static float[] pooled(float[] maps, int channels, int side) {
    int out = (side - 3) / 2 + 1;
    float[] pooled = new float[channels * out * out];
    for (int i = 0; i < pooled.length; i++) {
      int corner = i / (out * out) * side * side + 2 * (i / out % out) * side + 2 * (i % out);
      pooled[i] = Float.NEGATIVE_INFINITY;
      for (int place = 0; place < 9; place++) {
        pooled[i] = Math.max(pooled[i], maps[corner + place / 3 * side + place % 3]);
      }
    }
    return pooled;
  }

  @Test
  void squeezeNetForDetectionTakesAllButTheScores() throws IOException {
    Path shared = SharedData.find("squeezenet_v1.0");
    WeightSource source = WeightSource.open(shared.resolve("squeezenet_v1.0.caffemodel"));
    NetworkDefinition definition = Architectures.byName("squeezenet1_0", 21);
    Transfer transfer = Transfer.into(definition, source, 1);
    assertEquals(List.of("conv10"), transfer.newLayers());
    assertEquals(
        "its number of outputs is 1000 in the source and 21 here",
        transfer.rows().get(transfer.rows().size() - 1).reason());
  }

  /** The paper's network and its neighbours, at full size, with random weights. */
  @Tag("parity")
  @ParameterizedTest
  @CsvSource({"caffenet, false", "bvlc_alexnet-fc1024, false", "zfnet, true"})
  void groupsAndNormalisationAreCaffes(String name, boolean old) throws IOException {
    NetworkDefinition definition = Architectures.byName(name, 100);
    Map<String, Tensor> tensors = new LinkedHashMap<>(Weights.initial(definition, 3).tensors());
    Random random = new Random(4);
    tensors.forEach(
        (parameter, tensor) -> {
          if (parameter.endsWith(".bias")) {
            for (int i = 0; i < tensor.values().length; i++) {
              tensor.values()[i] = (float) random.nextGaussian();
            }
          }
        });
    Path model = CaffeModel.write(folder, definition, new Weights(tensors), old);
    Transfer transfer = Transfer.into(definition, WeightSource.open(model), 1);
    assertEquals(List.of(), transfer.newLayers(), transfer.report());
    assertEquals(List.of(), transfer.differences());

    float[] image = image(definition.inputSize());
    Map<Tap, float[]> ours = ours(definition, transfer.weights(), image);
    OpenCvNet theirs = new OpenCvNet(folder.resolve("net.prototxt"), model);
    for (Map.Entry<Tap, String> tap : definition.taps().entrySet()) {
      assertClose(
          name + ", " + tap.getKey().label(),
          theirs.forward(image, definition.inputSize(), tap.getValue()),
          ours.get(tap.getKey()));
    }
  }
}
