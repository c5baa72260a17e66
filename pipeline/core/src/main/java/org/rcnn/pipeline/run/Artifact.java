package org.rcnn.pipeline.run;

import java.nio.file.Path;

/**
 * What a stage makes: known by its key, and lying where its key says.
 *
 * @param key what it was made from
 * @param place its file or folder
 */
public record Artifact(Key key, Path place) {

  /** The hash that later stages' keys name it by. */
  public String hash() {
    return key.hash();
  }

  /**
   * A further file of the same stage and key, such as the learning curve of weights.
   *
   * @param ending what follows the hash in its name, such as {@code "-curve.json"}
   */
  public Path beside(String ending) {
    return place.resolveSibling(key.hash() + ending);
  }
}
