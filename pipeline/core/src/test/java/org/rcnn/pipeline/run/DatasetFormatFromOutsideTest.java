package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.data.dataset.DatasetAudit.ClassCount;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.draw.Picture;

/** {@link CsvDataset} is registered in this module's test resources and known to no other file. */
class DatasetFormatFromOutsideTest {

  private static final String BOXES =
      """
      trainval,b,cat,1,2,11,12
      trainval,a,dog,0,0,20,10
      trainval,b,dog,5,5,9,9
      test,c,cat,3,3,3,8
      test,c,cat,4,4,8,8
      """;

  @TempDir Path folder;

  @Test
  void splitBecomesADetectionSet() throws IOException {
    write(BOXES);
    Problems problems = new Problems(false, "");
    DetectionSet set = DetectionSet.read(open(), "trainval", 0, problems);
    assertEquals(List.of("b", "a"), set.samples().stream().map(DetectionSet.Sample::id).toList());
    DetectionSet.Sample b = set.samples().get(0);
    assertEquals(folder.resolve("b.png"), b.image());
    assertEquals(20, b.width());
    assertEquals(
        List.of(
            new GroundTruth("cat", new Box(1, 2, 11, 12), false, false),
            new GroundTruth("dog", new Box(5, 5, 9, 9), false, false)),
        b.annotation().objects());
    assertEquals(List.of("cat", "dog"), set.classes());
    assertEquals(List.of(), problems.sentences());
  }

  @Test
  void auditCountsAndFindsWhatIsWrong() throws IOException {
    write(BOXES);
    Files.delete(folder.resolve("a.png"));
    DatasetAudit audit = DatasetAudit.of(open());
    assertEquals(3, audit.images());
    assertEquals(List.of("There is no image 'a' in %s.".formatted(folder)), audit.missingImages());
    assertEquals(
        List.of("The line 'test,c,cat,3,3,3,8' of boxes.csv has a box without area."),
        audit.badObjects());
    assertEquals(2, audit.problems().size());
    assertEquals(Map.of("cat", new ClassCount(1, 1, 0, 0)), audit.splits().get("test").classes());
  }

  @Test
  void runOpensOnIt() throws IOException {
    write(BOXES);
    try (Run run = run(Map.of())) {
      assertEquals(2, run.train().samples().size());
      assertEquals(1, run.test().samples().size());
      assertEquals(1, run.problems().sentences().size());
    }
  }

  @Test
  void seededSplitDividesItAndItsAdviceIsGivenWithoutOne() throws IOException {
    write(BOXES.replaceAll("(?m)^\\w+,", ","));
    try (Run run = run(Map.of("data.split-test-share", "0.34"))) {
      assertEquals(2, run.train().samples().size());
      assertEquals(1, run.test().samples().size());
    }
    String message = assertThrows(IOException.class, () -> run(Map.of())).getMessage();
    assertTrue(message.contains("name them in the first column of boxes.csv"), message);
  }

  @Test
  void folderOfNoFormatIsToldWhatEachWouldNeed() {
    String message = assertThrows(IOException.class, this::open).getMessage();
    assertTrue(message.contains("is not a CSV folder: it needs boxes.csv"), message);
    assertTrue(message.contains("nor a VOC-style folder: it needs Annotations/"), message);
  }

  private Dataset open() throws IOException {
    return assertInstanceOf(CsvDataset.class, DatasetFormats.installed().open(folder));
  }

  private Run run(Map<String, String> settings) throws IOException {
    PipelineConfig config = new ConfigLoader().preset("demo", settings);
    return Run.onData(folder, config, folder.resolve("run"), false, Progress.Monitor.SILENT);
  }

  private void write(String boxes) throws IOException {
    Files.writeString(folder.resolve("boxes.csv"), boxes);
    for (String id : List.of("a", "b", "c")) {
      // Pictures that repeat would be told, and kept on one side of a drawn split.
      byte[] rgb = new byte[3 * 20 * 15];
      Arrays.fill(rgb, (byte) (30 * (id.charAt(0) - 'a')));
      Picture.of(new RgbImage(20, 15, rgb)).write(folder.resolve(id + ".png"));
    }
  }
}
