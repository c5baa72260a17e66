package org.rcnn.cnn.warp;

import nu.pattern.OpenCV;
import org.opencv.core.Core;

/** OpenCV's native library, loaded once in a process. */
public final class OpenCvLibrary {

  static {
    OpenCV.loadLocally();
    // The project runs one image per core; threads inside a resize would only compete.
    Core.setNumThreads(1);
  }

  private OpenCvLibrary() {}

  /** Loads the library unless it is loaded. */
  public static void load() {
    // The class initialiser has done it.
  }
}
