package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.Pretraining.Epoch;
import org.rcnn.cnn.train.Pretraining.Result;
import org.rcnn.cnn.train.Solver.Cosine;

/** Two classes of 12 x 12 thumbnails: horizontal stripes and vertical ones, under noise. */
class PretrainingTest {

  private static final NetworkDefinition NETWORK = ToyNetworks.tiny(2);

  @TempDir Path folder;

  @BeforeAll
  static void oneThread() {
    TorchEngine.useThreads(1);
  }

  private record Stripes(int count, long seed) implements LabelledImages {
    @Override
    public int size() {
      return 12;
    }

    @Override
    public int label(int index) {
      return index % 2;
    }

    @Override
    public String fingerprint() {
      return count + " from " + seed;
    }

    @Override
    public void copyPixels(int index, byte[] into) {
      Random random = new Random(seed + index);
      int phase = random.nextInt(6);
      for (int y = 0; y < 12; y++) {
        for (int x = 0; x < 12; x++) {
          int along = label(index) == 0 ? y : x;
          int value = ((along + phase) / 3 % 2 == 0 ? 190 : 60) + random.nextInt(20);
          for (int c = 0; c < 3; c++) {
            into[3 * (12 * y + x) + c] = (byte) value;
          }
        }
      }
    }
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Collects the epochs, and stops when asked. */
  private static final class Log implements Pretraining.Listener {
    final List<Epoch> epochs = new ArrayList<>();
    final List<Double> losses = new ArrayList<>();
    private final int last;

    Log(int last) {
      this.last = last;
    }

    @Override
    public void iteration(int done, int total, double loss) {
      losses.add(loss);
      if (done == last) {
        throw new Killed();
      }
    }

    @Override
    public void epoch(Epoch epoch) {
      epochs.add(epoch);
    }
  }

  private static PretrainingSettings settings(int epochs, boolean batchNorm, long seed) {
    return new PretrainingSettings(
        epochs,
        16,
        new Solver(0.05f, new Cosine(4), 0.9f, 5e-4f),
        new Augmentation(0.5, 0.2),
        0.2f,
        0.1f,
        batchNorm,
        seed);
  }

  /** 100 images are 6 batches of 16 an epoch; 4 images are left out of each. */
  private static Pretraining pretraining(PretrainingSettings settings) {
    return new Pretraining(
        NETWORK, settings, new Stripes(100, 1), new Stripes(50, 9_999), ComputeDevice.CPU);
  }

  private Weights run(PretrainingSettings settings, String checkpoint, Log log) throws IOException {
    return pretraining(settings).run(folder.resolve(checkpoint), log).weights();
  }

  private static Log log() {
    return new Log(Integer.MAX_VALUE);
  }

  @Test
  void classesAreLearnedWithAndWithoutNormalisation() throws IOException {
    for (boolean batchNorm : new boolean[] {true, false}) {
      Log log = log();
      Weights weights = run(settings(15, batchNorm, 1), "learned" + batchNorm, log);
      assertEquals(15, log.epochs.size());
      assertEquals(15 * 6, log.losses.size());
      Epoch first = log.epochs.get(0);
      Epoch last = log.epochs.get(14);
      assertEquals(
          log.losses.subList(0, 6).stream().mapToDouble(l -> l).average().orElseThrow(),
          first.loss(),
          1e-9);
      assertTrue(last.loss() < first.loss(), first + " to " + last);
      assertTrue(last.top1() > 0.85, "batch norm " + batchNorm + ": " + last);
      assertEquals(1, last.top5(), "there are but two classes");
      // Normalisation is folded away.
      assertEquals(NETWORK.parameters().keySet(), weights.tensors().keySet());
    }
  }

  @Test
  void sameSeedGivesTheSameWeightsAndAnotherSeedOthers() throws IOException {
    Weights first = run(settings(2, true, 5), "a", log());
    assertEquals(first, run(settings(2, true, 5), "b", log()));
    assertNotEquals(first, run(settings(2, true, 6), "c", log()));
  }

  @Test
  void aTrainingResumedFromItsCheckpointEndsAsTheUninterruptedOne() throws IOException {
    for (boolean batchNorm : new boolean[] {true, false}) {
      PretrainingSettings settings = settings(4, batchNorm, 5);
      Log whole = log();
      Weights expected = run(settings, "whole" + batchNorm, whole);

      String checkpoint = "killed" + batchNorm;
      // In the middle of the third epoch: two are safe.
      assertThrows(Killed.class, () -> run(settings, checkpoint, new Log(15)));
      Log rest = log();
      Result resumed = pretraining(settings).run(folder.resolve(checkpoint), rest);

      assertEquals(whole.losses.subList(12, 24), rest.losses);
      assertEquals(List.of(3, 4), rest.epochs.stream().map(Epoch::epoch).toList());
      assertEquals(expected, resumed.weights());
      assertEquals(
          whole.epochs.stream().map(PretrainingTest::untimed).toList(),
          resumed.curve().stream().map(PretrainingTest::untimed).toList());
    }
  }

  private static Epoch untimed(Epoch epoch) {
    return new Epoch(epoch.epoch(), epoch.loss(), epoch.top1(), epoch.top5(), 0);
  }

  @Test
  void aFinishedTrainingIsRecognised() throws IOException {
    Weights trained = run(settings(2, true, 5), "done", log());
    assertTrue(Files.exists(folder.resolve("done")));
    Log again = log();
    Result result = pretraining(settings(2, true, 5)).run(folder.resolve("done"), again);
    assertEquals(trained, result.weights());
    assertEquals(List.of(), again.losses);
    assertEquals(List.of(1, 2), result.curve().stream().map(Epoch::epoch).toList());
  }

  @Test
  void trainedWeightsAreTrainedOn() throws IOException {
    Weights trained = run(settings(15, true, 1), "first", log());
    PretrainingSettings gentle =
        new PretrainingSettings(
            2, 16, new Solver(1e-4f, new Cosine(4), 0.9f, 0), Augmentation.NONE, 0, 0, false, 3);
    Log log = log();
    Result result = pretraining(gentle).run(trained, Set.of(), folder.resolve("on"), log);
    assertEquals(2, log.epochs.size());
    assertTrue(log.epochs.get(0).top1() > 0.85, log.epochs.toString());
    assertTrue(result.top1() > 0.85, result.toString());
    assertNotEquals(trained, result.weights());

    assertEquals(
        result.weights(),
        pretraining(gentle).run(trained, Set.of(), folder.resolve("on"), log()).weights(),
        "a finished training is recognised");
    Path checkpoint = folder.resolve("on");
    IOException other =
        assertThrows(
            IOException.class,
            () -> pretraining(gentle).run(result.weights(), Set.of(), checkpoint, log()));
    assertTrue(other.getMessage().contains("a training with other settings"), other.getMessage());
  }

  @Test
  void trainedWeightsAreNotNormalisedAnew() {
    Pretraining training = pretraining(settings(1, true, 1));
    Weights start = Weights.initial(NETWORK, 1);
    Path checkpoint = folder.resolve("c");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> training.run(start, Set.of(), checkpoint, log()));
    assertTrue(e.getMessage().startsWith("Batch normalisation would undo"), e.getMessage());
  }

  @Test
  void fewerImagesThanABatchAreRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new Pretraining(
                    NETWORK,
                    settings(1, true, 1),
                    new Stripes(15, 1),
                    new Stripes(2, 2),
                    ComputeDevice.CPU));
    assertEquals(
        "Pre-training needs at least one batch of 16 images; there are 15.", e.getMessage());
  }
}
