package org.rcnn.pipeline.expected;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tables of expected results within a Markdown text, each between two comments that a reader of
 * the page does not see:
 *
 * <pre>{@code
 * <!-- expected: voc2007-small grid -->
 * | network | layer | ...
 * <!-- end -->
 * }</pre>
 */
public final class MarkedTables {

  private static final Pattern MARKED =
      Pattern.compile("(<!-- expected: (\\S+) (\\S+) -->\n).*?(<!-- end -->)", Pattern.DOTALL);

  private MarkedTables() {}

  /** Gives expected results by name. */
  @FunctionalInterface
  public interface Source {
    /**
     * The results of a name.
     *
     * @throws IOException if they cannot be read
     */
    ExpectedResults named(String name) throws IOException;
  }

  /**
   * The text with every marked table made anew.
   *
   * @param source gives the expected results that the marks name
   * @throws IOException if results cannot be read, or have no table of that name
   */
  public static String renew(String markdown, Source source) throws IOException {
    StringBuilder text = new StringBuilder();
    Matcher mark = MARKED.matcher(markdown);
    while (mark.find()) {
      ExpectedResults expected = source.named(mark.group(2));
      ExpectedTable table = expected.tables().get(mark.group(3));
      if (table == null) {
        throw new IOException(
            "%s has no table '%s'; there are %s."
                .formatted(
                    expected.name(), mark.group(3), String.join(", ", expected.tables().keySet())));
      }
      String made = mark.group(1) + "\n" + table.toMarkdown(expected) + "\n" + mark.group(4);
      mark.appendReplacement(text, Matcher.quoteReplacement(made));
    }
    return mark.appendTail(text).toString();
  }
}
