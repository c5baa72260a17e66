package org.rcnn.cnn.weights;

/** How far computed values are from expected ones, relative to the expected ones' size. */
record Difference(double largest, double euclidean) {

  /**
   * Compares.
   *
   * @return the largest difference as a share of the largest expected value, and the length of the
   *     difference as a share of the expected vector's length
   */
  static Difference of(float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new AssertionError("%d values instead of %d".formatted(actual.length, expected.length));
    }
    double size = 0;
    double difference = 0;
    double squares = 0;
    double squaredDifferences = 0;
    for (int i = 0; i < expected.length; i++) {
      double d = Math.abs((double) expected[i] - actual[i]);
      size = Math.max(size, Math.abs(expected[i]));
      difference = Math.max(difference, Double.isNaN(d) ? Double.POSITIVE_INFINITY : d);
      squares += (double) expected[i] * expected[i];
      squaredDifferences += d * d;
    }
    return new Difference(difference / size, Math.sqrt(squaredDifferences / squares));
  }

  @Override
  public String toString() {
    return "largest %.1e, L2 %.1e".formatted(largest, euclidean);
  }
}
