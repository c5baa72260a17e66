package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.FusedNetwork;
import org.rcnn.cnn.network.FusedNetwork.Numbers;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.data.SharedData;

/** Published convolutions without fully connected layers, as NumPy arrays. */
class ImageNetWeightsTest {

  private static final String ALEXNET = "imagenet_weights/bvlc_alexnet_conv1_to_conv5.npz";
  private static final String RESNET = "imagenet_weights/resnet50v2_conv1_to_stage3.npz";
  private static final double TOLERANCE = 1e-4;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "bvlc_alexnet, " + ALEXNET,
    "bvlc_alexnet-fc1024, " + ALEXNET,
    "resnet50v2_c4, " + RESNET
  })
  void allButTheFullyConnectedLayersAreCopied(String name, String file) throws IOException {
    WeightSource source = WeightSource.open(SharedData.find(file));
    NetworkDefinition definition = Architectures.byName(name, 21);
    Transfer transfer = Transfer.into(definition, source, 1);
    assertEquals(List.of("fc6", "fc7", "fc8"), transfer.newLayers(), transfer.report());
    assertEquals(List.of(), transfer.unused());
    assertEquals(definition.preprocessing(), source.preprocessing(definition.preprocessing()));
  }

  @Test
  void theInputsNormalisationBecomesAnAffineMap() throws IOException {
    WeightSource source = WeightSource.open(SharedData.find(RESNET));
    Map<String, Tensor> file = source.read().tensors();
    NetworkDefinition definition = Architectures.byName("resnet50v2_c4", 21);
    Map<String, Tensor> ours = Transfer.into(definition, source, 1).weights().tensors();
    // gamma is 1 and beta 0 there.
    for (int c = 0; c < 3; c++) {
      double scale = 1 / Math.sqrt(file.get("batchnorm0_running_var").values()[c] + 1e-5);
      double mean = file.get("batchnorm0_running_mean").values()[c];
      assertEquals(scale, ours.get("batchnorm0.scale").values()[c], 1e-6);
      assertEquals(-mean * scale, ours.get("batchnorm0.shift").values()[c], 1e-6);
    }
    // A convolution in front of an addition has neither normalisation nor bias.
    assertArrayEquals(new float[256], ours.get("stage1_conv2.bias").values());
    assertEquals(file.get("stage1_conv2_weight"), ours.get("stage1_conv2.weight"));
  }

  /**
   * The networks give what Python's torch makes of the same arrays, operator by operator and fused.
   * The script adds random fully connected layers, so that every tap is compared.
   */
  @Tag("parity")
  @ParameterizedTest
  @CsvSource({
    "bvlc_alexnet-fc1024, " + ALEXNET,
    "resnet50v2_c4, " + RESNET,
    "resnet50v2_c4-160, " + RESNET
  })
  void scoresAndTapsArePythons(String name, String file) throws Exception {
    Path published = SharedData.find(file);
    PythonScript.find("imagenet_weights.py", "torch, numpy", folder).run(name, published, folder);
    NetworkDefinition definition = Architectures.byName(name, 21);
    WeightSource complete = WeightSource.open(folder.resolve("complete.npz"));
    Transfer transfer = Transfer.into(definition, complete, 1);
    assertEquals(List.of(), transfer.newLayers(), transfer.report());
    Map<String, Tensor> outputs = WeightSource.open(folder.resolve("outputs.npz")).read().tensors();
    Tensor input = outputs.get("input");
    int[] s = input.shape();
    try (Network plain = new Network(definition, transfer.weights(), Device.cpu());
        FusedNetwork fused =
            new FusedNetwork(
                definition, transfer.weights(), definition.taps().keySet(), Numbers.FLOAT32);
        NDManager scratch = plain.manager().newSubManager()) {
      NDArray images = scratch.create(input.values(), new Shape(s[0], s[1], s[2], s[3]));
      compare(name, outputs, plain.forward(images, definition.taps().keySet()));
      compare(name + ", fused", outputs, fused.forward(images));
    }
  }

  private static void compare(String name, Map<String, Tensor> expected, Map<Tap, NDArray> ours) {
    assertEquals(expected.size() - 1, ours.size());
    for (Tap tap : new TreeSet<>(ours.keySet())) {
      Difference difference =
          Difference.of(expected.get(tap.label()).values(), ours.get(tap).toFloatArray());
      System.out.printf("%s, %s: %s%n", name, tap.label(), difference);
      assertTrue(difference.largest() < TOLERANCE, tap.label() + " " + difference);
    }
  }
}
