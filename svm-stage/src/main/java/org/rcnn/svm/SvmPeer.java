package org.rcnn.svm;

import org.rcnn.data.matrix.MatrixEngine;

/**
 * Another trainer of linear SVMs, to be measured beside ours on the same samples. Peers are on the
 * class path of the benchmarks only.
 */
public interface SvmPeer {

  /** The name in tables. */
  String name();

  /**
   * Starts a training without samples.
   *
   * @param dimension length of a feature
   * @param settings the problem
   * @param engine multiplies matrices, for a peer that has no product of its own
   */
  Training start(int dimension, SolverSettings settings, MatrixEngine engine);

  /** Samples in the peer's own form, kept from one training to the next as a miner would. */
  interface Training {

    /**
     * Adds one sample; positives come first.
     *
     * @param features holds the sample's feature, scaled
     * @param from index of its first value
     * @param positive whether the sample is a positive
     */
    void add(float[] features, int from, boolean positive);

    /** Keeps only the given samples, in ascending order. */
    void retain(int[] ascending);

    /** Trains on the current samples. */
    Model train();
  }

  /**
   * A trained classifier: {@code score = weights · x + bias}.
   *
   * @param weights one for each feature, scaled
   * @param bias the constant
   */
  record Model(double[] weights, double bias) {}
}
