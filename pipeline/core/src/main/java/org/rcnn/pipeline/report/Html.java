package org.rcnn.pipeline.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * Writes HTML and SVG elements. Text and attribute values are escaped here and nowhere else, so no
 * caller can forget to.
 */
final class Html {

  private static final Pattern BEFORE_PERCENT = Pattern.compile("(?<=[0-9]) (?=%)");

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

  /**
   * Opens a box that scrolls sideways by itself where its table is wider than the page; the
   * keyboard reaches it.
   */
  Html scroll() {
    return scroll("");
  }

  /**
   * The same.
   *
   * @param kind a further class of the box, or nothing
   */
  Html scroll(String kind) {
    return open("div", "class", ("scroll " + kind).strip(), "tabindex", "0");
  }

  /** An element that contains only text. */
  Html leaf(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** An element without content: {@code img}, {@code meta}, or a shape in SVG. */
  Html empty(String tag, String... attributes) {
    start(tag, attributes);
    out.append("/>");
    return this;
  }

  /**
   * Opens an SVG picture.
   *
   * @param namespace SVG's in a file of its own; empty inside a page
   * @param description what it shows, for those who cannot see it
   */
  Html svg(String namespace, String cssClass, double width, double height, String description) {
    String view = "0 0 " + Numbers.coordinate(width) + " " + Numbers.coordinate(height);
    String[] attributes = {
      "xmlns",
      namespace,
      "class",
      cssClass,
      "viewBox",
      view,
      "role",
      "img",
      "aria-label",
      description
    };
    return open("svg", attributes);
  }

  /** Text in an SVG picture. */
  Html label(String text, String cssClass, double x, double y) {
    String left = Numbers.coordinate(x);
    return leaf("text", text, "class", cssClass, "x", left, "y", Numbers.coordinate(y));
  }

  /** Text, escaped; no line ends between a number and its per cent sign. */
  Html text(String text) {
    out.append(escape(BEFORE_PERCENT.matcher(text).replaceAll("\u00a0")));
    return this;
  }

  /** HTML that needs no escaping: the style sheet, or another writer's output. */
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

  /**
   * The HTML written so far.
   *
   * @throws IllegalStateException if an element is still open
   */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("The element <" + open.peek() + "> is still open.");
    }
    return out.toString();
  }

  /**
   * The text, with references for the five characters that have a meaning in HTML and SVG, and the
   * replacement character for control characters, which no document may contain.
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
        default ->
            escaped.append(Character.isISOControl(c) && c != '\n' && c != '\t' ? '\ufffd' : c);
      }
    }
    return escaped.toString();
  }
}
