package org.rcnn.cnn.train;

import java.io.IOException;
import org.rcnn.data.RgbImage;

/** Gives the images of a training set by number. */
@FunctionalInterface
public interface ImageSource {

  /**
   * Decodes an image.
   *
   * @throws IOException if it cannot be read
   */
  RgbImage read(int index) throws IOException;
}
