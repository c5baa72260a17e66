package org.rcnn.pipeline.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Json;

class StudySettingsTest {

  @TempDir Path folder;

  private static PipelineConfig config(String preset, Map<String, String> changes) {
    return new ConfigLoader().preset(preset, changes);
  }

  private static PipelineConfig demo(Map<String, String> changes) {
    return config("demo", changes);
  }

  @Test
  void theReaderIsToldTheNearestPresetAndWhatDiffersFromIt() {
    assertEquals("settings of preset demo", new StudySettings(demo(Map.of())).described(Set.of()));
    StudySettings crossed =
        new StudySettings(
            config(
                "voc2007-small",
                Map.of("proposals.mode", "quality", "finetune.seed", "2", "threads", "3")));
    assertEquals(
        "settings of preset voc2007-small, but finetune.seed=2, proposals.mode=quality",
        crossed.described(Set.of()));
    // What the study varies is told of each point.
    assertEquals(
        "settings of preset voc2007-small, but finetune.seed=2",
        crossed.described(Set.of("proposals.mode")));
  }

  private void write(String name, String study, PipelineConfig config) throws IOException {
    ObjectNode file = Json.object();
    file.set("configuration", new ConfigLoader().toTree(config));
    file.putObject("data").put("test_fingerprint", "these");
    file.putObject("result").put("study", study);
    Json.write(folder.resolve(name + ".json"), file);
  }

  private String fileName(Map<String, String> changes) {
    return fileName(changes, "these");
  }

  private String fileName(Map<String, String> changes, String images) {
    return new StudySettings(demo(changes))
        .fileName(folder, "labels", Map.of("test_fingerprint", images));
  }

  @Test
  void aStudyReplacesItselfAndWithOtherSettingsStandsBeside() throws IOException {
    Map<String, String> quality = Map.of("proposals.mode", "quality");
    assertEquals("study-labels", fileName(quality), "the first has the plain name");
    write("study-labels", "labels", demo(Map.of()));
    assertEquals("study-labels", fileName(Map.of()));
    assertEquals("study-labels", fileName(Map.of("threads", "7", "finetune.image-cache", "3")));
    assertEquals("study-labels-2", fileName(quality));
    write("study-labels-2", "labels", demo(quality));
    assertEquals("study-labels-2", fileName(quality));
    assertEquals("study-labels", fileName(Map.of()));
    assertEquals("study-labels-3", fileName(Map.of("svm.cost", "0.01")));
    assertEquals("study-labels-3", fileName(Map.of(), "others"));
  }

  @Test
  void anotherStudysFileIsKeptAndADamagedOneReplaced() throws IOException {
    write("study-labels", "labels-of-another-program", demo(Map.of()));
    assertEquals("study-labels-2", fileName(Map.of()));
    Files.writeString(folder.resolve("study-labels.json"), "{");
    assertEquals("study-labels", fileName(Map.of()));
  }

  @Test
  void whatAPhaseOrALayerHasOfItsOwnIsToldAndKeptApart() throws IOException {
    Map<String, String> longer = Map.of("finetune.phases.1.iterations", "5000");
    // A study of rates varies that of the phase, and not its iterations.
    assertEquals(
        "settings of preset demo, but finetune.phases.1.iterations=5000",
        new StudySettings(demo(longer)).described(Set.of("finetune.phases.1.rate")));
    Map<String, String> faster = Map.of("finetune.layer-rates", "{fc6: 2}");
    assertEquals(
        "settings of preset demo, but finetune.layer-rates.fc6=2.0",
        new StudySettings(demo(faster)).described(Set.of()));
    write("study-labels", "labels", demo(Map.of()));
    assertEquals("study-labels-2", fileName(longer));
    assertEquals("study-labels-2", fileName(faster));
    write("study-labels-2", "labels", demo(faster));
    assertEquals("study-labels-2", fileName(faster));
    assertEquals("study-labels-3", fileName(Map.of("finetune.layer-rates", "{fc7: 2}")));
  }
}
