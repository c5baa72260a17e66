package org.rcnn.svm;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

/**
 * Trains a {@link SoftmaxModel}: (N+1)-way multinomial logistic regression on the features of a
 * fixed network, with the samples of fine-tuning.
 *
 * <p>It complements the paper's appendix B: it shows how good a detector the loose labels of
 * fine-tuning give (positive from IoU 0.5 on, background drawn at random), compared with SVMs with
 * strict labels and hard negatives on the same features. With the SVMs' labels in its settings it
 * shows how much of the difference the labels make.
 *
 * <p>Rows are offered image by image; seeded reservoirs keep a bounded uniform sample of the
 * positives and of the background. {@link #train} then runs stochastic gradient descent, each
 * mini-batch drawn with replacement. The problem is convex, so weights start at zero. Training uses
 * one thread, and the same rows in the same order with the same seed give the same bits.
 */
public final class SoftmaxTrainer {

  /** The label of a region that is neither a positive nor background. */
  public static final int IGNORED = -1;

  private static final int CURVE_POINTS = 20;

  private final List<String> classes;
  private final int dimension;
  private final SoftmaxSettings settings;
  private final FeatureScale scale;
  private final Reservoir<Sample> positives;
  private final Reservoir<Sample> backgrounds;

  private record Sample(SparseRow features, int label) {}

  /**
   * The result of the training.
   *
   * @param model the model
   * @param positivesSeen positive rows offered
   * @param backgroundsSeen background rows offered
   * @param positivesPerClass positive rows kept, in the order of the classes
   * @param backgroundsKept background rows kept
   * @param losses mean cross entropy of a sample over equal parts of the iterations, first to last
   */
  public record Result(
      SoftmaxModel model,
      long positivesSeen,
      long backgroundsSeen,
      List<Integer> positivesPerClass,
      int backgroundsKept,
      List<Double> losses) {

    /** Copies the lists. */
    public Result {
      positivesPerClass = List.copyOf(positivesPerClass);
      losses = List.copyOf(losses);
    }
  }

  /**
   * A trainer without rows.
   *
   * @param classes the N classes, without background
   * @param dimension number of features of a row
   * @param scale the features' scale, as measured
   * @param settings how to train
   */
  public SoftmaxTrainer(
      List<String> classes, int dimension, FeatureScale scale, SoftmaxSettings settings) {
    if (classes.isEmpty() || dimension < 1) {
      throw new IllegalArgumentException(
          "A softmax head needs at least 1 class and 1 feature, not %d and %d."
              .formatted(classes.size(), dimension));
    }
    this.classes = List.copyOf(classes);
    this.dimension = dimension;
    this.settings = settings;
    this.scale = scale;
    this.positives = new Reservoir<>(settings.maxPositives(), settings.seed());
    this.backgrounds = new Reservoir<>(settings.maxBackgrounds(), ~settings.seed());
  }

  /**
   * The label of a box: that of the ground truth that it overlaps most, if the IoU is at least the
   * settings' positive IoU; background, if it overlaps every ground truth by less than the negative
   * IoU. A ground truth's own box is always a positive, since it overlaps itself by 1.
   *
   * @param box a proposal or a ground truth
   * @param objects the image's ground truth
   * @return 0 for background, 1 + the index of the class, or {@link #IGNORED}
   */
  public int labelOf(Box box, List<GroundTruth> objects) {
    double threshold = settings.positiveIou() == 0 ? 1 : settings.positiveIou();
    int label = IGNORED;
    double most = 0;
    double mostOfPositives = 0;
    for (GroundTruth object : objects) {
      double overlap = box.iou(object.box());
      most = Math.max(most, overlap);
      if (overlap >= threshold && overlap > mostOfPositives) {
        int classIndex = classes.indexOf(object.className());
        if (classIndex < 0) {
          throw new IllegalArgumentException(
              "The softmax head is not trained for class '%s', only for %s."
                  .formatted(object.className(), classes));
        }
        mostOfPositives = overlap;
        label = 1 + classIndex;
      }
    }
    if (label == IGNORED && (objects.isEmpty() || most < settings.negativeIou())) {
      return 0;
    }
    return label;
  }

  /**
   * Offers one row.
   *
   * @param features unscaled features, row-major
   * @param rowOffset index of the row's first feature
   * @param label 0 for background, else 1 + the index of the class
   */
  public void add(float[] features, int rowOffset, int label) {
    if (label < 0 || label > classes.size()) {
      throw new IllegalArgumentException(
          "A label must be 0 for background or the number of a class; %d is not from 0 to %d."
              .formatted(label, classes.size()));
    }
    if (rowOffset < 0 || features.length - rowOffset < dimension) {
      throw new IllegalArgumentException(
          "A row of %d features from index %d on does not fit in an array of %d."
              .formatted(dimension, rowOffset, features.length));
    }
    (label == 0 ? backgrounds : positives)
        .offer(() -> new Sample(SparseRow.pack(features, rowOffset, dimension), label));
  }

  /**
   * Trains on the rows kept.
   *
   * @throws IllegalStateException if there are no positives or no background rows
   */
  public Result train() {
    if (positives.kept().isEmpty() || backgrounds.kept().isEmpty()) {
      throw new IllegalStateException(
          "A softmax head needs positives and background to train on, but has %d positives and %d background rows."
              .formatted(positives.offered(), backgrounds.offered()));
    }
    SplittableRandom random = new SplittableRandom(settings.seed() ^ 0x5deece66dL);
    Gradient gradient = new Gradient(dimension, classes.size() + 1, scale.factor());
    double[] weights = new double[gradient.weights.length];
    double[] bias = new double[gradient.bias.length];
    double[] weightSteps = new double[weights.length];
    double[] biasSteps = new double[bias.length];
    int batch = settings.batchPositives() + settings.batchBackgrounds();
    double[] losses = new double[settings.iterations()];
    for (int iteration = 0; iteration < settings.iterations(); iteration++) {
      gradient.clear();
      double loss = 0;
      for (int i = 0; i < batch; i++) {
        List<Sample> pool = (i < settings.batchPositives() ? positives : backgrounds).kept();
        Sample sample = pool.get(random.nextInt(pool.size()));
        loss += gradient.add(sample.features(), sample.label(), weights, bias);
      }
      losses[iteration] = loss / batch;
      double rate =
          settings.learningRate()
              * settings.schedule().factor((double) iteration / settings.iterations());
      step(weights, weightSteps, gradient.weights, batch, rate, settings.weightDecay());
      step(bias, biasSteps, gradient.bias, batch, rate, 0);
    }
    return result(weights, bias, losses);
  }

  /** v = momentum · v + rate · (gradient + decay · w); w −= v. */
  private void step(
      double[] w, double[] v, double[] gradient, int batch, double rate, double decay) {
    double momentum = settings.momentum();
    double share = 1.0 / batch;
    for (int i = 0; i < w.length; i++) {
      v[i] = momentum * v[i] + rate * (gradient[i] * share + decay * w[i]);
      w[i] -= v[i];
    }
  }

  private Result result(double[] weights, double[] bias, double[] losses) {
    float[] folded = new float[weights.length];
    for (int i = 0; i < folded.length; i++) {
      folded[i] = (float) (weights[i] * scale.factor());
    }
    Integer[] counts = new Integer[classes.size()];
    Arrays.fill(counts, 0);
    for (Sample positive : positives.kept()) {
      counts[positive.label() - 1]++;
    }
    int points = Math.min(CURVE_POINTS, losses.length);
    Double[] curve = new Double[points];
    for (int p = 0; p < points; p++) {
      int from = (int) ((long) losses.length * p / points);
      int to = (int) ((long) losses.length * (p + 1) / points);
      curve[p] = Arrays.stream(losses, from, to).average().orElseThrow();
    }
    return new Result(
        new SoftmaxModel(classes, dimension, folded, bias),
        positives.offered(),
        backgrounds.offered(),
        List.of(counts),
        backgrounds.kept().size(),
        List.of(curve));
  }

  /** The gradient of the cross entropy, summed over samples. Weights are dimension × (N+1). */
  static final class Gradient {

    final double[] weights;
    final double[] bias;
    private final int columns;
    private final double scale;
    private final int[] positions;
    private final float[] values;
    private final double[] scores;

    Gradient(int dimension, int columns, double scale) {
      this.weights = new double[Math.multiplyExact(dimension, columns)];
      this.bias = new double[columns];
      this.columns = columns;
      this.scale = scale;
      this.positions = new int[dimension];
      this.values = new float[dimension];
      this.scores = new double[columns];
    }

    void clear() {
      Arrays.fill(weights, 0);
      Arrays.fill(bias, 0);
    }

    /** Adds one sample's gradient at the given weights; returns its cross entropy. */
    double add(SparseRow row, int label, double[] w, double[] b) {
      int count = row.list(positions, values);
      System.arraycopy(b, 0, scores, 0, columns);
      for (int i = 0; i < count; i++) {
        double value = values[i] * scale;
        int from = positions[i] * columns;
        for (int c = 0; c < columns; c++) {
          scores[c] += value * w[from + c];
        }
      }
      double loss = -scores[label];
      loss += SoftmaxModel.toProbabilities(scores);
      scores[label] -= 1;
      for (int i = 0; i < count; i++) {
        double value = values[i] * scale;
        int from = positions[i] * columns;
        for (int c = 0; c < columns; c++) {
          weights[from + c] += value * scores[c];
        }
      }
      for (int c = 0; c < columns; c++) {
        bias[c] += scores[c];
      }
      return loss;
    }
  }
}
