package org.rcnn.cnn.train;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.warp.RegionWarper;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;

/**
 * Domain-specific fine-tuning (section 2.3 of the paper): the pre-trained network learns to tell
 * the N classes and background apart on warped regions.
 *
 * <p>Each batch holds a fixed number of positives and of backgrounds, drawn evenly and with
 * replacement from the whole pool, over all images, as the authors' {@code window_data_layer} does;
 * each region is mirrored half of the time. Layers that the transfer left new learn faster.
 *
 * <p>Same seed, machine and thread count give the same weights, also when a training went on from
 * its checkpoint.
 */
public final class FineTuning {

  private static final int CHECKPOINT_EVERY = 500;

  private final NetworkDefinition definition;
  private final FineTuningSettings settings;
  private final RegionPool pool;
  private final ImageCache images;

  /**
   * A stretch of the learning curve.
   *
   * @param iteration its last iteration, counted from 1
   * @param loss mean loss over the stretch
   * @param accuracy share of the stretch's regions whose own label scored highest
   * @param positiveAccuracy the same among regions with a class
   */
  public record Progress(int iteration, double loss, double accuracy, double positiveAccuracy) {}

  /** Hears of progress. */
  public interface Listener {
    /** After every iteration, counted from 1. */
    void iteration(int done, int total, double loss);

    /** After every stretch of {@link #stretch()} iterations. */
    void progress(Progress progress);

    /** Iterations in a stretch of the learning curve. */
    default int stretch() {
      return 50;
    }
  }

  /**
   * The outcome.
   *
   * @param weights the fine-tuned weights
   * @param curve the learning curve of the iterations run by this call
   */
  public record Result(Weights weights, List<Progress> curve) {
    /** Keeps its own copy. */
    public Result {
      curve = List.copyOf(curve);
    }
  }

  /**
   * A fine-tuning.
   *
   * @param definition the network, with one score for background and one for each class
   * @param pool labelled regions
   * @param images the images the pool's regions lie in
   * @throws IllegalArgumentException if the pool lacks positives or backgrounds
   */
  public FineTuning(
      NetworkDefinition definition,
      FineTuningSettings settings,
      RegionPool pool,
      ImageSource images) {
    if (pool.positiveCount() == 0 || pool.backgroundCount() == 0) {
      throw new IllegalArgumentException(
          "Fine-tuning needs regions of both kinds: the pool has %d positives and %d backgrounds."
              .formatted(pool.positiveCount(), pool.backgroundCount()));
    }
    this.definition = definition.withDropout(settings.dropout());
    this.settings = settings;
    this.pool = pool;
    this.images = new ImageCache(images, settings.imageCacheBytes());
  }

  /**
   * Trains to the end, or on from the checkpoint if there is one.
   *
   * @param start the weights to start from
   * @param newLayers names of the layers that learn at the new layers' rates
   * @param checkpoint where the state is kept every 500 iterations; deleted at the end
   * @throws IOException if an image or the checkpoint cannot be read or written
   */
  public Result run(Weights start, Set<String> newLayers, Path checkpoint, Listener listener)
      throws IOException {
    WeightFile saved = Checkpoint.read(checkpoint, identity());
    int first = Checkpoint.done(saved);
    List<Progress> curve = new ArrayList<>();
    try (Network network =
        new Network(definition, saved == null ? start : saved.weights(), Device.cpu())) {
      MomentumSgd sgd =
          new MomentumSgd(network, settings.solver(), name -> rateFactor(name, newLayers));
      if (saved != null) {
        sgd.restore(Checkpoint.velocities(saved.weights()));
      }
      train(network, sgd, first, checkpoint, curve, listener);
      Weights result = network.weights();
      Files.deleteIfExists(checkpoint);
      return new Result(result, curve);
    }
  }

  /** Which training a checkpoint belongs to. */
  private String identity() {
    return "%s, %d outputs, %d regions, %s"
        .formatted(definition.name(), definition.outputs(), pool.size(), settings);
  }

  private double rateFactor(String parameter, Set<String> newLayers) {
    String layer = parameter.substring(0, parameter.lastIndexOf('.'));
    boolean bias = parameter.endsWith(".bias");
    if (settings.frozenLayers().contains(layer)) {
      return 0;
    }
    if (newLayers.contains(layer)) {
      return bias ? settings.newBiasRate() : settings.newWeightRate();
    }
    return bias ? settings.copiedBiasRate() : 1;
  }

  private void train(
      Network network,
      MomentumSgd sgd,
      int first,
      Path checkpoint,
      List<Progress> curve,
      Listener listener)
      throws IOException {
    int batchSize = settings.positives() + settings.backgrounds();
    Stretch stretch = new Stretch(settings.positives());
    try (BatchFeeder feeder =
        new BatchFeeder(this::fill, first, batchSize, definition.inputSize())) {
      for (int i = first; i < settings.iterations(); i++) {
        BatchFeeder.Batch batch = feeder.take();
        double loss = step(network, sgd, batch, i, stretch);
        feeder.release(batch);
        listener.iteration(i + 1, settings.iterations(), loss);
        if ((i + 1) % listener.stretch() == 0 || i + 1 == settings.iterations()) {
          curve.add(stretch.finish(i + 1));
          listener.progress(curve.get(curve.size() - 1));
        }
        if ((i + 1) % CHECKPOINT_EVERY == 0) {
          Checkpoint.of(network.weights(), sgd.velocities(), i + 1, identity())
              .write(checkpoint, Precision.F32);
        }
      }
    }
  }

  private double step(
      Network network, MomentumSgd sgd, BatchFeeder.Batch batch, int iteration, Stretch stretch) {
    Engine.getInstance().setRandomSeed((int) (settings.seed() * 31 + iteration));
    try (NDManager scratch = network.manager().newSubManager()) {
      NDArray input = batch.images(scratch, definition.inputSize());
      NDArray labels = scratch.create(batch.labels);
      double loss;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray scores = network.forwardTraining(input);
        NDArray mean = SoftmaxLoss.of(scores, labels, 0);
        collector.backward(mean);
        loss = mean.getFloat();
        stretch.add(loss, scores.toFloatArray(), batch.labels);
      }
      sgd.step(scratch, settings.solver().schedule().factor(iteration, settings.iterations()));
      return loss;
    }
  }

  /** Fills a batch: positives first, then backgrounds, each region mirrored or not. */
  private void fill(int iteration, float[] values, long[] labels) throws IOException {
    Random random = new Random(settings.seed() * 1_000_003L + iteration);
    int perRegion = values.length / labels.length;
    for (int i = 0; i < labels.length; i++) {
      int region =
          i < settings.positives()
              ? pool.positive(random.nextInt(pool.positiveCount()))
              : pool.background(random.nextInt(pool.backgroundCount()));
      boolean mirror = random.nextBoolean();
      labels[i] = pool.label(region);
      try (RegionWarper warper = new RegionWarper(images.get(pool.image(region)), definition)) {
        warper.warp(warper.geometry(pool.box(region)), mirror, values, i * perRegion);
      }
    }
  }

  /** Sums over a stretch of the learning curve. */
  private static final class Stretch {
    private final int positives;
    private double loss;
    private int iterations;
    private int regions;
    private int hits;
    private int positiveHits;

    Stretch(int positives) {
      this.positives = positives;
    }

    void add(double batchLoss, float[] scores, long[] labels) {
      loss += batchLoss;
      iterations++;
      int outputs = scores.length / labels.length;
      for (int i = 0; i < labels.length; i++) {
        int best = 0;
        for (int c = 1; c < outputs; c++) {
          if (scores[i * outputs + c] > scores[i * outputs + best]) {
            best = c;
          }
        }
        boolean hit = best == labels[i];
        hits += hit ? 1 : 0;
        positiveHits += hit && i < positives ? 1 : 0;
      }
      regions += labels.length;
    }

    Progress finish(int iteration) {
      Progress progress =
          new Progress(
              iteration,
              loss / iterations,
              (double) hits / regions,
              (double) positiveHits / ((double) iterations * positives));
      loss = 0;
      iterations = 0;
      regions = 0;
      hits = 0;
      positiveHits = 0;
      return progress;
    }
  }
}
