package org.rcnn.cnn.features;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.opencv.core.Core;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfFloat;
import org.opencv.core.Rect;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;
import org.opencv.objdetect.HOGDescriptor;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.warp.OpenCvLibrary;
import org.rcnn.cnn.warp.WarpGeometry;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/**
 * Histograms of oriented gradients of regions (Dalal and Triggs, CVPR 2005): the features that were
 * usual before networks, to compare layers of a network with.
 *
 * <p>A region is warped to a square of 64 pixels with 5 pixels of surroundings, as for the network
 * {@code alexnet64}; what lies outside the image repeats its last pixels, since a constant would be
 * an edge. The square is divided into 8 x 8 cells of 8 pixels with 9 unsigned orientations each; 7
 * x 7 blocks of 2 x 2 cells are normalised one by one. The cells, orientations and normalisation
 * are those of the authors. Their window is 64 x 128, the shape of a standing person; regions of
 * all classes have no such shape. No deformable parts are built on them, as in the paper's
 * comparison with DPM.
 *
 * <p>Safe for use by several threads.
 */
public final class HogExtractor {

  /** Side of the square that a region is warped to. */
  public static final int SIDE = 64;

  /** Length of a feature vector: 7 x 7 blocks, 4 cells each, 9 orientations. */
  public static final int DIMENSION = 7 * 7 * 4 * 9;

  private static final int CONTEXT = 5;
  private static final int CELL = 8;
  private static final int ORIENTATIONS = 9;

  static {
    OpenCvLibrary.load();
  }

  private final HOGDescriptor descriptor =
      new HOGDescriptor(
          new Size(SIDE, SIDE),
          new Size(2 * CELL, 2 * CELL),
          new Size(CELL, CELL),
          new Size(CELL, CELL),
          ORIENTATIONS);

  /**
   * The features of an image's regions, computed in the calling thread.
   *
   * @param regions boxes in the image's pixels; may be empty
   * @return {@link #DIMENSION} values for each region, in their order, at {@link Tap#HOG}
   * @throws CancellationException if the thread was interrupted
   */
  public RegionFeatures extract(RgbImage image, List<Box> regions) {
    float[] values = new float[Math.multiplyExact(regions.size(), DIMENSION)];
    try (Buffers buffers = new Buffers(image)) {
      for (int row = 0; row < regions.size(); row++) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("The extraction of features was interrupted.");
        }
        buffers.warp(regions.get(row));
        descriptor.compute(buffers.square, buffers.computed);
        buffers.copy(values, row * DIMENSION);
      }
    }
    return new RegionFeatures(regions.size(), Map.of(Tap.HOG, values));
  }

  /** An image in native memory, and what is computed of it. */
  private static final class Buffers implements AutoCloseable {
    private final Mat image;
    private final Mat shown = new Mat();
    private final Mat square = new Mat();
    private final MatOfFloat computed = new MatOfFloat();
    private final float[] values = new float[DIMENSION];

    Buffers(RgbImage source) {
      image = new Mat(source.height(), source.width(), CvType.CV_8UC3);
      image.put(0, 0, source.rgb());
    }

    void warp(Box region) {
      WarpGeometry g = WarpGeometry.of(region, image.cols(), image.rows(), SIDE, CONTEXT);
      boolean averages = g.sourceWidth() >= g.targetWidth() && g.sourceHeight() >= g.targetHeight();
      Mat source =
          image.submat(new Rect(g.sourceX(), g.sourceY(), g.sourceWidth(), g.sourceHeight()));
      try {
        Imgproc.resize(
            source,
            shown,
            new Size(g.targetWidth(), g.targetHeight()),
            0,
            0,
            averages ? Imgproc.INTER_AREA : Imgproc.INTER_LINEAR);
      } finally {
        source.release();
      }
      Core.copyMakeBorder(
          shown,
          square,
          g.targetY(),
          SIDE - g.targetY() - g.targetHeight(),
          g.targetX(),
          SIDE - g.targetX() - g.targetWidth(),
          Core.BORDER_REPLICATE);
    }

    void copy(float[] into, int offset) {
      computed.get(0, 0, values);
      System.arraycopy(values, 0, into, offset, DIMENSION);
    }

    @Override
    public void close() {
      image.release();
      shown.release();
      square.release();
      computed.release();
    }
  }
}
