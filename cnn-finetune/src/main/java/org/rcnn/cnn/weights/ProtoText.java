package org.rcnn.cnn.weights;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads protocol buffers' text format: {@code name: value} and {@code name { ... }}. */
final class ProtoText {

  private static final int DEEPEST = 32;
  private static final Pattern TOKEN =
      Pattern.compile("\\G(?:([A-Za-z0-9_.+-]++)|([{}<>:;,\\[\\]])|\"([^\"\n]*+)\"|'([^'\n]*+)')");

  private final Matcher tokens;
  private final String text;
  private final String file;
  private int position;
  private boolean quoted;

  private ProtoText(String text, String file) {
    this.text = text;
    this.tokens = TOKEN.matcher(text);
    this.file = file;
  }

  /**
   * Reads a whole text.
   *
   * @param file its name in error messages
   * @throws IOException if it is not in text format
   */
  static ProtoMessage read(String text, String file) throws IOException {
    return new ProtoText(text, file).message(0);
  }

  private ProtoMessage message(int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IOException(file + " is nested too deeply for a Caffe description.");
    }
    ProtoMessage message = new ProtoMessage();
    while (true) {
      String name = next();
      if (name == null && depth == 0 || name != null && depth > 0 && isClosing(name)) {
        return message;
      } else if (name == null || quoted || !name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
        throw wrong();
      }
      value(message, name, depth);
      skipSeparator();
    }
  }

  private boolean isClosing(String token) {
    return !quoted && (token.equals("}") || token.equals(">"));
  }

  private void value(ProtoMessage message, String name, int depth) throws IOException {
    String token = next();
    boolean colon = ":".equals(token) && !quoted;
    String value = colon ? next() : token;
    if (value == null) {
      throw wrong();
    } else if (!quoted && (value.equals("{") || value.equals("<"))) {
      message.add(name, message(depth + 1));
    } else if (!quoted && value.equals("[") && colon) {
      list(message, name);
    } else if (colon && (quoted || value.matches("[A-Za-z0-9_.+-]+"))) {
      message.add(name, value);
    } else {
      throw wrong();
    }
  }

  private void list(ProtoMessage message, String name) throws IOException {
    String token = next();
    while (token != null && (quoted || !token.equals("]"))) {
      if (quoted || token.matches("[A-Za-z0-9_.+-]+")) {
        message.add(name, token);
      } else if (!token.equals(",")) {
        throw wrong();
      }
      token = next();
    }
    if (token == null) {
      throw wrong();
    }
  }

  private void skipSeparator() throws IOException {
    int before = position;
    String token = next();
    if (token == null || quoted || !(token.equals(",") || token.equals(";"))) {
      position = before;
    }
  }

  /** The next token, without quotes; null at the end. */
  private String next() throws IOException {
    skipBlanks();
    if (position == text.length()) {
      return null;
    } else if (!tokens.find(position)) {
      throw wrong();
    }
    position = tokens.end();
    quoted = tokens.group(3) != null || tokens.group(4) != null;
    for (int group = 1; group <= 4; group++) {
      if (tokens.group(group) != null) {
        return tokens.group(group);
      }
    }
    throw wrong();
  }

  /** Skips white space and comments. */
  private void skipBlanks() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == '#') {
        int end = text.indexOf('\n', position);
        position = end < 0 ? text.length() : end;
      } else if (Character.isWhitespace(c)) {
        position++;
      } else {
        return;
      }
    }
  }

  private IOException wrong() {
    int line = 1 + (int) text.substring(0, position).chars().filter(c -> c == '\n').count();
    return new IOException(
        "%s is not a Caffe description: line %d cannot be read.".formatted(file, line));
  }
}
