package org.rcnn.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads files that others made. A pipe would be waited for without end, and a device never ends, so
 * only regular files are read, and only up to a size that is checked before memory is taken. Links
 * are followed.
 */
public final class RegularFile {

  private RegularFile() {}

  /**
   * Why a file is not read, as the end of a sentence that begins with the file; empty if it is read
   * or there is none.
   *
   * @param most the most bytes that are read
   * @throws IOException if its size cannot be found out
   */
  public static Optional<String> refusal(Path file, long most) throws IOException {
    if (Files.isDirectory(file)) {
      return Optional.of("is a folder");
    }
    if (!Files.isRegularFile(file)) {
      return Files.exists(file)
          ? Optional.of("is a pipe or a device, and only regular files are read")
          : Optional.empty();
    }
    long size = Files.size(file);
    return size <= most
        ? Optional.empty()
        : Optional.of("has %,d bytes, and at most %,d are read".formatted(size, most));
  }

  /**
   * Refuses a file that is there but is not a regular one, before it is opened.
   *
   * @throws IOException with a one-sentence message that names it
   */
  public static void require(Path file) throws IOException {
    require(file, Long.MAX_VALUE);
  }

  private static void require(Path file, long most) throws IOException {
    Optional<String> refusal = refusal(file, most);
    if (refusal.isPresent()) {
      throw new IOException("%s %s.".formatted(file, refusal.get()));
    }
  }

  /**
   * The bytes of a file.
   *
   * @param most the most bytes that are read
   * @throws NoSuchFileException if there is none
   * @throws IOException if it is not a regular file, is larger, or cannot be read
   */
  public static byte[] bytes(Path file, long most) throws IOException {
    require(file, most);
    return Files.readAllBytes(file);
  }
}
