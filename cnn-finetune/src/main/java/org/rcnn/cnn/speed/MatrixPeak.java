package org.rcnn.cnn.speed;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import java.util.function.Supplier;
import org.rcnn.cnn.network.TorchEngine;

/**
 * The fastest product of two large matrices that the engine reaches on this machine: the bound on
 * what a network could reach.
 *
 * <p>The engine has two ways to the same product: its matrix product (MKL, which takes a slow path
 * on processors of other makers) and a convolution with a kernel of one pixel (oneDNN). The faster
 * one counts.
 *
 * @param product operations a second by the matrix product, a multiplication and an addition being
 *     two
 * @param convolution the same by the convolution
 */
public record MatrixPeak(double product, double convolution) {

  private static final int SIDE = 2048;
  private static final int ROWS = 32;

  /** The faster of the two. */
  public double best() {
    return Math.max(product, convolution);
  }

  /**
   * Measures; the best of the repetitions counts.
   *
   * @param threads threads of the engine
   * @param repeats repetitions, after one that is not counted
   */
  public static MatrixPeak measure(int threads, int repeats) {
    TorchEngine.useThreads(threads);
    try (NDManager manager = TorchEngine.instance().newBaseManager(Device.cpu())) {
      NDArray a = manager.randomUniform(-1, 1, new Shape(SIDE, SIDE));
      NDArray b = manager.randomUniform(-1, 1, new Shape(SIDE, SIDE));
      double product = rate(() -> a.matMul(b), repeats);
      NDArray maps = a.reshape(1, ROWS, SIDE / ROWS, SIDE).transpose(0, 3, 1, 2);
      NDArray kernel = b.reshape(SIDE, 1, 1, SIDE).transpose(0, 3, 1, 2);
      Shape one = new Shape(1, 1);
      Shape none = new Shape(0, 0);
      double convolution =
          rate(() -> Conv2d.conv2d(maps, kernel, null, one, none, one, 1).head(), repeats);
      return new MatrixPeak(product, convolution);
    }
  }

  private static double rate(Supplier<NDArray> work, int repeats) {
    work.get().close();
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < repeats; i++) {
      long start = System.nanoTime();
      work.get().close();
      best = Math.min(best, (System.nanoTime() - start) * 1e-9);
    }
    return 2.0 * SIDE * SIDE * SIDE / best;
  }
}
