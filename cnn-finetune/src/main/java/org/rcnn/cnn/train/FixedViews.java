package org.rcnn.cnn.train;

import java.util.Random;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.data.SeedMix;

/**
 * The views of each image that {@link KeptViews} are computed from: the whole image, its mirror
 * image, and then random ones as an {@link Augmentation} draws them.
 *
 * @param images the images
 * @param network what the views are prepared for
 * @param augmentation how random views differ from the images
 * @param seed determines the random views
 */
public record FixedViews(
    LabelledImages images, NetworkDefinition network, Augmentation augmentation, long seed) {

  /** The number of views that neither an augmentation nor a seed decides. */
  public static final int WHOLE = 2;

  /**
   * Writes a view of an image as network input. May be called by several threads.
   *
   * @param image the image's number
   * @param view the view's number: 0 for the whole image, 1 for its mirror image, then random ones
   * @param into receives {@code inputSize x inputSize x 3} values
   * @param offset where the first one goes
   */
  public void put(int image, int view, float[] into, int offset) {
    byte[] pixels = new byte[3 * images.size() * images.size()];
    images.copyPixels(image, pixels);
    if (view < WHOLE) {
      Augmentation.wholeView(pixels, images.size(), view == 1, network, into, offset);
    } else {
      Random random = new Random(SeedMix.mix(seed, image, view));
      augmentation.randomView(pixels, images.size(), network, random, into, offset);
    }
  }
}
