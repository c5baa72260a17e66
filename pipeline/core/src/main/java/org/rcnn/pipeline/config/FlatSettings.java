package org.rcnn.pipeline.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** Settings, or other values in a tree, as one table of keys and values, to be compared. */
public final class FlatSettings {

  private static final String EMPTY_LIST = "[]";

  private FlatSettings() {}

  /**
   * The settings of a configuration's tree.
   *
   * @param tree as {@link ConfigLoader#toTree} makes it
   * @return value by key, such as {@code svm.cost}, in the tree's order; the items of a list of
   *     sections count from 1, {@code finetune.phases.1.rate}, and other lists are in brackets,
   *     {@code [conv1, conv2]}, both as the command line writes them; a section without keys is
   *     left out
   */
  public static Map<String, String> of(JsonNode tree) {
    Map<String, String> settings = new LinkedHashMap<>();
    collect("", tree, settings);
    return settings;
  }

  /** Whether a value names nothing: an empty text, or a list without items. */
  public static boolean isEmpty(String value) {
    return value.isEmpty() || value.equals(EMPTY_LIST);
  }

  private static void collect(String key, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              entry ->
                  collect(
                      key.isEmpty() ? entry.getKey() : key + "." + entry.getKey(),
                      entry.getValue(),
                      into));
    } else if (node.isArray() && node.path(0).isObject()) {
      for (int i = 0; i < node.size(); i++) {
        collect(key + "." + (i + 1), node.get(i), into);
      }
    } else if (node.isArray()) {
      StringJoiner items = new StringJoiner(", ", "[", "]");
      node.forEach(item -> items.add(text(item)));
      into.put(key, items.toString());
    } else if (!key.isEmpty()) {
      into.put(key, text(node));
    }
  }

  private static String text(JsonNode node) {
    return node.isValueNode() ? node.asText() : node.toString();
  }
}
