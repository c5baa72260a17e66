package org.rcnn.svm;

import java.util.Locale;
import libsvm.svm;

/** The version of LIBSVM. */
public final class LibsvmVersion {

  private LibsvmVersion() {}

  /** The version, such as {@code 3.35}. */
  public static String current() {
    return String.format(
        Locale.ROOT, "%d.%02d", svm.LIBSVM_VERSION / 100, svm.LIBSVM_VERSION % 100);
  }
}
