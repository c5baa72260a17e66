package org.rcnn.data.fuzz;

import java.nio.file.Path;
import java.util.List;

/** The readers of a module; made by a public constructor without arguments. */
public interface FuzzedReaders {

  /**
   * The readers, with the files that they need beside their inputs.
   *
   * @param folder an empty folder for those files
   */
  List<FuzzedReader> in(Path folder) throws Exception;
}
