package org.rcnn.pipeline.learned;

import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * Points of many dimensions in the plane that shows most of their variance: their first two
 * principal components.
 *
 * <p>Computed from the products of all pairs of points, whose matrix has as many rows as there are
 * points: for a few hundred points that is far smaller than the covariance of thousands of
 * dimensions, and it has the same eigenvalues.
 *
 * @param x for each point its first component
 * @param y for each point its second component
 * @param share the share of the variance that the plane shows, 0 to 1; NaN if all points are equal
 * @param squares for each pair of points the square of their distance in all dimensions, row by row
 */
record Projection(double[] x, double[] y, double share, double[] squares) {

  /**
   * Projects points.
   *
   * @param values {@code points x dimension} values, row by row
   * @param points number of points, at least 2
   * @param dimension length of a row
   */
  static Projection of(float[] values, int points, int dimension) {
    double[][] products = centred(products(values, points, dimension), points);
    double total = 0;
    for (int i = 0; i < points; i++) {
      total += products[i][i];
    }
    EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(products, false));
    double[] eigenvalues = eigen.getRealEigenvalues();
    double first = Math.max(0, eigenvalues[0]);
    double second = Math.max(0, eigenvalues[1]);
    return new Projection(
        component(eigen, 0, first),
        component(eigen, 1, second),
        (first + second) / total,
        squares(products, points));
  }

  /** The products of all pairs of rows. */
  private static double[][] products(float[] values, int points, int dimension) {
    double[][] products = new double[points][points];
    for (int i = 0; i < points; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
          sum += (double) values[i * dimension + d] * values[j * dimension + d];
        }
        products[i][j] = sum;
        products[j][i] = sum;
      }
    }
    return products;
  }

  /** The products of the rows with the mean row taken off each. */
  private static double[][] centred(double[][] products, int points) {
    double[] means = new double[points];
    for (int i = 0; i < points; i++) {
      means[i] = Arrays.stream(products[i]).average().orElse(0);
    }
    double mean = Arrays.stream(means).average().orElse(0);
    double[][] centred = new double[points][points];
    for (int i = 0; i < points; i++) {
      for (int j = 0; j < points; j++) {
        centred[i][j] = products[i][j] - means[i] - means[j] + mean;
      }
    }
    return centred;
  }

  /** A component; its sign, which is arbitrary, makes the farthest point positive. */
  private static double[] component(EigenDecomposition eigen, int index, double eigenvalue) {
    double[] component = eigen.getEigenvector(index).toArray();
    double farthest = 0;
    for (double value : component) {
      farthest = Math.abs(value) > Math.abs(farthest) ? value : farthest;
    }
    double factor = Math.signum(farthest) * Math.sqrt(eigenvalue);
    for (int i = 0; i < component.length; i++) {
      component[i] *= factor;
    }
    return component;
  }

  private static double[] squares(double[][] products, int points) {
    double[] squares = new double[points * points];
    for (int i = 0; i < points; i++) {
      for (int j = 0; j < points; j++) {
        squares[i * points + j] = Math.max(0, products[i][i] + products[j][j] - 2 * products[i][j]);
      }
    }
    return squares;
  }

  /**
   * The same points turned, and mirrored if need be, within their plane so that they lie as near as
   * possible to those of another projection. Distances stay as they are. (The orthogonal Procrustes
   * problem in two dimensions; scales of the two do not matter.)
   */
  Projection turnedTo(Projection other) {
    double xx = dot(x, other.x);
    double xy = dot(x, other.y);
    double yx = dot(y, other.x);
    double yy = dot(y, other.y);
    double turn = Math.hypot(xx + yy, xy - yx);
    double mirror = Math.hypot(xx - yy, xy + yx);
    boolean mirrored = mirror > turn;
    double length = Math.max(turn, mirror);
    if (!(length > 0)) {
      return this;
    }
    double cos = (mirrored ? xx - yy : xx + yy) / length;
    double sin = (mirrored ? xy + yx : xy - yx) / length;
    double[] turnedX = new double[x.length];
    double[] turnedY = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double flipped = mirrored ? -y[i] : y[i];
      turnedX[i] = cos * x[i] - sin * flipped;
      turnedY[i] = sin * x[i] + cos * flipped;
    }
    return new Projection(turnedX, turnedY, share, squares);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** How far the points of the plane lie from its centre: the root of the mean square. */
  double radius() {
    return Math.sqrt((dot(x, x) + dot(y, y)) / x.length);
  }
}
