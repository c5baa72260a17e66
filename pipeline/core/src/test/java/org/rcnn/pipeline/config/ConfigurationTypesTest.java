package org.rcnn.pipeline.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.RecordComponent;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A setting is a number, a truth value, one of an enum's constants, or a name or path. */
class ConfigurationTypesTest {

  /** Names of splits, networks and heads, which are open to new ones, and a path. */
  private static final Set<String> NAMES_AND_PATHS =
      Set.of("data.train", "data.test", "network.architecture", "network.weights", "svm.head");

  @Test
  void onlyNamesAndPathsAreText() {
    Set<String> text = new TreeSet<>();
    collectText("", PipelineConfig.class, text);
    assertEquals(new TreeSet<>(NAMES_AND_PATHS), text);
  }

  private static void collectText(String path, Class<?> section, Set<String> into) {
    for (RecordComponent component : section.getRecordComponents()) {
      String name = path + component.getName();
      if (component.getType() == String.class) {
        into.add(name);
      } else if (component.getType().isRecord()) {
        collectText(name + ".", component.getType(), into);
      }
    }
  }
}
