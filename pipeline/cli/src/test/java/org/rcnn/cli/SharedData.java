package org.rcnn.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The data sets that may lie beside the repository; tests that need one are skipped without it. */
public final class SharedData {

  private SharedData() {}

  /** The file or folder {@code ../shared/data/NAME} beside the repository's root. */
  public static Path find(String name) {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve(".mvn"))) {
      folder = folder.getParent();
    }
    Path found = folder == null ? null : folder.resolveSibling("shared").resolve("data");
    Assumptions.assumeTrue(
        found != null && Files.exists(found.resolve(name)),
        () -> "Skipped: ../shared/data/%s does not lie beside the repository.".formatted(name));
    return found.resolve(name);
  }
}
