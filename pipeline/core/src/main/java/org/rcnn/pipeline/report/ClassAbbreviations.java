package org.rcnn.pipeline.report;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Short column heads for class names: the ones that papers use for PASCAL VOC, and the first six
 * letters of other long names as long as those differ.
 */
final class ClassAbbreviations {

  private static final int LONGEST = 6;

  private static final Map<String, String> VOC =
      Map.ofEntries(
          Map.entry("aeroplane", "aero"),
          Map.entry("bicycle", "bike"),
          Map.entry("diningtable", "table"),
          Map.entry("motorbike", "mbike"),
          Map.entry("pottedplant", "plant"),
          Map.entry("tvmonitor", "tv"));

  private ClassAbbreviations() {}

  /** An abbreviation for each class, in the order given, no two the same. */
  static Map<String, String> of(List<String> classNames) {
    Map<String, String> result = new LinkedHashMap<>();
    Set<String> used = new HashSet<>();
    for (String name : classNames) {
      String shortName = VOC.getOrDefault(name, firstLetters(name));
      boolean isAnothersName = !shortName.equals(name) && classNames.contains(shortName);
      String chosen = isAnothersName || used.contains(shortName) ? name : shortName;
      used.add(chosen);
      result.put(name, chosen);
    }
    return result;
  }

  private static String firstLetters(String name) {
    return name.codePointCount(0, name.length()) <= LONGEST
        ? name
        : name.substring(0, name.offsetByCodePoints(0, LONGEST));
  }
}
