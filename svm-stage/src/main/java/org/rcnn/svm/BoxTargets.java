package org.rcnn.svm;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.rcnn.data.Box;

/**
 * The four regression targets of a pair of boxes, and the transform that centres and whitens them.
 *
 * <p>The targets (paper, appendix C) are the shift of the centre in units of the proposal's size
 * and the logarithms of the changes of size. Widths are plain differences in this project's
 * half-open pixels.
 *
 * <p>Centred targets are multiplied by {@code V (D + εI)^-½ Vᵀ}, with V D Vᵀ their covariance: they
 * then have about unit covariance, so that one λ suits all four and all classes. ε = {@value
 * #REGULARISER}, as in the authors' code, limits the factor of a target that hardly varies.
 */
final class BoxTargets {

  static final int COUNT = 4;

  private static final double REGULARISER = 0.001;

  /**
   * Largest change of a side, as a logarithm: a factor of about 62, larger than in any training
   * pair.
   */
  static final double MOST_LOG = Math.log(1000 / 16.0);

  private final double[] mean;
  private final double[][] whitener;
  private final double[][] inverse;

  private BoxTargets(double[] mean, double[][] whitener, double[][] inverse) {
    this.mean = mean;
    this.whitener = whitener;
    this.inverse = inverse;
  }

  /** The targets that turn a proposal into a ground truth; neither may be empty. */
  static double[] of(Box proposal, Box groundTruth) {
    double w = proposal.width();
    double h = proposal.height();
    return new double[] {
      (centreX(groundTruth) - centreX(proposal)) / w,
      (centreY(groundTruth) - centreY(proposal)) / h,
      Math.log(groundTruth.width() / w),
      Math.log(groundTruth.height() / h)
    };
  }

  /**
   * The proposal changed by the targets. An empty one is not changed, because targets are relative
   * to its size.
   */
  static Box apply(Box proposal, double dx, double dy, double dw, double dh) {
    if (proposal.isEmpty()) {
      return proposal;
    }
    double x = centreX(proposal) + dx * proposal.width();
    double y = centreY(proposal) + dy * proposal.height();
    double w = proposal.width() * Math.exp(Math.max(-MOST_LOG, Math.min(MOST_LOG, dw)));
    double h = proposal.height() * Math.exp(Math.max(-MOST_LOG, Math.min(MOST_LOG, dh)));
    return new Box(x - w / 2, y - h / 2, x + w / 2, y + h / 2);
  }

  /** The transform fitted to rows of four targets. */
  static BoxTargets fit(double[][] targets) {
    double[] mean = new double[COUNT];
    for (double[] row : targets) {
      for (int c = 0; c < COUNT; c++) {
        mean[c] += row[c] / targets.length;
      }
    }
    double[][] covariance = new double[COUNT][COUNT];
    for (double[] row : targets) {
      for (int a = 0; a < COUNT; a++) {
        for (int b = 0; b < COUNT; b++) {
          covariance[a][b] += (row[a] - mean[a]) * (row[b] - mean[b]) / targets.length;
        }
      }
    }
    EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(covariance));
    RealMatrix v = eigen.getV();
    RealMatrix scaled = new Array2DRowRealMatrix(COUNT, COUNT);
    RealMatrix unscaled = new Array2DRowRealMatrix(COUNT, COUNT);
    for (int c = 0; c < COUNT; c++) {
      // Rounding may make a zero eigenvalue slightly negative.
      double deviation = Math.sqrt(Math.max(0, eigen.getRealEigenvalue(c)) + REGULARISER);
      scaled.setEntry(c, c, 1 / deviation);
      unscaled.setEntry(c, c, deviation);
    }
    return new BoxTargets(
        mean,
        v.multiply(scaled).multiply(v.transpose()).getData(),
        v.multiply(unscaled).multiply(v.transpose()).getData());
  }

  /** The targets, centred and whitened. */
  double[] whiten(double[] targets) {
    double[] centred = new double[COUNT];
    for (int c = 0; c < COUNT; c++) {
      centred[c] = targets[c] - mean[c];
    }
    return times(centred, whitener);
  }

  /** The inverse of {@link #whiten}. */
  double[] unwhiten(double[] whitened) {
    double[] targets = times(whitened, inverse);
    for (int c = 0; c < COUNT; c++) {
      targets[c] += mean[c];
    }
    return targets;
  }

  /**
   * As {@link #unwhiten}, but without adding the mean: for weights, whereas predictions need the
   * mean.
   */
  double[] unwhitenDirection(double[] whitened) {
    return times(whitened, inverse);
  }

  private static double[] times(double[] row, double[][] matrix) {
    double[] product = new double[COUNT];
    for (int a = 0; a < COUNT; a++) {
      for (int b = 0; b < COUNT; b++) {
        product[b] += row[a] * matrix[a][b];
      }
    }
    return product;
  }

  private static double centreX(Box box) {
    return (box.xMin() + box.xMax()) / 2;
  }

  private static double centreY(Box box) {
    return (box.yMin() + box.yMax()) / 2;
  }
}
