package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.rcnn.data.ExifOrientation;

/** A dataset of any format with splits made by the program instead of its own. */
record DividedDataset(Dataset undivided, Splits made) implements Dataset {

  @Override
  public List<String> splits() {
    return Splits.NAMES;
  }

  /** The set's own splits can still be read, unless a made one has the same name. */
  @Override
  public List<String> imageIds(String split) throws IOException {
    if (!Splits.NAMES.contains(split)) {
      try {
        return undivided.imageIds(split);
      } catch (IOException e) {
        throw new IOException(
            "%s The splits made with a seed are %s."
                .formatted(e.getMessage(), String.join(", ", Splits.NAMES)),
            e);
      }
    }
    List<String> ids = made.ids(split);
    if (ids.isEmpty()) {
      throw new IOException("The split '%s' of %s names no image.".formatted(split, root()));
    }
    return ids;
  }

  @Override
  public Path root() {
    return undivided.root();
  }

  @Override
  public String splitAdvice() {
    return undivided.splitAdvice();
  }

  @Override
  public List<String> annotatedIds() throws IOException {
    return undivided.annotatedIds();
  }

  @Override
  public Path image(String id) throws IOException {
    return undivided.image(id);
  }

  @Override
  public AnnotationReading readAnnotation(String id) throws IOException {
    return undivided.readAnnotation(id);
  }

  @Override
  public AnnotationReading readAnnotation(String id, ExifOrientation exif) throws IOException {
    return undivided.readAnnotation(id, exif);
  }

  @Override
  public Map<String, String> leftOut() throws IOException {
    return undivided.leftOut();
  }
}
