package org.rcnn.cnn.train;

import java.io.IOException;
import java.nio.file.Path;

/** A training's checkpoint is cut, or not what was written: the training can only begin anew. */
public final class DamagedCheckpointException extends IOException {

  private static final long serialVersionUID = 1;

  DamagedCheckpointException(Path file, String reason) {
    super(
        "The checkpoint %s is damaged (%s); delete it, and the training begins anew."
            .formatted(file, reason));
  }
}
