package org.rcnn.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Turns a failure into one sentence. */
final class Failures {

  private Failures() {}

  static String sentence(Throwable failure) {
    if (failure instanceof NoSuchFileException missing) {
      return "There is no file or folder " + missing.getFile() + ".";
    } else if (failure instanceof AccessDeniedException denied) {
      return "Access to " + denied.getFile() + " is denied.";
    } else if (failure instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " exists already.";
    } else if (failure instanceof FileSystemException other) {
      // Its own message may be a bare path.
      String reason = other.getReason() == null ? "the system refuses" : other.getReason();
      return "%s cannot be used: %s.".formatted(other.getFile(), reason);
    } else if (failure instanceof OutOfMemoryError) {
      return ("Memory ran out (%s); give the JVM more with RCNN_JAVA_OPTS=-Xmx8g, use fewer threads, or,"
              + " if it was while SVMs were trained, lower svm.max-positives and svm.negative-cache.")
          .formatted(failure.getMessage());
    }
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName() + "; --debug shows where."
        : message.lines().findFirst().orElse(message);
  }
}
