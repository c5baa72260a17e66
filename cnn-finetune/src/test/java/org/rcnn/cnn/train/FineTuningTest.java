package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.cnn.train.FineTuning.Result;
import org.rcnn.cnn.train.Solver.Steps;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;

/** Red and blue squares on grey noise: classes red (1) and blue (2). */
class FineTuningTest {

  private static final List<String> CLASSES = List.of("red", "blue");
  private static final int IMAGES = 6;
  private static final int SIDE = 48;

  @TempDir Path folder;

  @BeforeAll
  static void oneThread() {
    TorchEngine.useThreads(1);
  }

  /** Stops a training from inside, as a killed process would. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Collects the losses, and stops when asked. */
  private static final class Log implements FineTuning.Listener {
    final List<Double> losses = new ArrayList<>();
    final List<LearningPoint> stretches = new ArrayList<>();
    private final int last;

    Log(int last) {
      this.last = last;
    }

    Log() {
      this(Integer.MAX_VALUE);
    }

    @Override
    public void iteration(int done, int total, double loss) {
      losses.add(loss);
      if (done == last) {
        throw new Killed();
      }
    }

    @Override
    public void progress(LearningPoint progress) {
      stretches.add(progress);
    }

    @Override
    public int stretch() {
      return 5;
    }
  }

  private static Box square(int image) {
    int x = 4 + 3 * image;
    return new Box(x, 10, x + 20, 30);
  }

  private static RgbImage image(int index) {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    Random random = new Random(index);
    Box box = square(index);
    int strong = index % 2 == 0 ? 0 : 2;
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        boolean inside = x >= box.xMin() && x < box.xMax() && y >= box.yMin() && y < box.yMax();
        for (int c = 0; c < 3; c++) {
          int value = 100 + random.nextInt(56);
          rgb[3 * (y * SIDE + x) + c] = (byte) (inside ? (c == strong ? 230 : 20) : value);
        }
      }
    }
    return new RgbImage(SIDE, SIDE, rgb);
  }

  private static RegionPool pool() {
    RegionPool.Builder pool = RegionPool.builder(CLASSES, 0.5);
    for (int i = 0; i < IMAGES; i++) {
      Box box = square(i);
      GroundTruth object = new GroundTruth(CLASSES.get(i % 2), box, false, false);
      List<Box> proposals =
          List.of(
              new Box(box.xMin() + 2, 12, box.xMax() + 2, 32),
              new Box(0, 0, 12, 9),
              new Box(0, 32, 48, 48),
              new Box(30, 31, 47, 47));
      pool.add(i, new Annotation("image" + i, SIDE, SIDE, List.of(object)), proposals);
    }
    return pool.build();
  }

  private static FineTuningSettings settings(
      int iterations, float rate, float decay, float dropout, Set<String> frozen, long seed) {
    Solver solver = new Solver(rate, new Steps(1000, 0.1), 0.9f, decay);
    return new FineTuningSettings(
        iterations, 4, 12, 0.5, solver, 10, 20, 2, dropout, frozen, 0, Map.of(), seed);
  }

  private Result run(
      NetworkDefinition network, FineTuningSettings settings, Set<String> newLayers, Log log)
      throws IOException {
    return new FineTuning(network, settings, pool(), FineTuningTest::image)
        .run(start(network), newLayers, folder.resolve("checkpoint"), log);
  }

  private static Weights start(NetworkDefinition network) {
    return Weights.initial(network, 1);
  }

  private static float[] values(Weights weights, String name) {
    return weights.tensors().get(name).values();
  }

  @Test
  void lossFallsAndTheClassesAreLearned() throws IOException {
    Log log = new Log();
    Result result =
        run(
            Architectures.byName("alexnet64", 3),
            settings(25, 0.002f, 5e-4f, 0.5f, Set.of(), 1),
            Set.of("fc8"),
            log);

    LearningPoint first = result.curve().get(0);
    LearningPoint last = result.curve().get(4);
    assertEquals(5, first.iteration());
    assertEquals(25, last.iteration());
    assertEquals(log.stretches, result.curve());
    assertEquals(
        log.losses.subList(0, 5).stream().mapToDouble(l -> l).average().orElseThrow(),
        first.loss(),
        1e-9);
    assertTrue(last.loss() < first.loss() / 2, first + " to " + last);
    assertTrue(last.positiveAccuracy() > 0.8, first + " to " + last);
  }

  @Test
  void sameSeedGivesTheSameWeightsAndAnotherSeedOthers() throws IOException {
    NetworkDefinition network = Architectures.byName("alexnet64", 3);
    Weights[] weights = new Weights[3];
    for (int i = 0; i < 3; i++) {
      FineTuningSettings settings = settings(3, 0.002f, 5e-4f, 0.5f, Set.of(), i < 2 ? 7 : 8);
      weights[i] = run(network, settings, Set.of("fc8"), new Log()).weights();
    }
    assertEquals(weights[0], weights[1]);
    assertNotEquals(weights[0], weights[2]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 500, 507})
  void aTrainingResumedFromItsCheckpointEndsAsTheUninterruptedOne(int newLayersFirst)
      throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    FineTuningSettings settings =
        newLayersFirst(newLayersFirst, settings(510, 0.002f, 5e-4f, 0.5f, Set.of("conv1"), 3));
    Log whole = new Log();
    Result expected = run(network, settings, Set.of("fc8"), whole);

    Path checkpoint = folder.resolve("checkpoint");
    Files.delete(checkpoint);
    assertThrows(Killed.class, () -> run(network, settings, Set.of("fc8"), new Log(505)));
    assertTrue(Files.exists(checkpoint));
    Log rest = new Log();
    Result resumed = run(network, settings, Set.of("fc8"), rest);

    assertEquals(whole.losses.subList(500, 510), rest.losses);
    assertEquals(expected.weights(), resumed.weights());
    assertEquals(expected.curve(), resumed.curve());
  }

  @Test
  void frozenLayersKeepTheirBitsWhileTheOthersLearn() throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    Weights start = start(network);
    Weights tuned =
        run(network, settings(5, 0.01f, 5e-4f, 0, Set.of("conv1", "fc6"), 1), Set.of(), new Log())
            .weights();
    start
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith("fc8")) {
                assertNotEquals(tensor, tuned.tensors().get(name), name);
              } else {
                assertEquals(tensor, tuned.tensors().get(name), name);
              }
            });
  }

  @Test
  void newLayersLearnTenTimesAsFastAndTheirBiasesTwentyTimes() throws IOException {
    // One step without decay moves each parameter by its rate times the same gradient.
    NetworkDefinition network = ToyNetworks.tiny(3);
    FineTuningSettings one = settings(1, 0.001f, 0, 0, Set.of(), 1);
    Weights start = start(network);
    Weights copied = run(network, one, Set.of(), new Log()).weights();
    Weights fresh = run(network, one, Set.of("fc8"), new Log()).weights();

    assertMoved(10, start, copied, fresh, "fc8.weight");
    // Copied biases already learn at twice the rate.
    assertMoved(20 / 2, start, copied, fresh, "fc8.bias");
    assertMoved(1, start, copied, fresh, "fc6.weight");
  }

  @Test
  void aLayersOwnRateComesOnTopOfTheOthers() throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    FineTuningSettings plain = settings(1, 0.001f, 0, 0, Set.of(), 1);
    FineTuningSettings own =
        new FineTuningSettings(
            1,
            4,
            12,
            0.5,
            plain.solver(),
            10,
            20,
            2,
            0,
            Set.of(),
            0,
            Map.of("fc6", 3.0, "fc8", 0.5),
            1);
    Weights start = start(network);
    Weights usual = run(network, plain, Set.of("fc8"), new Log()).weights();
    Weights changed = run(network, own, Set.of("fc8"), new Log()).weights();

    assertMoved(3, start, usual, changed, "fc6.weight");
    assertMoved(0.5, start, usual, changed, "fc8.weight");
    assertMoved(1, start, usual, changed, "conv1.weight");
  }

  private static FineTuningSettings newLayersFirst(int first, int iterations) {
    return newLayersFirst(first, settings(iterations, 0.002f, 0, 0, Set.of(), 1));
  }

  private static FineTuningSettings newLayersFirst(int first, FineTuningSettings others) {
    return new FineTuningSettings(
        others.iterations(),
        others.positives(),
        others.backgrounds(),
        others.positiveIou(),
        others.solver(),
        others.newWeightRate(),
        others.newBiasRate(),
        others.copiedBiasRate(),
        others.dropout(),
        others.frozenLayers(),
        first,
        others.layerRates(),
        others.seed());
  }

  @Test
  void newLayersCanLearnAloneAtFirst() throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    Weights start = start(network);
    Weights alone = run(network, newLayersFirst(5, 5), Set.of("fc8"), new Log()).weights();
    for (String name : start.tensors().keySet()) {
      boolean same = start.tensors().get(name).equals(alone.tensors().get(name));
      assertEquals(!name.startsWith("fc8."), same, name);
    }

    // In the sixth iteration all learn, and fc8 goes on with the velocity that it has.
    Weights then = run(network, newLayersFirst(5, 6), Set.of("fc8"), new Log()).weights();
    for (String name : start.tensors().keySet()) {
      assertNotEquals(alone.tensors().get(name), then.tensors().get(name), name);
    }
    Weights fewer = run(network, newLayersFirst(6, 6), Set.of("fc8"), new Log()).weights();
    assertEquals(fewer.tensors().get("fc8.weight"), then.tensors().get("fc8.weight"));
  }

  @Test
  void whereNothingMayLearnThatIsSaid() {
    NetworkDefinition network = ToyNetworks.tiny(3);
    FineTuningSettings frozen = settings(3, 0.002f, 0, 0, Set.of("conv1", "fc6", "fc8"), 1);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> run(network, frozen, Set.of("fc8"), new Log()));
    assertTrue(e.getMessage().startsWith("Nothing is left to learn"), e.getMessage());
  }

  @Test
  void aCheckpointKnowsTheFrozenLayersInAnyOrder() {
    Set<String> names = Set.of("fc7", "conv3", "conv1", "fc6", "conv2");
    assertTrue(
        settings(1, 0.001f, 0, 0, names, 1)
            .toString()
            .contains("frozenLayers=[conv1, conv2, conv3, fc6, fc7]"));
  }

  @Test
  void whereNoNewLayerMayLearnAllLearnFromTheStart() throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    FineTuningSettings frozen = settings(3, 0.002f, 0, 0, Set.of("fc8"), 1);
    assertEquals(
        run(network, frozen, Set.of("fc8"), new Log()).weights(),
        run(network, newLayersFirst(2, frozen), Set.of("fc8"), new Log()).weights());

    FineTuningSettings usual = settings(3, 0.002f, 0, 0, Set.of(), 1);
    Weights expected = run(network, usual, Set.of(), new Log()).weights();
    assertEquals(expected, run(network, newLayersFirst(2, 3), Set.of(), new Log()).weights());
  }

  @Test
  void anotherImageCacheResumesTheSameCheckpoint() throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    FineTuningSettings settings = settings(501, 0.001f, 0, 0, Set.of(), 1);
    Path checkpoint = folder.resolve("checkpoint");
    Log whole = new Log();
    Log resumed = new Log();
    for (Log log : List.of(whole, resumed)) {
      long cache = log == whole ? 0 : 1 << 20;
      new FineTuning(
              network, settings, pool(), null, FineTuningTest::image, ComputeDevice.CPU, cache)
          .run(start(network), Set.of("fc8"), checkpoint, log);
    }
    assertEquals(whole.losses.subList(500, 501), resumed.losses);
  }

  @Test
  void theValidationLossIsMeasuredOnOtherImagesAndChangesNothing() throws IOException {
    NetworkDefinition network = Architectures.byName("alexnet64", 3);
    FineTuningSettings settings = settings(20, 0.002f, 5e-4f, 0.5f, Set.of(), 1);
    Result alone = run(network, settings, Set.of("fc8"), new Log());
    List<Integer> read = Collections.synchronizedList(new ArrayList<>());
    RegionPool.Builder other = RegionPool.builder(CLASSES, 0.5);
    for (int i = 100; i < 102; i++) {
      // The same scenes under other numbers.
      GroundTruth object = new GroundTruth(CLASSES.get(i % 2), square(i - 100), false, false);
      other.add(
          i,
          new Annotation("image" + i, SIDE, SIDE, List.of(object)),
          List.of(new Box(0, 32, 48, 48)));
    }
    Result watched =
        new FineTuning(
                network,
                settings,
                pool(),
                other.build(),
                index -> {
                  read.add(index);
                  return image(index % 100);
                },
                ComputeDevice.CPU,
                1 << 20)
            .run(start(network), Set.of("fc8"), folder.resolve("checkpoint"), new Log());

    assertEquals(alone.weights(), watched.weights());
    assertTrue(Double.isNaN(alone.curve().get(0).validationLoss()));
    // Four batches of 16 regions after each of four stretches.
    assertEquals(4 * 4 * 16, read.stream().filter(index -> index >= 100).count());
    LearningPoint first = watched.curve().get(0);
    LearningPoint last = watched.curve().get(3);
    assertTrue(last.validationLoss() < first.validationLoss(), first + " to " + last);
    assertTrue(last.validationPositiveAccuracy() > 0.8, last.toString());
  }

  @Test
  void labelsDrawnAreThoseOfAllBatches() {
    FineTuningSettings settings = settings(50, 0.002f, 5e-4f, 0.5f, Set.of(), 1);
    long[] drawn =
        new FineTuning(ToyNetworks.tiny(3), settings, pool(), FineTuningTest::image).labelsDrawn(2);
    assertEquals(50 * 12, drawn[0]);
    assertEquals(50 * 4, drawn[1] + drawn[2]);
    // Half of the positives are red: 100 give or take four standard deviations.
    assertEquals(100, drawn[1], 4 * Math.sqrt(50));
  }

  private static void assertMoved(
      double times, Weights start, Weights copied, Weights fresh, String name) {
    double slow = 0;
    double fast = 0;
    for (int i = 0; i < values(start, name).length; i++) {
      slow += Math.abs((double) values(copied, name)[i] - values(start, name)[i]);
      fast += Math.abs((double) values(fresh, name)[i] - values(start, name)[i]);
    }
    assertTrue(slow > 0, name + " did not move");
    assertEquals(times, fast / slow, 0.01 * times, name);
  }

  @Test
  void eachBatchHoldsTheExactNumberOfPositivesAndThenBackgrounds() throws IOException {
    // Images 0 to 499 have one positive each and nothing else, 500 to 999 one background each; as
    // no image is cached, the images read tell which regions were drawn.
    RegionPool.Builder pool = RegionPool.builder(CLASSES, 0.5);
    GroundTruth object = new GroundTruth("red", new Box(0, 0, 8, 8), false, false);
    for (int i = 0; i < 500; i++) {
      pool.add(i, new Annotation("p" + i, 8, 8, List.of(object)), List.of());
      pool.add(500 + i, new Annotation("b" + i, 8, 8, List.of()), List.of(new Box(0, 0, 8, 8)));
    }
    List<Integer> read = Collections.synchronizedList(new ArrayList<>());
    Solver solver = new Solver(0.001f, new Steps(1000, 0.1), 0.9f, 0);
    // Seed 1 never draws the same image twice in a row in three batches.
    FineTuningSettings settings =
        new FineTuningSettings(3, 4, 12, 0.5, solver, 10, 20, 2, 0, Set.of(), 0, Map.of(), 1);
    NetworkDefinition network = ToyNetworks.tiny(3);
    new FineTuning(
            network,
            settings,
            pool.build(),
            null,
            index -> {
              read.add(index);
              return new RgbImage(8, 8, new byte[192]);
            },
            ComputeDevice.CPU,
            0)
        .run(start(network), Set.of(), folder.resolve("checkpoint"), new Log());

    assertTrue(read.size() >= 48, "read " + read.size());
    for (int i = 0; i < 48; i++) {
      assertEquals(i % 16 < 4, read.get(i) < 500, "region " + i + " of image " + read.get(i));
    }
  }

  @Test
  void aPoolOfOneKindAloneIsRefused() {
    RegionPool backgrounds =
        RegionPool.builder(CLASSES, 0.5)
            .add(0, new Annotation("a", 8, 8, List.of()), List.of(new Box(0, 0, 8, 8)))
            .build();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new FineTuning(
                    ToyNetworks.tiny(3),
                    settings(1, 0.001f, 0, 0, Set.of(), 1),
                    backgrounds,
                    FineTuningTest::image));
    assertTrue(e.getMessage().contains("0 positives and 1 backgrounds"), e.getMessage());
  }

  @Test
  void anImageThatCannotBeReadStopsTheTrainingWithItsReason() {
    FineTuning training =
        new FineTuning(
            ToyNetworks.tiny(3),
            settings(3, 0.001f, 0, 0, Set.of(), 1),
            pool(),
            index -> {
              throw new IOException("image" + index + ".jpg is no image.");
            });
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                training.run(start(ToyNetworks.tiny(3)), Set.of(), folder.resolve("c"), new Log()));
    assertTrue(e.getMessage().endsWith(".jpg is no image."), e.getMessage());
  }
}
