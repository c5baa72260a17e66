package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.data.RegularFile;

/**
 * A text file as labelling tools and editors write them: UTF-8, UTF-16 with its mark (Windows'
 * Notepad and PowerShell), and else ISO 8859-1.
 */
public final class TextFile {

  /** The most bytes of a file that is read: the list of a million images. */
  public static final long MOST_BYTES = 64L << 20;

  private TextFile() {}

  /**
   * The lines that are not blank, without white space at their ends.
   *
   * @throws IOException with a one-sentence message, if the file cannot be read or is no text
   */
  public static List<String> lines(Path file) throws IOException {
    return lines(file, MOST_BYTES);
  }

  /**
   * The same of a file that is short if it is what it should be.
   *
   * @param most the most bytes that are read
   * @throws IOException as {@link #lines(Path)} does
   */
  public static List<String> lines(Path file, long most) throws IOException {
    return text(file, most).lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }

  /**
   * The text of a file, without a byte order mark.
   *
   * @throws IOException with a one-sentence message, if the file cannot be read or is no text
   */
  public static String text(Path file) throws IOException {
    return text(file, MOST_BYTES);
  }

  /**
   * The same of a file that is short if it is what it should be.
   *
   * @param most the most bytes that are read
   * @throws IOException as {@link #text(Path)} does
   */
  public static String text(Path file, long most) throws IOException {
    byte[] bytes = RegularFile.bytes(file, most);
    Charset charset = charset(bytes, file);
    String text = decoded(bytes, charset);
    return text.replace("\uFEFF", "");
  }

  private static String decoded(byte[] bytes, Charset charset) {
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      // ISO 8859-1 maps every byte to a character.
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * The encoding that the first bytes of a text file show; UTF-8 if they show none.
   *
   * @param start the file's bytes, or its first ones
   * @param file its name in errors
   * @throws IOException if it has bytes of 0 but no mark, so that it is UTF-16 or UTF-32 without
   *     one, or no text
   */
  public static Charset charset(byte[] start, Path file) throws IOException {
    if (start.length >= 2 && start[0] == (byte) 0xff && start[1] == (byte) 0xfe
        || start.length >= 2 && start[0] == (byte) 0xfe && start[1] == (byte) 0xff) {
      return StandardCharsets.UTF_16;
    }
    for (byte each : start) {
      if (each == 0) {
        throw new IOException(
            "%s is not a text file in UTF-8: it has bytes of 0, as UTF-16 without its mark has; save it as UTF-8."
                .formatted(file));
      }
    }
    return StandardCharsets.UTF_8;
  }
}
