package org.rcnn.cnn.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Layer.Affine;
import org.rcnn.cnn.network.Layer.Aside;
import org.rcnn.cnn.network.Layer.AveragePool;
import org.rcnn.cnn.network.Layer.BatchNorm;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Dropout;
import org.rcnn.cnn.network.Layer.GlobalAverage;
import org.rcnn.cnn.network.Layer.Join;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.LocalResponseNorm;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Parallel;
import org.rcnn.cnn.network.Layer.Relu;

class NetworkTest {

  private static float[] noise(int length, long seed) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The values at each tap for an input in NCHW order. */
  private static Map<Tap, float[]> run(
      NetworkDefinition definition, Weights weights, float[] input, Shape shape, Set<Tap> taps) {
    try (Network network = new Network(definition, weights, Device.cpu());
        NDManager scratch = network.manager().newSubManager()) {
      return network.forward(scratch.create(input, shape), taps).entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().toFloatArray()));
    }
  }

  private static float[] scores(
      NetworkDefinition definition, Weights weights, float[] input, Shape shape) {
    return run(definition, weights, input, shape, Set.of(Tap.SCORES)).get(Tap.SCORES);
  }

  private static Weights weights(Object... namesAndTensors) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTensors.length; i += 2) {
      tensors.put((String) namesAndTensors[i], (Tensor) namesAndTensors[i + 1]);
    }
    return new Weights(tensors);
  }

  private static Tensor tensor(int[] shape, float... values) {
    return new Tensor(shape, values);
  }

  @Test
  void linearLayerByHand() {
    // Three channels of one pixel: 1, 2, 3.
    Weights weights =
        weights(
            "fc.weight", tensor(new int[] {2, 3}, 1, 0, -1, 0.5f, 0.5f, 2),
            "fc.bias", tensor(new int[] {2}, 10, 20));
    assertArrayEquals(
        new float[] {8, 27.5f},
        scores(
            ToyNetworks.of(1, 2, new Linear("fc", 3, 2)),
            weights,
            new float[] {1, 2, 3},
            new Shape(1, 3, 1, 1)));
  }

  @Test
  void linearLayerFlattensMapsChannelByChannel() {
    NetworkDefinition network = ToyNetworks.of(2, 5, new Linear("fc", 12, 5));
    Weights weights = ToyNetworks.random(network, 1);
    float[] input = noise(2 * 12, 2);
    float[] w = weights.tensors().get("fc.weight").values();
    float[] b = weights.tensors().get("fc.bias").values();
    float[] expected = new float[10];
    for (int n = 0; n < 2; n++) {
      for (int o = 0; o < 5; o++) {
        double sum = b[o];
        for (int i = 0; i < 12; i++) {
          sum += w[12 * o + i] * input[12 * n + i];
        }
        expected[5 * n + o] = (float) sum;
      }
    }
    assertArrayEquals(expected, scores(network, weights, input, new Shape(2, 3, 2, 2)), 1e-5f);
  }

  @Test
  void convolutionAgreesWithDirectLoops() {
    assertConvolves(new Convolution("conv", 3, 4, 3, 1, 1, 1), 6);
    assertConvolves(new Convolution("conv", 3, 5, 5, 2, 2, 1), 9);
    assertConvolves(new Convolution("conv", 3, 2, 1, 3, 0, 1), 7);
  }

  @Test
  void groupsOfChannelsSeeOnlyEachOther() {
    assertConvolves(new Convolution("conv", 4, 6, 3, 2, 1, 2), 7);
  }

  private static void assertConvolves(Convolution c, int side) {
    int outSide = (side + 2 * c.padding() - c.kernel()) / c.stride() + 1;
    NetworkDefinition network = ToyNetworks.of(side, c.out() * outSide * outSide, c);
    Weights weights = ToyNetworks.random(network, 3);
    float[] input = noise(2 * c.in() * side * side, 4);
    float[] expected = new float[2 * c.out() * outSide * outSide];
    int at = 0;
    for (int n = 0; n < 2; n++) {
      for (int o = 0; o < c.out(); o++) {
        for (int y = 0; y < outSide; y++) {
          for (int x = 0; x < outSide; x++) {
            expected[at++] = convolve(c, weights, input, side, n, o, y, x);
          }
        }
      }
    }
    assertArrayEquals(
        expected, scores(network, weights, input, new Shape(2, c.in(), side, side)), 1e-5f);
  }

  private static float convolve(
      Convolution c, Weights weights, float[] input, int side, int n, int o, int y, int x) {
    float[] w = weights.tensors().get("conv.weight").values();
    int perGroup = c.in() / c.groups();
    int firstChannel = o / (c.out() / c.groups()) * perGroup;
    double sum = weights.tensors().get("conv.bias").values()[o];
    for (int i = 0; i < perGroup; i++) {
      for (int dy = 0; dy < c.kernel(); dy++) {
        for (int dx = 0; dx < c.kernel(); dx++) {
          int row = y * c.stride() + dy - c.padding();
          int column = x * c.stride() + dx - c.padding();
          if (row >= 0 && row < side && column >= 0 && column < side) {
            sum +=
                w[((o * perGroup + i) * c.kernel() + dy) * c.kernel() + dx]
                    * input[((n * c.in() + firstChannel + i) * side + row) * side + column];
          }
        }
      }
    }
    return (float) sum;
  }

  @Test
  void poolingTakesTheLargestAndCaffeKeepsTheLastWindow() {
    float[] map = {
      1, 2, 3, 4, //
      5, 6, 7, 8, //
      9, 1, 2, 3, //
      4, 5, 6, -1
    };
    Shape shape = new Shape(1, 1, 4, 4);
    Weights none = weights();
    assertArrayEquals(
        new float[] {9},
        scores(ToyNetworks.of(4, 1, new MaxPool("pool", 3, 2, 0, false)), none, map, shape));
    assertArrayEquals(
        new float[] {9, 8, 9, 6},
        scores(ToyNetworks.of(4, 4, new MaxPool("pool", 3, 2, 0, true)), none, map, shape));
    // The border never wins, not even against negative values.
    assertArrayEquals(
        new float[] {-1},
        scores(
            ToyNetworks.of(1, 1, new MaxPool("pool", 3, 2, 1, false)),
            none,
            new float[] {-1},
            new Shape(1, 1, 1, 1)));
  }

  @Test
  void averagePoolingCountsTheBorderAsZeros() {
    float[] map = {
      1, 2, 3, //
      4, 5, 6, //
      7, 8, 9
    };
    Shape shape = new Shape(1, 1, 3, 3);
    assertArrayEquals(
        new float[] {3, 4, 6, 7},
        scores(ToyNetworks.of(3, 4, new AveragePool("pool", 2, 1, 0)), weights(), map, shape));
    assertArrayEquals(
        new float[] {12 / 9f, 16 / 9f, 24 / 9f, 28 / 9f},
        scores(ToyNetworks.of(3, 4, new AveragePool("pool", 3, 2, 1)), weights(), map, shape),
        1e-6f);
    assertArrayEquals(
        new float[] {5},
        scores(ToyNetworks.of(3, 1, new GlobalAverage("pool")), weights(), map, shape));
  }

  @Test
  void responseNormalisationIsTheFormula() {
    int channels = 7;
    int area = 6;
    LocalResponseNorm n = new LocalResponseNorm("norm", channels, 5, 0.3f, 0.75f, 2);
    float[] x = noise(2 * channels * area, 21);
    float[] expected = new float[x.length];
    for (int image = 0; image < 2; image++) {
      for (int c = 0; c < channels; c++) {
        for (int place = 0; place < area; place++) {
          double sum = 0;
          for (int j = Math.max(0, c - 2); j <= Math.min(channels - 1, c + 2); j++) {
            double neighbour = x[(image * channels + j) * area + place];
            sum += neighbour * neighbour;
          }
          int at = (image * channels + c) * area + place;
          expected[at] = (float) (x[at] / Math.pow(2 + 0.3 / 5 * sum, 0.75));
        }
      }
    }
    NetworkDefinition network = ToyNetworks.of(3, channels * area, n);
    assertArrayEquals(expected, scores(network, weights(), x, new Shape(2, channels, 2, 3)), 1e-6f);
  }

  @Test
  void branchesAreJoinedByHand() {
    // Of one pixel with values 1, 2, 3: twice the first and minus the second beside the input.
    Convolution one = new Convolution("one", 3, 2, 1, 1, 0, 1);
    Weights weights =
        weights(
            "one.weight", tensor(new int[] {2, 3, 1, 1}, 2, 0, 0, 0, -1, 0),
            "one.bias", tensor(new int[] {2}, 0, 0));
    Parallel beside =
        new Parallel("both", List.of(List.of(one, new Relu("relu")), List.of()), Join.CONCATENATE);
    float[] pixel = {1, 2, 3};
    Shape shape = new Shape(1, 3, 1, 1);
    assertArrayEquals(
        new float[] {2, 0, 1, 2, 3}, scores(ToyNetworks.of(1, 5, beside), weights, pixel, shape));
    assertEquals(List.of("one.weight", "one.bias"), List.copyOf(beside.parameters().keySet()));

    Parallel added = new Parallel("sum", List.of(List.of(new Relu("relu")), List.of()), Join.ADD);
    assertArrayEquals(
        new float[] {2, -2, 6},
        scores(ToyNetworks.of(1, 3, added), weights(), new float[] {1, -2, 3}, shape));
  }

  @Test
  void aSideRoadLeadsToItsTapAlone() {
    NetworkDefinition definition =
        new NetworkDefinition(
            "toy",
            2,
            0,
            Preprocessing.caffe(),
            List.of(
                new Aside("pool5", List.of(new MaxPool("max", 2, 1, 0, false))),
                new GlobalAverage("average")),
            Map.of(Tap.POOL5, "pool5", Tap.SCORES, "average"),
            Map.of(Tap.POOL5, 1, Tap.SCORES, 1));
    Map<Tap, float[]> both =
        run(
            definition,
            weights(),
            new float[] {1, 2, 3, 6},
            new Shape(1, 1, 2, 2),
            Set.of(Tap.POOL5, Tap.SCORES));
    assertArrayEquals(new float[] {6}, both.get(Tap.POOL5));
    assertArrayEquals(new float[] {3}, both.get(Tap.SCORES));
  }

  @Test
  void anAffineMapScalesAndShiftsEachChannel() {
    NetworkDefinition network = ToyNetworks.of(2, 12, new Affine("affine", 3));
    Weights weights =
        weights(
            "affine.scale", tensor(new int[] {3}, 2, -1, 0),
            "affine.shift", tensor(new int[] {3}, 0.5f, 0, 7));
    float[] maps = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    assertArrayEquals(
        new float[] {2.5f, 4.5f, 6.5f, 8.5f, -5, -6, -7, -8, 7, 7, 7, 7},
        scores(network, weights, maps, new Shape(1, 3, 2, 2)));
    float[] before = scores(network, Weights.initial(network, 1), maps, new Shape(1, 3, 2, 2));
    assertArrayEquals(maps, before);
  }

  @Test
  void gradientsGoThroughBranchesAndNormalisation() {
    assertGradientsAreSlopes(() -> {});
  }

  @Test
  void whatTheGradientNeedsOutlivesTheGarbageCollector() {
    // Whoever kept a Java buffer's memory without the buffer would now read these numbers instead.
    List<ByteBuffer> others = new ArrayList<>();
    assertGradientsAreSlopes(
        () -> {
          for (int round = 0; round < 5; round++) {
            System.gc();
            for (int i = 0; i < 500; i++) {
              ByteBuffer other = ByteBuffer.allocateDirect(4 << i % 6);
              while (other.hasRemaining()) {
                other.put((byte) 0x40);
              }
              others.add(other);
            }
          }
        });
    assertEquals(2500, others.size());
  }

  /**
   * The gradients of the first weights, taken after {@code between} ran between the forward and the
   * backward pass, are the slopes of the scores' sum.
   */
  private static void assertGradientsAreSlopes(Runnable between) {
    NetworkDefinition definition =
        ToyNetworks.of(
            4,
            12,
            new Convolution("conv", 3, 3, 1, 1, 0, 1),
            new LocalResponseNorm("norm", 3, 3, 0.5f, 0.75f, 1),
            new Affine("affine", 3),
            new Parallel(
                "block",
                List.of(List.of(new Convolution("inner", 3, 3, 3, 1, 1, 1)), List.of()),
                Join.ADD),
            new AveragePool("pool", 2, 2, 0));
    Weights weights = ToyNetworks.random(definition, 22);
    float[] input = noise(48, 23);
    try (Network network = new Network(definition, weights, Device.cpu());
        NDManager scratch = network.manager().newSubManager()) {
      NDArray parameter = network.parameters().get("conv.weight");
      parameter.setRequiresGradient(true);
      try (GradientCollector collector = TorchEngine.instance().newGradientCollector()) {
        NDArray scores = network.forwardTraining(scratch.create(input, new Shape(1, 3, 4, 4)));
        between.run();
        collector.backward(scores.sum());
      }
      float[] gradient = parameter.getGradient().toFloatArray();
      for (int i = 0; i < 9; i++) {
        double slope =
            (sum(definition, weights, i, input, 0.01f) - sum(definition, weights, i, input, -0.01f))
                / 0.02;
        assertEquals(slope, gradient[i], 5e-3 * Math.max(1, Math.abs(slope)));
      }
    }
  }

  /** The sum of the scores with one weight of {@code conv} moved a little. */
  private static double sum(
      NetworkDefinition definition, Weights weights, int index, float[] input, float step) {
    Map<String, Tensor> moved = new LinkedHashMap<>(weights.tensors());
    float[] values = moved.get("conv.weight").values().clone();
    values[index] += step;
    moved.put("conv.weight", new Tensor(new int[] {3, 3, 1, 1}, values));
    double sum = 0;
    for (float score : scores(definition, new Weights(moved), input, new Shape(1, 3, 4, 4))) {
      sum += score;
    }
    return sum;
  }

  @Test
  void reluAndDropoutOutsideTraining() {
    assertArrayEquals(
        new float[] {0, 0, 2},
        scores(
            ToyNetworks.of(1, 3, new Relu("relu"), new Dropout("drop", 0.5f)),
            weights(),
            new float[] {-1, 0, 2},
            new Shape(1, 3, 1, 1)));
  }

  @Test
  void dropoutWhileTrainingZeroesSomeAndScalesTheRest() {
    NetworkDefinition definition = ToyNetworks.of(1, 1000, new Dropout("drop", 0.75f));
    try (Network network = new Network(definition, weights(), Device.cpu());
        NDManager scratch = network.manager().newSubManager()) {
      float[] values = network.forwardTraining(scratch.ones(new Shape(1, 1000))).toFloatArray();
      int kept = 0;
      for (float value : values) {
        assertTrue(value == 0 || value == 4, "a one became " + value);
        kept += value == 4 ? 1 : 0;
      }
      assertEquals(250, kept, 70, "kept of 1,000 with rate 0.75");
    }
  }

  @Test
  void plainAndChannelsLastInputsGiveTheSame() {
    NetworkDefinition definition = Architectures.byName("alexnet64", 5);
    float[] nchw = noise(2 * 3 * 64 * 64, 5);
    float[] nhwc = new float[nchw.length];
    for (int n = 0; n < 2; n++) {
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < 64 * 64; p++) {
          nhwc[(n * 64 * 64 + p) * 3 + c] = nchw[(n * 3 + c) * 64 * 64 + p];
        }
      }
    }
    Set<Tap> taps = definition.taps().keySet();
    try (Network network = new Network(definition, Weights.initial(definition, 6), Device.cpu());
        NDManager scratch = network.manager().newSubManager()) {
      NDArray plain = scratch.create(nchw, new Shape(2, 3, 64, 64));
      NDArray last = scratch.create(nhwc, new Shape(2, 64, 64, 3)).transpose(0, 3, 1, 2);
      Map<Tap, NDArray> expected = network.forward(plain, taps);
      Map<Tap, NDArray> actual = network.forward(last, taps);
      for (Tap tap : taps) {
        assertArrayEquals(
            expected.get(tap).toFloatArray(), actual.get(tap).toFloatArray(), 1e-4f, tap.label());
      }
    }
  }

  @Test
  void linearScoresAreThoseBeforeTheirRelu() {
    NetworkDefinition toy =
        ToyNetworks.of(
            2,
            1,
            new Convolution("conv1", 1, 1, 1, 1, 0, 1),
            new Relu("conv1.relu"),
            new Convolution("conv2", 1, 1, 1, 1, 0, 1),
            new Relu("conv2.relu"),
            new GlobalAverage("average"));
    int[] one = {1, 1, 1, 1};
    Weights weights =
        weights(
            "conv1.weight",
            tensor(one, 1),
            "conv1.bias",
            tensor(new int[] {1}, 0),
            "conv2.weight",
            tensor(one, -1),
            "conv2.bias",
            tensor(new int[] {1}, 3));
    float[] input = {-2, 1, 4, 5};
    // The first ReLU stays: 0, 1, 4, 5 become 3, 2, -1, -2. Their mean is 0.5, without the two
    // negative ones 1.25.
    Shape shape = new Shape(1, 1, 2, 2);
    assertArrayEquals(new float[] {1.25f}, scores(toy, weights, input, shape));
    assertArrayEquals(new float[] {0.5f}, scores(toy.withLinearScores(), weights, input, shape));
  }

  @Test
  void aTapOnAReluThatGoesMovesToTheLayerBefore() {
    NetworkDefinition toy =
        ToyNetworks.of(1, 2, new Linear("fc", 3, 2), new Relu("fc.relu")).withLinearScores();
    assertEquals(List.of("fc"), names(toy));
    assertEquals(Map.of(Tap.SCORES, "fc"), toy.taps());
  }

  @Test
  void scoresInsideABranchKeepTheOtherRelus() {
    NetworkDefinition toy =
        ToyNetworks.of(
            1,
            2,
            new Relu("first"),
            new Parallel("both", List.of(List.of(), List.of(new Linear("fc", 2, 2))), Join.ADD),
            new Relu("last"));
    assertEquals(List.of("first", "both"), names(toy.withLinearScores()));
  }

  private static List<String> names(NetworkDefinition network) {
    return network.layers().stream().map(Layer::name).toList();
  }

  @Test
  void onlySqueezeNetHasAReluBehindItsScores() {
    for (String name : Architectures.names()) {
      NetworkDefinition network = Architectures.byName(name, 3);
      assertEquals(
          name.startsWith("squeezenet"), !network.equals(network.withLinearScores()), name);
    }
  }

  @Test
  void tapsHaveTheirDeclaredDimensions() {
    NetworkDefinition small = Architectures.byName("alexnet64", 21);
    assertEquals(
        Map.of(Tap.POOL5, 2048, Tap.FC6, 512, Tap.FC7, 512, Tap.SCORES, 21), small.tapDimensions());
    assertTapsHaveTheirDimensions(small, 3);

    assertTapsHaveTheirDimensions(Architectures.byName("squeezenet1_0", 3), 1);
    assertTapsHaveTheirDimensions(Architectures.byName("squeezenet1_0-131", 3), 1);
    assertTapsHaveTheirDimensions(Architectures.byName("bvlc_alexnet-fc1024", 3), 1);
    assertTapsHaveTheirDimensions(Architectures.byName("resnet50v2_c4", 3), 1);
    assertTapsHaveTheirDimensions(Architectures.byName("resnet50v2_c4-160", 3), 1);
    assertTaps("resnet50v2_c4", 1024 * 3 * 3, 1024, 1024);
    assertTaps("resnet50v2_c4-160", 1024 * 3 * 3, 1024, 1024);
    assertEquals(4608, Architectures.byName("squeezenet1_0-131", 3).tapDimensions().get(Tap.POOL5));

    // The large ones by their declared shapes alone; the parity profile runs them.
    assertTaps("alexnet", 9216, 4096, 4096);
    assertTaps("caffenet", 9216, 4096, 4096);
    assertTaps("bvlc_alexnet", 9216, 4096, 4096);
    assertTaps("bvlc_alexnet-fc1024", 9216, 1024, 1024);
    assertTaps("zfnet", 9216, 4096, 4096);
    assertTaps("vgg16", 25088, 4096, 4096);
    assertEquals(
        Map.of(Tap.POOL5, 18432, Tap.SCORES, 21),
        Architectures.byName("squeezenet1_0", 21).tapDimensions());
    NetworkDefinition residual = Architectures.byName("resnet50", 21);
    assertEquals(Map.of(Tap.POOL5, 18432, Tap.FC7, 2048, Tap.SCORES, 21), residual.tapDimensions());
    assertEquals(List.of(Tap.POOL5, Tap.FC7), residual.featureTaps());
    assertEquals("Network resnet50 has no fc6; it has pool5, fc7.", residual.lacks(Tap.FC6));
  }

  @Test
  void theSuffixesOfTheNetworksWithoutFullyConnectedWeightsBeginAtPool5() {
    for (String name : List.of("bvlc_alexnet", "resnet50v2_c4", "resnet50v2_c4-160")) {
      NetworkDefinition network = Architectures.byName(name, 21);
      assertEquals(List.of(Tap.POOL5, Tap.FC6, Tap.FC7), network.suffixTaps(), name);
      Set<String> suffix = Set.of("fc6", "fc7", "fc8");
      assertEquals(
          Optional.of(Tap.POOL5), network.lastFixedTap(l -> suffix.contains(l.name())), name);
      // Affine maps are fixed, convolutions are not.
      assertEquals(Optional.empty(), network.lastFixedTap(layer -> true), name);
    }
  }

  @Test
  void anAffineMapIsFixedWhateverLearns() {
    NetworkDefinition network =
        NetworkDefinition.builder("toy", 4, 0, Preprocessing.caffe())
            .affine("affine")
            .relu("pool5")
            .tap(Tap.POOL5)
            .scores("fc", 2)
            .build();
    assertEquals(Optional.of(Tap.POOL5), network.lastFixedTap(layer -> true));
  }

  private static void assertTaps(String name, int pool5, int fc6, int fc7) {
    assertEquals(
        Map.of(Tap.POOL5, pool5, Tap.FC6, fc6, Tap.FC7, fc7, Tap.SCORES, 21),
        Architectures.byName(name, 21).tapDimensions());
  }

  private static void assertTapsHaveTheirDimensions(NetworkDefinition definition, int count) {
    Map<String, Tensor> zeros = new LinkedHashMap<>();
    definition
        .parameters()
        .forEach(
            (name, shape) ->
                zeros.put(name, new Tensor(shape, new float[(int) Tensor.size(shape)])));
    int side = definition.inputSize();
    try (Network network = new Network(definition, new Weights(zeros), Device.cpu());
        NDManager scratch = network.manager().newSubManager()) {
      NDArray images = scratch.zeros(new Shape(count, 3, side, side));
      network
          .forward(images, definition.taps().keySet())
          .forEach(
              (tap, values) ->
                  assertEquals(
                      new Shape(count, definition.tapDimensions().get(tap)),
                      values.getShape(),
                      definition.name() + " " + tap.label()));
    }
  }

  @Test
  void aTapAloneIsWhatItIsAmongAll() {
    NetworkDefinition definition = ToyNetworks.tiny(3);
    Weights weights = ToyNetworks.random(definition, 7);
    float[] input = noise(3 * 8 * 8, 8);
    Shape shape = new Shape(1, 3, 8, 8);
    Map<Tap, float[]> all =
        run(definition, weights, input, shape, Set.of(Tap.POOL5, Tap.FC6, Tap.SCORES));
    all.forEach(
        (tap, values) ->
            assertArrayEquals(
                values, run(definition, weights, input, shape, Set.of(tap)).get(tap)));
  }

  @Test
  void aTapThatTheNetworkLacksIsRefusedByName() {
    NetworkDefinition definition = ToyNetworks.tiny(3);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                run(
                    definition,
                    ToyNetworks.random(definition, 1),
                    new float[192],
                    new Shape(1, 3, 8, 8),
                    Set.of(Tap.FC7)));
    assertTrue(e.getMessage().contains("has no fc7"), e.getMessage());
  }

  @Test
  void weightsComeBackAsTheyWentIn() {
    NetworkDefinition definition = ToyNetworks.tiny(3).withBatchNorm();
    Weights weights = ToyNetworks.random(definition, 9);
    try (Network network = new Network(definition, weights, Device.cpu())) {
      assertEquals(weights, network.weights());
    }
  }

  @Test
  void missingAndMisshapenParametersAreRefusedByName() {
    NetworkDefinition definition = ToyNetworks.tiny(3);
    Map<String, Tensor> tensors = new LinkedHashMap<>(ToyNetworks.random(definition, 1).tensors());
    tensors.put("fc8.bias", tensor(new int[] {2}, 0, 0));
    assertRefused(definition, tensors, "fc8.bias of shape [3], and the weights have [2]");
    tensors.remove("fc8.bias");
    assertRefused(definition, tensors, "fc8.bias of shape [3], and the weights have none");
  }

  private static void assertRefused(
      NetworkDefinition definition, Map<String, Tensor> tensors, String reason) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Network(definition, new Weights(tensors), Device.cpu()).close());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void parameterCountsAreThePublishedOnes() {
    // torchvision's AlexNet for ImageNet.
    assertEquals(61_100_840, Architectures.byName("alexnet", 1000).parameterCount());
    assertEquals(60_965_224, Architectures.byName("caffenet", 1000).parameterCount());
    assertEquals(60_965_224, Architectures.byName("bvlc_alexnet", 1000).parameterCount());
    assertEquals(138_357_544, Architectures.byName("vgg16", 1000).parameterCount());
    assertEquals(1_248_424, Architectures.byName("squeezenet1_0", 1000).parameterCount());
    // torchvision counts 25,557,032 with a scale and a shift for each of 26,560 channels; folded,
    // a bias remains of both.
    assertEquals(25_557_032 - 26_560, Architectures.byName("resnet50", 1000).parameterCount());
    long convolutions = 4_864 + 73_856 + 221_376 + 331_968 + 221_312;
    long connected = (2048 + 1) * 512 + (512 + 1) * 512 + (512 + 1) * 200;
    assertEquals(convolutions + connected, Architectures.byName("alexnet64", 200).parameterCount());
    long wider = (2048 + 1) * 1024 + (1024 + 1) * 1024 + (1024 + 1) * 200;
    assertEquals(
        convolutions + wider, Architectures.byName("alexnet64-fc1024", 200).parameterCount());
  }

  @Test
  void convolutionsGetMapsOfThePublishedSides() {
    assertEquals(
        Map.of("conv1", 227, "conv2", 27, "conv3", 13, "conv4", 13, "conv5", 13),
        Arithmetic.convolvedSides(Architectures.byName("caffenet", 1000)));
    // In branches as well.
    Map<String, Integer> squeezenet =
        Arithmetic.convolvedSides(Architectures.byName("squeezenet1_0", 1000));
    assertEquals(26, squeezenet.size());
    assertTrue(squeezenet.values().containsAll(Set.of(227, 55, 27, 13)), squeezenet.toString());
  }

  @Test
  void multiplicationsAreThePublishedOnes() {
    // VGG-16 at 224: 15.35 G in convolutions and 0.12 G in fully connected layers, as published.
    assertEquals(
        15_346_630_656L + 123_633_664,
        Architectures.byName("vgg16", 1000).multiplications(Tap.SCORES));
    // torchvision's table has 4.09 G for ResNet-50 and 0.82 G for SqueezeNet 1.0, both at 224.
    assertEquals(
        4.09, Architectures.byName("resnet50", 1000).multiplications(Tap.SCORES) * 1e-9, 0.005);
    assertEquals(
        0.82, Architectures.byName("squeezenet1_0", 1000).multiplications(Tap.SCORES) * 1e-9, 0.05);
    // alexnet64 up to pool5, layer by layer: maps of 32, 16, 8, 8 and 8 pixels a side.
    long conv1 = 64L * 3 * 25 * 32 * 32;
    long conv2 = 128L * 64 * 9 * 16 * 16;
    long rest = (192L * 128 + 192 * 192 + 128 * 192) * 9 * 8 * 8;
    assertEquals(
        conv1 + conv2 + rest, Architectures.byName("alexnet64", 21).multiplications(Tap.POOL5));
  }

  @Test
  void architecturesAreKnownByName() {
    for (String name : Architectures.names()) {
      assertEquals(name, Architectures.byName(name, 4).name());
      assertEquals(4, Architectures.byName(name, 4).outputs());
    }
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Architectures.byName("lenet", 4));
    assertTrue(e.getMessage().contains("alexnet, alexnet64"), e.getMessage());
  }

  @Test
  void freshWeightsHaveHeDeviationAndSmallScores() {
    Weights weights = Weights.initial(Architectures.byName("alexnet64", 200), 10);
    // sqrt(2 / fan-in): conv5 sees 192 x 3 x 3 values.
    assertEquals(Math.sqrt(2.0 / 1728), deviation(weights, "conv5.weight"), 0.0005);
    assertEquals(Math.sqrt(2.0 / 2048), deviation(weights, "fc6.weight"), 0.0005);
    assertEquals(0.01, deviation(weights, "fc8.weight"), 0.0002);
    assertEquals(0, deviation(weights, "fc6.bias"));
    assertEquals(weights, Weights.initial(Architectures.byName("alexnet64", 200), 10));
    assertNotEquals(weights, Weights.initial(Architectures.byName("alexnet64", 200), 11));
  }

  private static double deviation(Weights weights, String name) {
    double sum = 0;
    float[] values = weights.tensors().get(name).values();
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum / values.length);
  }

  @Test
  void runningStatisticsMoveATenthOfTheWayToEachBatch() {
    NetworkDefinition definition =
        ToyNetworks.of(2, 12, new BatchNorm("bn", 3), new Dropout("drop", 0));
    // Two images of 2 x 2; per channel 8 values. Means 4.5, 3, 1; unbiased variances 6, 0, 8/7.
    float[] batch = {
      1, 2, 3, 4, 3, 3, 3, 3, 0, 0, 0, 0, //
      5, 6, 7, 8, 3, 3, 3, 3, 2, 2, 2, 2
    };
    try (Network network = new Network(definition, Weights.initial(definition, 1), Device.cpu());
        NDManager scratch = network.manager().newSubManager()) {
      NDArray images = scratch.create(batch, new Shape(2, 3, 2, 2));
      float[] normalised = network.forwardTraining(images).toFloatArray();
      // While training the batch's own, biased variance counts: (1 - 4.5) / sqrt(5.25).
      assertEquals(-3.5 / Math.sqrt(5.25), normalised[0], 1e-4);
      assertStatistics(network, new float[] {0.45f, 0.3f, 0.1f}, 0.9 + 0.6, 0.9, 0.9 + 0.8 / 7);
      network.forwardTraining(images);
      assertStatistics(
          network,
          new float[] {0.9f * 0.45f + 0.45f, 0.9f * 0.3f + 0.3f, 0.9f * 0.1f + 0.1f},
          0.9 * 1.5 + 0.6,
          0.81,
          0.9 * (0.9 + 0.8 / 7) + 0.8 / 7);
      // Outside training they stay, and are what counts.
      float[] fixed = network.forward(images, Set.of(Tap.SCORES)).get(Tap.SCORES).toFloatArray();
      assertEquals((1 - 0.855) / Math.sqrt(1.95), fixed[0], 1e-4);
      assertEquals(0.855f, network.weights().tensors().get("bn.mean").values()[0], 1e-5f);
    }
  }

  private static void assertStatistics(Network network, float[] mean, double... variance) {
    Map<String, Tensor> tensors = network.weights().tensors();
    assertArrayEquals(mean, tensors.get("bn.mean").values(), 1e-5f);
    for (int c = 0; c < 3; c++) {
      assertEquals(variance[c], tensors.get("bn.variance").values()[c], 1e-5);
    }
  }

  @Test
  void normalisationStandsAfterEveryLayerButTheLast() {
    List<String> names =
        ToyNetworks.tiny(3).withBatchNorm().layers().stream().map(Layer::name).toList();
    assertEquals(
        List.of(
            "conv1",
            "conv1.bn",
            "conv1.relu",
            "pool5",
            "fc6",
            "fc6.bn",
            "fc6.relu",
            "drop6",
            "fc8"),
        names);
  }

  @Test
  void normalisationStandsAfterTheChosenLayersOnly() {
    List<String> normalised =
        ToyNetworks.tiny(3).withBatchNorm(layer -> !layer.name().equals("conv1")).layers().stream()
            .map(Layer::name)
            .filter(name -> name.endsWith(".bn"))
            .toList();
    assertEquals(List.of("fc6.bn"), normalised);
  }

  @Test
  void foldedNetworkComputesWhatTheNormalisedOneDoes() {
    NetworkDefinition affine =
        NetworkDefinition.builder("affine", 6, 0, Preprocessing.caffe())
            .affine("first")
            .convolution("conv", 4, 3, 1, 1)
            .affine("second")
            .scores("fc", 2)
            .build();
    for (NetworkDefinition plain :
        List.of(ToyNetworks.tiny(3), Architectures.byName("alexnet64", 4), affine)) {
      NetworkDefinition normalised = plain.withBatchNorm();
      Map<String, Tensor> tensors = new LinkedHashMap<>(Weights.initial(normalised, 11).tensors());
      // Statistics, scales and shifts as a training might leave them.
      ToyNetworks.random(normalised, 12)
          .tensors()
          .forEach(
              (name, tensor) -> {
                if (!name.endsWith(".weight")) {
                  tensors.put(name, tensor);
                }
              });
      Weights weights = new Weights(tensors);
      Weights folded = BatchNormFolding.fold(plain, weights);
      assertEquals(plain.parameters().keySet(), folded.tensors().keySet());

      int side = plain.inputSize();
      float[] input = noise(2 * 3 * side * side, 13);
      Shape shape = new Shape(2, 3, side, side);
      Set<Tap> taps = plain.taps().keySet();
      Map<Tap, float[]> expected = run(normalised, weights, input, shape, taps);
      Map<Tap, float[]> actual = run(plain, folded, input, shape, taps);
      for (Tap tap : taps) {
        assertArrayEquals(expected.get(tap), actual.get(tap), 1e-4f, plain.name() + tap.label());
      }
    }
  }

  @Test
  void mallocWarningIsForUntunedGlibcAlone() {
    assertTrue(TorchEngine.mallocWarning(Map.of(), "Linux").isPresent());
    assertTrue(TorchEngine.mallocWarning(Map.of("MALLOC_MMAP_MAX_", "0"), "Linux").isEmpty());
    assertTrue(
        TorchEngine.mallocWarning(Map.of("LD_PRELOAD", "/lib/libjemalloc.so"), "Linux").isEmpty());
    assertTrue(TorchEngine.mallocWarning(Map.of(), "Mac OS X").isEmpty());
  }

  @Test
  void smallNetworksNeedNoTunedMallocToRunForward() {
    NetworkDefinition small = Architectures.byName("alexnet64", 21);
    NetworkDefinition large = Architectures.byName("alexnet", 21);
    assertTrue(TorchEngine.mallocWarning(Map.of(), "Linux", small, 64).isEmpty());
    assertTrue(TorchEngine.mallocWarning(Map.of(), "Linux", large, 64).isPresent());
    assertTrue(TorchEngine.mallocWarning(Map.of(), "Mac OS X", large, 64).isEmpty());
    assertTrue(
        TorchEngine.mallocWarning(Map.of("MALLOC_MMAP_MAX_", "0"), "Linux", large, 64).isEmpty());
    assertTrue(TorchEngine.mallocWarning(Map.of(), "Linux", large, 1).isEmpty());
  }
}
