package org.rcnn.svm;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /**
   * Images whose features are in memory already.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  static TrainingImages of(List<TrainingImage> images) {
    Map<String, TrainingImage> byId = new LinkedHashMap<>();
    for (TrainingImage image : images) {
      if (byId.put(image.id(), image) != null) {
        throw new IllegalArgumentException("Two images are named '%s'.".formatted(image.id()));
      }
    }
    List<String> ids = List.copyOf(byId.keySet());
    return new TrainingImages() {
      @Override
      public List<String> imageIds() {
        return ids;
      }

      @Override
      public TrainingImage load(String imageId) {
        return byId.get(imageId);
      }
    };
  }
}
