package org.rcnn.proposals;

import java.util.Arrays;
import org.rcnn.data.RgbImage;

/**
 * Scales an image with a triangle filter that widens with the reduction, so that fine patterns are
 * averaged, not aliased (as MATLAB's {@code imresize}, which the authors use, with its linear
 * kernel). Rows are read once; the memory used beyond the result is one strip of rows.
 */
final class ImageScaling {

  private ImageScaling() {}

  /** Scales to a size of at least 1 × 1. */
  static RgbImage scale(RgbImage image, int width, int height) {
    if (width == image.width() && height == image.height()) {
      return image;
    }
    Filter across = new Filter(image.width(), width);
    Filter down = new Filter(image.height(), height);
    float[][] strip = new float[down.longest][3 * width];
    int[] rowInStrip = new int[down.longest];
    Arrays.fill(rowInStrip, -1);
    byte[] out = new byte[3 * width * height];
    float[] sum = new float[3 * width];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sum, 0.5f);
      for (int i = 0; i < down.length[y]; i++) {
        int row = down.start[y] + i;
        int slot = row % down.longest;
        if (rowInStrip[slot] != row) {
          rowInStrip[slot] = row;
          across.apply(image, row, strip[slot]);
        }
        float weight = down.weight[y][i];
        float[] from = strip[slot];
        for (int x = 0; x < sum.length; x++) {
          sum[x] += weight * from[x];
        }
      }
      for (int x = 0; x < sum.length; x++) {
        out[3 * width * y + x] = (byte) (int) Math.max(0, Math.min(255, sum[x]));
      }
    }
    return new RgbImage(width, height, out);
  }

  /** Which source pixels make each target pixel of one axis, and with what weights. */
  private static final class Filter {
    final int[] start;
    final int[] length;
    final float[][] weight;
    final int longest;

    Filter(int from, int to) {
      start = new int[to];
      length = new int[to];
      weight = new float[to][];
      double scale = from / (double) to;
      double reach = Math.max(1, scale);
      int most = 1;
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * scale - 0.5;
        int first = Math.max(0, (int) Math.ceil(centre - reach));
        int last = Math.min(from - 1, (int) Math.floor(centre + reach));
        float[] weights = new float[Math.max(1, last - first + 1)];
        double sum = 0;
        for (int j = first; j <= last; j++) {
          double w = Math.max(0, 1 - Math.abs(j - centre) / reach);
          weights[j - first] = (float) w;
          sum += w;
        }
        if (sum <= 0) {
          first = Math.max(0, Math.min(from - 1, (int) Math.round(centre)));
          weights = new float[] {1};
          sum = 1;
        }
        for (int j = 0; j < weights.length; j++) {
          weights[j] /= (float) sum;
        }
        start[i] = first;
        length[i] = weights.length;
        weight[i] = weights;
        most = Math.max(most, weights.length);
      }
      longest = most;
    }

    void apply(RgbImage image, int row, float[] out) {
      byte[] rgb = image.rgb();
      int base = 3 * row * image.width();
      for (int x = 0; x < start.length; x++) {
        float r = 0;
        float g = 0;
        float b = 0;
        int at = base + 3 * start[x];
        for (float w : weight[x]) {
          r += w * (rgb[at] & 0xff);
          g += w * (rgb[at + 1] & 0xff);
          b += w * (rgb[at + 2] & 0xff);
          at += 3;
        }
        out[3 * x] = r;
        out[3 * x + 1] = g;
        out[3 * x + 2] = b;
      }
    }
  }
}
