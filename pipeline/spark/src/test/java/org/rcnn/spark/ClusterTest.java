package org.rcnn.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;

/** Executors in processes of their own, one of which is killed while it works. */
class ClusterTest {

  private static final String MASTER = "local-cluster[2,1,2048]";

  @TempDir Path here;
  @TempDir Path folder;

  @Test
  void anExecutorThatIsKilledCostsNoByte() throws Exception {
    String home = System.getenv("SPARK_HOME");
    assumeTrue(
        home != null && Files.isDirectory(Path.of(home, "jars")),
        "There is no Spark distribution: SPARK_HOME is no folder with jars.");
    // Executors have no network that a test registers.
    PipelineConfig config =
        SmallChain.config(
            Map.of(
                "network.architecture", "alexnet64-fc1024",
                "network.weights", "embedded",
                "finetune.enabled", "false",
                "proposals.max-boxes", "60"));
    features(config, here, null);
    SparkConf conf =
        SparkSettings.of(new SparkConf().setMaster(MASTER), MASTER)
            .set("spark.executor.memory", "1g");
    CompletableFuture<Boolean> killed;
    try (SparkRunner spark = new SparkRunner(new JavaSparkContext(conf), folder, 1)) {
      killed = CompletableFuture.supplyAsync(this::killWhenAPartIsThere);
      features(config, folder, spark);
    }
    assertTrue(killed.get(), "an executor was killed");
    assertEquals(SmallChain.artifacts(here), SmallChain.artifacts(folder));
  }

  private static void features(PipelineConfig config, Path folder, SparkRunner spark)
      throws IOException {
    try (Run run = Run.onDemo(config, folder, false, Progress.Monitor.SILENT)) {
      new Experiment(spark == null ? run : run.on(spark)).features(false);
    }
  }

  /** Waits for the first part, and kills an executor: only they are Java processes of this one. */
  private boolean killWhenAPartIsThere() {
    Path parts = folder.resolve("spark/parts");
    while (true) {
      try (Stream<Path> files = Files.isDirectory(parts) ? Files.walk(parts) : Stream.empty()) {
        if (files.filter(Files::isRegularFile).count() > 0) {
          return ProcessHandle.current()
              .descendants()
              .filter(process -> process.info().command().orElse("").endsWith("/java"))
              .findFirst()
              .map(ProcessHandle::destroyForcibly)
              .orElse(false);
        }
        Thread.sleep(20);
      } catch (IOException e) {
        // A part is being renamed.
      } catch (InterruptedException e) {
        return false;
      }
    }
  }
}
