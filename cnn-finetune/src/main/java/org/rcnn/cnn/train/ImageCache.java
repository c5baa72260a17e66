package org.rcnn.cnn.train;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.rcnn.data.RgbImage;

/**
 * Keeps recently decoded images up to a number of bytes: a batch draws from 128 images, and
 * decoding them all again each time would take longer than training.
 */
final class ImageCache {

  private final ImageSource source;
  private final long capacity;
  private final Map<Integer, RgbImage> images = new LinkedHashMap<>(16, 0.75f, true);
  private long held;

  ImageCache(ImageSource source, long capacity) {
    this.source = source;
    this.capacity = capacity;
  }

  RgbImage get(int index) throws IOException {
    RgbImage found = images.get(index);
    if (found == null) {
      found = source.read(index);
      images.put(index, found);
      held += found.rgb().length;
      evict();
    }
    return found;
  }

  private void evict() {
    var oldestFirst = images.values().iterator();
    while (held > capacity && images.size() > 1) {
      held -= oldestFirst.next().rgb().length;
      oldestFirst.remove();
    }
  }
}
