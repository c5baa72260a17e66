package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ColourConversionTest {

  @Test
  void hueGoesRoundTheColourCircleFromRedAtZero() {
    assertArrayEquals(new int[] {0, 255, 255}, convert(ColourSpace.HSV, 255, 0, 0));
    assertArrayEquals(new int[] {85, 255, 255}, convert(ColourSpace.HSV, 0, 255, 0));
    assertArrayEquals(new int[] {170, 255, 255}, convert(ColourSpace.HSV, 0, 0, 255));
    assertArrayEquals(new int[] {43, 255, 128}, convert(ColourSpace.HSV, 128, 128, 0));
    assertArrayEquals(new int[] {43}, convert(ColourSpace.HUE, 128, 128, 0));
  }

  @Test
  void greyHasNoHueAndNoSaturation() {
    assertArrayEquals(new int[] {0, 0, 77}, convert(ColourSpace.HSV, 77, 77, 77));
    assertArrayEquals(new int[] {0, 0, 0}, convert(ColourSpace.HSV, 0, 0, 0));
  }

  @Test
  void openCvHalvesTheHuesDegrees() {
    int[] blue = convert(new ColourConversion(Variant.OPENCV), ColourSpace.HSV, 0, 0, 255);
    assertArrayEquals(new int[] {120, 255, 255}, blue);
  }

  @Test
  void labOfThePrimariesIsWhatOpenCvDocuments() {
    // L* a* b* of sRGB red are 53.24, 80.09, 67.20; of green 87.73, -86.18, 83.18; of blue 32.30,
    // 79.19, -107.86. Stretched: 2.55 L*, a* + 128, b* + 128.
    assertArrayEquals(new int[] {136, 208, 195}, convert(ColourSpace.LAB, 255, 0, 0));
    assertArrayEquals(new int[] {224, 42, 211}, convert(ColourSpace.LAB, 0, 255, 0));
    assertArrayEquals(new int[] {82, 207, 20}, convert(ColourSpace.LAB, 0, 0, 255));
    assertArrayEquals(new int[] {255, 128, 128}, convert(ColourSpace.LAB, 255, 255, 255));
    assertArrayEquals(new int[] {0, 128, 128}, convert(ColourSpace.LAB, 0, 0, 0));
  }

  @Test
  void lightnessFollowsTheDefinitionForEveryGrey() {
    for (int v = 0; v < 256; v++) {
      double c = v / 255.0;
      double linear = c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
      double lightness =
          linear > 216.0 / 24389 ? 116 * Math.cbrt(linear) - 16 : 24389.0 / 27 * linear;
      assertEquals(2.55 * lightness, convert(ColourSpace.LAB, v, v, v)[0], 0.8, "grey " + v);
    }
  }

  @Test
  void chromaticityIgnoresHowBrightAColourIs() {
    int[] bright = convert(ColourSpace.RGI, 200, 100, 50);
    int[] dark = convert(ColourSpace.RGI, 100, 50, 25);
    assertEquals(bright[0], dark[0]);
    assertEquals(bright[1], dark[1]);
    assertArrayEquals(new int[] {146, 73, 124}, bright);
    assertArrayEquals(new int[] {85, 85, 0}, convert(ColourSpace.RGI, 0, 0, 0));
  }

  @Test
  void intensityIsTheWeightedSum() {
    assertEquals(76, convert(ColourSpace.INTENSITY, 255, 0, 0)[0]);
    assertEquals(150, convert(ColourSpace.INTENSITY, 0, 255, 0)[0]);
    assertEquals(255, convert(ColourSpace.INTENSITY, 255, 255, 255)[0]);
  }

  private static int[] convert(ColourSpace space, int r, int g, int b) {
    return convert(new ColourConversion(Variant.AUTHORS), space, r, g, b);
  }

  private static int[] convert(
      ColourConversion conversion, ColourSpace space, int r, int g, int b) {
    byte[][] planes = new byte[space.channels()][1];
    conversion.convert(space, new byte[] {(byte) r, (byte) g, (byte) b}, 1, planes);
    int[] values = new int[planes.length];
    for (int c = 0; c < values.length; c++) {
      values[c] = planes[c][0] & 0xff;
    }
    return values;
  }
}
