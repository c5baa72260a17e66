package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.rcnn.data.Annotation;
import org.rcnn.data.ExifOrientation;

/**
 * A set of annotated images, divided into splits, to train and test detectors on.
 *
 * <p>An image is identified by its id. Ids are unique in the set and have no line breaks and no
 * blanks at the ends, because split files and result files contain them. The format decides where
 * annotations are stored: in a file per image, or all in one. A set can be opened without its
 * images, because some uses, such as evaluation, do not need them.
 *
 * <p>Implementations are immutable and thread-safe.
 */
public interface Dataset {

  /** The folder of the set. */
  Path root();

  /** The names of the splits, sorted; empty if the set has none. */
  List<String> splits() throws IOException;

  /**
   * How a user can add splits to the set, as the end of a sentence: "write a list of images into
   * ...".
   */
  String splitAdvice();

  /**
   * The ids of a split's images, in the split's order, each once.
   *
   * @throws IOException with a one-sentence message, if there is no such split or it is empty
   */
  List<String> imageIds(String split) throws IOException;

  /** Every image id with an annotation and, where the set has images, an image; sorted. */
  List<String> annotatedIds() throws IOException;

  /**
   * The file of an image.
   *
   * @throws IOException with a one-sentence message, if there is none
   */
  Path image(String id) throws IOException;

  /**
   * The annotation of an image, with the problems found in it. Objects without area, or with a
   * class name that cannot be part of a file name, are reported and left out. Boxes are not
   * compared with the picture: {@link PictureCheck} does that.
   *
   * @throws IOException with a one-sentence message, if there is no annotation, or it cannot be
   *     used at all
   */
  AnnotationReading readAnnotation(String id) throws IOException;

  /**
   * The same for a format whose boxes are fractions of the picture, so that its size is needed.
   *
   * @param exif whether pictures are turned upright; {@link #readAnnotation(String)} has them so
   * @throws IOException as {@link #readAnnotation(String)} does
   */
  default AnnotationReading readAnnotation(String id, ExifOrientation exif) throws IOException {
    return readAnnotation(id);
  }

  /**
   * The annotation of an image without the objects that lie outside the picture ({@link
   * PictureCheck}). Problems with single objects are not reported; use {@link PictureCheck#read} to
   * get them.
   *
   * @throws IOException as {@link #readAnnotation(String)} does
   */
  default Annotation annotation(String id) throws IOException {
    return PictureCheck.read(this, id, ExifOrientation.APPLY).annotation();
  }

  /**
   * The annotations of a split, in its order, each under the split's name of its image.
   *
   * @throws IOException as {@link #imageIds} and {@link #annotation} do
   */
  default List<Annotation> annotations(String split) throws IOException {
    List<Annotation> annotations = new ArrayList<>();
    for (String id : imageIds(split)) {
      Annotation read = annotation(id);
      // A copied annotation may contain another image's name.
      annotations.add(new Annotation(id, read.width(), read.height(), read.objects()));
    }
    return annotations;
  }

  /**
   * The files of the set that belong to none of the {@link #annotatedIds}: annotations without a
   * picture, pictures without an annotation, files of a kind that is not read.
   *
   * @return a sentence each, by image id, or by file name where there is none; sorted
   */
  default Map<String, String> leftOut() throws IOException {
    return Map.of();
  }

  /** The same set with further splits, which come before its own of the same name. */
  default Dataset withLists(SplitTable lists) {
    return new ListedDataset(this, lists);
  }

  /** The same set with splits made by the program, which replace its own. */
  default Dataset withSplits(Splits splits) {
    return new DividedDataset(this, splits);
  }
}
