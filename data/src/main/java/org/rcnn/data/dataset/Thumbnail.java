package org.rcnn.data.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.rcnn.data.RgbImage;

/**
 * A picture in 16 × 16 mean colours, by which repeated pictures are found: copies under another
 * name, saved anew or scaled, and neighbouring frames of a video. Such pictures on both sides of a
 * split make a test measure memory.
 *
 * <p>Two pictures count as near-equal if their thumbnails differ by at most {@value #NEAR} of 255
 * grey levels on average. This is a threshold by eye: a copy saved as JPEG differs by less than 1.
 */
final class Thumbnail {

  private static final int SIDE = 16;
  private static final int VALUES = 3 * SIDE * SIDE;
  static final double NEAR = 2;

  private final byte[] colours;
  private final double mean;

  private Thumbnail(byte[] colours) {
    this.colours = colours;
    long sum = 0;
    for (byte value : colours) {
      sum += value & 0xff;
    }
    this.mean = sum / (double) VALUES;
  }

  /** The thumbnail of a picture. */
  static Thumbnail of(RgbImage image) {
    byte[] colours = new byte[VALUES];
    byte[] rgb = image.rgb();
    for (int row = 0; row < SIDE; row++) {
      int top = row * image.height() / SIDE;
      int bottom = Math.max(top + 1, (row + 1) * image.height() / SIDE);
      for (int column = 0; column < SIDE; column++) {
        int left = column * image.width() / SIDE;
        int right = Math.max(left + 1, (column + 1) * image.width() / SIDE);
        long[] sums = new long[3];
        for (int y = top; y < bottom; y++) {
          for (int at = 3 * (y * image.width() + left);
              at < 3 * (y * image.width() + right);
              at += 3) {
            sums[0] += rgb[at] & 0xff;
            sums[1] += rgb[at + 1] & 0xff;
            sums[2] += rgb[at + 2] & 0xff;
          }
        }
        long pixels = (long) (bottom - top) * (right - left);
        for (int channel = 0; channel < 3; channel++) {
          colours[3 * (row * SIDE + column) + channel] =
              (byte) ((sums[channel] + pixels / 2) / pixels);
        }
      }
    }
    return new Thumbnail(colours);
  }

  /** Whether two pictures are equal or near-equal. */
  boolean isNear(Thumbnail other) {
    int most = (int) (NEAR * VALUES);
    int sum = 0;
    for (int i = 0; i < VALUES && sum <= most; i++) {
      sum += Math.abs((colours[i] & 0xff) - (other.colours[i] & 0xff));
    }
    return sum <= most;
  }

  /** A pair of pictures that are equal or near-equal. */
  record Pair(String first, String second, boolean equal) {}

  /** All pairs of equal or near-equal pictures, sorted. */
  static List<Pair> pairs(Map<String, Thumbnail> thumbnails) {
    List<Map.Entry<String, Thumbnail>> byMean =
        thumbnails.entrySet().stream()
            .sorted(
                Comparator.<Map.Entry<String, Thumbnail>>comparingDouble(e -> e.getValue().mean)
                    .thenComparing(Map.Entry::getKey))
            .toList();
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < byMean.size(); i++) {
      Thumbnail one = byMean.get(i).getValue();
      // The means of near pictures differ by no more than their values do on average.
      for (int j = i + 1;
          j < byMean.size() && byMean.get(j).getValue().mean - one.mean <= NEAR;
          j++) {
        Thumbnail two = byMean.get(j).getValue();
        if (one.isNear(two)) {
          String a = byMean.get(i).getKey();
          String b = byMean.get(j).getKey();
          boolean inOrder = a.compareTo(b) < 0;
          pairs.add(
              new Pair(inOrder ? a : b, inOrder ? b : a, Arrays.equals(one.colours, two.colours)));
        }
      }
    }
    pairs.sort(Comparator.comparing(Pair::first).thenComparing(Pair::second));
    return pairs;
  }
}
