package org.rcnn.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Annotation;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.JobRunners;

class PartTest {

  @TempDir Path folder;

  private static Sample sample(String id, String sha256) {
    return new Sample(
        id,
        Path.of("/images/a\tb %2F.jpg"),
        new Annotation(id, 4, 3, List.of()),
        4,
        3,
        ExifOrientation.APPLY,
        sha256);
  }

  @Test
  void theLastPartIsSmaller() {
    List<Sample> images = IntStream.range(0, 7).mapToObj(i -> sample("i" + i, "s" + i)).toList();
    List<Part> parts = Part.cut(images, 3);
    assertEquals(List.of(3, 3, 1), parts.stream().map(part -> part.images().size()).toList());
    assertEquals(List.of(0, 3, 6), parts.stream().map(Part::first).toList());
  }

  @Test
  void aPartOfOtherImagesHasAnotherName() {
    String name = Part.cut(List.of(sample("a", "x")), 32).get(0).name();
    assertEquals(name, Part.cut(List.of(sample("a", "x")), 32).get(0).name());
    assertNotEquals(name, Part.cut(List.of(sample("b", "x")), 32).get(0).name());
    assertNotEquals(name, Part.cut(List.of(sample("a", "y")), 32).get(0).name());
  }

  @Test
  void namesWithTabsAndSignsComeBack() {
    String line = Part.cut(List.of(sample("a\tb\n+%", "x")), 32).get(0).lines().get(0);
    PartTask.ImageLine image = PartTask.ImageLine.of(line);
    assertEquals("a\tb\n+%", image.id());
    assertEquals("/images/a\tb %2F.jpg", image.file());
    assertEquals(ExifOrientation.APPLY, image.exif());
  }

  @Test
  void aSecondCommitOfAPartIsHarmless() throws IOException {
    PartFolder parts = PartFolder.of(folder.resolve("shared").toUri(), new Configuration());
    for (int attempt = 0; attempt < 2; attempt++) {
      Path file = folder.resolve("attempt");
      PartFile.write(
          file,
          List.of("line"),
          Map.of(PartFile.name("n", "i"), new StoredRecord(5, ByteBuffer.wrap(new byte[] {7, 8}))));
      parts.commit(file, "parts/key/000000");
    }
    try (PartFolder.Fetched fetched = parts.fetch("parts/key/000000");
        PartFile part = PartFile.open(fetched.file())) {
      assertEquals(List.of("line"), part.lines());
      assertEquals(5, part.record("n", "i").tag());
      assertEquals(8, part.record("n", "i").bytes().get(1));
    }
    try (Stream<Path> all = Files.list(folder.resolve("shared/parts/key"))) {
      assertEquals(1, all.count(), "nothing is left aside");
    }
  }

  @Test
  void aPartWithAChangedByteIsRefused() throws IOException {
    Path file = folder.resolve("part");
    PartFile.write(
        file,
        List.of(),
        Map.of(PartFile.name("n", "i"), new StoredRecord(1, ByteBuffer.wrap(new byte[100]))));
    byte[] bytes = Files.readAllBytes(file);
    bytes[50] ^= 1;
    Files.write(file, bytes);
    try (PartFile part = PartFile.open(file)) {
      assertThrows(IOException.class, part::verify);
    }
  }

  @Test
  void mastersAreKnownByTheirNames() {
    JobRunners runners = new SparkRunners();
    for (String master :
        List.of(
            "local",
            "local[2]",
            "local[*]",
            "local[2,3]",
            "local-cluster[2,1,2048]",
            "spark://h:7077",
            "yarn",
            "k8s://https://h")) {
      assertTrue(runners.reaches(master), master);
    }
    for (String other : List.of("", "here", "local[", "http://h", "local-cluster[2]")) {
      assertFalse(runners.reaches(other), other);
    }
  }
}
