package org.rcnn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cli.Session;
import org.rcnn.cli.SmallDevkit;

class BenchProposalsCommandTest {

  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void twoPlainPhotos() throws IOException {
    data = SmallDevkit.in(folder.resolve("kit"));
  }

  @Test
  void eachModeIsTimedAloneTogetherAndCold() throws IOException {
    Path json = folder.resolve("b.json");
    Session session =
        Session.of(
                "bench",
                "proposals",
                "--data",
                data,
                "--split",
                "test",
                "--modes",
                "fast",
                "--threads",
                "3",
                "--json",
                json)
            .done();
    assertTrue(session.out().contains("ours fast"), session.out());
    JsonNode tree = Session.json(json);
    assertEquals(2, tree.get("images").intValue());
    JsonNode rows = tree.get("rows");
    // Peers are on the class path of the benchmarks alone; ours are the last rows.
    int first = rows.size() - 4;
    JsonNode fast = rows.get(first);
    assertEquals("ours fast", fast.get("what").asText());
    assertEquals(1, fast.get("threads").intValue());
    assertEquals(1, fast.get("recall_50").doubleValue());
    assertTrue(fast.get("windows_per_image").doubleValue() > 1);
    assertTrue(fast.get("median_seconds").doubleValue() > 0);
    double mebibytes = fast.get("first_search_mebibytes").doubleValue();
    assertTrue(mebibytes > 0.1 && mebibytes < 64, "for 80 x 60 pixels: " + mebibytes);
    assertEquals("ours fast, all images", rows.get(first + 1).get("what").asText());
    assertEquals(1, rows.get(first + 1).get("threads").intValue());
    assertEquals(3, rows.get(first + 2).get("threads").intValue());
    assertTrue(rows.get(first + 2).get("speedup").doubleValue() > 0);
    JsonNode cold = rows.get(first + 3);
    assertEquals("ours fast, first image of a new JVM", cold.get("what").asText());
    assertTrue(
        cold.get("process_seconds").doubleValue() > cold.get("median_seconds").doubleValue());
  }

  @Test
  void wrongUseIsRefused() {
    Session.of("bench", "proposals", "--data", data, "--split", "test", "--modes", "slow")
        .refused(2, "--modes must be one of fast, authors-fast, quality, opencv-fast; it is slow.");
    Session.of("bench", "proposals", "--data", data, "--split", "test", "--limit", "0")
        .refused(2, "--limit and --threads must be at least 1");
    Session.of("bench", "proposals", "--data", data, "--split", "empty")
        .refused(1, "names no image");
  }
}
