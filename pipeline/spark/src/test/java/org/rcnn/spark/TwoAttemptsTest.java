package org.rcnn.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.pipeline.run.ImageJob.Output;
import org.rcnn.pipeline.run.ImageJob.Supply;
import org.rcnn.pipeline.run.JobRunner;
import org.rcnn.pipeline.run.OrderedWork.Sink;

/**
 * Two attempts at one part at once, as speculation makes them where a task is slow. Spark
 * speculates on clusters alone; so here the same part is given to it twice.
 */
class TwoAttemptsTest {

  @TempDir Path folder;

  /** Takes a stage's job and does not do it. */
  private static final class Taking implements JobRunner {
    private ImageJob job;
    private List<Sample> images;

    @Override
    public void run(
        ImageJob given,
        List<Sample> all,
        int begin,
        List<Supply> supplies,
        Sink<Sample, Output> sink)
        throws IOException {
      job = given;
      images = all;
      throw new IOException("taken");
    }

    @Override
    public void close() {
      // Nothing was started.
    }
  }

  @Test
  void bothCommitAndOnePartIsThereWithTheBytesOfASingleAttempt() throws IOException {
    Taking taking = new Taking();
    assertThrows(
        IOException.class,
        () -> SmallChain.on(taking, SmallChain.config(Map.of()), folder.resolve("run")));
    ImageJob.Portable portable = taking.job.portable().orElseThrow();
    JobText text =
        new JobText(
            taking.job.key(), portable.kind(), new HashMap<>(portable.settings()), new HashMap<>());
    Part part = Part.cut(taking.images, 2).get(0);
    String single = attempts(text, part, folder.resolve("single").toUri(), 1);
    TwinFiles.COMMITS.set(0);
    String twin = attempts(text, part, URI.create("twin://" + folder.resolve("twin")), 2);
    assertEquals(2, TwinFiles.COMMITS.get(), "both attempts came to the end");
    assertEquals(single, twin, "one file, and nothing beside it");
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("single").resolve(single)),
        Files.readAllBytes(folder.resolve("twin").resolve(twin)));
  }

  /** Attempts a part in a folder; gives the files that are under {@code parts} afterwards. */
  private String attempts(JobText text, Part part, URI root, int count) throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.twin.impl", TwinFiles.class.getName());
    PartFolder parts = PartFolder.of(root, hadoop);
    Path inputs = folder.resolve("inputs");
    PartFile.write(inputs, part.lines(), Map.of());
    // Put there in advance: the twins' commits go in step.
    Path place = Path.of(root.getPath()).resolve(PartTask.input(text.key(), part.name()));
    Files.createDirectories(place.getParent());
    Files.move(inputs, place);
    if (!parts.isMounted()) {
      for (Sample image : part.images()) {
        Path copy = Path.of(root.getPath()).resolve(PartTask.image(image.sha256()));
        Files.createDirectories(copy.getParent());
        Files.copy(image.image(), copy);
      }
    }
    PartTask task = new PartTask(text, parts, new HashMap<>(), new HashMap<>());
    SparkConf conf = SparkSettings.of(new SparkConf().setMaster("local[2]"), "local[2]");
    try (JavaSparkContext context = new JavaSparkContext(conf)) {
      List<String> names = Collections.nCopies(count, part.name());
      assertEquals(count, context.parallelize(names, count).map(task).collect().size());
    } finally {
      Engines.ofProcess().closeUnused();
    }
    Path base = Path.of(root.getPath());
    try (Stream<Path> files = Files.walk(base.resolve("parts"))) {
      return String.join(
          " ",
          files
              .filter(Files::isRegularFile)
              .map(file -> base.relativize(file).toString())
              .toList());
    }
  }
}
