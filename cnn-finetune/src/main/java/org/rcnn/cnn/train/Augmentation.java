package org.rcnn.cnn.train;

import java.util.Random;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;
import org.rcnn.data.Check;

/**
 * Turns thumbnails into network inputs, with the random changes that keep a network from memorising
 * the training images.
 *
 * <p>A training view is a random part of the image (area between a least share and all of it,
 * aspect ratio between 3:4 and 4:3), stretched to the input's size, mirrored half of the time, with
 * its brightness and contrast changed a little. R-CNN's warp stretches proposals of any shape to a
 * square in the same way. A validation view is the whole image.
 *
 * @param leastArea the smallest share of the image's area that a view may show, at most 1
 * @param colour the largest relative change of brightness and of contrast, 0 for none
 */
public record Augmentation(double leastArea, double colour) {

  /** No change. */
  public static final Augmentation NONE = new Augmentation(1, 0);

  /** Refuses shares out of range; the message names the setting. */
  public Augmentation {
    Check.within("least-area", leastArea, 0.01, 1);
    Check.within("colour", colour, 0, 0.99);
  }

  /** The part of an image that a view shows, and how its values change. */
  private record View(
      double x, double y, double width, double height, boolean mirror, float gain, float offset) {}

  private View draw(int size, Random random) {
    double width = size;
    double height = size;
    if (leastArea < 1) {
      double area = leastArea + (1 - leastArea) * random.nextDouble();
      double aspect = Math.exp((2 * random.nextDouble() - 1) * Math.log(4.0 / 3));
      width = Math.min(size, size * Math.sqrt(area * aspect));
      height = Math.min(size, size * Math.sqrt(area / aspect));
    }
    double x = (size - width) * random.nextDouble();
    double y = (size - height) * random.nextDouble();
    boolean mirror = random.nextBoolean();
    float contrast = (float) (1 + colour * (2 * random.nextDouble() - 1));
    float brightness = (float) (1 + colour * (2 * random.nextDouble() - 1));
    // Contrast turns about mid-grey, then brightness scales: v -> ((v - 128) c + 128) b.
    return new View(
        x, y, width, height, mirror, contrast * brightness, 128 * (1 - contrast) * brightness);
  }

  /**
   * Writes a random view of an image as network input.
   *
   * @param pixels {@code size x size x 3}, red, green, blue
   * @param into receives {@code inputSize x inputSize x 3} values from {@code offset} on
   */
  void randomView(
      byte[] pixels, int size, NetworkDefinition network, Random random, float[] into, int offset) {
    render(pixels, size, draw(size, random), network, into, offset);
  }

  /** Writes the whole image, unchanged, as network input. */
  static void plainView(
      byte[] pixels, int size, NetworkDefinition network, float[] into, int offset) {
    wholeView(pixels, size, false, network, into, offset);
  }

  /** Writes the whole image or its mirror image as network input. */
  static void wholeView(
      byte[] pixels,
      int size,
      boolean mirror,
      NetworkDefinition network,
      float[] into,
      int offset) {
    render(pixels, size, new View(0, 0, size, size, mirror, 1, 0), network, into, offset);
  }

  private static void render(
      byte[] pixels, int size, View view, NetworkDefinition network, float[] into, int offset) {
    int side = network.inputSize();
    Preprocessing preprocessing = network.preprocessing();
    float[] mean = preprocessing.mean();
    float[] scale = preprocessing.scale();
    boolean bgr = preprocessing.order() == ColourOrder.BGR;
    int[] left = new int[side];
    float[] right = new float[side];
    sample(view.x, view.width, size, view.mirror, left, right);
    int[] top = new int[side];
    float[] bottom = new float[side];
    sample(view.y, view.height, size, false, top, bottom);
    int stepX = size > 1 ? 3 : 0;
    int stepY = size > 1 ? 3 * size : 0;
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        int at = 3 * (top[row] * size + left[column]);
        for (int c = 0; c < 3; c++) {
          float a = pixels[at + c] & 0xff;
          float b = pixels[at + c + stepX] & 0xff;
          float d = pixels[at + c + stepY] & 0xff;
          float e = pixels[at + c + stepX + stepY] & 0xff;
          float upper = a + (b - a) * right[column];
          float lower = d + (e - d) * right[column];
          float value = (upper + (lower - upper) * bottom[row]) * view.gain + view.offset;
          int channel = bgr ? 2 - c : c;
          into[offset++ - c + channel] =
              (Math.min(255, Math.max(0, value)) - mean[channel]) * scale[channel];
        }
      }
    }
  }

  /** For every output position, the pixel before it and the share of the pixel after it. */
  private static void sample(
      double start, double length, int size, boolean mirror, int[] before, float[] share) {
    int side = before.length;
    for (int i = 0; i < side; i++) {
      int position = mirror ? side - 1 - i : i;
      double at = start + (position + 0.5) * length / side - 0.5;
      at = Math.min(Math.max(at, 0), size - 1);
      before[i] = Math.max(0, Math.min((int) at, size - 2));
      share[i] = (float) (at - before[i]);
    }
  }
}
