package org.rcnn.cnn.train;

import java.io.IOException;
import org.rcnn.cnn.network.Tap;

/**
 * Images whose values at a tap were computed before, a few fixed views of each. A {@link
 * Pretraining} in which no layer up to that tap learns draws its batches from them and runs only
 * the layers after the tap. That is the same mathematics as running all layers, at a small part of
 * the time; but an image has these views and no others, where the plain way shows a new random view
 * of it in every epoch.
 *
 * @param tap where the values were taken
 * @param views views of each training image, at least 1; validation images have one
 * @param fingerprint identifies the values: a checkpoint belongs to them
 * @param training the values of the training images
 * @param validation the values of the validation images
 */
public record KeptViews(
    Tap tap, int views, String fingerprint, Values training, Values validation) {

  /** The values of images at a tap. */
  @FunctionalInterface
  public interface Values {
    /**
     * Copies the values of one view of an image. Called by one thread at a time.
     *
     * @param image the image's number in its set
     * @param view the view's number, from 0
     * @param into receives the values, as many as the tap has
     * @param offset where the first one goes
     * @throws IOException if they cannot be read
     */
    void copy(int image, int view, float[] into, int offset) throws IOException;
  }

  /** Refuses a number of views below 1. */
  public KeptViews {
    if (views < 1) {
      throw new IllegalArgumentException(
          "At least one view of each image must be kept, not %d.".formatted(views));
    }
  }
}
