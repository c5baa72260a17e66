package org.rcnn.svm;

import java.io.IOException;
import java.util.List;

/**
 * Where training reads images from: features of whole image sets do not fit into memory, so they
 * are streamed, one image at a time and several times over.
 */
public interface TrainingImages {

  /** The images to train on, always in the same order. */
  List<String> imageIds();

  /**
   * Reads one image. The caller keeps at most one at a time, so an implementation may hand out the
   * same feature array again and again.
   *
   * @throws IOException if the image's regions or features cannot be read; training stops
   */
  TrainingImage load(String imageId) throws IOException;
}
