package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.rcnn.cnn.network.BatchNormFolding;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.SeedMix;

/**
 * Supervised pre-training on an auxiliary classification set (section 2.3 of the paper).
 *
 * <p>Differences from Caffe's AlexNet recipe, for a small network and few hours: batch
 * normalisation while training, a cosine schedule, views of random area and aspect ratio, label
 * smoothing. Each is a setting.
 *
 * <p>Layers may be frozen: they keep the weights they start with. Where they are a prefix of the
 * network, what they compute can be kept ({@link KeptViews}).
 *
 * <p>Same seed, machine and thread count give the same weights, also when a training was stopped
 * and resumed from its checkpoint: order, views and dropout of an iteration depend on the seed and
 * its number alone.
 */
public final class Pretraining {

  /** Batches over which the final statistics of batch normalisation are averaged. */
  private static final int STATISTICS_BATCHES = 200;

  private final NetworkDefinition plain;
  private final NetworkDefinition trained;
  private final PretrainingSettings settings;
  private final LabelledImages images;
  private final LabelledImages validation;
  private final KeptViews kept;
  private final ComputeDevice device;
  private final int batchesPerEpoch;
  private int[] order = new int[0];
  private int orderEpoch = -1;

  /**
   * The result of an epoch.
   *
   * @param epoch from 1
   * @param loss mean training loss
   * @param top1 share of validation images whose class scored highest
   * @param top5 share of validation images whose class was among the five highest
   * @param seconds wall time of the epoch
   */
  public record Epoch(int epoch, double loss, double top1, double top5, double seconds) {

    /** As a checkpoint keeps it. */
    private double[] figures() {
      return new double[] {epoch, loss, top1, top5, seconds};
    }

    private static Epoch of(double[] figures) {
      return new Epoch((int) figures[0], figures[1], figures[2], figures[3], figures[4]);
    }
  }

  /**
   * The outcome.
   *
   * @param weights the plain network's weights
   * @param top1 share of validation images whose class scored highest
   * @param top5 share of validation images whose class was among the five highest
   * @param curve the learning curve, that of earlier calls included
   */
  public record Result(Weights weights, double top1, double top5, List<Epoch> curve) {
    /** Keeps its own copy. */
    public Result {
      curve = List.copyOf(curve);
    }
  }

  /** Receives progress. */
  public interface Listener {
    /** After every iteration, counted from 1. */
    void iteration(int done, int total, double loss);

    /**
     * Before anything else, if the training resumes from a checkpoint.
     *
     * @param done iterations that an earlier call did
     */
    default void resumed(int done) {}

    /** After every epoch. */
    void epoch(Epoch epoch);
  }

  /**
   * A training of a network.
   *
   * @param definition the network, with as many scores as there are classes
   * @param device where the network trains
   * @throws IllegalArgumentException if there are too few images for a batch, or no layer learns
   */
  public Pretraining(
      NetworkDefinition definition,
      PretrainingSettings settings,
      LabelledImages images,
      LabelledImages validation,
      ComputeDevice device) {
    this(definition, settings, images, validation, null, device);
  }

  /**
   * A training of a network from values that were computed before.
   *
   * @param definition the network, with as many scores as there are classes
   * @param kept the images' values at a tap; null to run all layers on random views
   * @param device where the network trains
   * @throws IllegalArgumentException if there are too few images for a batch, no layer learns, or a
   *     layer up to the tap does
   */
  public Pretraining(
      NetworkDefinition definition,
      PretrainingSettings settings,
      LabelledImages images,
      LabelledImages validation,
      KeptViews kept,
      ComputeDevice device) {
    this.device = device;
    this.plain = definition;
    this.trained =
        definition.withDropout((float) settings.dropout()).withBatchNorm(settings::normalises);
    this.settings = settings;
    this.images = images;
    this.validation = validation;
    this.kept = kept;
    this.batchesPerEpoch = images.count() / settings.batch();
    if (batchesPerEpoch < 1) {
      throw new IllegalArgumentException(
          "Pre-training needs at least one batch of %d images; there are %d."
              .formatted(settings.batch(), images.count()));
    }
    if (definition.leaves().noneMatch(settings::learns)) {
      throw new IllegalArgumentException(
          "Pre-training has no layer that may learn: all of network %s are frozen."
              .formatted(definition.name()));
    }
    boolean fixed =
        kept == null
            || definition
                .lastFixedTap(settings::learns)
                .filter(tap -> tap.compareTo(kept.tap()) >= 0)
                .isPresent();
    if (!fixed) {
      throw new IllegalArgumentException(
          "Values at %s cannot be kept: a layer of network %s up to there changes while it trains."
              .formatted(kept.tap().label(), definition.name()));
    }
  }

  /**
   * Trains from random weights to the end; resumes from the checkpoint if there is one.
   *
   * @param checkpoint where the state is kept after every epoch; never deleted, so that a finished
   *     training is recognised
   * @return the plain network's weights and what they reach
   * @throws IllegalArgumentException if layers are frozen
   * @throws IOException if the checkpoint, or what is trained on, cannot be read or written
   */
  public Result run(Path checkpoint, Listener listener) throws IOException {
    if (!settings.frozenLayers().isEmpty()) {
      throw new IllegalArgumentException(
          "Frozen layers keep the weights that they start with; give the training starting weights.");
    }
    return run(Weights.initial(trained, settings.seed()), identity(), checkpoint, listener);
  }

  /**
   * Trains an already trained network to the end; resumes from the checkpoint if there is one.
   *
   * @param start the weights to start from, without batch normalisation
   * @param newLayers names of the layers whose weights are fresh; a frozen layer is none of them.
   *     With batch normalisation all layers that learn are, the one of the scores perhaps not.
   * @param checkpoint as in {@link #run(Path, Listener)}
   * @throws IllegalArgumentException if layers that are not new would be normalised, or frozen ones
   *     are new
   * @throws IOException if the checkpoint, or what is trained on, cannot be read or written
   */
  public Result run(Weights start, Set<String> newLayers, Path checkpoint, Listener listener)
      throws IOException {
    requireSuitable(newLayers);
    Map<String, Tensor> first =
        new LinkedHashMap<>(Weights.initial(trained, settings.seed()).tensors());
    first.putAll(start.tensors());
    return run(new Weights(first), identity() + ", from " + checksum(start), checkpoint, listener);
  }

  private void requireSuitable(Set<String> newLayers) {
    for (Layer layer : plain.parameterLayers()) {
      boolean isNew = newLayers.contains(layer.name());
      boolean normalised = settings.normalises(layer) && !layer.equals(plain.scoresLayer());
      if (normalised && !isNew) {
        throw new IllegalArgumentException(
            "Batch normalisation would undo what trained weights have learned, here those of %s; train on without it."
                .formatted(layer.name()));
      }
      if (isNew && layer.learns() && !settings.learns(layer)) {
        throw new IllegalArgumentException(
            "Layer %s is frozen, and the starting weights have none for it: it would stay random."
                .formatted(layer.name()));
      }
    }
  }

  private Result run(Weights first, String identity, Path checkpoint, Listener listener)
      throws IOException {
    WeightFile saved = Checkpoint.read(checkpoint, identity);
    int firstEpoch = Checkpoint.done(saved);
    Weights start = saved == null ? first : saved.weights();
    List<Epoch> curve = new ArrayList<>(Checkpoint.curve(saved).stream().map(Epoch::of).toList());
    try (Network network = new Network(trained, start, device.engineDevice())) {
      Set<String> frozen = frozenParameters();
      MomentumSgd sgd =
          new MomentumSgd(network, settings.solver(), name -> frozen.contains(name) ? 0 : 1);
      if (saved != null) {
        sgd.restore(Checkpoint.velocities(saved.weights()));
      }
      int firstBatch = firstEpoch * batchesPerEpoch;
      if (firstBatch > 0) {
        listener.resumed(firstBatch);
      }
      try (BatchFeeder feeder =
          new BatchFeeder(this::fill, firstBatch, settings.batch(), perItem())) {
        for (int epoch = firstEpoch; epoch < settings.epochs(); epoch++) {
          curve.add(trainEpoch(network, sgd, feeder, epoch, listener));
          listener.epoch(curve.get(curve.size() - 1));
          List<double[]> figures = curve.stream().map(Epoch::figures).toList();
          Checkpoint.write(
              Checkpoint.of(network.weights(), sgd.velocities(), epoch + 1, figures, identity),
              checkpoint);
        }
      }
      if (settings.batchNorm()) {
        settleStatistics(network);
        return evaluated(BatchNormFolding.fold(plain, network.weights()), curve);
      }
      return evaluated(network.weights(), curve);
    }
  }

  /** Identifies the training that a checkpoint belongs to. */
  private String identity() {
    return "%s, %d outputs, %d images %s, validated on %s, %s%s%s"
        .formatted(
            plain.name(),
            plain.outputs(),
            images.count(),
            images.fingerprint(),
            validation.fingerprint(),
            settings,
            kept == null
                ? ""
                : ", %d views kept at %s: %s"
                    .formatted(kept.views(), kept.tap().label(), kept.fingerprint()),
            device == ComputeDevice.CPU ? "" : ", on " + device);
  }

  private Set<String> frozenParameters() {
    return plain.parameterLayers().stream()
        .filter(layer -> !settings.learns(layer))
        .flatMap(layer -> layer.parameters().keySet().stream())
        .collect(Collectors.toSet());
  }

  private static String checksum(Weights weights) {
    CRC32C sum = new CRC32C();
    for (Tensor tensor : weights.tensors().values()) {
      ByteBuffer bytes = ByteBuffer.allocate(tensor.values().length * Float.BYTES);
      bytes.asFloatBuffer().put(tensor.values());
      sum.update(bytes);
    }
    return Long.toHexString(sum.getValue());
  }

  private Result evaluated(Weights weights, List<Epoch> curve) throws IOException {
    try (Network network = new Network(plain, weights, device.engineDevice())) {
      double[] accuracy = validate(network);
      return new Result(weights, accuracy[0], accuracy[1], curve);
    }
  }

  /**
   * Measures the statistics of batch normalisation anew with the final weights, as the average over
   * many batches: the running ones lag behind the weights and depend on the last few batches.
   */
  private void settleStatistics(Network network) throws IOException {
    int batches = Math.min(STATISTICS_BATCHES, batchesPerEpoch);
    int first = settings.epochs() * batchesPerEpoch;
    try (BatchFeeder feeder = new BatchFeeder(this::fill, first, settings.batch(), perItem())) {
      for (int i = 0; i < batches; i++) {
        BatchFeeder.Batch batch = feeder.take();
        TorchEngine.instance().setRandomSeed((int) SeedMix.mix(settings.seed(), first + i));
        try (NDManager scratch = network.manager().newSubManager()) {
          float share = 1f / (i + 1);
          if (kept == null) {
            network.renewStatistics(batch.images(scratch, plain.inputSize()), share);
          } else {
            network.renewStatisticsFrom(kept.tap(), batch.rows(scratch), share);
          }
        }
        feeder.release(batch);
      }
    }
  }

  private Epoch trainEpoch(
      Network network, MomentumSgd sgd, BatchFeeder feeder, int epoch, Listener listener)
      throws IOException {
    long begin = System.nanoTime();
    double lossSum = 0;
    int total = settings.epochs() * batchesPerEpoch;
    for (int i = 0; i < batchesPerEpoch; i++) {
      int iteration = epoch * batchesPerEpoch + i;
      BatchFeeder.Batch batch = feeder.take();
      double loss = step(network, sgd, batch, iteration, total);
      feeder.release(batch);
      lossSum += loss;
      listener.iteration(iteration + 1, total, loss);
    }
    double[] accuracy = validate(network);
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Epoch(epoch + 1, lossSum / batchesPerEpoch, accuracy[0], accuracy[1], seconds);
  }

  private double step(
      Network network, MomentumSgd sgd, BatchFeeder.Batch batch, int iteration, int total) {
    // Dropout draws from the engine's one generator; seeding it each time lets any iteration be
    // repeated.
    TorchEngine.instance().setRandomSeed((int) SeedMix.mix(settings.seed(), iteration));
    try (NDManager scratch = network.manager().newSubManager()) {
      NDArray labels = scratch.create(batch.labels);
      double loss;
      try (GradientCollector collector = TorchEngine.instance().newGradientCollector()) {
        NDArray scores =
            kept == null
                ? network.forwardTraining(batch.images(scratch, plain.inputSize()))
                : network.forwardTrainingFrom(kept.tap(), batch.rows(scratch));
        NDArray mean = SoftmaxLoss.of(scores, labels, (float) settings.labelSmoothing());
        collector.backward(mean);
        loss = mean.getFloat();
      }
      sgd.step(scratch, settings.solver().schedule().factor(iteration, total));
      return loss;
    }
  }

  /**
   * Fills batch number {@code index}: the epoch's permutation, each image with a view of its own, a
   * new one or one of those kept.
   */
  private void fill(int index, float[] values, long[] labels) throws IOException {
    int epoch = index / batchesPerEpoch;
    if (epoch != orderEpoch) {
      order = permutation(images.count(), SeedMix.mix(settings.seed(), epoch));
      orderEpoch = epoch;
    }
    byte[] pixels = new byte[3 * images.size() * images.size()];
    for (int i = 0; i < labels.length; i++) {
      int position = index % batchesPerEpoch * settings.batch() + i;
      int image = order[position];
      labels[i] = images.label(image);
      Random random = new Random(SeedMix.mix(settings.seed(), epoch, image));
      if (kept == null) {
        images.copyPixels(image, pixels);
        settings
            .augmentation()
            .randomView(pixels, images.size(), plain, random, values, i * perItem());
      } else {
        kept.training().copy(image, random.nextInt(kept.views()), values, i * perItem());
      }
    }
  }

  private static int[] permutation(int count, long seed) {
    int[] order = IntStream.range(0, count).toArray();
    Random random = new Random(seed);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** Values of what a network is given of an image: its pixels, or what is kept of it. */
  private int perItem() {
    return kept == null
        ? 3 * plain.inputSize() * plain.inputSize()
        : plain.tapDimensions().get(kept.tap());
  }

  /** Top-1 and top-5 accuracy on the validation images. */
  private double[] validate(Network network) throws IOException {
    int perItem = perItem();
    byte[] pixels = new byte[3 * validation.size() * validation.size()];
    int[] hits = new int[2];
    for (int begin = 0; begin < validation.count(); begin += settings.batch()) {
      int count = Math.min(settings.batch(), validation.count() - begin);
      float[] values = new float[count * perItem];
      for (int i = 0; i < count; i++) {
        if (kept == null) {
          validation.copyPixels(begin + i, pixels);
          Augmentation.plainView(pixels, validation.size(), plain, values, i * perItem);
        } else {
          kept.validation().copy(begin + i, 0, values, i * perItem);
        }
      }
      countHits(scores(network, values, count), begin, count, hits);
    }
    double images = Math.max(1, validation.count());
    return new double[] {hits[0] / images, hits[1] / images};
  }

  private float[] scores(Network network, float[] values, int count) {
    int side = plain.inputSize();
    Set<Tap> wanted = Set.of(Tap.SCORES);
    try (NDManager scratch = network.manager().newSubManager()) {
      if (kept != null) {
        NDArray rows = scratch.create(values, new Shape(count, perItem()));
        return network.forwardFrom(kept.tap(), rows, wanted).get(Tap.SCORES).toFloatArray();
      }
      NDArray input = scratch.create(values, new Shape(count, side, side, 3)).transpose(0, 3, 1, 2);
      input.attach(scratch);
      return network.forward(input, wanted).get(Tap.SCORES).toFloatArray();
    }
  }

  private void countHits(float[] scores, int begin, int count, int[] hits) {
    int classes = scores.length / count;
    for (int i = 0; i < count; i++) {
      float own = scores[i * classes + validation.label(begin + i)];
      int higher = 0;
      for (int c = 0; c < classes; c++) {
        if (scores[i * classes + c] > own) {
          higher++;
        }
      }
      hits[0] += higher == 0 ? 1 : 0;
      hits[1] += higher < 5 ? 1 : 0;
    }
  }
}
