package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

class SoftmaxTest {

  private static final List<String> CLASSES = List.of("cat", "dog");

  @TempDir Path folder;

  @Test
  void scoresOfANetworkBecomeProbabilitiesWithoutBackground() {
    // exp(0) : exp(ln 2) : exp(ln 5) = 1 : 2 : 5.
    float[] scores = {0, (float) Math.log(2), (float) Math.log(5), 1000, 1000, -1000};
    assertArrayEquals(
        new float[] {2 / 8f, 5 / 8f, 0.5f, 0}, SoftmaxModel.ofScores(scores, 2, 2), 1e-6f);
    assertThrows(IllegalArgumentException.class, () -> SoftmaxModel.ofScores(new float[5], 2, 2));
  }

  @Test
  void aModelScoresAsItsFormula() {
    // Two features, background and two classes: scores (0, x0, x1 + 1).
    SoftmaxModel model =
        new SoftmaxModel(CLASSES, 2, new float[] {0, 1, 0, 0, 0, 1}, new double[] {0, 0, 1});
    assertArrayEquals(
        SoftmaxModel.ofScores(new float[] {0, 3, 1, 0, 0, 3}, 2, 2),
        model.score(new float[] {3, 0, 0, 2}, 2));
  }

  @Test
  void theGradientIsTheNumericOne() {
    int dimension = 5;
    int columns = 4;
    Random random = new Random(6);
    double[] weights = random.doubles(dimension * columns, -1, 1).toArray();
    double[] bias = random.doubles(columns, -1, 1).toArray();
    float[] features = {0.5f, 0, -1.5f, 2, 0};
    SparseRow row = SparseRow.pack(features, 0, dimension);
    SoftmaxTrainer.Gradient gradient = new SoftmaxTrainer.Gradient(dimension, columns, 0.7);
    gradient.add(row, 2, weights, bias);
    double h = 1e-6;
    for (int i = 0; i < weights.length; i++) {
      double kept = weights[i];
      weights[i] = kept + h;
      double up = loss(row, weights, bias);
      weights[i] = kept - h;
      double down = loss(row, weights, bias);
      weights[i] = kept;
      assertEquals((up - down) / (2 * h), gradient.weights[i], 1e-8, "weight " + i);
    }
    for (int i = 0; i < bias.length; i++) {
      double kept = bias[i];
      bias[i] = kept + h;
      double up = loss(row, weights, bias);
      bias[i] = kept - h;
      double down = loss(row, weights, bias);
      bias[i] = kept;
      assertEquals((up - down) / (2 * h), gradient.bias[i], 1e-8, "bias " + i);
    }
  }

  private static double loss(SparseRow row, double[] weights, double[] bias) {
    return new SoftmaxTrainer.Gradient(5, 4, 0.7).add(row, 2, weights, bias);
  }

  @Test
  void aToyProblemIsSeparated() {
    for (SoftmaxSettings.Schedule schedule : SoftmaxSettings.Schedule.values()) {
      SoftmaxTrainer.Result result = fed(settings(schedule, 1)).train();
      List<Double> losses = result.losses();
      assertTrue(losses.get(losses.size() - 1) < 0.1, losses.toString());
      assertEquals(600, result.positivesSeen());
      assertEquals(600, result.backgroundsSeen());
      assertEquals(200, result.positivesPerClass().get(0) + result.positivesPerClass().get(1));
      assertEquals(300, result.backgroundsKept());
      Random random = new Random(99);
      for (int i = 0; i < 100; i++) {
        float[] p = result.model().score(row(random, i % 3), 1);
        float background = 1 - p[0] - p[1];
        float[] all = {background, p[0], p[1]};
        assertTrue(all[i % 3] > 0.5, schedule + ", row " + i + ": " + Arrays.toString(all));
      }
    }
  }

  @Test
  void trainingBeginsWithAllClassesEquallyLikely() {
    SoftmaxSettings oneStep =
        new SoftmaxSettings(
            0.5, 0.5, 200, 300, 8, 24, 1, 0.1, SoftmaxSettings.Schedule.STEP, 0.9, 5e-4, 1);
    assertEquals(Math.log(3), fed(oneStep).train().losses().get(0), 1e-12);
  }

  @Test
  void theFeatureScaleIsFoldedIntoTheModel() {
    SoftmaxModel plain = fed(settings(SoftmaxSettings.Schedule.STEP, 1)).train().model();
    SoftmaxSettings scaled =
        new SoftmaxSettings(
            0.5, 0.5, 200, 300, 8, 24, 400, 0.1, SoftmaxSettings.Schedule.STEP, 0.9, 5e-4, 1);
    SoftmaxTrainer trainer = new SoftmaxTrainer(CLASSES, 3, new FeatureScale(0.5), scaled);
    Random random = new Random(8);
    for (int i = 0; i < 1_200; i++) {
      int label = i % 4 < 2 ? 0 : i % 4 - 1;
      float[] row = row(random, label);
      for (int j = 0; j < row.length; j++) {
        row[j] *= 2;
      }
      trainer.add(row, 0, label);
    }
    SoftmaxModel folded = trainer.train().model();
    assertArrayEquals(
        plain.score(new float[] {1, 0.5f, 0.25f}, 1),
        folded.score(new float[] {2, 1, 0.5f}, 1),
        1e-6f);
  }

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() throws IOException {
    byte[] first = bytes(fed(settings(SoftmaxSettings.Schedule.STEP, 1)).train().model());
    byte[] again = bytes(fed(settings(SoftmaxSettings.Schedule.STEP, 1)).train().model());
    byte[] other = bytes(fed(settings(SoftmaxSettings.Schedule.STEP, 2)).train().model());
    assertArrayEquals(first, again);
    assertFalse(Arrays.equals(first, other));
  }

  @Test
  void labelsFollowTheLargestOverlapFromOneHalfOn() {
    SoftmaxTrainer trainer = fed(settings(SoftmaxSettings.Schedule.STEP, 1));
    List<GroundTruth> objects =
        List.of(
            new GroundTruth("dog", new Box(0, 0, 10, 10), false, false),
            new GroundTruth("cat", new Box(0, 0, 10, 8), false, false));
    assertEquals(2, trainer.labelOf(new Box(0, 0, 10, 10), objects));
    assertEquals(1, trainer.labelOf(new Box(0, 0, 10, 7), objects));
    List<GroundTruth> dog = objects.subList(0, 1);
    assertEquals(2, trainer.labelOf(new Box(0, 0, 5, 10), dog), "exactly one half");
    assertEquals(0, trainer.labelOf(new Box(0, 0, 4.99, 10), dog));
    assertEquals(0, trainer.labelOf(new Box(0, 0, 4, 10), List.of()));
  }

  @Test
  void betweenTheTwoThresholdsARegionIsNeither() {
    List<GroundTruth> dog = List.of(new GroundTruth("dog", new Box(0, 0, 10, 10), false, false));
    SoftmaxTrainer gap = fed(settings(SoftmaxSettings.Schedule.STEP, 1).withLabels(0.7, 0.3));
    assertEquals(2, gap.labelOf(new Box(0, 0, 7, 10), dog), "exactly the upper one");
    assertEquals(SoftmaxTrainer.IGNORED, gap.labelOf(new Box(0, 0, 6.99, 10), dog));
    assertEquals(SoftmaxTrainer.IGNORED, gap.labelOf(new Box(0, 0, 3, 10), dog));
    assertEquals(0, gap.labelOf(new Box(0, 0, 2.99, 10), dog));
    assertEquals(0, gap.labelOf(new Box(0, 0, 2.99, 10), List.of()));
  }

  @Test
  void withoutAPositiveOverlapOnlyTheGroundTruthsOwnBoxIsAPositive() {
    List<GroundTruth> dog = List.of(new GroundTruth("dog", new Box(1, 2, 10.5, 33), false, false));
    SoftmaxTrainer trainer = fed(settings(SoftmaxSettings.Schedule.STEP, 1).withLabels(0, 0.3));
    assertEquals(2, trainer.labelOf(dog.get(0).box(), dog));
    assertEquals(SoftmaxTrainer.IGNORED, trainer.labelOf(new Box(1, 2, 10.5, 32.9), dog));
    assertEquals(0, trainer.labelOf(new Box(20, 2, 30, 33), dog));
  }

  @Test
  void negativesUpToZeroAreTheRegionsOfImagesWithoutAnObject() {
    List<GroundTruth> dog = List.of(new GroundTruth("dog", new Box(0, 0, 10, 10), false, false));
    SoftmaxTrainer trainer = fed(settings(SoftmaxSettings.Schedule.STEP, 1).withLabels(0.5, 0));
    assertEquals(SoftmaxTrainer.IGNORED, trainer.labelOf(new Box(20, 20, 30, 30), dog));
    assertEquals(0, trainer.labelOf(new Box(20, 20, 30, 30), List.of()));
  }

  @Test
  void positivesAndBackgroundAreBothNeeded() {
    SoftmaxTrainer trainer =
        new SoftmaxTrainer(
            CLASSES, 3, new FeatureScale(1), settings(SoftmaxSettings.Schedule.STEP, 1));
    trainer.add(new float[] {1, 2, 3}, 0, 1);
    assertThrows(IllegalStateException.class, trainer::train);
    assertThrows(IllegalArgumentException.class, () -> trainer.add(new float[3], 0, 3));
    assertThrows(IllegalArgumentException.class, () -> trainer.add(new float[3], 1, 1));
  }

  @Test
  void aModelIsReadAsItWasWrittenAndDamageIsNoticed() throws IOException {
    SoftmaxModel written = fed(settings(SoftmaxSettings.Schedule.COSINE, 1)).train().model();
    Path file = folder.resolve("softmax.bin");
    written.write(file);
    SoftmaxModel read = SoftmaxModel.read(file);
    assertEquals(CLASSES, read.classes());
    assertArrayEquals(
        written.score(new float[] {1, 2, 3}, 1), read.score(new float[] {1, 2, 3}, 1));
    byte[] good = Files.readAllBytes(file);
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 16;
      Files.write(file, bad);
      assertThrows(IOException.class, () -> SoftmaxModel.read(file), "byte " + at);
    }
    IOException e = assertThrows(IOException.class, () -> BoxRegressor.read(file));
    assertTrue(e.getMessage().endsWith("is not a box regression file."), e.getMessage());
  }

  private byte[] bytes(SoftmaxModel model) throws IOException {
    Path file = folder.resolve("model");
    model.write(file);
    return Files.readAllBytes(file);
  }

  private static SoftmaxSettings settings(SoftmaxSettings.Schedule schedule, long seed) {
    return new SoftmaxSettings(0.5, 0.5, 200, 300, 8, 24, 400, 0.1, schedule, 0.9, 5e-4, seed);
  }

  private static SoftmaxTrainer fed(SoftmaxSettings settings) {
    SoftmaxTrainer trainer = new SoftmaxTrainer(CLASSES, 3, new FeatureScale(1), settings);
    Random random = new Random(8);
    for (int i = 0; i < 1_200; i++) {
      int label = i % 4 < 2 ? 0 : i % 4 - 1;
      trainer.add(row(random, label), 0, label);
    }
    return trainer;
  }

  /** Clusters around (0, 0), (3, 0) and (0, 3); a third feature says nothing. */
  private static float[] row(Random random, int label) {
    return new float[] {
      (label == 1 ? 3 : 0) + 0.4f * (float) random.nextGaussian(),
      (label == 2 ? 3 : 0) + 0.4f * (float) random.nextGaussian(),
      (float) random.nextGaussian()
    };
  }
}
