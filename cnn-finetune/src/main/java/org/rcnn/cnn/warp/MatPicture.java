package org.rcnn.cnn.warp;

import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.rcnn.data.RgbImage;

/** Pictures of programs that work with OpenCV. */
public final class MatPicture {

  private MatPicture() {}

  /**
   * The picture in a matrix: one channel of grey, or three in OpenCV's order blue, green, red, or
   * those and a fourth of transparency, which is left out, as OpenCV's own conversions do. The
   * matrix may be part of another, and stays as it is.
   *
   * @throws IllegalArgumentException if the matrix is empty, or its values are not 8-bit colours
   */
  public static RgbImage toRgb(Mat mat) {
    int channels = mat.channels();
    if (mat.dims() != 2 || mat.empty()) {
      throw new IllegalArgumentException("The matrix is empty or no picture.");
    }
    if (mat.depth() != CvType.CV_8U || channels != 1 && channels != 3 && channels != 4) {
      throw new IllegalArgumentException(
          "The matrix has values of type %s, not one, three or four 8-bit channels; convert it first."
              .formatted(CvType.typeToString(mat.type())));
    }
    byte[] stored = new byte[channels * mat.rows() * mat.cols()];
    mat.get(0, 0, stored);
    byte[] rgb = new byte[3 * mat.rows() * mat.cols()];
    for (int from = 0, to = 0; from < stored.length; from += channels, to += 3) {
      rgb[to] = stored[channels == 1 ? from : from + 2];
      rgb[to + 1] = stored[channels == 1 ? from : from + 1];
      rgb[to + 2] = stored[from];
    }
    return new RgbImage(mat.cols(), mat.rows(), rgb);
  }
}
