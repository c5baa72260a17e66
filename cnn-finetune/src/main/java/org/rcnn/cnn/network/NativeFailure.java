package org.rcnn.cnn.network;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why a native library, which lies in a jar and is unpacked before it is loaded, is not there. */
public final class NativeFailure {

  private NativeFailure() {}

  /**
   * A sentence that says where a library was to be, why it is not, and what to do.
   *
   * @param library whose it is, such as "PyTorch"
   * @param folder where it is unpacked
   * @param megabytes the room that it needs there
   * @param another how another folder is named
   * @param failure what was thrown; its innermost cause says why
   */
  public static String sentence(
      String library, Path folder, int megabytes, String another, Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return ("%s's native library cannot be used from %s: %s. The folder needs %d MB, and programs"
            + " in it must be allowed to run; %s names another one.")
        .formatted(library, folder, reason(cause), megabytes, another);
  }

  private static String reason(Throwable cause) {
    if (cause instanceof NoSuchFileException missing) {
      return "there is no " + missing.getFile();
    } else if (cause instanceof AccessDeniedException denied) {
      return "access to %s is denied".formatted(denied.getFile());
    }
    String message = cause.getMessage() == null ? "" : cause.getMessage();
    return message.isBlank()
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse(message).replaceAll("\\.$", "");
  }
}
