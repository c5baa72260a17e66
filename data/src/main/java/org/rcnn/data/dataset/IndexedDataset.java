package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.rcnn.data.ExifOrientation;

/**
 * A dataset whose images, splits and files were found when it was opened, for formats that differ
 * only in how an annotation is read.
 *
 * <p>Immutable and thread-safe, if the source of annotations is.
 */
public final class IndexedDataset implements Dataset {

  /** Reads annotations. */
  @FunctionalInterface
  public interface Source {
    /**
     * The annotation of an image.
     *
     * @param image its file; null if it is missing
     * @throws IOException with a one-sentence message, if there is none, or it cannot be used
     */
    AnnotationReading read(String id, Path image, ExifOrientation exif) throws IOException;
  }

  private final Path root;
  private final SplitTable splits;
  private final Map<String, Path> images;
  private final List<String> annotated;
  private final Source source;
  private final Map<String, String> leftOut;
  private final String splitAdvice;

  /**
   * A dataset.
   *
   * @param root its folder
   * @param splits image ids by split
   * @param images the files of the images, by id
   * @param annotated the ids of the images with an annotation
   * @param source reads annotations
   * @param leftOut a sentence for each file that is not used, by id or file name
   * @param splitAdvice as {@link Dataset#splitAdvice}
   */
  public IndexedDataset(
      Path root,
      SplitTable splits,
      Map<String, Path> images,
      List<String> annotated,
      Source source,
      Map<String, String> leftOut,
      String splitAdvice) {
    this.root = root;
    this.splits = splits;
    this.images = Collections.unmodifiableMap(new TreeMap<>(images));
    this.annotated = annotated.stream().sorted().toList();
    this.source = source;
    this.leftOut = Collections.unmodifiableMap(new TreeMap<>(leftOut));
    this.splitAdvice = splitAdvice;
  }

  @Override
  public Path root() {
    return root;
  }

  @Override
  public List<String> splits() {
    return splits.names();
  }

  @Override
  public String splitAdvice() {
    return splitAdvice;
  }

  @Override
  public List<String> imageIds(String split) throws IOException {
    return splits.ids(split);
  }

  /** Those with an image, or all if there are no images at all. */
  @Override
  public List<String> annotatedIds() {
    return annotated.stream().filter(id -> images.isEmpty() || images.containsKey(id)).toList();
  }

  @Override
  public Path image(String id) throws IOException {
    Path file = images.get(FileIndex.composed(id));
    if (file == null) {
      throw new IOException("There is no image '%s' in %s.".formatted(id, root));
    }
    return file;
  }

  @Override
  public AnnotationReading readAnnotation(String id) throws IOException {
    return readAnnotation(id, ExifOrientation.APPLY);
  }

  @Override
  public AnnotationReading readAnnotation(String id, ExifOrientation exif) throws IOException {
    String composed = FileIndex.composed(id);
    return source.read(composed, images.get(composed), exif);
  }

  @Override
  public Map<String, String> leftOut() {
    return leftOut;
  }
}
