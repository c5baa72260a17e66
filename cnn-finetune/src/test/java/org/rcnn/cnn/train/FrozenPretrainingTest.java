package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.Pretraining.Epoch;
import org.rcnn.cnn.train.Solver.Cosine;

/**
 * The tiny network with its convolution frozen, on two classes of 12 x 12 thumbnails that are their
 * own mirror images, so that plain views are all the same: dark ones and light ones, under noise.
 */
class FrozenPretrainingTest {

  private static final NetworkDefinition NETWORK = ToyNetworks.tiny(2);
  private static final Weights START = Weights.initial(NETWORK, 4);
  private static final Set<String> CONV1 = Set.of("conv1");
  private static final Set<String> NEW = Set.of("fc6", "fc8");
  private static final Shades IMAGES = new Shades(100, 1);
  private static final Shades VALIDATION = new Shades(50, 9_999);

  @TempDir Path folder;

  @BeforeAll
  static void oneThread() {
    TorchEngine.useThreads(1);
  }

  private record Shades(int count, long seed) implements LabelledImages {
    @Override
    public int size() {
      return 12;
    }

    @Override
    public int label(int index) {
      return index % 2;
    }

    @Override
    public void copyPixels(int index, byte[] into) {
      Random random = new Random(seed + index);
      for (int y = 0; y < 12; y++) {
        for (int x = 0; x < 6; x++) {
          for (int c = 0; c < 3; c++) {
            byte value = (byte) (90 + 30 * label(index) + random.nextInt(60));
            into[3 * (12 * y + x) + c] = value;
            into[3 * (12 * y + 11 - x) + c] = value;
          }
        }
      }
    }

    @Override
    public String fingerprint() {
      return count + " from " + seed;
    }
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Collects the losses, and stops when asked. */
  private static final class Log implements Pretraining.Listener {
    final List<Double> losses = new ArrayList<>();
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
    public void epoch(Epoch epoch) {}
  }

  private static PretrainingSettings settings(
      double dropout, boolean batchNorm, double smoothing, Set<String> frozen) {
    return new PretrainingSettings(
        4,
        16,
        new Solver(0.05, new Cosine(4), 0.9, 5e-4),
        Augmentation.NONE,
        dropout,
        smoothing,
        batchNorm,
        frozen,
        5);
  }

  private static PretrainingSettings settings(boolean batchNorm) {
    return settings(0.5, batchNorm, 0.1, CONV1);
  }

  /** Values at pool5, computed as the plain way computes them. */
  private static KeptViews kept(int views) throws IOException {
    return new KeptViews(
        Tap.POOL5, views, "values " + views, values(IMAGES, views), values(VALIDATION, 1));
  }

  private static KeptViews.Values values(Shades images, int views) throws IOException {
    FixedViews fixed = new FixedViews(images, NETWORK, Augmentation.NONE, 1);
    try (FeatureExtractor extractor =
        FeatureExtractor.onCpu(NETWORK, START, Set.of(Tap.POOL5), 16)) {
      float[] rows =
          extractor
              .extract(
                  images.count() * views,
                  (number, into, offset) -> fixed.put(number / views, number % views, into, offset))
              .at(Tap.POOL5);
      return (image, view, into, offset) ->
          System.arraycopy(rows, (image * views + view) * 64, into, offset, 64);
    }
  }

  private static Pretraining training(PretrainingSettings settings, KeptViews kept) {
    return new Pretraining(NETWORK, settings, IMAGES, VALIDATION, kept, ComputeDevice.CPU);
  }

  private Pretraining.Result run(
      PretrainingSettings settings, KeptViews kept, String checkpoint, Log log) throws IOException {
    return training(settings, kept).run(START, NEW, folder.resolve(checkpoint), log);
  }

  @Test
  void lossesAreThoseOfTheNetworkRunAsAWhole() throws IOException {
    for (boolean batchNorm : new boolean[] {true, false}) {
      PretrainingSettings settings = settings(0, batchNorm, 0.1, CONV1);
      Log plain = new Log();
      Log kept = new Log();
      Pretraining.Result whole = run(settings, null, "plain" + batchNorm, plain);
      Pretraining.Result fromKept = run(settings, kept(2), "kept" + batchNorm, kept);
      assertEquals(4 * 6, kept.losses.size());
      for (int i = 0; i < kept.losses.size(); i++) {
        assertEquals(plain.losses.get(i), kept.losses.get(i), 1e-4, "iteration " + i);
      }
      double first = kept.losses.get(0);
      double last = kept.losses.get(kept.losses.size() - 1);
      assertTrue(last < 0.8 * first, "learned nothing: " + first + " to " + last);
      assertEquals(whole.top1(), fromKept.top1());
      for (int i = 0; i < 4; i++) {
        assertEquals(whole.curve().get(i).top1(), fromKept.curve().get(i).top1(), "epoch " + i);
      }
      whole
          .weights()
          .tensors()
          .forEach(
              (name, tensor) ->
                  assertArrayEquals(
                      tensor.values(),
                      fromKept.weights().tensors().get(name).values(),
                      1e-3f,
                      name));
    }
  }

  @Test
  void frozenLayersKeepTheirBitsAndTheOthersMove() throws IOException {
    for (boolean batchNorm : new boolean[] {true, false}) {
      for (KeptViews kept : Arrays.asList(null, kept(2))) {
        Weights weights =
            run(settings(batchNorm), kept, "frozen %s %s".formatted(batchNorm, kept), new Log())
                .weights();
        assertEquals(NETWORK.parameters().keySet(), weights.tensors().keySet());
        START
            .tensors()
            .forEach(
                (name, tensor) ->
                    assertEquals(
                        name.startsWith("conv1"),
                        tensor.equals(weights.tensors().get(name)),
                        name));
      }
    }
  }

  @Test
  void theWordForConvolutionsMeansThemAll() throws IOException {
    PretrainingSettings named = settings(0.5, false, 0.1, CONV1);
    PretrainingSettings meant = settings(0.5, false, 0.1, Set.of("convolutions"));
    assertEquals(
        run(named, kept(2), "named", new Log()).weights(),
        run(meant, kept(2), "meant", new Log()).weights());
  }

  @Test
  void sameSeedGivesTheSameWeights() throws IOException {
    Weights first = run(settings(true), kept(3), "a", new Log()).weights();
    assertEquals(first, run(settings(true), kept(3), "b", new Log()).weights());
  }

  @Test
  void aTrainingFromKeptViewsResumesWhereItWasKilled() throws IOException {
    for (boolean batchNorm : new boolean[] {true, false}) {
      Log whole = new Log();
      Weights expected = run(settings(batchNorm), kept(2), "whole" + batchNorm, whole).weights();
      String checkpoint = "killed" + batchNorm;
      assertThrows(Killed.class, () -> run(settings(batchNorm), kept(2), checkpoint, new Log(15)));
      Log rest = new Log();
      assertEquals(expected, run(settings(batchNorm), kept(2), checkpoint, rest).weights());
      assertEquals(whole.losses.subList(12, 24), rest.losses);
    }
  }

  @Test
  void everyViewIsDrawn() throws IOException {
    KeptViews three = kept(3);
    int[] drawn = new int[3];
    KeptViews.Values counting =
        (image, view, into, offset) -> {
          drawn[view]++;
          three.training().copy(image, view, into, offset);
        };
    run(
        settings(false),
        new KeptViews(Tap.POOL5, 3, "counted", counting, three.validation()),
        "drawn",
        new Log());
    // 384 draws, and perhaps some batches made ahead.
    for (int count : drawn) {
      assertTrue(count > 90, Arrays.toString(drawn));
    }
  }

  @Test
  void aCheckpointBelongsToItsImagesViewsAndSettings() throws IOException {
    run(settings(false), kept(2), "c", new Log());
    Path checkpoint = folder.resolve("c");
    KeptViews kept = kept(2);
    assertOther(training(settings(false), kept(3)), checkpoint);
    assertOther(training(settings(false), null), checkpoint);
    assertOther(training(settings(0.5, false, 0, CONV1), kept), checkpoint);
    assertOther(training(settings(0.5, false, 0.1, Set.of("convolutions")), kept), checkpoint);
    Shades others = new Shades(100, 2);
    assertOther(
        new Pretraining(NETWORK, settings(false), others, VALIDATION, kept, ComputeDevice.CPU),
        checkpoint);
    assertOther(
        new Pretraining(NETWORK, settings(false), IMAGES, others, kept, ComputeDevice.CPU),
        checkpoint);
    Log again = new Log();
    training(settings(false), kept).run(START, NEW, checkpoint, again);
    assertEquals(List.of(), again.losses, "its own training is recognised");
  }

  private static void assertOther(Pretraining training, Path checkpoint) {
    IOException e =
        assertThrows(IOException.class, () -> training.run(START, NEW, checkpoint, new Log()));
    assertTrue(e.getMessage().contains("a training with other settings"), e.getMessage());
  }

  @Test
  void trainedLayersThatLearnAreNotNormalisedAnew() throws IOException {
    assertRefused(
        "Batch normalisation would undo what trained weights have learned, here those of fc6; train on without it.",
        () -> training(settings(true), null).run(START, Set.of("fc8"), place(), new Log()));
    // That of the scores is never normalised, so it may be a trained one.
    training(settings(true), null).run(START, Set.of("fc6"), place(), new Log());
  }

  @Test
  void whatCannotBeFrozenIsRefused() throws IOException {
    assertRefused(
        "Frozen layers keep the weights that they start with; give the training starting weights.",
        () -> training(settings(false), null).run(place(), new Log()));
    assertRefused(
        "Layer conv1 is frozen, and the starting weights have none for it: it would stay random.",
        () -> training(settings(false), null).run(START, CONV1, place(), new Log()));
    assertRefused(
        "Pre-training has no layer that may learn: all of network tiny are frozen.",
        () -> training(settings(0, false, 0, Set.of("conv1", "fc6", "fc8")), null));
    KeptViews kept = kept(1);
    assertRefused(
        "Values at pool5 cannot be kept: a layer of network tiny up to there changes while it trains.",
        () -> training(settings(0, false, 0, Set.of("fc6")), kept));
    assertRefused(
        "At least one view of each image must be kept, not 0.",
        () -> new KeptViews(Tap.POOL5, 0, "", kept.training(), kept.validation()));
  }

  private Path place() {
    return folder.resolve("checkpoint");
  }

  private interface Attempt {
    void run() throws IOException;
  }

  private static void assertRefused(String message, Attempt attempt) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, attempt::run);
    assertEquals(message, e.getMessage());
  }

  /** Columns of 8 pixels for an input of 8: each value is its own column, 0, 10, 20 and so on. */
  private record Ramp() implements LabelledImages {
    @Override
    public int count() {
      return 1;
    }

    @Override
    public int size() {
      return 8;
    }

    @Override
    public int label(int index) {
      return 0;
    }

    @Override
    public void copyPixels(int index, byte[] into) {
      for (int i = 0; i < into.length; i++) {
        into[i] = (byte) (10 * (i / 3 % 8));
      }
    }

    @Override
    public String fingerprint() {
      return "ramp";
    }
  }

  @Test
  void viewsAreTheImageItsMirrorImageAndSeededCrops() {
    FixedViews views = new FixedViews(new Ramp(), NETWORK, new Augmentation(0.5, 0.2), 3);
    float[] image = view(views, 0);
    float[] mirrored = view(views, 1);
    for (int column = 0; column < 8; column++) {
      // The tiny network's preprocessing: (value - 128) / 64.
      assertEquals((10 * column - 128) / 64f, image[3 * column], 1e-6f);
      assertEquals((10 * (7 - column) - 128) / 64f, mirrored[3 * column], 1e-6f);
    }
    float[] crop = view(views, 2);
    assertArrayEquals(crop, view(views, 2));
    assertFalse(Arrays.equals(crop, view(views, 3)));
    assertFalse(Arrays.equals(crop, image));
    FixedViews others = new FixedViews(new Ramp(), NETWORK, new Augmentation(0.5, 0.2), 4);
    assertArrayEquals(image, view(others, 0));
    assertFalse(Arrays.equals(crop, view(others, 2)));
  }

  private static float[] view(FixedViews views, int number) {
    float[] into = new float[3 * 8 * 8 + 5];
    views.put(0, number, into, 5);
    return Arrays.copyOfRange(into, 5, into.length);
  }

  @Test
  void aViewIsDrawnAnewInEveryEpoch() throws IOException {
    KeptViews two = kept(2);
    List<Integer> ofFirst = new ArrayList<>();
    KeptViews.Values noting =
        (image, view, into, offset) -> {
          if (image == 0) {
            ofFirst.add(view);
          }
          two.training().copy(image, view, into, offset);
        };
    PretrainingSettings long20 =
        new PretrainingSettings(
            20,
            16,
            new Solver(0.001, new Cosine(4), 0.9, 0),
            Augmentation.NONE,
            0,
            0,
            false,
            CONV1,
            5);
    run(long20, new KeptViews(Tap.POOL5, 2, "noted", noting, two.validation()), "n", new Log());
    assertNotEquals(1, ofFirst.stream().distinct().count(), ofFirst.toString());
  }
}
