package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.Detector.Cut;

/** Detectors that are used while or after they are closed. */
@TestInstance(Lifecycle.PER_CLASS)
class ClosedDetectorTest {

  private Path run;
  private RgbImage scene;
  private List<Detection> expected;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    run = temporary.resolve("run");
    TinyDetector.train(run);
    scene = ImageFiles.read(TinyDetector.scene(run));
    try (Detector detector = Detector.load(run)) {
      expected = detector.detect(scene, Cut.NONE);
    }
    assertFalse(expected.isEmpty());
  }

  private void refuses(Detector detector) {
    assertEquals(
        "The detector is closed.",
        assertThrows(IllegalStateException.class, () -> detector.detect(scene)).getMessage());
  }

  @Test
  void aClosedDetectorSaysSo() throws IOException {
    Detector detector = Detector.load(run);
    detector.close();
    refuses(detector);
    detector.close();
    refuses(detector);
  }

  @Test
  void aDetectionThatRunsWhenItsDetectorIsClosedEndsAsUsual() throws IOException {
    Detector detector = Detector.load(run);
    List<Detector.Step> steps = new ArrayList<>();
    List<Detection> found =
        detector.detect(
            scene,
            Cut.NONE,
            (step, nanoseconds) -> {
              synchronized (steps) {
                if (steps.isEmpty()) {
                  detector.close();
                }
                steps.add(step);
              }
            });
    assertEquals(expected, found);
    refuses(detector);
  }

  @Test
  void manyThreadsGetTheirDetectionsOrTheSameRefusal() throws Exception {
    Detector detector = Detector.load(run);
    ExecutorService callers = Executors.newFixedThreadPool(4);
    CountDownLatch begun = new CountDownLatch(2);
    try {
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        counts.add(callers.submit(() -> detections(detector, begun)));
      }
      begun.await();
      detector.close();
      int all = 0;
      for (Future<Integer> count : counts) {
        all += count.get(60, TimeUnit.SECONDS);
      }
      assertFalse(all == 0);
    } finally {
      callers.shutdownNow();
    }
  }

  /** Detects until the detector is closed; returns how often. */
  private int detections(Detector detector, CountDownLatch begun) {
    for (int count = 0; ; count++) {
      try {
        assertEquals(expected, detector.detect(scene, Cut.NONE));
      } catch (IllegalStateException e) {
        assertEquals("The detector is closed.", e.getMessage());
        return count;
      }
      begun.countDown();
    }
  }
}
