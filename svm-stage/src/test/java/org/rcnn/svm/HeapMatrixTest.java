package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.matrix.FeatureMatrix;

class HeapMatrixTest {

  private static void assertSame(FeatureMatrix expected, FeatureMatrix actual) {
    assertEquals(expected.rows(), actual.rows());
    assertEquals(expected.columns(), actual.columns());
    float[] one = new float[expected.columns()];
    float[] other = new float[expected.columns()];
    for (int row = 0; row < expected.rows(); row++) {
      expected.copyRow(row, one);
      actual.copyRow(row, other);
      assertArrayEquals(one, other);
    }
  }

  @Test
  void agreesWithAMatrixThatIsWrittenAsTheDefinitionSays() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      int columns = 1 + random.nextInt(9);
      PlainMatrix plain = new PlainMatrix(columns, 0);
      FeatureMatrix heap = HeapMatrix.ENGINE.matrix(columns, random.nextInt(4));
      for (int step = 0; step < 12; step++) {
        int more = random.nextInt(7);
        float[] rows = PlainMatrix.gaussian(random, more * columns + 3);
        plain.append(rows, more);
        heap.append(rows, more);
        if (random.nextInt(3) == 0) {
          int[] kept = IntStream.range(0, plain.rows()).filter(i -> random.nextBoolean()).toArray();
          plain.retain(kept);
          heap.retain(kept);
        }
      }
      assertSame(plain, heap);
      int n = plain.rows();
      int from = random.nextInt(n + 1);
      int others = random.nextInt(n + 1);
      assertArrayEquals(
          plain.timesTransposed(from, n, plain, others),
          heap.timesTransposed(from, n, heap, others),
          1e-5f,
          "seed " + seed);
      int[] wanted = random.ints(5, 0, Math.max(1, n)).filter(i -> i < n).toArray();
      assertSame(plain.gather(wanted), heap.gather(wanted));
      double[][] coefficients = {random.doubles(n).toArray(), new double[n]};
      assertArrayEquals(plain.weightedSums(coefficients)[0], heap.weightedSums(coefficients)[0]);
      assertArrayEquals(new double[columns], heap.weightedSums(coefficients)[1]);
    }
  }

  @Test
  void svmsAreTrainedOnImagesInMemory() throws IOException {
    Box object = new Box(0, 0, 10, 10);
    Box apart = new Box(50, 50, 60, 60);
    Annotation first = new Annotation("a", 100, 100, List.of(InMemoryImages.object("cat", object)));
    Annotation second =
        new Annotation("b", 100, 100, List.of(InMemoryImages.object("dog", object)));
    TrainingImages images =
        TrainingImages.of(
            List.of(
                TrainingImage.of(first, List.of(apart), new float[] {9, 0, 0, 1}),
                TrainingImage.of(second, List.of(apart), new float[] {0, 9, 1, 0})));
    LinearModel model =
        SvmTrainer.train(
                images,
                List.of("cat", "dog"),
                SvmSettings.standard(1),
                HeapMatrix.ENGINE,
                1,
                SvmTrainer.Listener.SILENT)
            .model();
    float[] scores = model.score(new float[] {9, 0, 0, 9}, 2);
    assertTrue(scores[0] > scores[1] && scores[3] > scores[2]);
  }

  @Test
  void twoImagesOfOneNameAreRefused() {
    TrainingImage image =
        TrainingImage.of(new Annotation("a", 9, 9, List.of()), List.of(), new float[0]);
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> TrainingImages.of(List.of(image, image)))
            .getMessage();
    assertEquals("Two images are named 'a'.", refusal);
  }

  @Test
  void moreValuesThanAnArrayHoldsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> HeapMatrix.ENGINE.matrix(1 << 16, 1 << 15));
  }
}
