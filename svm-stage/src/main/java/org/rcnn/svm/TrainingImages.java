package org.rcnn.svm;

import java.io.IOException;
import java.util.List;

/**
 * The source of training images. The features of whole image sets do not fit in memory, so they are
 * read one image at a time, several times over.
 */
public interface TrainingImages {

  /** The images to train on, always in the same order. */
  List<String> imageIds();

  /**
   * Reads one image. The caller keeps at most one at a time, so an implementation may reuse the
   * feature array.
   *
   * @throws IOException if the image's regions or features cannot be read; training stops
   */
  TrainingImage load(String imageId) throws IOException;
}
