package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.Detector.Cut;
import org.rcnn.pipeline.stage.DetectorFile;

/** What a detector is loaded from, what it takes and how it is called. */
@TestInstance(Lifecycle.PER_CLASS)
class DetectorCallsTest {

  private Path file;
  private Path photo;
  private RgbImage scene;
  private Detector detector;
  private List<Detection> all;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    Path run = temporary.resolve("run");
    TinyDetector.train(run);
    file = run.resolve(DetectorFile.NAME);
    photo = TinyDetector.scene(run);
    scene = ImageFiles.read(photo);
    detector = Detector.load(run);
    all = detector.detect(scene, Cut.NONE);
    assertTrue(all.size() > 3);
  }

  @AfterAll
  void close() {
    detector.close();
  }

  @Test
  void aStreamAndBytesGiveTheSameDetectorAsTheirFile() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    boolean[] closed = new boolean[1];
    InputStream stream =
        new ByteArrayInputStream(bytes) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    try (Detector ofBytes = Detector.load(bytes);
        Detector ofStream = Detector.load(stream)) {
      assertEquals(all, ofBytes.detect(scene, Cut.NONE));
      assertEquals(all, ofStream.detect(scene, Cut.NONE));
    }
    assertFalse(closed[0]);
  }

  @Test
  void damagedBytesAreRefusedAndLeaveNoFile() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Set<Path> before = copies();
    String refusal = assertThrows(IOException.class, () -> Detector.load(bytes)).getMessage();
    assertTrue(refusal.startsWith("The array of bytes is "), refusal);
    assertEquals(
        "The stream is not a detector file: it is not a zip archive, or one that is cut short.",
        assertThrows(
                IOException.class, () -> Detector.load(new ByteArrayInputStream(new byte[] {1})))
            .getMessage());
    assertEquals(before, copies());
  }

  private static Set<Path> copies() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(each -> each.toString().endsWith(".rcnn")).collect(Collectors.toSet());
    }
  }

  @Test
  void everyKindOfPictureGivesTheSameDetections() throws IOException {
    List<Detection> expected = detector.detect(scene);
    assertFalse(expected.isEmpty());
    assertEquals(expected, detector.detect(photo));
    assertEquals(expected, detector.detect(Files.readAllBytes(photo)));
    BufferedImage picture = ImageIO.read(photo.toFile());
    assertEquals(expected, detector.detect(picture));
    assertEquals(all.subList(0, 2), detector.detect(photo, Cut.NONE, 2));
    assertEquals(all.subList(0, 2), detector.detect(Files.readAllBytes(photo), Cut.NONE, 2));
    assertEquals(all.subList(0, 2), detector.detect(picture, Cut.NONE, 2));
  }

  @Test
  void bytesThatAreNoPictureAreRefused() {
    String refusal =
        assertThrows(IOException.class, () -> detector.detect(new byte[] {1, 2})).getMessage();
    assertTrue(refusal.startsWith("given as bytes is not an image"), refusal);
  }

  @Test
  void theLimitKeepsTheBestOfAllClassesThatTheCutKeeps() {
    assertEquals(all.subList(0, 3), detector.detect(scene, Cut.NONE, 3));
    assertEquals(List.of(), detector.detect(scene, Cut.NONE, 0));
    assertEquals(all, detector.detect(scene, Cut.NONE, Detector.NO_LIMIT));
    String last = all.get(all.size() - 1).className();
    Cut ofOneClass = found -> found.className().equals(last);
    assertEquals(
        all.stream().filter(ofOneClass::keeps).limit(1).toList(),
        detector.detect(scene, ofOneClass, 1));
    assertThrows(IllegalArgumentException.class, () -> detector.detect(scene, Cut.NONE, -1));
  }

  @Test
  void aBatchHasTheDetectionsOfEachImageInOrder() {
    RgbImage other = new RgbImage(90, 60, new byte[3 * 90 * 60]);
    assertEquals(
        List.of(all, detector.detect(other, Cut.NONE), all),
        detector.detectAll(List.of(scene, other, scene), Cut.NONE, Detector.NO_LIMIT));
  }

  @Test
  void aStreamWithoutEndIsReadNoFurtherThanDetectionsAreAskedFor() {
    List<RgbImage> taken = new ArrayList<>();
    Stream<RgbImage> endless = Stream.generate(() -> scene).peek(taken::add);
    assertEquals(
        List.of(all.subList(0, 1), all.subList(0, 1)),
        detector.detectAll(endless, Cut.NONE, 1).limit(2).toList());
    assertEquals(2, taken.size());
  }

  @Test
  void anyNumberOfThreadsGetWhatOneGets() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(6);
    try {
      List<Future<List<Detection>>> calls = new ArrayList<>();
      for (int i = 0; i < 18; i++) {
        calls.add(callers.submit(() -> detector.detect(scene, Cut.NONE)));
      }
      for (Future<List<Detection>> call : calls) {
        assertEquals(all, call.get(60, TimeUnit.SECONDS));
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void closingEndsTheDetectorsThreads() throws Exception {
    Set<Thread> before = workers();
    Set<Thread> own;
    try (Detector other = Detector.load(file)) {
      other.detect(scene);
      own = workers();
      own.removeAll(before);
      assertFalse(own.isEmpty());
    }
    for (Thread thread : own) {
      thread.join(60_000);
      assertFalse(thread.isAlive());
    }
  }

  private static Set<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("detector"))
        .collect(Collectors.toSet());
  }
}
