package org.rcnn.svm;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * One linear classifier for each class: {@code score = featureScale · (w·x) + bias}.
 *
 * <p>Features are passed unscaled, as the network returns them. The arrays are neither copied when
 * they are passed in nor when they are returned; treat them as read-only.
 *
 * @param classes the classes, in the order of the score columns
 * @param dimension the feature dimension d
 * @param weights {@code classes × d} values, row-major
 * @param bias one value for each class
 * @param featureScale the factor of {@link FeatureScale}
 */
public record LinearModel(
    List<String> classes, int dimension, float[] weights, float[] bias, double featureScale)
    implements RegionScorer {

  private static final ModelFile FILE = new ModelFile("an SVM model", "RCNNSVM\n", 1, Long.BYTES);

  /** Refuses shapes that do not fit together. */
  public LinearModel {
    classes = List.copyOf(classes);
    if (dimension < 1
        || weights.length != (long) classes.size() * dimension
        || bias.length != classes.size()) {
      throw new IllegalArgumentException(
          "A model of %d classes and dimension %d cannot have %d weights and %d biases."
              .formatted(classes.size(), dimension, weights.length, bias.length));
    }
    if (!(featureScale > 0) || Double.isInfinite(featureScale)) {
      throw new IllegalArgumentException(
          "A model's feature scale must be a positive number, not " + featureScale + ".");
    }
  }

  /**
   * Scores regions, on the calling thread.
   *
   * @param features {@code rows × dimension} values, row-major, unscaled
   * @param rows regions
   * @return {@code rows × classes} scores, row-major
   */
  @Override
  public float[] score(float[] features, int rows) {
    if (features.length < (long) rows * dimension) {
      throw new IllegalArgumentException(
          "%d regions of dimension %d need %d feature values, not %d."
              .formatted(rows, dimension, (long) rows * dimension, features.length));
    }
    int n = classes.size();
    float[] byClass = MatrixProduct.timesTransposed(weights, n, features, rows, dimension);
    float[] scores = new float[byClass.length];
    for (int c = 0; c < n; c++) {
      for (int row = 0; row < rows; row++) {
        scores[row * n + c] = (float) (featureScale * byClass[c * rows + row] + bias[c]);
      }
    }
    return scores;
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
    out.writeDouble(featureScale);
    out.writeInt(dimension);
    out.writeInt(classes.size());
    for (String name : classes) {
      out.writeUTF(name);
    }
    for (float b : bias) {
      out.writeFloat(b);
    }
    for (float w : weights) {
      out.writeFloat(w);
    }
  }

  /**
   * Reads a model.
   *
   * @throws IOException if the file is missing, of another kind or version, or damaged
   */
  public static LinearModel read(Path file) throws IOException {
    return FILE.read(file, LinearModel::readContent);
  }

  /**
   * Reads the bytes of a model file that is part of another.
   *
   * @param name what to call it in errors
   * @throws IOException if it is of another kind or version, or damaged
   */
  public static LinearModel read(byte[] file, String name) throws IOException {
    return FILE.read(file, name, LinearModel::readContent);
  }

  private static LinearModel readContent(ModelInput in) throws IOException {
    double scale = in.number();
    int dimension = in.whole();
    // A name takes two bytes, and a class has a bias.
    int count = in.count("classes", 0, Short.BYTES + Float.BYTES);
    List<String> classes = in.names(count);
    float[] bias = in.floats(count, 1);
    float[] weights = in.floats(count, dimension);
    return new LinearModel(classes, dimension, weights, bias, scale);
  }

  /** Same classes, same numbers. */
  @Override
  public boolean equals(Object other) {
    return other instanceof LinearModel model
        && classes.equals(model.classes)
        && dimension == model.dimension
        && Arrays.equals(weights, model.weights)
        && Arrays.equals(bias, model.bias)
        && featureScale == model.featureScale;
  }

  @Override
  public int hashCode() {
    return 31 * classes.hashCode() + Arrays.hashCode(weights);
  }

  @Override
  public String toString() {
    return "LinearModel[%d classes, dimension %d]".formatted(classes.size(), dimension);
  }
}
