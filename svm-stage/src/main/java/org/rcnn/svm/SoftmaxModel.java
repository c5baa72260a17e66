package org.rcnn.svm;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A softmax head: probabilities of N classes and background from one linear map of the features.
 *
 * <p>The alternative to SVM scoring (paper, appendix B). The feature scale of training is folded
 * into the weights. Immutable; may be shared between threads.
 */
public final class SoftmaxModel implements RegionScorer {

  private static final ModelFile FILE =
      new ModelFile("a softmax model", "RCNNSMAX", 1, Integer.BYTES);

  private final List<String> classes;
  private final int dimension;
  private final float[] weights;
  private final double[] bias;

  /**
   * A model.
   *
   * @param classes the N classes, without background
   * @param weights dimension × (N+1), row-major, background first
   * @param bias N+1
   */
  SoftmaxModel(List<String> classes, int dimension, float[] weights, double[] bias) {
    this.classes = List.copyOf(classes);
    this.dimension = dimension;
    this.weights = weights;
    this.bias = bias;
  }

  /** The classes, without background, in the order of the columns of scores. */
  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  /** The weights: {@code dimension x (N+1)}, row-major, background first; a copy. */
  public float[] weights() {
    return weights.clone();
  }

  /** What is added for background and each class; a copy. */
  public double[] bias() {
    return bias.clone();
  }

  /**
   * Scores proposals.
   *
   * @param features unscaled features, row-major rows × dimension
   * @param rows number of proposals
   * @return row-major rows × N probabilities, without background: a row sums to at most 1
   */
  @Override
  public float[] score(float[] features, int rows) {
    if (features.length != (long) rows * dimension) {
      throw new IllegalArgumentException(
          "%d rows of %d features do not fit in an array of %d."
              .formatted(rows, dimension, features.length));
    }
    int columns = classes.size() + 1;
    float[] probabilities = new float[rows * classes.size()];
    double[] scores = new double[columns];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(bias, 0, scores, 0, columns);
      for (int i = 0; i < dimension; i++) {
        float value = features[row * dimension + i];
        if (value != 0) {
          int from = i * columns;
          for (int c = 0; c < columns; c++) {
            scores[c] += value * weights[from + c];
          }
        }
      }
      toProbabilities(scores);
      copyWithoutBackground(scores, probabilities, row);
    }
    return probabilities;
  }

  /**
   * Turns a fine-tuned network's own scores (the outputs of fc8, before its softmax) into the same
   * probabilities: the paper's softmax detector.
   *
   * @param scores row-major rows × (N+1), background first
   * @param rows number of proposals
   * @param classes N
   * @return row-major rows × N probabilities, without background
   */
  public static float[] ofScores(float[] scores, int rows, int classes) {
    int columns = classes + 1;
    if (scores.length != (long) rows * columns) {
      throw new IllegalArgumentException(
          "%d rows of background and %d classes do not fit in an array of %d scores."
              .formatted(rows, classes, scores.length));
    }
    float[] probabilities = new float[rows * classes];
    double[] row = new double[columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        row[c] = scores[r * columns + c];
      }
      toProbabilities(row);
      copyWithoutBackground(row, probabilities, r);
    }
    return probabilities;
  }

  /**
   * Scores to probabilities in place, without overflow; returns the logarithm of the sum of their
   * exponentials.
   */
  static double toProbabilities(double[] scores) {
    double most = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      most = Math.max(most, score);
    }
    double sum = 0;
    for (int c = 0; c < scores.length; c++) {
      // StrictMath gives the same bits on every machine, interpreted or compiled.
      scores[c] = StrictMath.exp(scores[c] - most);
      sum += scores[c];
    }
    for (int c = 0; c < scores.length; c++) {
      scores[c] /= sum;
    }
    return most + Math.log(sum);
  }

  private static void copyWithoutBackground(double[] from, float[] to, int row) {
    int classes = from.length - 1;
    for (int c = 0; c < classes; c++) {
      to[row * classes + c] = (float) from[c + 1];
    }
  }

  /**
   * Writes the model. The file appears complete or not at all.
   *
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    FILE.write(file, this::writeContent);
  }

  private void writeContent(DataOutput out) throws IOException {
    out.writeInt(classes.size());
    out.writeInt(dimension);
    for (String className : classes) {
      out.writeUTF(className);
    }
    for (double value : bias) {
      out.writeDouble(value);
    }
    for (float weight : weights) {
      out.writeFloat(weight);
    }
  }

  /**
   * Reads a model.
   *
   * @throws IOException if the file is missing, of another kind or version, or damaged
   */
  public static SoftmaxModel read(Path file) throws IOException {
    return FILE.read(file, SoftmaxModel::readContent);
  }

  /**
   * Reads the bytes of a model file that is part of another.
   *
   * @param name what to call it in errors
   * @throws IOException if it is of another kind or version, or damaged
   */
  public static SoftmaxModel read(byte[] file, String name) throws IOException {
    return FILE.read(file, name, SoftmaxModel::readContent);
  }

  private static SoftmaxModel readContent(ModelInput in) throws IOException {
    // A name takes two bytes, and a class has a bias.
    int count = in.count("classes", 1, Short.BYTES + Double.BYTES);
    int dimension = in.whole();
    if (dimension < 1) {
      throw new IllegalArgumentException("it states a dimension of " + dimension);
    }
    List<String> classes = in.names(count);
    double[] bias = in.doubles(count + 1);
    return new SoftmaxModel(classes, dimension, in.floats(dimension, count + 1), bias);
  }
}
