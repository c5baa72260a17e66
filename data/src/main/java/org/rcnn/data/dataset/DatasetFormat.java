package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A layout in which annotated images are kept, such as a VOC development kit's.
 *
 * <p>Formats are found by {@link java.util.ServiceLoader}: a public class with a public constructor
 * without arguments, named in a file {@code META-INF/services/org.rcnn.data.dataset.DatasetFormat}
 * on the class path. So a format can be added from outside.
 */
public interface DatasetFormat {

  /** What a folder of this format is called, such as "VOC-style folder". */
  String name();

  /** What a folder needs to be of this format, as the end of "it needs". */
  String needs();

  /**
   * Whether a folder is of this format, as can be told without reading images or annotations.
   * Folders inside it are not this method's affair: {@link DatasetFormats#open} searches them.
   *
   * @throws IOException if the folder cannot be looked at
   */
  boolean recognises(Path folder) throws IOException;

  /**
   * Opens a folder that this format recognises.
   *
   * @throws IOException in one sentence, if it cannot be read
   */
  Dataset open(Path folder) throws IOException;
}
