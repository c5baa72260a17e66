package org.rcnn.data.dataset;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.rcnn.data.dataset.DatasetAudit.SplitOverlap;

/**
 * Pictures that are in two splits, under the same name or different ones.
 *
 * @param sentences what is repeated: a sentence for each two splits that share names, and for each
 *     two pictures that are equal or nearly so
 * @param overlaps the same as counts, by pairs of splits; pairs without any are left out
 */
record SplitRepetitions(List<String> sentences, List<SplitOverlap> overlaps) {

  /** A pair of splits, in the order of their names. */
  private record SplitPair(String first, String second) {}

  /**
   * Compares the splits. Splits of which one holds the other, such as train and trainval, are meant
   * to overlap.
   *
   * @param splits the ids of each split
   * @param thumbnails of the pictures that could be read
   */
  static SplitRepetitions of(
      Map<String, ? extends Collection<String>> splits, Map<String, Thumbnail> thumbnails) {
    Map<String, Set<String>> splitsOf = new TreeMap<>();
    splits.forEach(
        (split, ids) ->
            ids.forEach(id -> splitsOf.computeIfAbsent(id, i -> new TreeSet<>()).add(split)));
    Map<String, Thumbnail> listed = new LinkedHashMap<>(thumbnails);
    listed.keySet().retainAll(splitsOf.keySet());
    List<String> sentences = new ArrayList<>();
    Map<SplitPair, int[]> counts = new LinkedHashMap<>();
    List<SplitPair> pairsOfSplits = pairs(splits.keySet());
    for (SplitPair pair : pairsOfSplits) {
      counts.put(pair, new int[3]);
      Set<String> both = new TreeSet<>(splits.get(pair.first));
      both.retainAll(new HashSet<>(splits.get(pair.second)));
      int smaller = Math.min(splits.get(pair.first).size(), splits.get(pair.second).size());
      if (!both.isEmpty() && both.size() < smaller) {
        counts.get(pair)[0] = both.size();
        sentences.add(
            "The splits %s and %s share %d images, such as '%s'."
                .formatted(pair.first, pair.second, both.size(), both.iterator().next()));
      }
    }
    for (Thumbnail.Pair pair : Thumbnail.pairs(listed)) {
      Set<String> one = splitsOf.get(pair.first());
      Set<String> two = splitsOf.get(pair.second());
      if (one.stream().anyMatch(two::contains)) {
        continue;
      }
      sentences.add(
          "The pictures '%s' (%s) and '%s' (%s) are %s, but in different splits."
              .formatted(
                  pair.first(),
                  String.join(", ", one),
                  pair.second(),
                  String.join(", ", two),
                  pair.equal() ? "equal" : "nearly equal"));
      for (SplitPair of : pairsOfSplits) {
        if (one.contains(of.first) && two.contains(of.second)
            || one.contains(of.second) && two.contains(of.first)) {
          counts.get(of)[pair.equal() ? 1 : 2]++;
        }
      }
    }
    return new SplitRepetitions(sentences, overlaps(counts));
  }

  private static List<SplitPair> pairs(Collection<String> splits) {
    List<SplitPair> pairs = new ArrayList<>();
    List<String> names = splits.stream().sorted().toList();
    for (int i = 0; i < names.size(); i++) {
      for (String second : names.subList(i + 1, names.size())) {
        pairs.add(new SplitPair(names.get(i), second));
      }
    }
    return pairs;
  }

  private static List<SplitOverlap> overlaps(Map<SplitPair, int[]> counts) {
    return counts.entrySet().stream()
        .map(
            entry ->
                new SplitOverlap(
                    entry.getKey().first,
                    entry.getKey().second,
                    entry.getValue()[0],
                    entry.getValue()[1],
                    entry.getValue()[2]))
        .filter(overlap -> overlap.shared() + overlap.equal() + overlap.near() > 0)
        .toList();
  }
}
