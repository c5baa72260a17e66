package org.rcnn.svm;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rcnn.data.Box;

/**
 * Corrects a proposal's position and size from its features, with one linear map per class (paper,
 * appendix C).
 *
 * <p>The map goes straight from unscaled features to the four targets: feature scale, whitening and
 * mean are folded into its weights. Zero features cost nothing. Immutable; may be shared between
 * threads.
 */
public final class BoxRegressor {

  /**
   * The largest change of a side, as a logarithm: {@link #apply} takes a target beyond it as this.
   */
  public static final double MOST_LOG = BoxTargets.MOST_LOG;

  private static final ModelFile FILE =
      new ModelFile("a box regression", "RCNNBBOX", 1, Integer.BYTES);

  private final List<String> classes;
  private final int dimension;
  private final float[][] weights;
  private final double[][] biases;

  /**
   * A model.
   *
   * @param weights per class dimension × 4, row-major; null for a class that leaves boxes unchanged
   * @param biases per class 4
   */
  BoxRegressor(List<String> classes, int dimension, float[][] weights, double[][] biases) {
    this.classes = List.copyOf(classes);
    this.dimension = dimension;
    this.weights = weights;
    this.biases = biases;
  }

  /** The classes, in the order of their indices. */
  public List<String> classes() {
    return classes;
  }

  /** Number of features of a row. */
  public int dimension() {
    return dimension;
  }

  /**
   * All classes' maps as one: row {@code 4 c + t} gives target t of class c, the shift of the
   * centre in units of the proposal's width and height, and the logarithms of the changes of width
   * and height. A class that leaves boxes unchanged has zeros.
   *
   * @return {@code 4 * classes x dimension}, row-major; a copy
   */
  public float[] weights() {
    float[] all = new float[classes.size() * BoxTargets.COUNT * dimension];
    for (int c = 0; c < weights.length; c++) {
      for (int i = 0; weights[c] != null && i < weights[c].length; i++) {
        int target = i % BoxTargets.COUNT;
        all[(c * BoxTargets.COUNT + target) * dimension + i / BoxTargets.COUNT] = weights[c][i];
      }
    }
    return all;
  }

  /** What is added to the rows of {@link #weights}: {@code 4 * classes} values; a copy. */
  public float[] biases() {
    float[] all = new float[classes.size() * BoxTargets.COUNT];
    for (int i = 0; i < all.length; i++) {
      int c = i / BoxTargets.COUNT;
      all[i] = weights[c] == null ? 0 : (float) biases[c][i % BoxTargets.COUNT];
    }
    return all;
  }

  /**
   * Corrects one proposal.
   *
   * @param className one of {@link #classes}
   * @param proposal the proposal
   * @param features unscaled features, row-major
   * @param rowOffset index of the first feature of this proposal's row
   * @return the corrected box; it may reach beyond the image, see {@link Box#clip}
   */
  public Box apply(String className, Box proposal, float[] features, int rowOffset) {
    int classIndex = classes.indexOf(className);
    if (classIndex < 0) {
      throw new IllegalArgumentException(
          "The box regression has no class '%s', only %s.".formatted(className, classes));
    }
    return apply(classIndex, proposal, features, rowOffset);
  }

  /** As {@link #apply(String, Box, float[], int)}, for the class with an index. */
  public Box apply(int classIndex, Box proposal, float[] features, int rowOffset) {
    if (rowOffset < 0 || features.length - rowOffset < dimension) {
      throw new IllegalArgumentException(
          "A row of %d features from index %d on does not fit in an array of %d."
              .formatted(dimension, rowOffset, features.length));
    }
    float[] w = weights[classIndex];
    if (w == null) {
      return proposal;
    }
    double[] bias = biases[classIndex];
    double dx = bias[0];
    double dy = bias[1];
    double dw = bias[2];
    double dh = bias[3];
    for (int i = 0; i < dimension; i++) {
      float value = features[rowOffset + i];
      if (value != 0) {
        dx += value * w[4 * i];
        dy += value * w[4 * i + 1];
        dw += value * w[4 * i + 2];
        dh += value * w[4 * i + 3];
      }
    }
    return BoxTargets.apply(proposal, dx, dy, dw, dh);
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
    for (int c = 0; c < classes.size(); c++) {
      out.writeUTF(classes.get(c));
      out.writeBoolean(weights[c] != null);
      if (weights[c] != null) {
        for (double bias : biases[c]) {
          out.writeDouble(bias);
        }
        for (float weight : weights[c]) {
          out.writeFloat(weight);
        }
      }
    }
  }

  /**
   * Reads a model.
   *
   * @throws IOException if the file is missing, of another kind or version, or damaged
   */
  public static BoxRegressor read(Path file) throws IOException {
    return FILE.read(file, BoxRegressor::readContent);
  }

  /**
   * Reads the bytes of a model file that is part of another.
   *
   * @param name what to call it in errors
   * @throws IOException if it is of another kind or version, or damaged
   */
  public static BoxRegressor read(byte[] file, String name) throws IOException {
    return FILE.read(file, name, BoxRegressor::readContent);
  }

  private static BoxRegressor readContent(ModelInput in) throws IOException {
    // A name takes two bytes, and a flag says whether the class was learned.
    int count = in.count("classes", 0, Short.BYTES + 1);
    int dimension = in.whole();
    if (dimension < 1) {
      throw new IllegalArgumentException("it states a dimension of " + dimension);
    }
    List<String> classes = new ArrayList<>();
    List<float[]> weights = new ArrayList<>();
    List<double[]> biases = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      classes.add(in.name());
      boolean learned = in.flag();
      biases.add(learned ? in.doubles(BoxTargets.COUNT) : new double[BoxTargets.COUNT]);
      weights.add(learned ? in.floats(dimension, BoxTargets.COUNT) : null);
    }
    return new BoxRegressor(
        classes, dimension, weights.toArray(float[][]::new), biases.toArray(double[][]::new));
  }
}
