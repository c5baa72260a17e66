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
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.FineTuning.Ending;
import org.rcnn.cnn.train.FineTuning.Judgement;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.cnn.train.FineTuning.PhaseEnd;
import org.rcnn.cnn.train.FineTuning.Result;
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
    int resumedAt;

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
    public void resumed(int done) {
      resumedAt = done;
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
    return settings(List.of(all(iterations, rate)), decay, dropout, frozen, Map.of(), seed);
  }

  private static Phase all(int iterations, float rate) {
    return phase(Phase.ALL, iterations, rate);
  }

  private static Phase phase(String layers, int iterations, float rate) {
    return new Phase(Set.of(layers), iterations, rate, 0.1, 1000);
  }

  private static FineTuningSettings settings(
      List<Phase> phases,
      float decay,
      float dropout,
      Set<String> frozen,
      Map<String, Double> layerRates,
      long seed) {
    return new FineTuningSettings(
        phases,
        4,
        12,
        0.5,
        false,
        0.9,
        decay,
        10,
        20,
        2,
        dropout,
        frozen,
        layerRates,
        Judging.OFF,
        seed);
  }

  private static FineTuningSettings judged(Judging judging, Phase... phases) {
    return new FineTuningSettings(
        List.of(phases),
        4,
        12,
        0.5,
        false,
        0.9,
        5e-4,
        10,
        20,
        2,
        0.5,
        Set.of(),
        Map.of(),
        judging,
        3);
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
            settings(40, 0.0005f, 5e-4f, 0.5f, Set.of(), 1),
            Set.of("fc8"),
            log);

    LearningPoint first = result.curve().get(0);
    LearningPoint last = result.curve().get(7);
    assertEquals(5, first.iteration());
    assertEquals(40, last.iteration());
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
  @ValueSource(ints = {60, 100, 107})
  void aTrainingResumedFromItsCheckpointEndsAsTheUninterruptedOne(int ofNewLayers)
      throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    List<Phase> phases =
        List.of(phase(Phase.NEW, ofNewLayers, 0.002f), all(110 - ofNewLayers, 0.001f));
    FineTuningSettings settings = settings(phases, 5e-4f, 0.5f, Set.of("conv1"), Map.of(), 3);
    Log whole = new Log();
    Result expected = run(network, settings, Set.of("fc8"), whole);

    Path checkpoint = folder.resolve("checkpoint");
    Files.delete(checkpoint);
    assertThrows(Killed.class, () -> run(network, settings, Set.of("fc8"), new Log(105)));
    assertTrue(Files.exists(checkpoint));
    Log rest = new Log();
    Result resumed = run(network, settings, Set.of("fc8"), rest);

    assertEquals(whole.losses.subList(100, 110), rest.losses);
    assertEquals(0, whole.resumedAt);
    assertEquals(100, rest.resumedAt);
    assertEquals(expected.weights(), resumed.weights());
    assertEquals(expected.curve(), resumed.curve());
    assertEquals(expected.movements(), resumed.movements());
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
        settings(plain.phases(), 0, 0, Set.of(), Map.of("fc6", 3.0, "fc8", 0.5), 1);
    Weights start = start(network);
    Weights usual = run(network, plain, Set.of("fc8"), new Log()).weights();
    Weights changed = run(network, own, Set.of("fc8"), new Log()).weights();

    assertMoved(3, start, usual, changed, "fc6.weight");
    assertMoved(0.5, start, usual, changed, "fc8.weight");
    assertMoved(1, start, usual, changed, "conv1.weight");
  }

  private Weights phases(Phase... phases) throws IOException {
    FineTuningSettings settings = settings(List.of(phases), 0, 0, Set.of(), Map.of(), 1);
    return run(ToyNetworks.tiny(3), settings, Set.of("fc8"), new Log()).weights();
  }

  private static Set<String> changed(Weights from, Weights to) {
    Set<String> layers = new TreeSet<>();
    from.tensors()
        .forEach(
            (name, tensor) -> {
              if (!tensor.equals(to.tensors().get(name))) {
                layers.add(name.substring(0, name.indexOf('.')));
              }
            });
    return layers;
  }

  @Test
  void aPhaseChangesItsOwnLayersAlone() throws IOException {
    Weights start = start(ToyNetworks.tiny(3));
    Weights ofNew = phases(phase(Phase.NEW, 5, 0.002f));
    assertEquals(Set.of("fc8"), changed(start, ofNew));
    assertEquals(
        Set.of("fc6", "fc8"), changed(start, phases(phase(Phase.FULLY_CONNECTED, 5, 0.002f))));
    assertEquals(Set.of("conv1"), changed(start, phases(phase("conv1", 5, 0.002f))));
    assertEquals(
        Set.of("conv1", "fc6"),
        changed(
            ofNew,
            phases(phase(Phase.NEW, 5, 0.002f), phase("conv1", 1, 0.1f), phase("fc6", 1, 0.1f))));
  }

  @Test
  void eachPhaseHasItsOwnRateAndDrops() throws IOException {
    Weights start = start(ToyNetworks.tiny(3));
    Phase first = phase(Phase.ALL, 1, 0.001f);
    Weights once = phases(first);
    Weights usual = phases(first, phase(Phase.ALL, 1, 0.001f));
    Weights fast = phases(first, phase(Phase.ALL, 1, 0.003f));
    // A phase begins without the velocity of the one before, so its step is its rate times the
    // gradient.
    assertMoved(3, once, usual, fast, "fc6.weight");
    // The drop is counted from the phase's own first iteration.
    Phase dropping = new Phase(Set.of(Phase.ALL), 1, 0.001, 0.1, 1);
    assertEquals(usual, phases(first, dropping));
    assertNotEquals(start, once);
  }

  @Test
  void keptRegionsTrainAsWarpedOnesDo() throws IOException {
    NetworkDefinition network = Architectures.byName("alexnet64", 3);
    FineTuningSettings settings =
        settings(
            List.of(phase(Phase.FULLY_CONNECTED, 12, 0.002f), all(3, 0.001f)),
            5e-4f,
            0,
            Set.of(),
            Map.of(),
            1);
    Log warped = new Log();
    Log kept = new Log();
    RegionPool pool = pool();
    FineTuning plain =
        new FineTuning(
            network,
            settings,
            pool,
            new HeldOut(pool),
            FineTuningTest::image,
            null,
            ComputeDevice.CPU,
            1 << 20);
    Result expected = plain.run(start(network), Set.of("fc8"), folder.resolve("a"), warped);
    FineTuning fast =
        new FineTuning(
            network,
            settings,
            pool,
            new HeldOut(pool),
            FineTuningTest::image,
            new KeptRegions(Tap.POOL5, pool, valuesOf(network, pool)),
            ComputeDevice.CPU,
            1 << 20);
    Result found = fast.run(start(network), Set.of("fc8"), folder.resolve("b"), kept);

    assertEquals(15, kept.losses.size());
    for (int i = 0; i < 15; i++) {
      assertEquals(warped.losses.get(i), kept.losses.get(i), 1e-4, "iteration " + i);
    }
    for (int i = 0; i < expected.curve().size(); i++) {
      assertEquals(
          expected.curve().get(i).validationLoss(), found.curve().get(i).validationLoss(), 1e-4);
    }
    assertEquals(expected.distances().get("fc6"), found.distances().get("fc6"), 1e-6);
    assertTrue(kept.losses.get(11) < kept.losses.get(0), kept.losses.toString());
  }

  /** The values at pool5, computed plainly; without mirroring. */
  private static KeptRegions.Values valuesOf(NetworkDefinition network, RegionPool pool)
      throws IOException {
    float[][] rows = new float[pool.size()][];
    try (FeatureExtractor extractor =
        FeatureExtractor.onCpu(network, start(network), Set.of(Tap.POOL5), 16)) {
      for (int region = 0; region < rows.length; region++) {
        rows[region] =
            extractor.extract(image(pool.image(region)), List.of(pool.box(region))).at(Tap.POOL5);
      }
    }
    return (region, into, offset) ->
        System.arraycopy(rows[region], 0, into, offset, rows[region].length);
  }

  @Test
  void aTrainingFromKeptRegionsResumesToTheByte() throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    Tap tap = network.suffixTaps().get(0);
    RegionPool pool = pool();
    int dimension = network.tapDimensions().get(tap);
    KeptRegions kept =
        new KeptRegions(
            tap,
            pool,
            (region, into, offset) -> {
              Random random = new Random(region);
              for (int i = 0; i < dimension; i++) {
                into[offset + i] = random.nextFloat();
              }
            });
    List<Phase> phases =
        List.of(phase(Phase.NEW, 300, 0.002f), phase(Phase.FULLY_CONNECTED, 210, 0.001f));
    FineTuningSettings settings = settings(phases, 5e-4f, 0.5f, Set.of(), Map.of(), 3);
    Path checkpoint = folder.resolve("kept");
    Result expected = keptTraining(network, settings, kept, checkpoint, new Log());

    Files.delete(checkpoint);
    assertThrows(
        Killed.class, () -> keptTraining(network, settings, kept, checkpoint, new Log(505)));
    Log rest = new Log();
    Result resumed = keptTraining(network, settings, kept, checkpoint, rest);
    assertEquals(10, rest.losses.size());
    assertEquals(expected, resumed);
  }

  private static Result keptTraining(
      NetworkDefinition network,
      FineTuningSettings settings,
      KeptRegions kept,
      Path checkpoint,
      Log log)
      throws IOException {
    return new FineTuning(
            network,
            settings,
            pool(),
            null,
            FineTuningTest::image,
            kept,
            ComputeDevice.CPU,
            1 << 20)
        .run(start(network), Set.of("fc8"), checkpoint, log);
  }

  @Test
  void keptRegionsAreNotUsedWhereALayerBeforeTheirTapLearns() throws IOException {
    NetworkDefinition network = Architectures.byName("alexnet64", 3);
    KeptRegions kept =
        new KeptRegions(
            Tap.POOL5,
            pool(),
            (region, into, offset) -> {
              throw new IllegalStateException("Kept values were read.");
            });
    Phase after = phase(Phase.FULLY_CONNECTED, 1, 0.001f);
    for (List<Phase> phases :
        List.of(
            List.of(all(1, 0.001f)),
            List.of(phase("conv5", 1, 0.001f)),
            List.of(phase("conv5", 1, 0.001f), after))) {
      FineTuningSettings settings = settings(phases, 0, 0, Set.of(), Map.of(), 1);
      new FineTuning(
              network, settings, pool(), null, FineTuningTest::image, kept, ComputeDevice.CPU, 0)
          .run(start(network), Set.of("fc8"), folder.resolve("checkpoint"), new Log());
    }
  }

  private Result judge(FineTuningSettings settings, HeldOut heldOut, Log log) throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    return new FineTuning(
            network,
            settings,
            pool(),
            heldOut,
            FineTuningTest::image,
            null,
            ComputeDevice.CPU,
            1 << 20)
        .run(start(network), Set.of("fc8"), folder.resolve("checkpoint"), log);
  }

  /** Gives the figures of a list one after the other, and keeps what it was asked to judge. */
  private static final class Script implements Judge {
    final List<Weights> asked = new ArrayList<>();
    private final List<Double> figures;

    Script(Double... figures) {
      this.figures = List.of(figures);
    }

    @Override
    public double meanAp(Weights weights, boolean fromKept) {
      asked.add(weights);
      return figures.get(asked.size() - 1);
    }
  }

  private static List<Integer> iterations(List<Judgement> judgements) {
    return judgements.stream().map(Judgement::iteration).toList();
  }

  @Test
  void ofATrainingThatIsMadeWorseTheBestWeightsAreKept() throws IOException {
    Phase good = all(30, 0.002f);
    Judging judging = new Judging(Keep.LOWEST_LOSS, 0, 10);
    Result result = judge(judged(judging, good, all(20, 0.5f)), new HeldOut(pool()), new Log());
    assertEquals(List.of(10, 20, 30, 40, 50), iterations(result.judgements()));
    double best = result.judgements().get(result.kept() / 10 - 1).figure();
    assertTrue(result.kept() <= 30, result.judgements().toString());
    assertTrue(
        result.judgements().stream().noneMatch(judgement -> judgement.figure() < best),
        result.judgements().toString());
    // Where it coincides with a stretch's end, it is the validation loss of the learning curve.
    assertEquals(result.curve().get(1).validationLoss(), result.judgements().get(0).figure());

    Files.deleteIfExists(folder.resolve("checkpoint"));
    Result alone = judge(judged(Judging.OFF, good.withIterations(result.kept())), null, new Log());
    assertEquals(alone.weights(), result.weights());
    assertEquals(alone.distances(), result.distances());
    assertEquals(List.of(), alone.judgements());
    assertEquals(result.kept(), alone.kept());
  }

  @Test
  void aPhaseWithoutImprovementEndsAndTheNextGoesOnFromTheBest() throws IOException {
    Script script = new Script(0.1, 0.3, 0.2, 0.3, 0.1, 0.25);
    Log log = new Log();
    Result result =
        judge(
            judged(new Judging(Keep.HIGHEST_MAP, 2, 4), all(40, 0.002f), phase("conv1", 7, 0.002f)),
            new HeldOut(pool(), script),
            log);
    // The first phase ends after 0.2 and 0.3, which is no improvement; the second has its own end.
    assertEquals(
        List.of(new PhaseEnd(16, Ending.NO_IMPROVEMENT), new PhaseEnd(23, Ending.COMPLETED)),
        result.ends());
    assertEquals(List.of(4, 8, 12, 16, 20, 23), iterations(result.judgements()));
    assertEquals(8, result.kept());
    assertEquals(script.asked.get(1), result.weights());
    assertEquals(23, log.losses.size());
    assertEquals(23, result.curve().get(result.curve().size() - 1).iteration());
    // Only conv1 differs between the best and what the second phase made of it.
    assertEquals(Set.of("conv1"), changed(script.asked.get(1), script.asked.get(4)));
  }

  @Test
  void aFigureThatIsNoNumberIsNeverTheBest() throws IOException {
    Script script = new Script(Double.NaN, 0.1, Double.NaN);
    Result result =
        judge(
            judged(new Judging(Keep.HIGHEST_MAP, 0, 2), all(6, 0.002f)),
            new HeldOut(pool(), script),
            new Log());
    assertEquals(4, result.kept());
    Script none = new Script(Double.NaN, Double.NaN, Double.NaN);
    result =
        judge(
            judged(new Judging(Keep.HIGHEST_MAP, 0, 2), all(6, 0.002f)),
            new HeldOut(pool(), none),
            new Log());
    assertEquals(6, result.kept());
    assertEquals(none.asked.get(2), result.weights());
  }

  /** The second phase spoils what the first has learned and ends at iteration 100. */
  @ParameterizedTest
  @ValueSource(ints = {100, 103, 205, 215})
  void aJudgedTrainingResumedFromItsCheckpointMakesTheSameChoice(int killed) throws IOException {
    FineTuningSettings settings =
        judged(
            new Judging(Keep.LOWEST_LOSS, 2, 20),
            phase(Phase.NEW, 60, 0.002f),
            all(200, 0.5f),
            all(120, 0.0001f));
    Log whole = new Log();
    Result expected = judge(settings, new HeldOut(pool()), whole);
    assertEquals(new PhaseEnd(100, Ending.NO_IMPROVEMENT), expected.ends().get(1));
    assertTrue(expected.kept() <= 60 || expected.kept() > 100, expected.toString());

    Files.deleteIfExists(folder.resolve("checkpoint"));
    assertThrows(Killed.class, () -> judge(settings, new HeldOut(pool()), new Log(killed)));
    Log rest = new Log();
    Result resumed = judge(settings, new HeldOut(pool()), rest);
    assertEquals(expected, resumed);
    int from = killed > 200 ? 200 : killed > 100 ? 100 : 0;
    assertEquals(whole.losses.subList(from, whole.losses.size()), rest.losses);
  }

  @Test
  void aFinishedTrainingsCheckpointGivesTheKeptWeightsAgain() throws IOException {
    FineTuningSettings settings =
        judged(new Judging(Keep.LOWEST_LOSS, 0, 50), all(50, 0.002f), all(50, 0.5f));
    Result first = judge(settings, new HeldOut(pool()), new Log());
    Log nothing = new Log();
    assertEquals(first, judge(settings, new HeldOut(pool()), nothing));
    assertEquals(List.of(), nothing.losses);
  }

  @Test
  void theJudgeIsToldWhetherKeptValuesAreStillTheNetworks() throws IOException {
    NetworkDefinition network = Architectures.byName("alexnet64", 3);
    RegionPool pool = pool();
    List<Boolean> told = new ArrayList<>();
    Judge judge =
        (weights, fromKept) -> {
          told.add(fromKept);
          return 0.5;
        };
    new FineTuning(
            network,
            judged(
                new Judging(Keep.HIGHEST_MAP, 0, 5),
                phase(Phase.FULLY_CONNECTED, 1, 0.001f),
                phase("conv5", 1, 0.001f),
                phase(Phase.FULLY_CONNECTED, 1, 0.001f)),
            pool,
            new HeldOut(pool, judge),
            FineTuningTest::image,
            new KeptRegions(Tap.POOL5, pool, valuesOf(network, pool)),
            ComputeDevice.CPU,
            0)
        .run(start(network), Set.of("fc8"), folder.resolve("checkpoint"), new Log());
    assertEquals(List.of(true, false, false), told);
  }

  @Test
  void withoutImagesHeldOutNothingCanBeJudged() {
    FineTuningSettings loss = judged(new Judging(Keep.LOWEST_LOSS, 0, 5), all(5, 0.001f));
    FineTuningSettings map = judged(new Judging(Keep.HIGHEST_MAP, 0, 5), all(5, 0.001f));
    assertRefused(
        "To keep the weights with the lowest loss, fine-tuning needs images held out.",
        () -> judge(loss, null, new Log()));
    assertRefused(
        "To keep the weights with the highest mAP, fine-tuning needs images held out and a judge.",
        () -> judge(map, new HeldOut(pool()), new Log()));
    assertRefused(
        "patience must be 0 while keep is last, because nothing is judged; it is 3.",
        () -> new Judging(Keep.LAST, 3, 5));
  }

  private static void assertRefused(String sentence, Executable asking) {
    assertEquals(sentence, assertThrows(IllegalArgumentException.class, asking).getMessage());
  }

  @Test
  void howFarEachLayerMovedIsMeasured() throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    FineTuningSettings settings =
        settings(List.of(phase(Phase.NEW, 2, 0.01f)), 0, 0, Set.of(), Map.of(), 1);
    Result result = run(network, settings, Set.of("fc8"), new Log());
    assertEquals(List.of("conv1", "fc6", "fc8"), List.copyOf(result.distances().keySet()));
    assertEquals(0, result.distances().get("conv1"));
    double moved = 0;
    double length = 0;
    float[] before = values(start(network), "fc8.weight");
    float[] after = values(result.weights(), "fc8.weight");
    for (int i = 0; i < before.length; i++) {
      moved += Math.pow((double) after[i] - before[i], 2);
      length += Math.pow(before[i], 2);
    }
    assertEquals(Math.sqrt(moved / length), result.distances().get("fc8"), 1e-9);
  }

  @Test
  void whereNothingMayLearnThatIsSaid() {
    NetworkDefinition network = ToyNetworks.tiny(3);
    FineTuningSettings frozen = settings(3, 0.002f, 0, 0, Set.of("conv1", "fc6", "fc8"), 1);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> run(network, frozen, Set.of("fc8"), new Log()));
    assertTrue(
        e.getMessage().startsWith("Phase 1 of fine-tuning has no layer that may learn"),
        e.getMessage());
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
  void anotherImageCacheResumesTheSameCheckpoint() throws IOException {
    NetworkDefinition network = ToyNetworks.tiny(3);
    FineTuningSettings settings = settings(101, 0.001f, 0, 0, Set.of(), 1);
    Path checkpoint = folder.resolve("checkpoint");
    Log whole = new Log();
    Log resumed = new Log();
    for (Log log : List.of(whole, resumed)) {
      long cache = log == whole ? 0 : 1 << 20;
      new FineTuning(
              network,
              settings,
              pool(),
              null,
              FineTuningTest::image,
              null,
              ComputeDevice.CPU,
              cache)
          .run(start(network), Set.of("fc8"), checkpoint, log);
    }
    assertEquals(whole.losses.subList(100, 101), resumed.losses);
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
                new HeldOut(other.build()),
                index -> {
                  read.add(index);
                  return image(index % 100);
                },
                null,
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
        new FineTuning(ToyNetworks.tiny(3), settings, pool(), FineTuningTest::image)
            .labelsDrawn(2, Set.of(), List.of(new PhaseEnd(50, Ending.COMPLETED)));
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
    // Seed 1 never draws the same image twice in a row in three batches.
    FineTuningSettings settings = settings(3, 0.001f, 0, 0, Set.of(), 1);
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
            null,
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
