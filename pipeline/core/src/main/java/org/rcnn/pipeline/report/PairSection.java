package org.rcnn.pipeline.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A section of names and values: settings, provenance. */
final class PairSection {

  private final Map<String, String> pairs;

  /**
   * The section.
   *
   * @param pairs the values by name, in the order of the page
   */
  PairSection(Map<String, String> pairs) {
    this.pairs = Collections.unmodifiableMap(new LinkedHashMap<>(pairs));
  }

  void appendTo(Html html) {
    html.open("dl", "class", "pairs");
    pairs.forEach((key, value) -> html.open("div").leaf("dt", key).leaf("dd", value).close());
    html.close();
  }
}
