package org.rcnn.cnn.warp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.rcnn.data.RgbImage;

class MatPictureTest {

  @BeforeAll
  static void load() {
    OpenCvLibrary.load();
  }

  private static Mat mat(int rows, int columns, int type, int... values) {
    Mat mat = new Mat(rows, columns, type);
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    mat.put(0, 0, bytes);
    return mat;
  }

  @Test
  void blueGreenRedBecomesRedGreenBlue() {
    Mat mat = mat(1, 2, CvType.CV_8UC3, 1, 2, 3, 250, 251, 252);
    assertEquals(
        new RgbImage(2, 1, new byte[] {3, 2, 1, (byte) 252, (byte) 251, (byte) 250}),
        MatPicture.toRgb(mat));
    mat.release();
  }

  @Test
  void greyIsRepeatedAndTransparencyLeftOut() {
    Mat grey = mat(1, 1, CvType.CV_8UC1, 9);
    assertEquals(new RgbImage(1, 1, new byte[] {9, 9, 9}), MatPicture.toRgb(grey));
    Mat four = mat(1, 1, CvType.CV_8UC4, 1, 2, 3, 0);
    assertEquals(new RgbImage(1, 1, new byte[] {3, 2, 1}), MatPicture.toRgb(four));
    grey.release();
    four.release();
  }

  @Test
  void aPartOfAnotherMatrixIsItsOwnPixels() {
    Mat whole = mat(2, 2, CvType.CV_8UC1, 1, 2, 3, 4);
    Mat right = whole.submat(0, 2, 1, 2);
    assertEquals(new RgbImage(1, 2, new byte[] {2, 2, 2, 4, 4, 4}), MatPicture.toRgb(right));
    right.release();
    whole.release();
  }

  @Test
  void whatIsNoPictureOf8BitColoursIsRefused() {
    Mat floats = new Mat(1, 1, CvType.CV_32FC3);
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> MatPicture.toRgb(floats)).getMessage();
    assertTrue(refusal.contains("CV_32FC3"), refusal);
    assertThrows(IllegalArgumentException.class, () -> MatPicture.toRgb(new Mat()));
    floats.release();
  }
}
