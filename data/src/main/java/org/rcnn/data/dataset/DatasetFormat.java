package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A layout of annotated images on disk, such as a VOC development kit's.
 *
 * <p>Formats are found by {@link java.util.ServiceLoader}, so another library can add one. A format
 * is a public class with a public constructor without arguments, named in a file {@code
 * META-INF/services/org.rcnn.data.dataset.DatasetFormat} on the class path.
 */
public interface DatasetFormat {

  /** The name of a folder of this format, such as "VOC-style folder". */
  String name();

  /**
   * What a folder of this format must contain, as the end of a sentence that begins with "it
   * needs".
   */
  String needs();

  /**
   * Whether a folder has this format. The method reads no images and at most the beginning of some
   * annotations, and does not search subfolders for a dataset: {@link DatasetFormats#open} does
   * that.
   *
   * @throws IOException if the folder cannot be read
   */
  boolean recognises(Path folder) throws IOException;

  /**
   * Opens a folder that this format recognises.
   *
   * @throws IOException with a one-sentence message, if it cannot be read
   */
  Dataset open(Path folder) throws IOException;
}
