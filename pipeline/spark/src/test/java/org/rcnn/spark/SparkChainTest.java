package org.rcnn.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;

/** Compares what Spark leaves in a run's folder with what one machine leaves, byte for byte. */
class SparkChainTest {

  @TempDir static Path here;
  @TempDir Path folder;

  private static final PipelineConfig CONFIG = SmallChain.config(Map.of());

  @BeforeAll
  static void runOnOneMachine() throws IOException {
    SmallChain.here(CONFIG, here);
  }

  /** Parts of two images, so that the last part of seven is smaller. */
  private static SparkRunner spark(Path folder, String... settings) {
    SparkConf conf = SparkSettings.of(new SparkConf().setMaster("local[2,3]"), "local[2,3]");
    for (int i = 0; i < settings.length; i += 2) {
      conf.set(settings[i], settings[i + 1]);
    }
    return new SparkRunner(new JavaSparkContext(conf), folder, 2);
  }

  private static SparkRunner faulty(Path folder, Path shared) {
    return spark(
        folder,
        "spark.hadoop.fs.faulty.impl",
        FaultyFiles.class.getName(),
        SparkRunner.FOLDER,
        "faulty://" + shared);
  }

  @Test
  void theWholeChainGivesTheBytesOfOneMachine() throws IOException {
    try (SparkRunner spark = spark(folder)) {
      SmallChain.on(spark, CONFIG, folder);
    }
    assertEquals(SmallChain.artifacts(here), SmallChain.artifacts(folder));
    assertFalse(Files.exists(folder.resolve("spark")), "parts are gone with the run");
    assertEquals(0, Engines.ofProcess().size(), "no engine is left open");
  }

  @Test
  void withoutALimitForTheSetEachImageIsDetectedAlone(@TempDir Path plain) throws IOException {
    PipelineConfig config = SmallChain.config(Map.of("detection.per-class", "0"));
    SmallChain.here(config, plain);
    try (SparkRunner spark = spark(folder)) {
      SmallChain.on(spark, config, folder);
    }
    assertEquals(SmallChain.artifacts(plain), SmallChain.artifacts(folder));
  }

  @Test
  void negativesMinedWithScoresOfExecutorsGiveTheSameModels(@TempDir Path plain)
      throws IOException {
    PipelineConfig config =
        SmallChain.config(
            Map.of(
                "finetune.enabled", "false",
                // The first ten give the first models, and the others hard negatives.
                "data.demo-train", "18",
                "svm.hard-negatives-per-image", "5",
                "svm.retrain-after", "8"));
    SmallChain.here(config, plain);
    try (CountedJobs spark = new CountedJobs(spark(folder, SparkRunner.MINING, "3"))) {
      SmallChain.on(spark, config, folder);
      // Eighteen images by three are six jobs; a training asks for one more.
      assertTrue(spark.jobs("ProductJob") > 6, "models changed: " + spark.jobs("ProductJob"));
    }
    assertEquals(SmallChain.artifacts(plain), SmallChain.artifacts(folder));
    assertFalse(Files.exists(folder.resolve("spark")), "parts are gone with the run");
  }

  @Test
  void unlessAskedTheDriverMinesAlone() throws IOException {
    try (SparkRunner spark = spark(folder)) {
      assertEquals(0, spark.imagesAhead());
    }
  }

  @Test
  void anObjectStoreNeedsNoRenaming(@TempDir Path shared) throws IOException {
    ObjectStoreFiles.PUTS.set(0);
    try (SparkRunner spark =
        spark(
            folder,
            "spark.hadoop.fs.s3a.impl",
            ObjectStoreFiles.class.getName(),
            SparkRunner.FOLDER,
            "s3a://" + shared,
            SparkRunner.MINING,
            "3")) {
      assertEquals(0, spark.imagesAhead(), "executors do not see the run's folder");
      SmallChain.on(spark, CONFIG, folder);
    }
    assertTrue(ObjectStoreFiles.PUTS.get() > 0, "parts were put there");
    assertEquals(SmallChain.artifacts(here), SmallChain.artifacts(folder));
    try (Stream<Path> left = Files.walk(shared)) {
      assertFalse(left.anyMatch(Files::isRegularFile), "objects are gone with the run");
    }
  }

  @Test
  void aTaskThatFailsTwiceLeavesTheSameBytes(@TempDir Path shared) throws IOException {
    FaultyFiles.FAILING.set(2);
    try (SparkRunner spark = faulty(folder, shared)) {
      SmallChain.on(spark, CONFIG, folder);
    }
    assertEquals(0, FaultyFiles.FAILING.get(), "both faults came");
    assertEquals(SmallChain.artifacts(here), SmallChain.artifacts(folder));
  }

  @Test
  void aTaskThatFailsTooOftenEndsTheRunInASentence(@TempDir Path shared) throws IOException {
    FaultyFiles.FAILING.set(1000);
    try (SparkRunner spark = faulty(folder, shared)) {
      IOException failure =
          assertThrows(IOException.class, () -> SmallChain.on(spark, CONFIG, folder));
      assertEquals(
          "A part of the images failed 3 times on Spark, last with: The disk is away.",
          failure.getMessage());
    } finally {
      FaultyFiles.FAILING.set(0);
    }
  }

  @Test
  void aPartWhoseBytesChangedIsComputedAgain(@TempDir Path shared) throws IOException {
    FaultyFiles.DAMAGING.set(1);
    try (SparkRunner spark = faulty(folder, shared)) {
      SmallChain.on(spark, CONFIG, folder);
    }
    assertEquals(0, FaultyFiles.DAMAGING.get(), "the fault came");
    assertEquals(SmallChain.artifacts(here), SmallChain.artifacts(folder));
  }

  @Test
  void aRunThatWasStoppedFindsItsParts(@TempDir Path plain) throws IOException {
    PipelineConfig config = SmallChain.config(Map.of("finetune.enabled", "false"));
    SmallChain.here(config, plain);
    int[] steps = {0};
    Progress.Monitor stopping =
        (task, total, unit) ->
            new Progress() {
              @Override
              public void step() {
                if (task.startsWith("features") && ++steps[0] == 4) {
                  throw new IllegalStateException("stopped");
                }
              }

              @Override
              public void at(long done, String word) {}

              @Override
              public void close() {}
            };
    try (SparkRunner spark = spark(folder);
        Run run = Run.onDemo(config, folder, false, stopping)) {
      Experiment experiment = new Experiment(run.on(spark));
      assertThrows(IllegalStateException.class, () -> experiment.features(false));
    }
    try (Stream<Path> parts = Files.walk(folder.resolve("spark/parts"))) {
      assertTrue(parts.anyMatch(Files::isRegularFile), "parts are kept");
    }
    try (SparkRunner spark = spark(folder)) {
      SmallChain.on(spark, config, folder);
    }
    assertEquals(SmallChain.artifacts(plain), SmallChain.artifacts(folder));
  }

  @Test
  void aBadImageCostsThatImage(@TempDir Path local) throws IOException {
    for (Path out : List.of(local, folder)) {
      // Draws the scenes, of which one is cut after its header.
      Run.onDemo(CONFIG, out, false, Progress.Monitor.SILENT).close();
      cutShort(out);
    }
    SmallChain.here(CONFIG, local);
    try (SparkRunner spark = spark(folder)) {
      SmallChain.on(spark, CONFIG, folder);
    }
    Map<String, String> expected = SmallChain.artifacts(local);
    Map<String, String> found = SmallChain.artifacts(folder);
    // What is left out is listed by path.
    assertTrue(found.keySet().stream().anyMatch(name -> name.endsWith("-left-out.txt")));
    expected.keySet().removeIf(name -> name.endsWith("-left-out.txt"));
    found.keySet().removeIf(name -> name.endsWith("-left-out.txt"));
    assertEquals(expected, found);
    assertEquals(
        leftOut(local).replace(local.toString(), ""),
        leftOut(folder).replace(folder.toString(), ""));
    assertTrue(leftOut(folder).contains("The image is left out."));
  }

  private static void cutShort(Path out) throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      Path image =
          files.filter(file -> file.toString().endsWith(".jpg")).sorted().findFirst().get();
      byte[] all = Files.readAllBytes(image);
      // The frame stays, the scan is gone.
      int scan = 0;
      while (all[scan] != (byte) 0xff || all[scan + 1] != (byte) 0xda) {
        scan++;
      }
      Files.write(image, Arrays.copyOf(all, scan));
    }
  }

  private static String leftOut(Path out) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(out.resolve("proposals"))) {
      for (Path file :
          files.filter(f -> f.toString().endsWith("-left-out.txt")).sorted().toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }
}
