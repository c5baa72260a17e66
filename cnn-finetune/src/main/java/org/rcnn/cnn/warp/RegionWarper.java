package org.rcnn.cnn.warp;

import java.util.Arrays;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Rect;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/**
 * Warps regions of one image to a network's input.
 *
 * <p>Holds the image in native memory; close it. Not for use by several threads at once: make one
 * per thread.
 */
public final class RegionWarper implements AutoCloseable {

  private final int size;
  private final int context;
  private final Preprocessing preprocessing;
  private final Mat image;
  private final Mat shrunk = new Mat();
  private final Mat crop = new Mat();
  private final byte[] bytes;
  private final SummedAreas.Shrinking shrinking;

  static {
    OpenCvLibrary.load();
  }

  /** A warper of one image for one network's input. */
  public RegionWarper(RgbImage source, NetworkDefinition network) {
    this(source, network, null);
  }

  /**
   * A warper of one image that has the image's sums: faster where regions are shrunk by averaging,
   * and with the same pixels, up to one level where a mean lies between two.
   *
   * @param areas the image's sums; null for none
   * @throws IllegalArgumentException if the sums are those of an image of another size
   */
  public RegionWarper(RgbImage source, NetworkDefinition network, SummedAreas areas) {
    if (areas != null && !areas.fit(source.width(), source.height())) {
      throw new IllegalArgumentException("The sums are not those of the image to warp from.");
    }
    this.shrinking = areas == null ? null : areas.shrinking();
    this.size = network.inputSize();
    this.context = network.context();
    this.preprocessing = network.preprocessing();
    this.bytes = new byte[3 * size * size];
    this.image = new Mat(source.height(), source.width(), CvType.CV_8UC3);
    image.put(0, 0, source.rgb());
  }

  /** Where a region's pixels go. */
  public WarpGeometry geometry(Box region) {
    return WarpGeometry.of(region, image.cols(), image.rows(), size, context);
  }

  /**
   * Writes a warped region as network input.
   *
   * @param geometry the region's geometry in this image
   * @param mirror whether left and right are swapped
   * @param into receives {@code size x size x 3} preprocessed values in HWC order
   * @param offset where they begin
   */
  public void warp(WarpGeometry geometry, boolean mirror, float[] into, int offset) {
    resize(geometry);
    Arrays.fill(into, offset, offset + 3 * size * size, 0f);
    float[] mean = preprocessing.mean();
    float[] scale = preprocessing.scale();
    int width = geometry.targetWidth();
    int first = preprocessing.order() == ColourOrder.RGB ? 0 : 2;
    int last = 2 - first;
    int step = mirror ? -3 : 3;
    int at = 0;
    for (int y = 0; y < geometry.targetHeight(); y++) {
      int column = mirror ? size - 1 - geometry.targetX() : geometry.targetX();
      int to = offset + 3 * ((geometry.targetY() + y) * size + column);
      for (int x = 0; x < width; x++) {
        into[to + first] = ((bytes[at] & 0xff) - mean[first]) * scale[first];
        into[to + 1] = ((bytes[at + 1] & 0xff) - mean[1]) * scale[1];
        into[to + last] = ((bytes[at + 2] & 0xff) - mean[last]) * scale[last];
        at += 3;
        to += step;
      }
    }
  }

  /** Fills {@link #bytes} with the shown pixels at their size in the input. */
  private void resize(WarpGeometry g) {
    int width = Math.min(g.sourceWidth(), g.targetWidth());
    int height = Math.min(g.sourceHeight(), g.targetHeight());
    Size target = new Size(g.targetWidth(), g.targetHeight());
    if (!preprocessing.antialias() || !g.shrinks()) {
      resize(g, crop, target, Imgproc.INTER_LINEAR);
      crop.get(0, 0, bytes);
    } else if (width == g.targetWidth() && height == g.targetHeight()) {
      shrink(g, width, height);
    } else {
      // Only a shrinking axis is averaged: shrink first, then stretch the other axis.
      shrink(g, width, height);
      shrunk.create(height, width, CvType.CV_8UC3);
      shrunk.put(0, 0, bytes, 0, 3 * width * height);
      Imgproc.resize(shrunk, crop, target, 0, 0, Imgproc.INTER_LINEAR);
      crop.get(0, 0, bytes);
    }
  }

  private void shrink(WarpGeometry g, int width, int height) {
    if (shrinking != null) {
      shrinking.shrink(
          g.sourceX(), g.sourceY(), g.sourceWidth(), g.sourceHeight(), width, height, bytes);
    } else {
      resize(g, shrunk, new Size(width, height), Imgproc.INTER_AREA);
      shrunk.get(0, 0, bytes);
    }
  }

  private void resize(WarpGeometry g, Mat into, Size size, int interpolation) {
    Mat shown = image.submat(new Rect(g.sourceX(), g.sourceY(), g.sourceWidth(), g.sourceHeight()));
    try {
      Imgproc.resize(shown, into, size, 0, 0, interpolation);
    } finally {
      shown.release();
    }
  }

  /** Frees the native memory. */
  @Override
  public void close() {
    image.release();
    shrunk.release();
    crop.release();
  }
}
