package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;

class MinedClassTest {

  private static final Box BOX = new Box(0, 0, 1, 1);

  @Test
  void afterAnEvictionNewNegativesStartFromNothing() throws IOException {
    TrainingImage image =
        new TrainingImage(
            "a",
            List.of(BOX, BOX, BOX, BOX, BOX),
            0,
            new Annotation("a", 1, 1, List.of()),
            new float[5]);
    try (FeaturePool pool = new FeaturePool(PlainMatrix::new, 1)) {
      MinedClass cat = new MinedClass("cat");
      cat.addPositives(pool.hold(0, image, new int[] {0}));
      cat.addNegatives(pool.hold(0, image, new int[] {1, 2}));
      double[] scores = {1, -0.5, -2};
      cat.accept(
          new double[1],
          new LibsvmSolver.Solution(new double[] {0.75, -0.25, -0.5}, 0, scores, 1, 1));
      assertEquals(1, cat.evict(scores, MiningSettings.paper(), new RegionSampling(1), pool));
      cat.addNegatives(pool.hold(0, image, new int[] {3, 4}));
      // The second of them has the place of the evicted sample, but not its α.
      assertArrayEquals(new double[] {0.75, 0.25, 0, 0}, cat.alphas());
    }
  }
}
