package org.rcnn.data;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Text from files of strangers, made fit to be printed. A terminal obeys control characters: a file
 * name, a class name or a message with one could clear the screen, hide what was printed, or forge
 * a line. So they are written as codes, such as {@code <U+001B>}, wherever text leaves the program.
 *
 * <p>Written as codes are all control characters, the marks that turn the direction of writing, the
 * separators of lines and paragraphs, and halves of characters.
 */
public final class Printable {

  private Printable() {}

  /** The text for one line: line breaks and tabs are written as codes too. */
  public static String line(String text) {
    return escaped(text, c -> !isUnfit(c), "<U+%04X>");
  }

  /** A text of any number of lines: line breaks and tabs stay. */
  public static String text(String text) {
    return escaped(text, c -> !isUnfit(c) || c == '\n' || c == '\t', "<U+%04X>");
  }

  /** The same for text in JSON, as the codes that JSON has for the same characters. */
  public static String json(String json) {
    // Those below stand in JSON between its parts alone.
    return escaped(json, c -> c < 0x7f || !isUnfit(c), "\\u%04x");
  }

  /** A writer that passes on what is written to it as {@link #text} does; it is never closed. */
  public static Writer to(Writer terminal) {
    return new Escaping(terminal);
  }

  /** Whether a character is to be written as a code. */
  public static boolean isUnfit(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      case Character.FORMAT ->
          c >= 0x202a && c <= 0x202e
              || c >= 0x2066 && c <= 0x2069
              || c == 0x200e
              || c == 0x200f
              || c == 0x061c;
      default -> false;
    };
  }

  private static String escaped(String text, IntPredicate fit, String code) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      boolean stays = fit.test(c);
      if (!stays && out == null) {
        // Nearly every text is returned as it is.
        out = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (out != null) {
        if (stays) {
          out.appendCodePoint(c);
        } else {
          out.append(code.formatted(c));
        }
      }
      i += Character.charCount(c);
    }
    return out == null ? text : out.toString();
  }

  /** Words in lines of at most so many letters, unless a word is longer. */
  public static List<String> lines(String words, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : words.split(" ")) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static final class Escaping extends FilterWriter {

    Escaping(Writer out) {
      super(out);
    }

    @Override
    public void write(int c) throws IOException {
      write(String.valueOf((char) c));
    }

    @Override
    public void write(char[] text, int from, int count) throws IOException {
      write(new String(text, from, count));
    }

    @Override
    public void write(String text, int from, int count) throws IOException {
      // Windows ends lines with two characters; a return elsewhere would let a line overwrite
      // itself.
      String part = text.substring(from, from + count);
      String end = System.lineSeparator();
      out.write(
          end.equals("\n")
              ? Printable.text(part)
              : Printable.text(part.replace(end, "\n")).replace("\n", end));
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
