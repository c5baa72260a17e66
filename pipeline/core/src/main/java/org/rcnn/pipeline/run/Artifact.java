package org.rcnn.pipeline.run;

import java.nio.file.Path;

/**
 * What a stage makes: a file or folder whose place follows from its key.
 *
 * @param key what it was made from
 * @param place its file or folder
 */
public record Artifact(Key key, Path place) {

  /** The hash by which the keys of later stages refer to it. */
  public String hash() {
    return key.hash();
  }

  /**
   * Another file of the same stage and key, such as the learning curve of weights.
   *
   * @param ending what follows the hash in its name, such as {@code "-curve.json"}
   */
  public Path beside(String ending) {
    return place.resolveSibling(key.hash() + ending);
  }
}
