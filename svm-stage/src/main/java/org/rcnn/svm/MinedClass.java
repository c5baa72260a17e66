package org.rcnn.svm;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * One class during mining: its samples as rows of the shared pool, positives first, their Gram
 * matrix, and the current model.
 */
final class MinedClass {

  private final String name;
  private final GramMatrix gram = new GramMatrix();
  private final Set<Long> firstNegatives = new HashSet<>();
  private int[] samples = new int[256];
  private double[] alphas = new double[0];
  private int size;
  private int positives;
  private int added;
  private long examined;
  private long hard;
  private int[] keptSamples;
  private boolean trained;
  private float[] weights;
  private float bias = -1;

  MinedClass(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** The number of samples, positives and negatives. */
  int size() {
    return size;
  }

  /** The pool's row of a sample. */
  int sample(int index) {
    return samples[index];
  }

  int positives() {
    return positives;
  }

  int negatives() {
    return size - positives;
  }

  /** Negatives added since the last training. */
  int added() {
    return added;
  }

  /** Negatives scored by mining since the last training. */
  long examined() {
    return examined;
  }

  /** How many of them were hard. */
  long hard() {
    return hard;
  }

  /** Counts the negatives that mining scored in an image. */
  void met(int negatives, int hardOnes) {
    examined += negatives;
    hard += hardOnes;
  }

  boolean trained() {
    return trained;
  }

  /** Whether the class has positives and negatives. */
  boolean trainable() {
    return positives > 0 && negatives() > 0;
  }

  /** The weight vector in scaled features; null before the first training. */
  float[] weights() {
    return weights;
  }

  float bias() {
    return bias;
  }

  GramMatrix gram() {
    return gram;
  }

  void addPositives(int[] rows) {
    if (size != positives) {
      throw new IllegalStateException(
          "All positives of a class must be added before its negatives.");
    }
    append(rows);
    positives = size;
  }

  void addNegatives(int[] rows) {
    append(rows);
    added += rows.length;
  }

  void addFirstNegatives(int imageIndex, int[] regionRows, int[] poolRows) {
    addNegatives(poolRows);
    for (int row : regionRows) {
      firstNegatives.add(FeaturePool.key(imageIndex, row));
    }
  }

  /** Whether a region was among the first negatives, so that mining does not add it again. */
  boolean holdsFirst(int imageIndex, int row) {
    return !firstNegatives.isEmpty() && firstNegatives.contains(FeaturePool.key(imageIndex, row));
  }

  private void append(int[] rows) {
    if (size + rows.length > samples.length) {
      samples = Arrays.copyOf(samples, Math.max(size + rows.length, samples.length * 2));
    }
    System.arraycopy(rows, 0, samples, size, rows.length);
    size += rows.length;
  }

  /** A solution's coefficient for each row of the pool, in scaled features. */
  double[] poolCoefficients(LibsvmSolver.Solution solution, FeatureScale scale, int poolRows) {
    double[] coefficients = new double[poolRows];
    for (int i = 0; i < size; i++) {
      coefficients[samples[i]] = scale.factor() * solution.coefficients()[i];
    }
    return coefficients;
  }

  /** The last solution's α for its samples, and 0 for samples added since. */
  double[] alphas() {
    return Arrays.copyOf(alphas, size);
  }

  /** Sets the model: a solution, and its support vectors folded into one weight vector. */
  void accept(double[] folded, LibsvmSolver.Solution solution) {
    alphas = Arrays.stream(solution.coefficients()).map(Math::abs).toArray();
    weights = new float[folded.length];
    for (int k = 0; k < folded.length; k++) {
      weights[k] = (float) folded[k];
    }
    bias = (float) solution.bias();
    trained = true;
    added = 0;
    examined = 0;
    hard = 0;
  }

  /**
   * Drops the negatives that a solution scores low. Of the others, the cache keeps those with the
   * lowest random ranks. A region's rank never changes, so the cache is a uniform sample of all
   * hard negatives found so far, whatever their order. The caller then calls {@link #shrinkGram}.
   *
   * @return how many were dropped
   */
  int evict(double[] scores, MiningSettings settings, RegionSampling sampling, FeaturePool pool) {
    int[] kept =
        IntStream.range(positives, size)
            .filter(i -> !(scores[i] < settings.easyNegativeScore()))
            .toArray();
    if (kept.length > settings.negativeCache()) {
      kept =
          Arrays.stream(kept)
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingLong(i -> sampling.rank(pool.region(samples[i])))
                      .thenComparing(Comparator.naturalOrder()))
              .limit(settings.negativeCache())
              .mapToInt(Integer::intValue)
              .sorted()
              .toArray();
    }
    int evicted = negatives() - kept.length;
    if (evicted > 0) {
      keep(IntStream.concat(IntStream.range(0, positives), Arrays.stream(kept)).toArray(), pool);
    }
    return evicted;
  }

  private void keep(int[] ascending, FeaturePool pool) {
    alphas = alphas();
    int to = 0;
    for (int i = 0; i < size; i++) {
      if (to < ascending.length && ascending[to] == i) {
        samples[to] = samples[i];
        alphas[to++] = alphas[i];
      } else {
        pool.release(samples[i]);
      }
    }
    // Trimmed, so that later samples start at α = 0.
    alphas = Arrays.copyOf(alphas, to);
    size = to;
    keptSamples = ascending;
  }

  /**
   * Removes evicted samples from the Gram matrix: the expensive half of an eviction, which touches
   * only this class.
   */
  void shrinkGram() {
    if (keptSamples != null) {
      gram.retain(keptSamples);
      keptSamples = null;
    }
  }

  /** Updates the samples to the pool's new row numbers. */
  void renumber(int[] moved) {
    for (int i = 0; i < size; i++) {
      samples[i] = moved[samples[i]];
    }
  }
}
