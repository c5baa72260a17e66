package org.rcnn.svm;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * One linear classifier for each class: {@code score = featureScale · (w·x) + bias}.
 *
 * <p>Features go in as the network gives them, unscaled. The arrays are not copied, neither in nor
 * out; treat them as read-only.
 *
 * @param classes the classes, in the order of the score columns
 * @param dimension the feature dimension d
 * @param weights {@code classes × d} values, row-major
 * @param bias one value for each class
 * @param featureScale the factor of {@link FeatureScale}
 */
public record LinearModel(
    List<String> classes, int dimension, float[] weights, float[] bias, double featureScale) {

  private static final byte[] MAGIC = "RCNNSVM\n".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int TRAILER = Long.BYTES;

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
   * Scores regions in Java, on the calling thread.
   *
   * @param features {@code rows × dimension} values, row-major, unscaled
   * @param rows regions
   * @return {@code rows × classes} scores, row-major
   */
  public float[] score(float[] features, int rows) {
    if (features.length < (long) rows * dimension) {
      throw new IllegalArgumentException(
          "%d regions of dimension %d need %d feature values, not %d."
              .formatted(rows, dimension, (long) rows * dimension, features.length));
    }
    int n = classes.size();
    float[] byClass = new float[MatrixProduct.arrayLength(n, rows)];
    MatrixProduct.Rows w = new MatrixProduct.Dense(weights, dimension);
    MatrixProduct.Rows x = new MatrixProduct.Dense(features, dimension);
    for (int first = 0; first < rows; first += MatrixProduct.PANEL) {
      int last = Math.min(rows, first + MatrixProduct.PANEL);
      MatrixProduct.panel(w, 0, n, x, 0, first, last, dimension, byClass, rows);
    }
    float[] scores = new float[byClass.length];
    for (int c = 0; c < n; c++) {
      for (int row = 0; row < rows; row++) {
        scores[row * n + c] = score(byClass[c * rows + row], c);
      }
    }
    return scores;
  }

  /**
   * Scores regions that an engine holds.
   *
   * @param features {@code regions × dimension}, unscaled
   * @param engine the engine that made them
   * @return {@code rows × classes} scores, row-major
   */
  public float[] score(FeatureMatrix features, MatrixEngine engine) {
    try (FeatureMatrix w = engine.matrix(dimension, classes.size())) {
      w.append(weights, classes.size());
      float[] scores = features.timesTransposed(w);
      for (int i = 0; i < scores.length; i++) {
        scores[i] = score(scores[i], i % classes.size());
      }
      return scores;
    }
  }

  private float score(float product, int classIndex) {
    return (float) (featureScale * product + bias[classIndex]);
  }

  /**
   * Writes the model aside and renames it into place, so that the file is whole or absent.
   *
   * <p>Big-endian: magic, version, scale, dimension, classes, biases, weights, CRC-32.
   *
   * @throws IOException if it cannot be written
   */
  public void write(Path file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(weights.length * Float.BYTES + 4096);
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(MAGIC);
    out.writeInt(VERSION);
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
    out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
    Path target = file.toAbsolutePath();
    Path aside = target.resolveSibling(target.getFileName() + ".partial");
    try {
      Files.write(aside, bytes.toByteArray());
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  /**
   * Reads a model that {@link #write} wrote.
   *
   * @throws IOException if the file is absent, cut off, damaged, of another kind or of a newer
   *     version; the message says which
   */
  public static LinearModel read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < MAGIC.length
        || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IOException(file + " is not an SVM model file; train the SVMs again to make one.");
    }
    int end = bytes.length - TRAILER;
    if (end < MAGIC.length + Integer.BYTES) {
      throw damaged(file);
    }
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(bytes, MAGIC.length, end - MAGIC.length))) {
      int version = in.readInt();
      if (version != VERSION) {
        throw new IOException(
            "%s has format version %d, this program reads version %d; train the SVMs again or use the program that wrote it."
                .formatted(file, version, VERSION));
      }
      long stored = new DataInputStream(new ByteArrayInputStream(bytes, end, TRAILER)).readLong();
      if (stored != checksum(bytes, end)) {
        throw damaged(file);
      }
      double scale = in.readDouble();
      int dimension = in.readInt();
      int count = in.readInt();
      List<String> classes = new ArrayList<>();
      for (int c = 0; c < count; c++) {
        classes.add(in.readUTF());
      }
      float[] bias = floats(in, count);
      float[] weights = floats(in, Math.multiplyExact(count, dimension));
      return new LinearModel(classes, dimension, weights, bias, scale);
    }
  }

  private static float[] floats(DataInputStream in, int count) throws IOException {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }

  private static IOException damaged(Path file) {
    return new IOException(
        "SVM model "
            + file
            + " is cut off or damaged: its checksum does not match; copy it again or train the SVMs again.");
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return crc.getValue();
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
