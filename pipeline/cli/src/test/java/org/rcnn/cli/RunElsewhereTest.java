package org.rcnn.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line stands on no cluster; it says what is missing. */
class RunElsewhereTest {

  @TempDir Path folder;

  @Test
  void aPlaceThatNothingReachesIsToldBeforeAnythingIsMade() {
    Path run = folder.resolve("run");
    Session.of("run", "--out", run, "--on", "local[2]")
        .refused(2, "--on local[2] needs rcnn-spark and Spark on the class path");
    Assertions.assertFalse(Files.exists(run));
  }
}
