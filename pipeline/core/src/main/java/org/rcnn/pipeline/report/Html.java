package org.rcnn.pipeline.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes HTML and SVG elements. Text and attribute values are escaped here and nowhere else, so no
 * caller can forget to.
 */
final class Html {

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Opens an element.
   *
   * @param attributes names and values in turn; one with an empty value is left out
   */
  Html open(String tag, String... attributes) {
    start(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  /** Closes the element opened last. */
  Html close() {
    String tag = open.pop();
    out.append("</").append(tag).append('>');
    if (!tag.equals("abbr") && !tag.equals("b")) {
      out.append('\n');
    }
    return this;
  }

  /** An element that holds text alone. */
  Html leaf(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** An element that holds nothing: {@code img}, {@code meta}, or a shape in SVG. */
  Html empty(String tag, String... attributes) {
    start(tag, attributes);
    out.append("/>");
    return this;
  }

  /** Text, escaped. */
  Html text(String text) {
    out.append(escape(text));
    return this;
  }

  /** HTML that is safe already: the style sheet, or what another writer has written. */
  Html trusted(String html) {
    out.append(html);
    return this;
  }

  private void start(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      if (!attributes[i + 1].isEmpty()) {
        out.append(' ').append(attributes[i]).append("=\"");
        out.append(escape(attributes[i + 1])).append('"');
      }
    }
  }

  /** What has been written. All elements must have been closed. */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("The element <" + open.peek() + "> is still open.");
    }
    return out.toString();
  }

  /**
   * The text with the five characters that mean something in HTML and SVG replaced by references,
   * and control characters, which no document may hold, by the replacement character.
   */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c < ' ' && c != '\n' && c != '\t' ? '\ufffd' : c);
      }
    }
    return escaped.toString();
  }
}
