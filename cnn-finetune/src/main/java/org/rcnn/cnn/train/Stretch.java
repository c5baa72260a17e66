package org.rcnn.cnn.train;

import org.rcnn.cnn.train.FineTuning.LearningPoint;

/** Loss and hits of a stretch of the learning curve, summed up batch by batch. */
final class Stretch {

  private final int positives;
  private double loss;
  private int iterations;
  private int regions;
  private int hits;
  private int positiveHits;

  /**
   * An empty stretch.
   *
   * @param positives how many of each batch's regions have a class; they come first
   */
  Stretch(int positives) {
    this.positives = positives;
  }

  /**
   * Adds a batch.
   *
   * @param scores one row a region
   */
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

  /**
   * The means over the batches added; the next stretch begins.
   *
   * @param validated loss, and accuracy on positives, of regions held out
   */
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
