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

  /** The fewest letters to insert, delete, replace, or change with the next (Damerau 1964). */
  static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        edits[i][j] = swapped ? Math.min(best, edits[i - 2][j - 2] + 1) : best;
      }
    }
    return edits[a.length()][b.length()];
  }
}
