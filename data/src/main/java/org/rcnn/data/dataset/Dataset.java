package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.data.Annotation;

/**
 * A set of annotated images, divided into splits: what a detector learns from and is judged on.
 *
 * <p>An image is known by its id, which is unique in the set and has no line breaks and no blanks
 * at its ends, since lists and result files hold it. Where its annotation lies is the format's
 * affair: in a file beside the image, or with all others in one. A set may be opened without its
 * images, for there are uses, such as evaluation, that need none.
 *
 * <p>An implementation is immutable once it is opened, and any number of threads may use it.
 */
public interface Dataset {

  /** The folder that holds the set. */
  Path root();

  /** The names of the splits, sorted; empty if the set has none. */
  List<String> splits() throws IOException;

  /** How to give the set splits, as the end of a sentence: "write a list of images into ...". */
  String splitAdvice();

  /**
   * The ids of a split's images, in the split's order, each once.
   *
   * @throws IOException in one sentence, if there is no such split or it is empty
   */
  List<String> imageIds(String split) throws IOException;

  /** Every image id with an annotation and, where the set has images, an image; sorted. */
  List<String> annotatedIds() throws IOException;

  /**
   * The file of an image.
   *
   * @throws IOException in one sentence, if there is none
   */
  Path image(String id) throws IOException;

  /**
   * What is known of an image, with what is wrong in its annotation. Objects without area, or with
   * a class that cannot stand in the name of a file, are reported and left out.
   *
   * @throws IOException in one sentence, if there is no annotation or none of it can be used
   */
  AnnotationReading readAnnotation(String id) throws IOException;

  /**
   * What is known of an image. Problems with single objects are dropped silently; {@link
   * #readAnnotation} reports them.
   *
   * @throws IOException as {@link #readAnnotation} does
   */
  default Annotation annotation(String id) throws IOException {
    return readAnnotation(id).annotation();
  }

  /** The same set with splits made by the program, which stand in for its own. */
  default Dataset withSplits(Splits splits) {
    return new DividedDataset(this, splits);
  }
}
