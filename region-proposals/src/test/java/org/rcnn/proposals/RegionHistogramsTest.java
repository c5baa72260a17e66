package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RegionHistogramsTest {

  @Test
  void onePassOverSeveralSegmentationsEqualsCountingEachAlone() {
    for (long seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      int width = 1 + random.nextInt(40);
      int height = 1 + random.nextInt(40);
      int channels = seed % 3 == 0 ? 1 : 3;
      byte[][] planes = new byte[channels][width * height];
      int[][] smoothed = new int[channels][width * height];
      for (int c = 0; c < channels; c++) {
        random.nextBytes(planes[c]);
        new GaussianSmoothing(0.8).smooth(planes[c], width, height, smoothed[c]);
      }
      int[][] labels = new int[1 + random.nextInt(4)][];
      int[] regions = new int[labels.length];
      for (int s = 0; s < labels.length; s++) {
        regions[s] = 1 + random.nextInt(Math.min(30, width * height));
        labels[s] = randomLabels(width * height, regions[s], random);
      }
      RegionHistograms histograms = new RegionHistograms(Variant.AUTHORS);
      histograms.count(planes, smoothed, channels, width, height, labels, labels.length);
      for (int s = 0; s < labels.length; s++) {
        int[] sums = new int[regions[s] * RegionHistograms.stride(channels)];
        histograms.sum(s, regions[s], sizes(labels[s], regions[s]), sums);
        int[] slow = slow(planes, smoothed, width, height, labels[s], regions[s]);
        assertArrayEquals(slow, sums, "seed " + seed + ", segmentation " + s);
      }
    }
  }

  /** Every region occurs; runs of a few pixels, as in segmentations. */
  private static int[] randomLabels(int pixels, int regions, Random random) {
    int[] labels = new int[pixels];
    for (int p = 0; p < pixels; p++) {
      boolean newRun = random.nextInt(4) == 0;
      labels[p] = p < regions ? p : newRun ? random.nextInt(regions) : labels[p - 1];
    }
    return labels;
  }

  private static int[] sizes(int[] labels, int regions) {
    int[] sizes = new int[regions];
    for (int label : labels) {
      sizes[label]++;
    }
    return sizes;
  }

  /** Pixel by pixel, from the definition: eight directions of ten bins, each counted. */
  private static int[] slow(
      byte[][] planes, int[][] smoothed, int width, int height, int[] labels, int regions) {
    int channels = planes.length;
    int stride = RegionHistograms.stride(channels);
    int[] counts = new int[regions * stride];
    for (int p = 0; p < labels.length; p++) {
      for (int c = 0; c < channels; c++) {
        int base = labels[p] * stride;
        counts[base + 25 * c + (planes[c][p] & 0xff) * 25 / 256]++;
        int[] derivatives = derivatives(smoothed[c], width, height, p % width, p / width);
        for (int d = 0; d < 4; d++) {
          int at = base + 25 * channels + 80 * c + 20 * d;
          int step = derivatives[d] >> 9;
          counts[at + (step >= 0 ? bin(step, d) : 0)]++;
          counts[at + 10 + (step < 0 ? bin(-step - 1, d) : 0)]++;
        }
      }
    }
    return counts;
  }

  private static int[] derivatives(int[] plane, int width, int height, int x, int y) {
    int[] kernel = {3, 10, 3};
    int gx = 0;
    int gy = 0;
    for (int i = -1; i <= 1; i++) {
      int right = at(plane, width, height, x + 1, y + i);
      int left = at(plane, width, height, x - 1, y + i);
      int below = at(plane, width, height, x + i, y + 1);
      int above = at(plane, width, height, x + i, y - 1);
      gx += kernel[i + 1] * (right - left);
      gy += kernel[i + 1] * (below - above);
    }
    return new int[] {gx, gy, gx + gy, gx - gy};
  }

  private static int at(int[] plane, int width, int height, int x, int y) {
    int cx = Math.max(0, Math.min(width - 1, x));
    int cy = Math.max(0, Math.min(height - 1, y));
    return plane[cy * width + cx];
  }

  /** The derivative is looked up at steps of a quarter grey level, at the middle of the step. */
  private static int bin(int step, int direction) {
    double greyLevels = (step + 0.5) * 512 / (32 * 64) * (direction < 2 ? 1 : Math.sqrt(0.5));
    return (int) Math.min(9, greyLevels * 9 / (TextureCodes.AUTHORS_RANGE * 255) + 0.5);
  }

  @Test
  void aVerticalEdgeIsSeenAlongXAndWeakerOnBothDiagonals() {
    int width = 6;
    int height = 5;
    int[] plane = new int[width * height];
    for (int p = 0; p < plane.length; p++) {
      plane[p] = p % width < 3 ? 0 : 100 * GaussianSmoothing.SCALE;
    }
    TextureCodes codes = new TextureCodes();
    codes.useFixedRange();
    int[] counts = new int[80];
    codes.countRow(plane, width, height, 2, new int[width], 0, counts);
    // Columns 2 and 3 rise by 50 grey levels a pixel, 35 along a diagonal; four columns do not.
    // Bins are 0.43 * 255 / 9 = 12.2 wide, the first one half as wide.
    assertEquals(4, counts[0]);
    assertEquals(2, counts[4]);
    assertEquals(6, counts[20], "nothing along y");
    assertEquals(2, counts[40 + 3]);
    assertEquals(2, counts[60 + 3]);
  }

  @Test
  void openCvsBinsSpanTheImagesOwnRange() {
    // Derivatives of 10 and 20 grey levels a pixel at most: the larger fills the last bin.
    int[] plane = new int[6];
    int[] levels = {0, 0, 20, 20, 60, 60};
    for (int x = 0; x < 6; x++) {
      plane[x] = levels[x] * GaussianSmoothing.SCALE;
    }
    TextureCodes codes = new TextureCodes();
    codes.useRangeOf(plane, 6, 1);
    int[] counts = new int[80];
    codes.countRow(plane, 6, 1, 0, new int[6], 0, counts);
    assertEquals(2, counts[9]);
    assertEquals(2, counts[5]);
    assertEquals(2, counts[0]);
  }
}
