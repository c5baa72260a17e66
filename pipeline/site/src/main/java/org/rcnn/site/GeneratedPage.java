package org.rcnn.site;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.rcnn.cli.CommandReference;
import org.rcnn.pipeline.config.SettingsReference;

/** A page in the repository that is made from the program. */
enum GeneratedPage {
  /** All commands, from what {@code --help} knows. */
  COMMANDS("pipeline/docs/reference/commands.md", CommandReference::markdown),
  /** All settings, from {@code defaults.yaml}. */
  SETTINGS("pipeline/docs/reference/settings.md", SettingsReference::markdown);

  private final String place;
  private final Supplier<String> content;

  GeneratedPage(String place, Supplier<String> content) {
    this.place = place;
    this.content = content;
  }

  /** Its file in a checkout. */
  Path in(Path root) {
    return root.resolve(place);
  }

  /** What it should contain. */
  String markdown() {
    return content.get();
  }
}
