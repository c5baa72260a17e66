package org.rcnn.pipeline.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that someone probably meant. */
public final class NearestName {

  private NearestName() {}

  /**
   * The known name nearest to a mistyped one; a name without its section is near to the whole.
   *
   * @return empty if none is near: more than a third of the letters after the last dot are wrong
   */
  public static Optional<String> to(String mistyped, Collection<String> known) {
    int most = Math.max(1, lastPart(mistyped).length() / 3);
    return known.stream()
        .filter(name -> distance(mistyped, name) <= most)
        .min(Comparator.comparingInt((String name) -> distance(mistyped, name)))
        .or(
            () ->
                known.stream()
                    .filter(name -> lastPart(name).equals(lastPart(mistyped)))
                    .findFirst());
  }

  private static String lastPart(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /** The fewest letters to insert, delete or replace (Levenshtein 1966). */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
