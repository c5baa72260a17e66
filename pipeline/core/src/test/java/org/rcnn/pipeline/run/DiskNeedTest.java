package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskNeedTest {

  private static final Path RUN = Path.of("run");

  @TempDir Path folder;

  @Test
  void whatIsThereNeedsNothingAndWhatWasBegunOnlyTheRest() throws IOException {
    RunFolder run = new RunFolder(folder);
    Artifact made = run.artifact(Key.of("features", 1, Map.of("of", "made")), ".bin");
    Artifact begun = run.artifact(Key.of("features", 1, Map.of("of", "begun")), ".bin");
    Artifact open = run.artifact(Key.of("features", 1, Map.of("of", "open")), ".bin");
    run.make(made, "made", to -> Files.writeString(to.place(), "made"));
    Files.createDirectories(begun.beside(".making/deep"));
    Files.write(begun.beside(".making/deep").resolve("part"), new byte[300]);
    List<PlannedStage> stages =
        List.of(
            new PlannedStage(made, "features", 1, true, 5000, 4000),
            new PlannedStage(begun, "features", 1, true, 1000, 200),
            new PlannedStage(open, "features", 1, true, 60, 50));
    assertEquals(new DiskNeed(700 + 60, 0 + 50), DiskNeed.of(stages));
  }

  @Test
  void itFitsOrProbablyNotOrCertainlyNot() {
    DiskNeed need = new DiskNeed(34_000_000_000L, 2_000_000_000L);
    assertTrue(need.fits(34_000_000_000L));
    assertEquals(
        "The run will need about 34 GB of disk, most of it for features; 51 GB are free.",
        need.sentence(51_000_000_000L, RUN));
    assertFalse(need.fits(33_999_999_999L));
    assertFalse(need.cannotFit(2_000_000_000L));
    assertTrue(
        need.sentence(12_000_000_000L, RUN)
            .startsWith(
                "The run will need about 34 GB of disk, most of it for features, but only 12 GB are"
                    + " free in run. Free some, "));
    assertTrue(need.cannotFit(1_999_999_999L));
    assertEquals(
        "The run needs at least 2.0 GB of disk, but only 500 MB are free in run. Free some, or take"
            + " a folder on another disk.",
        need.sentence(500_000_000L, RUN));
  }

  @ParameterizedTest
  @CsvSource({
    "999, 999 bytes",
    "1000, 1.0 kB",
    "9940, 9.9 kB",
    "12345678, 12 MB",
    "5000000000000000, 5000 TB"
  })
  void sizesHaveTwoDigits(long bytes, String words) {
    assertEquals(words, DiskNeed.inWords(bytes));
  }
}
