package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
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

class BoxRegressionTest {

  private static final int DIMENSION = 40;
  private static final FeatureScale UNSCALED = new FeatureScale(1);

  @TempDir Path folder;

  @Test
  void targetsAndTheirInverseByHand() {
    Box proposal = new Box(0, 0, 10, 20);
    Box groundTruth = new Box(5, 10, 25, 20);
    // Centres (5, 10) and (15, 15); sizes 10 × 20 and 20 × 10.
    double[] targets = BoxTargets.of(proposal, groundTruth);
    assertArrayEquals(new double[] {1, 0.25, Math.log(2), -Math.log(2)}, targets, 1e-15);
    Box back = BoxTargets.apply(proposal, 1, 0.25, Math.log(2), -Math.log(2));
    assertBox(groundTruth, back, 1e-12);
  }

  @Test
  void anAbsurdPredictionGivesALargeBoxAndAnEmptyProposalStays() {
    Box huge = BoxTargets.apply(new Box(0, 0, 16, 16), 0, 0, 1e9, -1e9);
    assertEquals(1000, huge.width(), 1e-9);
    assertEquals(16 * 16 / 1000.0, huge.height(), 1e-9);
    Box empty = new Box(3, 3, 3, 5);
    assertSame(empty, BoxTargets.apply(empty, 1, 1, 1, 1));
  }

  @Test
  void whitenedTargetsAreUncorrelatedAndTurnBack() {
    Random random = new Random(3);
    double[][] targets = new double[500][];
    for (int i = 0; i < targets.length; i++) {
      double a = random.nextGaussian();
      double b = random.nextGaussian();
      targets[i] = new double[] {1 + a, 2 * a + b, -3 + b, 5};
    }
    BoxTargets transform = BoxTargets.fit(targets);
    double[] mean = new double[4];
    double[][] covariance = new double[4][4];
    for (double[] row : targets) {
      double[] white = transform.whiten(row);
      assertArrayEquals(row, transform.unwhiten(white), 1e-9);
      for (int i = 0; i < 4; i++) {
        mean[i] += white[i] / targets.length;
        for (int j = 0; j < 4; j++) {
          covariance[i][j] += white[i] * white[j] / targets.length;
        }
      }
    }
    assertArrayEquals(new double[4], mean, 1e-9);
    // The last target never varies, and the first three have two causes: rank two.
    double trace = covariance[0][0] + covariance[1][1] + covariance[2][2] + covariance[3][3];
    assertEquals(2, trace, 0.01);
    assertEquals(0, covariance[3][3], 1e-9);
  }

  @Test
  void aShiftThatTheFeaturesShowIsRecovered() {
    BoxRegressionTrainer.Result result =
        trainer(settings(5_000, 10), "cat").fill(1_000, "cat").train(1);
    BoxRegressionReport report = result.reports().get(0);
    assertEquals(BoxRegressionReport.Form.PRIMAL, report.form());
    assertEquals(1_000, report.pairsSeen());
    assertEquals(1_000, report.pairsUsed() + report.pairsHeldBack());
    assertTrue(report.pairsHeldBack() > 50 && report.pairsHeldBack() < 170, report.describe());
    assertTrue(report.iouBefore() < 0.85, report.describe());
    assertTrue(report.iouAfter() > 0.97, report.describe());
  }

  @Test
  void aKnownShiftIsRecoveredInPrimalAndDualForm() {
    // Every object is a tenth to the right of its proposal, half as wide again, and as high.
    for (int pairs : new int[] {30, 300}) {
      Random random = new Random(8);
      BoxRegressionTrainer trainer =
          new BoxRegressionTrainer(List.of("cat"), DIMENSION, UNSCALED, settings(pairs, 0));
      for (int i = 0; i < pairs; i++) {
        double x = random.nextInt(100);
        double w = 50 + random.nextInt(50);
        Box proposal = new Box(x, 20, x + w, 70);
        trainer.add("cat", proposal, shifted(proposal), features(random), 0);
      }
      BoxRegressor regressor = trainer.train(1).regressor();
      Box unseen = new Box(7, 3, 107, 33);
      assertBox(shifted(unseen), regressor.apply(0, unseen, features(random), 0), 1e-3);
    }
  }

  private static Box shifted(Box proposal) {
    return BoxTargets.apply(proposal, 0.1, 0, Math.log(1.5), 0);
  }

  @Test
  void fewerPairsThanDimensionsAreSolvedInTheDual() {
    BoxRegressionReport report =
        trainer(settings(30, 10), "cat").fill(1_000, "cat").train(1).reports().get(0);
    assertEquals(BoxRegressionReport.Form.DUAL, report.form());
    assertEquals(30, report.pairsUsed());
    assertEquals(3, report.pairsHeldBack());
    assertTrue(report.residual() < 1e-9, report.describe());
  }

  @Test
  void objectsPairedWithThemselvesAreLearnedFromButMeasureNothing() {
    Random random = new Random(4);
    BoxRegressionTrainer trainer =
        new BoxRegressionTrainer(List.of("cat"), DIMENSION, UNSCALED, settings(500, 2));
    int learned = 0;
    for (int i = 0; i < 200; i++) {
      Box object = new Box(i, 20, i + 60, 70);
      learned += trainer.add("cat", object, object, features(random), 0) ? 1 : 0;
    }
    assertTrue(learned > 50 && learned < 150, learned + " of 200");
    BoxRegressionReport report = trainer.train(1).reports().get(0);
    assertEquals(learned, report.pairsUsed());
    assertEquals(0, report.pairsHeldBack());
  }

  @Test
  void aClassWithTooFewPairsLeavesBoxesAsTheyAre() {
    BoxRegressionTrainer.Result result =
        trainer(settings(100, 0), "cat", "dog").fill(9, "cat").fill(10, "dog").train(1);
    assertEquals(BoxRegressionReport.Form.IDENTITY, result.reports().get(0).form());
    assertEquals(BoxRegressionReport.Form.DUAL, result.reports().get(1).form());
    assertTrue(result.reports().get(0).describe().contains("only 9 pairs"));
    assertTrue(Double.isNaN(result.reports().get(0).iouAfter()));
    BoxRegressor regressor = result.regressor();
    Box box = new Box(0.1, 0.2, 7.3, 9.4);
    float[] ones = new float[DIMENSION];
    Arrays.fill(ones, 1);
    assertSame(box, regressor.apply("cat", box, ones, 0));
    assertNotEquals(box, regressor.apply("dog", box, ones, 0));
  }

  @Test
  void anOverlapOfExactlyTheSettingMakesNoPair() {
    BoxRegressionTrainer trainer =
        new BoxRegressionTrainer(List.of("cat"), 1, UNSCALED, settings(10, 0));
    float[] features = {1};
    Box whole = new Box(0, 0, 10, 10);
    Box sixTenths = new Box(0, 0, 6, 10);
    assertEquals(0.6, sixTenths.iou(whole));
    assertFalse(trainer.add("cat", sixTenths, whole, features, 0));
    assertTrue(trainer.add("cat", new Box(0, 0, 6.01, 10), whole, features, 0));
  }

  @Test
  void aProposalIsPairedWithTheObjectThatItOverlapsMost() {
    BoxRegressionTrainer trainer =
        new BoxRegressionTrainer(List.of("cat", "dog"), 1, UNSCALED, settings(10, 0));
    List<GroundTruth> objects =
        List.of(
            new GroundTruth("cat", new Box(0, 0, 10, 10), false, false),
            new GroundTruth("dog", new Box(0, 0, 10, 9), false, false));
    List<Box> proposals =
        List.of(
            new Box(0, 0, 10, 9), new Box(0, 0, 10, 10), new Box(0, 0, 10, 8), new Box(0, 0, 1, 1));
    assertEquals(3, trainer.addImage(proposals, objects, new float[] {1, 2, 3, 4}));
    List<BoxRegressionReport> reports = trainer.train(1).reports();
    assertEquals(1, reports.get(0).pairsSeen());
    assertEquals(2, reports.get(1).pairsSeen());
  }

  @Test
  void theFeatureScaleIsFoldedIntoTheModel() {
    // The same problem with features ten times smaller and a scale ten times larger.
    BoxRegressor plain = trainer(settings(300, 10), "cat").fill(300, "cat").train(1).regressor();
    Fed scaled = trainer(new FeatureScale(10), settings(300, 10), "cat");
    scaled.featureFactor = 0.1f;
    BoxRegressor folded = scaled.fill(300, "cat").train(1).regressor();
    Random random = new Random(9);
    for (int i = 0; i < 20; i++) {
      float[] features = features(random);
      float[] tenth = features.clone();
      for (int j = 0; j < tenth.length; j++) {
        tenth[j] *= 0.1f;
      }
      Box proposal = new Box(10, 10, 60, 90);
      assertBox(plain.apply(0, proposal, features, 0), folded.apply(0, proposal, tenth, 0), 1e-3);
    }
  }

  @Test
  void twoThreadsGiveTheSameBytesAsOne() throws IOException {
    byte[] one = bytes(trained(1));
    byte[] two = bytes(trained(2));
    assertArrayEquals(one, two);
  }

  @Test
  void aModelIsReadAsItWasWritten() throws IOException {
    BoxRegressor written = trained(1);
    Path file = folder.resolve("bbox.bin");
    written.write(file);
    written.write(file);
    BoxRegressor read = BoxRegressor.read(file);
    assertEquals(List.of("cat", "dog", "cow"), read.classes());
    assertEquals(DIMENSION, read.dimension());
    float[] features = features(new Random(1));
    Box proposal = new Box(10, 20, 50, 70);
    assertSame(proposal, read.apply(2, proposal, features, 0));
    for (int c = 0; c < 3; c++) {
      assertEquals(written.apply(c, proposal, features, 0), read.apply(c, proposal, features, 0));
    }
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList(), "nothing is left beside the file");
    }
  }

  @Test
  void everyFlippedByteAndEveryCutIsNoticed() throws IOException {
    Path file = folder.resolve("bbox.bin");
    byte[] good = bytes(trainer(settings(20, 0), "cat").fill(20, "cat").train(1).regressor());
    Random random = new Random(4);
    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      int at = i < 40 ? i : random.nextInt(bad.length);
      bad[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bad);
      assertThrows(IOException.class, () -> BoxRegressor.read(file), "byte " + at);
      Files.write(file, Arrays.copyOf(good, random.nextInt(good.length)));
      IOException e = assertThrows(IOException.class, () -> BoxRegressor.read(file));
      assertTrue(e.getMessage().contains("bbox.bin"), e.getMessage());
    }
  }

  @Test
  void unknownClassesAndFeaturesThatAreNotNumbersAreRefused() {
    Fed fed = trainer(settings(20, 0), "cat");
    assertThrows(IllegalArgumentException.class, () -> fed.fill(1, "horse"));
    float[] broken = new float[DIMENSION];
    broken[7] = Float.NaN;
    Box box = new Box(0, 0, 5, 5);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> fed.trainer.add("cat", box, box, broken, 0));
    assertTrue(e.getMessage().contains("Feature 7"), e.getMessage());
  }

  @Test
  void aReservoirKeepsEachElementWithTheSameChance() {
    int[] kept = new int[20];
    for (long seed = 0; seed < 2_000; seed++) {
      Reservoir<Integer> reservoir = new Reservoir<>(5, seed);
      for (int i = 0; i < kept.length; i++) {
        int element = i;
        reservoir.offer(() -> element);
      }
      assertEquals(5, reservoir.kept().size());
      reservoir.kept().forEach(element -> kept[element]++);
    }
    for (int count : kept) {
      // 2,000 trials at 1/4: mean 500, standard deviation 19.4; five of them either way.
      assertEquals(500, count, 97);
    }
  }

  @Test
  void aPackedRowUnpacksToItself() {
    Random random = new Random(2);
    for (int dimension : new int[] {1, 63, 64, 65, 200}) {
      float[] row = new float[dimension + 3];
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextBoolean() ? random.nextFloat() - 0.5f : 0;
      }
      SparseRow packed = SparseRow.pack(row, 3, dimension);
      float[] unpacked = new float[dimension];
      packed.unpack(unpacked, 0, 1);
      assertArrayEquals(Arrays.copyOfRange(row, 3, row.length), unpacked);
    }
  }

  private static BoxRegressionSettings settings(int maxPairs, int heldBackEvery) {
    return new BoxRegressionSettings(0.6, 1, maxPairs, 10, heldBackEvery, 5);
  }

  private static BoxRegressor trained(int threads) {
    return trainer(settings(35, 10), "cat", "dog", "cow")
        .fill(200, "cat")
        .fill(30, "dog")
        .fill(3, "cow")
        .train(threads)
        .regressor();
  }

  private byte[] bytes(BoxRegressor regressor) throws IOException {
    Path file = folder.resolve("model");
    regressor.write(file);
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return bytes;
  }

  private static Fed trainer(BoxRegressionSettings settings, String... classes) {
    return trainer(UNSCALED, settings, classes);
  }

  private static Fed trainer(
      FeatureScale scale, BoxRegressionSettings settings, String... classes) {
    return new Fed(new BoxRegressionTrainer(List.of(classes), DIMENSION, scale, settings));
  }

  /** A trainer fed with pairs whose targets are linear in four of the features. */
  private static final class Fed {
    final BoxRegressionTrainer trainer;
    final Random random = new Random(11);
    float featureFactor = 1;

    Fed(BoxRegressionTrainer trainer) {
      this.trainer = trainer;
    }

    Fed fill(int pairs, String className) {
      for (int i = 0; i < pairs; ) {
        float[] features = features(random);
        double x = random.nextInt(200);
        double y = random.nextInt(200);
        Box proposal = new Box(x, y, x + 50 + random.nextInt(100), y + 50 + random.nextInt(100));
        Box groundTruth =
            BoxTargets.apply(
                proposal,
                0.05 + 0.05 * features[0],
                0.05 * features[1],
                0.1 * features[2],
                -0.1 + 0.1 * features[3]);
        for (int j = 0; j < features.length; j++) {
          features[j] *= featureFactor;
        }
        if (trainer.add(className, proposal, groundTruth, features, 0)) {
          i++;
        }
      }
      return this;
    }

    BoxRegressionTrainer.Result train(int threads) {
      return trainer.train(threads);
    }
  }

  private static float[] features(Random random) {
    float[] features = new float[DIMENSION];
    for (int i = 0; i < features.length; i++) {
      features[i] =
          i < 4 ? (float) random.nextGaussian() : Math.max(0, (float) random.nextGaussian());
    }
    return features;
  }

  private static void assertBox(Box expected, Box actual, double tolerance) {
    assertArrayEquals(expected.toVoc(), actual.toVoc(), tolerance);
  }
}
