package org.rcnn.pipeline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvalCommandTest {

  @TempDir Path folder;

  /** Agreement with an independent implementation, through the command as a user calls it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void theParityCasesAgreeToNineDigits(int number) throws IOException {
    Path parity = Path.of("../../shared/data/parity/case-" + number);
    assumeTrue(
        Files.isDirectory(parity), "skipped: the parity cases beside the project are not here");
    JsonNode expected = new ObjectMapper().readTree(parity.resolve("expected.json").toFile());
    for (Map.Entry<String, JsonNode> metric : expected.properties()) {
      Path json = folder.resolve(metric.getKey() + ".json");
      Invocation done =
          Invocation.of(
              "eval",
              "--data",
              parity.toString(),
              "--split",
              "test",
              "--detections",
              parity.resolve("results").toString(),
              "--metric",
              metric.getKey(),
              "--json",
              json.toString());
      assertEquals(0, done.status(), done.err());
      JsonNode measured = new ObjectMapper().readTree(json.toFile());
      for (Map.Entry<String, JsonNode> figure : metric.getValue().properties()) {
        JsonNode ours =
            figure.getKey().equals("mAP")
                ? measured.path("mAP")
                : measured.path("ap").path(figure.getKey());
        assertEquals(figure.getValue().asDouble(), ours.asDouble(), 1e-9, figure.getKey());
      }
    }
  }
}
