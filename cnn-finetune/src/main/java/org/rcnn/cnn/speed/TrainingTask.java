package org.rcnn.cnn.speed;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.PretrainingSettings;
import org.rcnn.cnn.train.RegionPool;
import org.rcnn.cnn.train.Solver;

/**
 * One batch for one network to learn from.
 *
 * @param definition the network as it trains, with dropout and batch normalisation
 * @param weights its weights before the first iteration
 * @param solver how steps are taken; its schedule is left out, so the rate is constant
 * @param rates for each parameter the factor on the rate; 0 where it does not learn
 * @param labelSmoothing the share of each label that is spread over all classes
 * @param images {@code batch x size x size x 3} values, channels last
 * @param labels a class for each image
 * @param threads threads that one operation may be split over
 */
public record TrainingTask(
    NetworkDefinition definition,
    Weights weights,
    Solver solver,
    Map<String, Double> rates,
    double labelSmoothing,
    float[] images,
    long[] labels,
    int threads) {

  /**
   * A fine-tuning of fresh weights on noise; the layer of the scores is new.
   *
   * @param definition the network, with one score for background and one for each class
   * @param settings batch, first phase, rates, dropout, frozen layers and seed
   */
  public static TrainingTask fineTuning(NetworkDefinition definition, FineTuningSettings settings) {
    Random random = new Random(settings.seed());
    long[] labels = new long[settings.positives() + settings.backgrounds()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] =
          i < settings.positives()
              ? 1 + random.nextInt(definition.outputs() - 1)
              : RegionPool.BACKGROUND;
    }
    Map<String, Double> rates = new LinkedHashMap<>();
    for (String parameter : definition.parameters().keySet()) {
      rates.put(parameter, rate(parameter, definition, settings));
    }
    return of(
        definition.withDropout((float) settings.dropout()),
        settings.solver(settings.phases().get(0)),
        rates,
        0,
        labels,
        settings.seed());
  }

  private static double rate(
      String parameter, NetworkDefinition definition, FineTuningSettings settings) {
    String layer = parameter.substring(0, parameter.lastIndexOf('.'));
    boolean bias = parameter.endsWith(".bias");
    if (settings.frozenLayers().contains(layer) || Layer.isFixed(parameter)) {
      return 0;
    }
    if (layer.equals(definition.scoresLayer().name())) {
      return bias ? settings.newBiasRate() : settings.newWeightRate();
    }
    return bias ? settings.copiedBiasRate() : 1;
  }

  /**
   * A pre-training of fresh weights on noise.
   *
   * @param definition the network, with a score for each class
   * @param settings batch, solver, dropout, label smoothing, batch normalisation and seed
   */
  public static TrainingTask pretraining(
      NetworkDefinition definition, PretrainingSettings settings) {
    NetworkDefinition dropout = definition.withDropout((float) settings.dropout());
    NetworkDefinition trained = settings.batchNorm() ? dropout.withBatchNorm() : dropout;
    Random random = new Random(settings.seed());
    long[] labels = random.longs(settings.batch(), 0, definition.outputs()).toArray();
    Map<String, Double> rates = new LinkedHashMap<>();
    for (String parameter : trained.parameters().keySet()) {
      rates.put(parameter, Layer.isFixed(parameter) ? 0.0 : 1.0);
    }
    return of(
        trained, settings.solver(), rates, settings.labelSmoothing(), labels, settings.seed());
  }

  private static TrainingTask of(
      NetworkDefinition definition,
      Solver solver,
      Map<String, Double> rates,
      double labelSmoothing,
      long[] labels,
      long seed) {
    int side = definition.inputSize();
    float[] images = new float[Math.multiplyExact(labels.length, 3 * side * side)];
    Random random = new Random(seed);
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    Weights weights = Weights.initial(definition, seed);
    return new TrainingTask(definition, weights, solver, rates, labelSmoothing, images, labels, 1);
  }

  /** The same work on another number of threads. */
  public TrainingTask withThreads(int other) {
    return new TrainingTask(
        definition, weights, solver, rates, labelSmoothing, images, labels, other);
  }

  /**
   * The same without dropout and with a rate of 1, so that one step can be compared: nothing in it
   * is drawn at random, and rounding of the weights is small beside it.
   */
  public TrainingTask comparable() {
    return new TrainingTask(
        definition.withDropout(0),
        weights,
        new Solver(1, solver.schedule(), solver.momentum(), solver.weightDecay()),
        rates,
        labelSmoothing,
        images,
        labels,
        threads);
  }
}
