package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.svm.FeatureMatrix;
import org.rcnn.svm.JavaMatrixEngine;
import org.rcnn.svm.MatrixEngine;
import org.rcnn.svm.MiningSettings;
import org.rcnn.svm.SampleSettings;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmSettings;
import org.rcnn.svm.SvmTrainer;
import org.rcnn.svm.SvmTraining;
import org.rcnn.svm.TrainingImage;
import org.rcnn.svm.TrainingImages;

class NativeMatricesTest {

  private static final List<String> CLASSES = List.of("cat", "cow", "dog");

  /** Twelve images of each class: an object and regions that overlap it less and less. */
  private static final class Scenes implements TrainingImages {
    private static final int IMAGES = 36;
    private static final int REGIONS = 60;
    private static final int DIMENSION = 70;

    @Override
    public List<String> imageIds() {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < IMAGES; i++) {
        ids.add("image" + i);
      }
      return ids;
    }

    @Override
    public TrainingImage load(String imageId) {
      int number = Integer.parseInt(imageId.substring(5));
      Random random = new Random(number);
      int kind = number % CLASSES.size();
      Box object = new Box(0, 0, 100, 100);
      List<Box> boxes = new ArrayList<>(List.of(object));
      for (int i = 1; i < REGIONS; i++) {
        boxes.add(new Box(2 * i, 0, 100 + 2 * i, 100));
      }
      float[] features = gaussian(random, REGIONS * DIMENSION);
      for (int row = 0; row < REGIONS; row++) {
        for (int k = kind; k < DIMENSION; k += 7) {
          features[row * DIMENSION + k] += (float) (2 * boxes.get(row).iou(object));
        }
      }
      List<GroundTruth> objects = List.of(new GroundTruth(CLASSES.get(kind), object, false, false));
      return new TrainingImage(
          imageId, boxes, 1, new Annotation(imageId, 500, 500, objects), features);
    }
  }

  private static SvmTraining train(MatrixEngine engine, int threads) throws IOException {
    SvmSettings settings =
        new SvmSettings(
            new SampleSettings(0.7, 0.7, true, 1, 1),
            SolverSettings.paper(),
            new MiningSettings(3, 60, -1, 25, 100, -1.05, 150),
            10,
            5);
    return SvmTrainer.train(
        new Scenes(), CLASSES, settings, engine, threads, SvmTrainer.Listener.SILENT);
  }

  @Test
  void trainingGivesTheSameBitsOnAnyNumberOfThreads() throws IOException {
    SvmTraining first = null;
    for (int threads : new int[] {1, 2, 3}) {
      try (NativeMatrices engine = new NativeMatrices(threads)) {
        SvmTraining training = train(engine, threads);
        first = first == null ? training : first;
        assertEquals(first.rounds(), training.rounds(), threads + " threads");
        assertArrayEquals(first.model().weights(), training.model().weights());
        assertArrayEquals(first.model().bias(), training.model().bias());
      }
    }
    assertTrue(first.rounds().size() > 6, "the scenes need mining: " + first.rounds());
  }

  @Test
  void trainingComesToWhatTheEngineInJavaComesTo() throws IOException {
    SvmTraining java = train(new JavaMatrixEngine(1), 1);
    try (NativeMatrices engine = new NativeMatrices(2)) {
      SvmTraining ours = train(engine, 2);
      assertEquals(java.rounds().size(), ours.rounds().size());
      float[] features = new Scenes().load("image7").features();
      float[] expected = java.model().score(features, Scenes.REGIONS);
      assertArrayEquals(expected, ours.model().score(features, Scenes.REGIONS), 1e-3f);
    }
  }

  @Test
  void productsAreThoseOfTheDefinitionAcrossTilesAndBlocks() {
    // Wide enough that a block holds 419 rows, so that tiles end at tile and block borders.
    int columns = 10_000;
    int rows = 700;
    float[] values = gaussian(new Random(3), rows * columns);
    float[][] products = new float[2][];
    for (int threads = 1; threads <= 2; threads++) {
      try (NativeMatrices engine = new NativeMatrices(threads);
          FeatureMatrix matrix = engine.matrix(columns, rows)) {
        matrix.append(values, rows);
        products[threads - 1] = matrix.timesTransposed(400, 430, matrix, 425);
      }
    }
    assertArrayEquals(products[0], products[1]);
    for (int i = 400; i < 430; i++) {
      for (int j : new int[] {0, 255, 256, 399, 418, 419, 424}) {
        double expected = 0;
        for (int k = 0; k < columns; k++) {
          expected += (double) values[i * columns + k] * values[j * columns + k];
        }
        assertEquals(expected, products[0][(i - 400) * 425 + j], 0.05, i + " · " + j);
      }
    }
  }

  @Test
  void rowsAreKeptGatheredAndSummed() {
    try (NativeMatrices engine = new NativeMatrices(2);
        FeatureMatrix matrix = engine.matrix(2, 1)) {
      matrix.append(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 4);
      try (FeatureMatrix some = matrix.gather(new int[] {3, 0})) {
        assertArrayEquals(new float[] {6, 7}, row(some, 0));
        assertArrayEquals(new float[] {0, 1}, row(some, 1));
      }
      double[][] sums = matrix.weightedSums(new double[][] {{1, 0, 0, 1}, {0, 0.5, 0, 0}});
      assertArrayEquals(new double[] {6, 8}, sums[0], 1e-6);
      assertArrayEquals(new double[] {1, 1.5}, sums[1], 1e-6);
      matrix.retain(new int[] {1, 3});
      assertEquals(2, matrix.rows());
      assertArrayEquals(new float[] {6, 7}, row(matrix, 1));
      assertThrows(IllegalArgumentException.class, () -> matrix.retain(new int[] {1, 0}));
    }
  }

  private static float[] row(FeatureMatrix matrix, int row) {
    float[] values = new float[matrix.columns()];
    matrix.copyRow(row, values);
    return values;
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
