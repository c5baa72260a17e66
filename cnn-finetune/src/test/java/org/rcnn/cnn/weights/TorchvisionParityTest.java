package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;

/**
 * Every torchvision backbone gives what torchvision gives: its {@code .pth} with random weights,
 * written by torch itself, is imported, and scores and taps are compared.
 *
 * <p>Runs in the profile {@code parity} alone, {@code mvn -Pparity -pl cnn-finetune -am test}, with
 * a Python that has torch and torchvision (Debian: {@code python3-torch}, {@code
 * python3-torchvision}), found as {@link PythonScript} says. Without one it is skipped and says so.
 */
@Tag("parity")
class TorchvisionParityTest {

  private static final double TOLERANCE = 1e-4;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"alexnet", "vgg16", "squeezenet1_0", "resnet50"})
  void scoresAndTapsAreTorchvisions(String name) throws Exception {
    PythonScript.find("torchvision_backbones.py", "torch, torchvision", folder).run(name, folder);
    Map<String, Tensor> outputs =
        WeightSource.open(folder.resolve(name + "-outputs.npz")).read().tensors();
    compare(name, folder.resolve(name + ".pth"), outputs);
    if (Files.exists(folder.resolve(name + ".npz"))) {
      compare(name, folder.resolve(name + ".npz"), outputs);
    }
  }

  private static void compare(String name, Path file, Map<String, Tensor> outputs)
      throws IOException {
    NetworkDefinition definition = Architectures.byName(name, 1000);
    Transfer transfer = Transfer.into(definition, WeightSource.open(file), 1);
    assertEquals(List.of(), transfer.newLayers());
    assertEquals(List.of(), transfer.unused());
    Tensor input = outputs.get("input");
    int[] s = input.shape();
    try (Network network = new Network(definition, transfer.weights(), Device.cpu());
        NDManager scratch = network.manager().newSubManager()) {
      NDArray images = scratch.create(input.values(), new Shape(s[0], s[1], s[2], s[3]));
      Map<Tap, NDArray> ours = network.forward(images, definition.taps().keySet());
      for (Tap tap : new TreeSet<>(ours.keySet())) {
        Difference difference =
            Difference.of(outputs.get(tap.label()).values(), ours.get(tap).toFloatArray());
        System.out.printf("%s, %s: %s%n", file.getFileName(), tap.label(), difference);
        assertTrue(difference.largest() < TOLERANCE, tap.label() + " " + difference);
      }
      assertEquals(outputs.size() - 1, ours.size());
    }
  }
}
