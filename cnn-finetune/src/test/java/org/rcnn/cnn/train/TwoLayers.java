package org.rcnn.cnn.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;

/**
 * A network of two linear layers on one pixel: {@code h = w . x}, scores {@code u h}. All regions
 * have the same colour x, so every batch has the same gradient: of its four regions, three have the
 * class and one is background.
 */
final class TwoLayers {

  static final NetworkDefinition NETWORK =
      ToyNetworks.of(1, 2, new Linear("fc1", 3, 1), new Linear("fc2", 1, 2));

  /** w = (1, 0, 0) and u = (0.5, -0.5). */
  static final Weights START =
      new Weights(
          Map.of(
              "fc1.weight", new Tensor(new int[] {1, 3}, new float[] {1, 0, 0}),
              "fc1.bias", new Tensor(new int[] {1}, new float[1]),
              "fc2.weight", new Tensor(new int[] {2, 1}, new float[] {0.5f, -0.5f}),
              "fc2.bias", new Tensor(new int[] {2}, new float[2])));

  private TwoLayers() {}

  /** Settings without mirroring, decay and dropout. */
  static FineTuningSettings settings(Phase phase, Set<String> frozen, boolean suggestRate) {
    return new FineTuningSettings(
        List.of(phase),
        3,
        1,
        0.5,
        false,
        0.9,
        0,
        10,
        20,
        2,
        0,
        frozen,
        Map.of(),
        suggestRate,
        Judging.OFF,
        1);
  }

  static Phase phase(int iterations, double rate) {
    return Phase.ofAllLayers(iterations).withRate(rate);
  }

  /** A training on regions whose colour is (scale, 2 scale, 0). */
  static FineTuning training(FineTuningSettings settings, int scale) {
    Box all = new Box(0, 0, 4, 4);
    GroundTruth object = new GroundTruth("thing", all, false, false);
    RegionPool pool =
        RegionPool.builder(List.of("thing"), 0.5)
            .add(0, new Annotation("a", 4, 4, List.of(object)), List.of())
            .add(1, new Annotation("b", 4, 4, List.of()), List.of(all))
            .build();
    byte[] rgb = new byte[3 * 16];
    for (int i = 0; i < 16; i++) {
      rgb[3 * i] = (byte) scale;
      rgb[3 * i + 1] = (byte) (2 * scale);
    }
    return new FineTuning(NETWORK, settings, pool, image -> new RgbImage(4, 4, rgb));
  }

  static Path checkpoint(Path folder) {
    return folder.resolve("checkpoint");
  }
}
