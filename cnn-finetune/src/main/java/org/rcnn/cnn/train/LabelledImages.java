package org.rcnn.cnn.train;

/**
 * Square thumbnails with a class each: what a network is pre-trained on.
 *
 * <p>Implementations are read from several threads at once.
 */
public interface LabelledImages {

  /** Number of images. */
  int count();

  /** Side of every image in pixels. */
  int size();

  /** The class of an image, from 0. */
  int label(int index);

  /**
   * Copies an image's pixels: {@code size x size x 3} bytes, red, green, blue interleaved, row by
   * row.
   */
  void copyPixels(int index, byte[] into);

  /** Identifies images, labels and their order: a checkpoint belongs to them. */
  String fingerprint();
}
