package org.rcnn.pipeline.learned;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.learned.TopRegions.Found;

/** The best regions of two units in a store of two images. */
class TopRegionsTest {

  private static final Box LEFT = new Box(0, 0, 10, 10);
  private static final Box NEARLY_LEFT = new Box(1, 0, 11, 10);
  private static final Box RIGHT = new Box(20, 0, 30, 10);

  @TempDir Path folder;

  private List<List<Found>> best(int most) throws IOException {
    Path file = folder.resolve("pool5.bin");
    try (FeatureStore.Writer writer = FeatureStore.create(file, 3, Encoding.SPARSE_FP16)) {
      writer.append("a", new float[] {5, 0, 1, 7, 0, 2, 4, 0, 0}, 3);
      writer.append("b", new float[] {6, 0, 2, 0, 0, 0, 0, 0, 3}, 3);
      writer.commit();
    }
    TopRegions top = new TopRegions(List.of(0, 2), most, 0.3);
    try (FeatureStore store = FeatureStore.open(file)) {
      for (String id : store.imageIds()) {
        float[] values = new float[9];
        store.read(id, values);
        top.add(top.candidates(id, List.of(LEFT, NEARLY_LEFT, RIGHT), values));
      }
    }
    return top.best();
  }

  @Test
  void theBestRegionsOfAllImagesComeInOrderWithoutThoseThatOverlapABetterOne() throws IOException {
    assertEquals(
        List.of(
            // The region at the left of image a has 5, and overlaps the one with 7.
            List.of(
                new Found("a", NEARLY_LEFT, 7), new Found("b", LEFT, 6), new Found("a", RIGHT, 4)),
            // Of equal activations the first image's comes first; 0 is no activation.
            List.of(
                new Found("b", RIGHT, 3), new Found("a", NEARLY_LEFT, 2), new Found("b", LEFT, 2))),
        best(16));
  }

  @Test
  void noMoreAreKeptThanAskedFor() throws IOException {
    assertEquals(
        List.of(
            List.of(new Found("a", NEARLY_LEFT, 7), new Found("b", LEFT, 6)),
            List.of(new Found("b", RIGHT, 3), new Found("a", NEARLY_LEFT, 2))),
        best(2));
  }

  @Test
  void anImageWithoutRegionsHasNoCandidates() {
    TopRegions top = new TopRegions(List.of(0), 2, 0.3);
    top.add(top.candidates("a", List.of(), new float[0]));
    assertEquals(List.of(List.of()), top.best());
  }
}
