package org.rcnn.data;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
   * The bytes of a part of a file, mapped where the file system can do that. Others, such as those
   * that a program keeps in memory, have them read.
   *
   * @param length at most 2 GiB
   * @return a buffer from position 0 to its limit, not to be written
   * @throws IOException if the file ends before, or cannot be read
   */
  public static ByteBuffer map(FileChannel channel, long position, long length) throws IOException {
    try {
      return channel.map(FileChannel.MapMode.READ_ONLY, position, length);
    } catch (UnsupportedOperationException e) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(length));
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, position + bytes.position()) < 0) {
          throw new EOFException("The file ended while it was read.");
        }
      }
      return bytes.flip().asReadOnlyBuffer();
    }
  }

  /**
   * A file for what only opens files of the system: zip archives and native libraries.
   *
   * @throws IOException with a one-sentence message, if it lies in a file system of the program's
   *     own
   */
  public static File ofSystem(Path file) throws IOException {
    try {
      return file.toFile();
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          "%s lies in a file system of the program's own, and archives can only be read from the system's; copy it there first."
              .formatted(file),
          e);
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
