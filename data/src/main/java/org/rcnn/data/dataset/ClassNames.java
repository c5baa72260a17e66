package org.rcnn.data.dataset;

import java.text.Normalizer;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Class names that people take for the same one. A detector learns them as different classes, and
 * each becomes the other's background.
 */
public final class ClassNames {

  private ClassNames() {}

  /**
   * A sentence for every group of names that differ only in upper and lower case, Unicode form,
   * white space or invisible characters.
   */
  public static List<String> lookAlikes(Collection<String> names) {
    Map<String, TreeSet<String>> groups = new TreeMap<>();
    names.forEach(name -> groups.computeIfAbsent(seen(name), n -> new TreeSet<>()).add(name));
    return groups.values().stream()
        .filter(group -> group.size() > 1)
        .map(
            group ->
                "The classes %s look alike, but are learned as %d different ones; give them one name."
                    .formatted(
                        group.stream().map(ClassNames::spelled).collect(Collectors.joining(", ")),
                        group.size()))
        .toList();
  }

  /** What the eye sees of a name: without case, form, blanks and invisible characters. */
  private static String seen(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFKC)
        .replaceAll("[\\p{Cf}\\p{Z}\\s_-]", "")
        .toLowerCase(Locale.ROOT);
  }

  /** The name with a code in place of every character that is not plain. */
  private static String spelled(String name) {
    StringBuilder text = new StringBuilder("'");
    name.codePoints()
        .forEach(
            c -> {
              boolean plain =
                  c == ' '
                      || !Character.isSpaceChar(c)
                          && Character.getType(c) != Character.FORMAT
                          && Character.getType(c) != Character.NON_SPACING_MARK;
              text.append(plain ? Character.toString(c) : "<U+%04X>".formatted(c));
            });
    return text.append('\'').toString();
  }
}
