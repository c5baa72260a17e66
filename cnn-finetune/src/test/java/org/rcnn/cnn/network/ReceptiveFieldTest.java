package org.rcnn.cnn.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.data.Box;

/** Fields against numbers worked by hand, and against what changing pixels does. */
class ReceptiveFieldTest {

  /**
   * Backwards from a place i of pool5, whose windows have 3 places and a step of 2: 2i to 2i + 2 of
   * conv5; conv5, conv4 and conv3 (3, padded by 1) add one on each side: 2i - 3 to 2i + 5 of pool2;
   * pool2 (3, step 2): 4i - 6 to 4i + 12 of conv2; conv2 (5, padded by 2): 4i - 8 to 4i + 14 of
   * pool1; pool1 (3, step 2): 8i - 16 to 8i + 30 of conv1; conv1 (11, step 4): 32i - 64 to 32i +
   * 130.
   */
  @ParameterizedTest
  @ValueSource(strings = {"bvlc_alexnet", "caffenet"})
  void inTheMiddleOfThePapersNetworkItIs195PixelsWide(String name) {
    ReceptiveField field = ReceptiveField.of(Architectures.byName(name, 21), Tap.POOL5);
    assertEquals(6, field.side());
    assertEquals(256, field.channels());
    int[] begins = {0, 0, 0, 32, 64, 96};
    int[] ends = {131, 163, 195, 227, 227, 227};
    for (int row = 0; row < 6; row++) {
      for (int column = 0; column < 6; column++) {
        int unit = 36 * 17 + 6 * row + column;
        assertEquals(new Box(begins[column], begins[row], ends[column], ends[row]), field.of(unit));
        assertEquals(17, field.channel(unit));
      }
    }
  }

  /** The same rule with the embedded network's kernels; its field of 89 exceeds the input. */
  @Test
  void theEmbeddedNetworksFieldsAreCutOffAtTheInput() {
    ReceptiveField field = ReceptiveField.of(Architectures.byName("alexnet64", 3), Tap.POOL5);
    assertEquals(4, field.side());
    // Place i sees 16 i - 44 to 16 i + 44.
    assertEquals(new Box(0, 0, 45, 45), field.of(0));
    assertEquals(new Box(4, 0, 64, 61), field.of(4 + 3));
  }

  @Test
  void behindAFullyConnectedLayerEverythingIsSeen() {
    ReceptiveField field = ReceptiveField.of(Architectures.byName("alexnet64", 3), Tap.FC7);
    assertEquals(1, field.side());
    assertEquals(512, field.channels());
    assertEquals(new Box(0, 0, 64, 64), field.of(511));
    assertThrows(IllegalArgumentException.class, () -> field.of(512));
  }

  @Test
  void aTapThatTheNetworkLacksIsRefused() {
    NetworkDefinition network = Architectures.byName("squeezenet1_0", 3);
    String message =
        assertThrows(IllegalArgumentException.class, () -> ReceptiveField.of(network, Tap.FC6))
            .getMessage();
    assertEquals(network.lacks(Tap.FC6), message);
  }

  /** Every rule at once, on a side at which windows leave pixels over. */
  private static NetworkDefinition network() {
    return NetworkDefinition.builder("many-kinds", 43, 2, Preprocessing.torchvision())
        .affine("scale")
        .convolution("conv1", 8, 5, 2, 1)
        .localResponseNorm("norm1")
        .ceilMaxPool("pool1", 3, 2)
        .concatenate(
            "pair",
            one -> one.convolution("one", 4, 1, 1, 0),
            two -> two.convolution("two", 4, 3, 1, 1))
        .add("sum", main -> main.bare("residual", 8, 3, 1, 1), past -> {})
        .tapAside(Tap.POOL5, last -> last.averagePool("average", 2, 2, 1))
        .linear("fc7", 5)
        .tap(Tap.FC7)
        .scores("scores", 3)
        .build();
  }

  @Test
  void pixelsOutsideTheFieldChangeNothingAndThoseAtItsBorderDo() {
    NetworkDefinition definition = network();
    ReceptiveField field = ReceptiveField.of(definition, Tap.POOL5);
    int places = field.side() * field.side();
    assertEquals(definition.tapDimensions().get(Tap.POOL5), 8 * places);
    Random random = new Random(4);
    try (Network network =
        new Network(definition, Weights.initial(definition, 5), ComputeDevice.CPU.engineDevice())) {
      float[] image = noise(random, 43);
      float[] values = pool5(network, image);
      assertTrue(field.of(0).width() < 43, "the field of a corner is smaller than the input");
      for (int place = 0; place < places; place++) {
        Box seen = field.of(place);
        float[] outside = pool5(network, changed(image, random, pixel -> !inside(seen, pixel)));
        assertArrayEquals(ofPlace(values, place, places), ofPlace(outside, place, places));
        for (Box border : borders(seen)) {
          assertTrue(
              changes(network, image, random, border, values, place, places),
              () -> border + " is in " + seen);
        }
      }
    }
  }

  @Test
  void theFieldOfTheEmbeddedNetworkIsExact() {
    NetworkDefinition definition = Architectures.byName("alexnet64", 3);
    ReceptiveField field = ReceptiveField.of(definition, Tap.POOL5);
    Random random = new Random(6);
    try (Network network =
        new Network(definition, Weights.initial(definition, 7), ComputeDevice.CPU.engineDevice())) {
      float[] image = noise(random, 64);
      float[] values = pool5(network, image);
      Box seen = field.of(0);
      float[] outside = pool5(network, changed(image, random, pixel -> !inside(seen, pixel)));
      assertArrayEquals(ofPlace(values, 0, 16), ofPlace(outside, 0, 16));
      assertFalse(Arrays.equals(ofPlace(values, 15, 16), ofPlace(outside, 15, 16)));
      Box last = new Box(44, 0, 45, 45);
      assertTrue(changes(network, image, random, last, values, 0, 16));
    }
  }

  /** Whether a change of some pixels changes a place's value in some map; tried a few times. */
  private static boolean changes(
      Network network,
      float[] image,
      Random random,
      Box pixels,
      float[] before,
      int place,
      int places) {
    for (int attempt = 0; attempt < 20; attempt++) {
      float[] after = pool5(network, changed(image, random, pixel -> inside(pixels, pixel)));
      if (!Arrays.equals(ofPlace(before, place, places), ofPlace(after, place, places))) {
        return true;
      }
    }
    return false;
  }

  private static Box[] borders(Box box) {
    return new Box[] {
      new Box(box.xMin(), box.yMin(), box.xMin() + 1, box.yMax()),
      new Box(box.xMax() - 1, box.yMin(), box.xMax(), box.yMax()),
      new Box(box.xMin(), box.yMin(), box.xMax(), box.yMin() + 1),
      new Box(box.xMin(), box.yMax() - 1, box.xMax(), box.yMax()),
    };
  }

  private record Pixel(int x, int y) {}

  private interface Chosen {
    boolean test(Pixel pixel);
  }

  private static boolean inside(Box box, Pixel pixel) {
    return pixel.x() >= box.xMin()
        && pixel.x() < box.xMax()
        && pixel.y() >= box.yMin()
        && pixel.y() < box.yMax();
  }

  private static float[] noise(Random random, int side) {
    float[] image = new float[3 * side * side];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextGaussian();
    }
    return image;
  }

  /** The image, N = 1 of HWC, with large values of either sign at the chosen pixels. */
  private static float[] changed(float[] image, Random random, Chosen chosen) {
    int side = (int) Math.sqrt(image.length / 3.0);
    float[] changed = image.clone();
    for (int i = 0; i < side * side; i++) {
      if (chosen.test(new Pixel(i % side, i / side))) {
        for (int c = 0; c < 3; c++) {
          changed[3 * i + c] += (float) (100 * random.nextGaussian());
        }
      }
    }
    return changed;
  }

  private static float[] pool5(Network network, float[] image) {
    int side = (int) Math.sqrt(image.length / 3.0);
    try (NDManager scratch = network.manager().newSubManager()) {
      return network
          .forward(
              scratch.create(image, new Shape(1, side, side, 3)).transpose(0, 3, 1, 2),
              Set.of(Tap.POOL5))
          .get(Tap.POOL5)
          .toFloatArray();
    }
  }

  /** A place's value in each map. */
  private static float[] ofPlace(float[] values, int place, int places) {
    float[] found = new float[values.length / places];
    for (int c = 0; c < found.length; c++) {
      found[c] = values[c * places + place];
    }
    return found;
  }
}
