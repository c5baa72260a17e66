package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.linalg.NativeMatrixEngine;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.matrix.MatrixEngine;
import org.rcnn.svm.MiningSettings;
import org.rcnn.svm.PlainMatrix;
import org.rcnn.svm.SampleSettings;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmSettings;
import org.rcnn.svm.SvmTrainer;
import org.rcnn.svm.SvmTraining;
import org.rcnn.svm.TrainingImage;
import org.rcnn.svm.TrainingImages;

class SvmsOnNativeMatricesTest {

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
            new SampleSettings(0.7, 0.7, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE),
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
      try (NativeMatrixEngine engine = new NativeMatrixEngine(threads)) {
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
  void trainingComesToWhatPlainMatricesComeTo() throws IOException {
    SvmTraining plain = train(PlainMatrix::new, 1);
    try (NativeMatrixEngine engine = new NativeMatrixEngine(2)) {
      SvmTraining ours = train(engine, 2);
      assertEquals(plain.rounds().size(), ours.rounds().size());
      float[] features = new Scenes().load("image7").features();
      float[] expected = plain.model().score(features, Scenes.REGIONS);
      assertArrayEquals(expected, ours.model().score(features, Scenes.REGIONS), 1e-3f);
    }
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
