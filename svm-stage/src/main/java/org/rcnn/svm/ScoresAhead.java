package org.rcnn.svm;

import java.io.IOException;
import java.util.List;

/**
 * Scores training images elsewhere, ahead of the trainer, for the pass that mines hard negatives.
 *
 * <p>The trainer asks for a few images with the weights that it has, takes them in its order, and
 * stops as soon as it has trained a class, for then the scores of the others are of an old model.
 * It asks again from the next image on, with the new weights. So it sees the numbers that it would
 * have computed itself, and trains the same models to the last bit. The price is what was scored in
 * vain.
 */
public interface ScoresAhead {

  /** How many images are asked for at once, at least 1. */
  int atOnce();

  /**
   * An image's regions and annotation, without features.
   *
   * @throws IOException if they cannot be read
   */
  TrainingImage regions(String imageId) throws IOException;

  /**
   * The features of some regions of an image.
   *
   * @param rows the regions' places
   * @param into receives {@code rows.length × dimension} values
   * @throws IOException if they cannot be read
   */
  void features(String imageId, int[] rows, float[] into) throws IOException;

  /**
   * The products of images' features with the weights of all classes, as the trainer's engine gives
   * them.
   *
   * @param imageIds the images
   * @param weights {@code classes × dimension} values, row-major
   * @param classes how many classes there are
   * @param sink takes the products, image after image in the order asked
   * @throws IOException if they cannot be computed, or the sink throws
   */
  void products(List<String> imageIds, float[] weights, int classes, Sink sink) throws IOException;

  /** Takes the products of one image after the other. */
  @FunctionalInterface
  interface Sink {
    /**
     * Takes the next image's.
     *
     * @param products {@code regions × classes} values, row-major
     * @return whether those of the image after it are wanted
     */
    boolean take(float[] products) throws IOException;
  }
}
