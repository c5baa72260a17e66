package org.rcnn.cnn.warp;

import org.opencv.core.Core;

/** The version of OpenCV, known without loading its native library. */
public final class OpenCvVersion {

  private OpenCvVersion() {}

  /** The version, such as {@code 4.9.0}. */
  public static String current() {
    return Core.VERSION;
  }
}
