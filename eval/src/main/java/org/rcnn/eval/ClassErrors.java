package org.rcnn.eval;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Why one class does not have an AP of 1.
 *
 * @param className the class
 * @param positives the objects that can be found
 * @param missed those that no detection found at any score
 * @param ap the AP itself; NaN if there are no positives
 * @param topFalsePositives how many of the most confident false positives are of each kind; as many
 *     are examined as there are positives, or all if there are fewer. Every kind is present
 * @param apWithout AP if all false positives of a kind were absent. Every kind is present
 * @param apLocalised AP if every badly fitting detection fitted, and duplicates were absent
 * @param sizes results by object size, smallest first; empty if there are no positives
 * @param aspects results by aspect ratio, tallest first; empty if there are no positives
 */
public record ClassErrors(
    String className,
    int positives,
    int missed,
    double ap,
    Map<ErrorKind, Integer> topFalsePositives,
    Map<ErrorKind, Double> apWithout,
    double apLocalised,
    List<SizeResult> sizes,
    List<AspectResult> aspects) {

  /** Keeps its own copies. */
  public ClassErrors {
    topFalsePositives = Collections.unmodifiableMap(new EnumMap<>(topFalsePositives));
    apWithout = Collections.unmodifiableMap(new EnumMap<>(apWithout));
    sizes = List.copyOf(sizes);
    aspects = List.copyOf(aspects);
  }

  /** The number of false positives examined. */
  public int examined() {
    return topFalsePositives.values().stream().mapToInt(Integer::intValue).sum();
  }
}
