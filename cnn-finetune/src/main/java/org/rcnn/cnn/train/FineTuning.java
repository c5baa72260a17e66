package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
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
 * <p>Same seed, machine and thread count give the same weights, also when a training was resumed
 * from its checkpoint.
 */
public final class FineTuning {

  private static final int CHECKPOINT_EVERY = 500;

  /** Decoded images kept in memory unless told otherwise. */
  private static final long IMAGE_CACHE_BYTES = 1L << 30;

  /** Batches of held out regions that the validation loss is the mean of. */
  private static final int VALIDATION_BATCHES = 4;

  private final NetworkDefinition definition;
  private final FineTuningSettings settings;
  private final RegionPool pool;
  private final ImageCache images;
  private final RegionPool validation;
  private final ImageSource validationImages;
  private final ComputeDevice device;

  /**
   * A stretch of the learning curve.
   *
   * @param iteration its last iteration, counted from 1
   * @param loss mean loss over the stretch
   * @param accuracy share of the stretch's regions whose own label scored highest
   * @param positiveAccuracy the same among regions with a class
   * @param validationLoss the loss on held out regions after the stretch; NaN without validation
   * @param validationPositiveAccuracy share of the held out regions with a class whose own label
   *     scored highest; NaN without validation
   */
  public record LearningPoint(
      int iteration,
      double loss,
      double accuracy,
      double positiveAccuracy,
      double validationLoss,
      double validationPositiveAccuracy) {

    /** As a checkpoint keeps it. */
    private double[] figures() {
      return new double[] {
        iteration, loss, accuracy, positiveAccuracy, validationLoss, validationPositiveAccuracy
      };
    }

    private static LearningPoint of(double[] figures) {
      return new LearningPoint(
          (int) figures[0], figures[1], figures[2], figures[3], figures[4], figures[5]);
    }
  }

  /** Receives progress. */
  public interface Listener {
    /** After every iteration, counted from 1. */
    void iteration(int done, int total, double loss);

    /** After every stretch of {@link #stretch()} iterations. */
    default void progress(LearningPoint progress) {}

    /** Iterations in a stretch of the learning curve. */
    default int stretch() {
      return 50;
    }
  }

  /**
   * The outcome.
   *
   * @param weights the fine-tuned weights
   * @param curve the learning curve, that of earlier calls included
   */
  public record Result(Weights weights, List<LearningPoint> curve) {
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
    this(definition, settings, pool, null, images, ComputeDevice.CPU, IMAGE_CACHE_BYTES);
  }

  /**
   * A fine-tuning with validation: after every stretch, the loss is measured on about 512 regions
   * of images that it does not learn from, the same ones each time, without dropout. Validation
   * does not change what is learned.
   *
   * @param definition the network, with one score for background and one for each class
   * @param pool labelled regions
   * @param validation regions of other images, labelled alike; null for none
   * @param images the images the pools' regions lie in; may be asked by two threads at once
   * @param device where the network trains
   * @param imageCacheBytes decoded images kept in memory, which changes time alone
   * @throws IllegalArgumentException if a pool lacks positives or backgrounds
   */
  public FineTuning(
      NetworkDefinition definition,
      FineTuningSettings settings,
      RegionPool pool,
      RegionPool validation,
      ImageSource images,
      ComputeDevice device,
      long imageCacheBytes) {
    requireBothKinds("the pool", pool);
    if (validation != null) {
      requireBothKinds("the pool held out for validation", validation);
    }
    this.definition = definition.withDropout((float) settings.dropout());
    this.settings = settings;
    this.pool = pool;
    this.images = new ImageCache(images, imageCacheBytes);
    this.validation = validation;
    this.validationImages = images;
    this.device = device;
  }

  private static void requireBothKinds(String name, RegionPool pool) {
    if (pool.positiveCount() == 0 || pool.backgroundCount() == 0) {
      throw new IllegalArgumentException(
          "Fine-tuning needs regions of both kinds: %s has %d positives and %d backgrounds."
              .formatted(name, pool.positiveCount(), pool.backgroundCount()));
    }
  }

  /**
   * How often each label occurs in the batches of the whole training, background first. Batches
   * follow from the seed alone, so no training has to run for it.
   *
   * @param classes number of classes, background not counted
   */
  public long[] labelsDrawn(int classes) {
    long[] drawn = new long[classes + 1];
    for (int i = 0; i < settings.iterations(); i++) {
      Random random = batchRandom(i);
      for (int place = 0; place < settings.positives() + settings.backgrounds(); place++) {
        drawn[pool.label(draw(pool, place, random))]++;
        random.nextBoolean();
      }
    }
    return drawn;
  }

  /**
   * Trains to the end; resumes from the checkpoint if there is one.
   *
   * @param start the weights to start from
   * @param newLayers names of the layers that learn at the new layers' rates
   * @param checkpoint where the state is kept every 500 iterations; it stays there at the end, for
   *     the caller to delete once the result is saved
   * @throws IllegalArgumentException if no layer may learn
   * @throws IOException if an image or the checkpoint cannot be read or written
   */
  public Result run(Weights start, Set<String> newLayers, Path checkpoint, Listener listener)
      throws IOException {
    WeightFile saved = Checkpoint.read(checkpoint, identity());
    int first = Checkpoint.done(saved);
    List<LearningPoint> curve =
        new ArrayList<>(Checkpoint.curve(saved).stream().map(LearningPoint::of).toList());
    try (Network network =
        new Network(definition, saved == null ? start : saved.weights(), device.engineDevice())) {
      MomentumSgd sgd =
          new MomentumSgd(network, settings.solver(), name -> rateFactor(name, newLayers));
      if (sgd.parameters().isEmpty()) {
        throw new IllegalArgumentException(
            "Nothing is left to learn: every layer is frozen or has a rate of 0.");
      }
      if (saved != null) {
        sgd.restore(Checkpoint.velocities(saved.weights()));
      }
      train(network, sgd, newLayers, first, checkpoint, curve, listener);
      return new Result(network.weights(), curve);
    }
  }

  /** Identifies the training that a checkpoint belongs to. */
  private String identity() {
    return "%s, %d outputs, %d regions, %s"
        .formatted(definition.name(), definition.outputs(), pool.size(), settings);
  }

  private double rateFactor(String parameter, Set<String> newLayers) {
    String layer = layerOf(parameter);
    boolean bias = parameter.endsWith(".bias");
    if (settings.frozenLayers().contains(layer)) {
      return 0;
    }
    double own = settings.layerRates().getOrDefault(layer, 1.0);
    if (newLayers.contains(layer)) {
      return own * (bias ? settings.newBiasRate() : settings.newWeightRate());
    }
    return own * (bias ? settings.copiedBiasRate() : 1);
  }

  private static String layerOf(String parameter) {
    return parameter.substring(0, parameter.lastIndexOf('.'));
  }

  private void train(
      Network network,
      MomentumSgd sgd,
      Set<String> newLayers,
      int first,
      Path checkpoint,
      List<LearningPoint> curve,
      Listener listener)
      throws IOException {
    int batchSize = settings.positives() + settings.backgrounds();
    Stretch stretch = new Stretch(settings.positives());
    Predicate<String> isNew = parameter -> newLayers.contains(layerOf(parameter));
    // Without a new layer that may learn, all layers learn from the start.
    int together = sgd.parameters().stream().anyMatch(isNew) ? settings.newLayersFirst() : 0;
    if (first < together) {
      sgd.learnOnly(isNew);
    }
    try (BatchFeeder feeder =
        new BatchFeeder(this::fill, first, batchSize, definition.inputSize())) {
      for (int i = first; i < settings.iterations(); i++) {
        if (i == together) {
          sgd.learnOnly(parameter -> true);
        }
        BatchFeeder.Batch batch = feeder.take();
        double loss = step(network, sgd, batch, i, stretch);
        feeder.release(batch);
        listener.iteration(i + 1, settings.iterations(), loss);
        if ((i + 1) % listener.stretch() == 0 || i + 1 == settings.iterations()) {
          curve.add(stretch.finish(i + 1, validate(network)));
          listener.progress(curve.get(curve.size() - 1));
        }
        if ((i + 1) % CHECKPOINT_EVERY == 0) {
          List<double[]> figures = curve.stream().map(LearningPoint::figures).toList();
          Checkpoint.of(network.weights(), sgd.velocities(), i + 1, figures, identity())
              .write(checkpoint, Precision.F32);
        }
      }
    }
  }

  private double step(
      Network network, MomentumSgd sgd, BatchFeeder.Batch batch, int iteration, Stretch stretch) {
    TorchEngine.instance().setRandomSeed((int) (settings.seed() * 31 + iteration));
    try (NDManager scratch = network.manager().newSubManager()) {
      NDArray input = batch.images(scratch, definition.inputSize());
      NDArray labels = scratch.create(batch.labels);
      double loss;
      try (GradientCollector collector = TorchEngine.instance().newGradientCollector()) {
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
    Random random = batchRandom(iteration);
    int perRegion = values.length / labels.length;
    for (int i = 0; i < labels.length; i++) {
      int region = draw(pool, i, random);
      boolean mirror = random.nextBoolean();
      labels[i] = pool.label(region);
      try (RegionWarper warper = new RegionWarper(images.get(pool.image(region)), definition)) {
        warper.warp(warper.geometry(pool.box(region)), mirror, values, i * perRegion);
      }
    }
  }

  private Random batchRandom(int iteration) {
    return new Random(settings.seed() * 1_000_003L + iteration);
  }

  /** The region at a place of a batch: positives first. */
  private int draw(RegionPool from, int place, Random random) {
    return place < settings.positives()
        ? from.positive(random.nextInt(from.positiveCount()))
        : from.background(random.nextInt(from.backgroundCount()));
  }

  /** Loss, and accuracy on positives, of the held out regions. */
  private double[] validate(Network network) throws IOException {
    if (validation == null) {
      return new double[] {Double.NaN, Double.NaN};
    }
    Stretch sums = new Stretch(settings.positives());
    int side = definition.inputSize();
    long[] labels = new long[settings.positives() + settings.backgrounds()];
    float[] values = new float[labels.length * 3 * side * side];
    for (int b = 0; b < VALIDATION_BATCHES; b++) {
      // Negative numbers, which no batch of the training has.
      Random random = batchRandom(-1 - b);
      for (int i = 0; i < labels.length; i++) {
        int region = draw(validation, i, random);
        labels[i] = validation.label(region);
        try (RegionWarper warper =
            new RegionWarper(validationImages.read(validation.image(region)), definition)) {
          warper.warp(warper.geometry(validation.box(region)), false, values, i * 3 * side * side);
        }
      }
      try (NDManager scratch = network.manager().newSubManager()) {
        NDArray stored = scratch.create(values, new Shape(labels.length, side, side, 3));
        NDArray view = stored.transpose(0, 3, 1, 2);
        view.attach(scratch);
        NDArray scores = network.forward(view, Set.of(Tap.SCORES)).get(Tap.SCORES);
        double loss = SoftmaxLoss.of(scores, scratch.create(labels), 0).getFloat();
        sums.add(loss, scores.toFloatArray(), labels);
      }
    }
    LearningPoint found = sums.finish(0, new double[] {Double.NaN, Double.NaN});
    return new double[] {found.loss(), found.positiveAccuracy()};
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

    LearningPoint finish(int iteration, double[] validated) {
      LearningPoint progress =
          new LearningPoint(
              iteration,
              loss / iterations,
              (double) hits / regions,
              (double) positiveHits / ((double) iterations * positives),
              validated[0],
              validated[1]);
      loss = 0;
      iterations = 0;
      regions = 0;
      hits = 0;
      positiveHits = 0;
      return progress;
    }
  }
}
