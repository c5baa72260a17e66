package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

class SvmTrainerTest {

  /** No bound on the hard negatives of an image. */
  private static final int ALL = Integer.MAX_VALUE;

  private static final Box OBJECT = new Box(0, 0, 10, 10);
  private static final Box APART = new Box(100, 100, 110, 110);
  private static final SolverSettings HARD_MARGIN = new SolverSettings(100, 1, 1e-6);

  @Test
  void findsAPlantedHardNegativeAndEvictsAnEasyOne() throws IOException {
    // One feature decides. Cats have 10; the background has 0, but one region far from any cat has
    // 8. A model from cats and background alone puts the border at 5 and takes it for a cat.
    InMemoryImages images = new InMemoryImages();
    for (int i = 0; i < 20; i++) {
      images.add(
          "plain" + i,
          List.of(InMemoryImages.object("cat", OBJECT)),
          List.of(APART, APART),
          new float[] {10, 1},
          new float[] {0, 1},
          new float[] {-30, 1});
    }
    images.add("planted", List.of(), List.of(APART), new float[] {8, 1});
    SvmSettings settings =
        new SvmSettings(
            SampleSettings.standard(),
            HARD_MARGIN,
            new MiningSettings(1, 10, -1 + 1e-3, ALL, 1, -1.2, 100),
            100,
            seedThatStartsWithoutThePlantedImage(images));
    SvmTraining training = train(images, List.of("cat"), settings, 1);
    LinearModel model = training.model();
    float[] scores = model.score(new float[] {10, 1, 0, 1, -30, 1, 8, 1}, 4);
    assertEquals(1, scores[0], 1e-2, "a cat");
    assertEquals(-1, scores[3], 1e-2, "the planted hard negative is on the margin");
    assertTrue(scores[1] < -1.2 && scores[2] < -1.2, "the easy ones are far off");
    // First model: the two regions of one image; the easy one (−30) is below −1.2 and dropped.
    Round first = training.rounds().get(0);
    assertEquals(
        List.of(0, 20, 2, 2, 1),
        List.of(
            first.imagesSeen(),
            first.positives(),
            first.negatives(),
            first.added(),
            first.evicted()));
    // Then only the planted one is added, and the background is easy for that model, too.
    assertEquals(2, training.rounds().size());
    Round second = training.rounds().get(1);
    assertEquals(List.of(2, 1, 1), List.of(second.negatives(), second.added(), second.evicted()));
    assertTrue(second.objective() > first.objective(), "a harder problem costs more");
  }

  private static long seedThatStartsWithoutThePlantedImage(InMemoryImages images) {
    long seed = 0;
    while (FeatureScale.shuffled(images.imageIds(), seed).get(0).equals("planted")) {
      seed++;
    }
    return seed;
  }

  @Test
  void withoutMiningToDoItIsPlainLibsvm() throws IOException {
    // All images give first negatives and nothing is evicted: one training on everything.
    Random random = new Random(4);
    InMemoryImages images = scene(random, 12, 10, 8);
    SvmSettings settings =
        new SvmSettings(
            SampleSettings.standard(),
            new SolverSettings(0.001, 2, 1e-6),
            new MiningSettings(12, 100_000, 100, ALL, 2000, -100, 100_000),
            12,
            3);
    SvmTraining training = train(images, List.of("cat", "dog", "cow"), settings, 2);
    List<float[]> positives = new ArrayList<>();
    List<float[]> negatives = new ArrayList<>();
    for (String id : images.imageIds()) {
      TrainingImage image = images.load(id);
      List<GroundTruth> objects = image.annotation().objects();
      for (int row = 0; row < image.regions().size(); row++) {
        float[] x = Arrays.copyOfRange(image.features(), row * 8, row * 8 + 8);
        double overlap = 0;
        for (GroundTruth object : objects) {
          if (object.className().equals("dog")) {
            overlap = Math.max(overlap, object.box().iou(image.regions().get(row)));
          }
        }
        if (row < objects.size() && objects.get(row).className().equals("dog")) {
          positives.add(x);
        } else if (overlap < 0.7) {
          negatives.add(x);
        }
      }
    }
    Round dog = training.rounds().get(1);
    assertEquals("dog", dog.className());
    assertEquals(positives.size(), dog.positives());
    assertEquals(negatives.size(), dog.negatives());
    List<float[]> all = new ArrayList<>(positives);
    all.addAll(negatives);
    double[] expected =
        PlainLibsvm.scores(all, positives.size(), 0.001, 2, training.model().featureScale());
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], training.model().score(all.get(i), 1)[1], 1e-4);
    }
  }

  @Test
  void countsSamplesBeforeAndAfterResampling() throws IOException {
    InMemoryImages images = new InMemoryImages();
    for (int i = 0; i < 100; i++) {
      images.add(
          "image" + i,
          List.of(InMemoryImages.object("cat", OBJECT)),
          List.of(new Box(0, 0, 8, 10), new Box(0, 0, 7.5, 10), APART, new Box(0, 0, 1, 1)),
          new float[] {5, 0},
          new float[] {4, 1},
          new float[] {3, 1},
          new float[] {0, 1 + i},
          new float[] {1, 2});
    }
    images.add("empty", List.of(), List.of());
    SampleSettings samples =
        new SampleSettings(0.8, 0.7, true, 3, 0.5, Integer.MAX_VALUE, Integer.MAX_VALUE);
    SvmTraining training = train(images, List.of("cat"), settings(samples, 1), 1);
    SampleCounts counts = training.counts().get(0);
    assertEquals(100, counts.groundTruthPositives());
    assertEquals(100, counts.proposalPositives());
    assertEquals(200, counts.positives());
    assertEquals(600, counts.positivesAfter());
    assertEquals(100, counts.ignored());
    assertEquals(200, counts.negatives());
    // 200 draws at one half: the standard deviation is 7.
    assertEquals(100, counts.negativesAfter(), 40);
    assertEquals(200, training.rounds().get(0).positives());
    assertEquals(0, counts.difficult());
  }

  @Test
  void difficultObjectsAreCountedAndArePositivesOnlyIfTheSettingSaysSo() throws IOException {
    InMemoryImages images = new InMemoryImages();
    for (int i = 0; i < 10; i++) {
      images.add(
          "image" + i,
          List.of(
              i < 4
                  ? InMemoryImages.difficult("cat", OBJECT)
                  : InMemoryImages.object("cat", OBJECT)),
          List.of(APART),
          new float[] {5, 0},
          new float[] {0, 1 + i});
    }
    SampleCounts with =
        counts(
            images, new SampleSettings(0, 0.7, true, 2, 1, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertEquals(
        List.of(10, 4, 10), List.of(with.positives(), with.difficult(), with.positivesHeld()));
    assertEquals(List.of(20L, 0L), List.of(with.positivesAfter(), with.ignored()));
    SampleCounts without =
        counts(
            images, new SampleSettings(0, 0.7, false, 2, 1, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertEquals(
        List.of(6, 4, 6),
        List.of(without.positives(), without.difficult(), without.positivesHeld()));
    assertEquals(List.of(12L, 4L), List.of(without.positivesAfter(), without.ignored()));
  }

  @Test
  void positivesBeyondTheMostAreCountedBeforeButNotAfter() throws IOException {
    InMemoryImages images = new InMemoryImages();
    for (int i = 0; i < 10; i++) {
      images.add(
          "image" + i,
          List.of(InMemoryImages.object("cat", OBJECT)),
          List.of(OBJECT, OBJECT, APART),
          new float[] {5, 0},
          new float[] {4, 0},
          new float[] {6, 0},
          new float[] {0, 1 + i});
    }
    SampleCounts counts =
        counts(images, new SampleSettings(0.7, 0.7, true, 3, 1, 15, Integer.MAX_VALUE));
    assertEquals(
        List.of(10, 20), List.of(counts.groundTruthPositives(), counts.proposalPositives()));
    // Ten objects, and five of the proposals.
    assertEquals(List.of(15, 45L), List.of(counts.positivesHeld(), counts.positivesAfter()));
  }

  @Test
  void withALimitOnPositivesTheSeedAndNothingElseDecides() throws IOException {
    InMemoryImages images = scene(new Random(15), 45, 30, 10);
    SampleSettings few = new SampleSettings(0.7, 0.7, true, 1, 1, 40, Integer.MAX_VALUE);
    List<String> classes = List.of("cat", "dog", "cow");
    SvmTraining first = train(images, classes, settings(few, 3), 1);
    assertEquals(40, first.counts().get(0).positivesHeld());
    assertTrue(first.counts().get(0).positives() > 80, first.counts().toString());
    assertEquals(first, train(images, classes, settings(few, 3), 2));
  }

  @Test
  void theSeedAndNothingElseDecidesWhichNegativesAreLeft() throws IOException {
    InMemoryImages images = scene(new Random(12), 12, 30, 10);
    SampleSettings half =
        new SampleSettings(0, 0.7, true, 1, 0.5, Integer.MAX_VALUE, Integer.MAX_VALUE);
    SvmSettings settings = settings(half, 3);
    List<String> classes = List.of("cat", "dog", "cow");
    SvmTraining first = train(images, classes, settings, 1);
    assertEquals(first, train(images, classes, settings, 2));
    SvmTraining other = train(images, classes, settings(half, 4), 1);
    assertEquals(first.counts().get(0).negatives(), other.counts().get(0).negatives());
    assertNotEquals(first.model(), other.model());
  }

  @Test
  void aHeavierPositiveWeightMovesTheBorderTowardsTheNegatives() throws IOException {
    // Overlapping classes, so that the costs decide: few positives among many negatives.
    InMemoryImages images = scene(new Random(13), 30, 30, 10);
    double[] misplaced = new double[3];
    for (int i = 0; i < 3; i++) {
      SvmSettings settings =
          new SvmSettings(
              SampleSettings.paper(),
              new SolverSettings(0.001, Math.pow(10, i), 1e-4),
              MiningSettings.paper(),
              10,
              1);
      SvmTraining training = train(images, List.of("cat", "dog", "cow"), settings, 1);
      misplaced[i] = training.rounds().get(0).positivesBelowZero();
    }
    assertTrue(misplaced[0] > misplaced[2], Arrays.toString(misplaced));
    assertTrue(misplaced[0] >= misplaced[1] && misplaced[1] >= misplaced[2]);
  }

  @Test
  void miningCountsWhatItExaminedAndHowMuchOfThatWasHard() throws IOException {
    InMemoryImages images = scene(new Random(14), 30, 40, 12);
    SvmSettings settings =
        new SvmSettings(
            SampleSettings.standard(),
            SolverSettings.paper(),
            new MiningSettings(3, 60, -1, 5, 40, -1.2, 500),
            10,
            2);
    SvmTraining training = train(images, List.of("cat", "dog", "cow"), settings, 1);
    List<Round> cat =
        training.rounds().stream().filter(round -> round.className().equals("cat")).toList();
    assertEquals(0, cat.get(0).examined());
    long examined = 0;
    for (Round round : cat) {
      examined += round.examined();
      assertTrue(round.hard() <= round.examined(), round.toString());
      // The first negatives were drawn unseen.
      assertTrue(round.imagesSeen() == 0 || round.added() <= round.hard(), round.toString());
    }
    assertEquals(training.counts().get(0).negatives(), examined, "every negative once");
    assertTrue(cat.stream().mapToLong(Round::hard).sum() < examined, "some are easy");
  }

  private static SvmSettings settings(SampleSettings samples, long seed) {
    SvmSettings standard = SvmSettings.standard(seed);
    return new SvmSettings(
        samples, standard.solver(), standard.mining(), standard.scaleImages(), seed);
  }

  /** With which the scene of some tests is trained on again and again. */
  private static SvmSettings miningOften() {
    return new SvmSettings(
        SampleSettings.standard(),
        SolverSettings.paper(),
        new MiningSettings(3, 60, -1, 25, 100, -1.05, 150),
        10,
        5);
  }

  private static SampleCounts counts(InMemoryImages images, SampleSettings samples)
      throws IOException {
    return train(images, List.of("cat"), settings(samples, 1), 1).counts().get(0);
  }

  @Test
  void givesTheSameResultOnAnyNumberOfThreads() throws IOException {
    InMemoryImages images = scene(new Random(6), 60, 40, 24);
    SvmSettings settings = miningOften();
    List<String> classes = List.of("cat", "dog", "cow");
    SvmTraining one =
        SvmTrainer.train(
            images, classes, settings, PlainMatrix::new, 1, SvmTrainer.Listener.SILENT);
    SvmTraining two =
        SvmTrainer.train(
            images, classes, settings, PlainMatrix::new, 2, SvmTrainer.Listener.SILENT);
    assertEquals(one, two);
    assertTrue(one.rounds().size() > 6, "the scene is one that needs mining: " + one.rounds());
    assertTrue(one.rounds().stream().anyMatch(round -> round.evicted() > 0));
  }

  @Test
  void scoresOfElsewhereGiveTheSameModelsWhateverIsAskedForAtOnce() throws IOException {
    InMemoryImages images = scene(new Random(6), 60, 40, 24);
    SvmSettings settings = miningOften();
    List<String> classes = List.of("cat", "dog", "cow");
    SvmTraining here = train(images, classes, settings, 1);
    long trainings =
        here.rounds().stream()
            .mapToInt(Round::imagesSeen)
            .filter(seen -> seen > 0 && seen < 60)
            .distinct()
            .count();
    assertTrue(trainings > 2, "models change while images are mined");
    for (int atOnce : new int[] {1, 7, 1000}) {
      ScoresOfImages ahead = new ScoresOfImages(images, atOnce);
      SvmTraining there =
          SvmTrainer.train(
              images,
              classes,
              settings,
              PlainMatrix::new,
              2,
              SvmTrainer.Listener.SILENT,
              Optional.of(ahead));
      assertEquals(here, there);
      assertEquals(60, ahead.taken, "each image once");
      if (atOnce > 60) {
        assertEquals(trainings + 1, ahead.asked, "asked anew after each training");
      }
    }
  }

  @Test
  void scoresOfAnotherNumberOfRegionsAreRefused() {
    InMemoryImages images = scene(new Random(6), 6, 4, 5);
    ScoresOfImages ahead =
        new ScoresOfImages(images, 3) {
          @Override
          float[] products(String imageId, PlainMatrix weights) {
            return new float[1];
          }
        };
    String message =
        assertThrows(
                IOException.class,
                () ->
                    SvmTrainer.train(
                        images,
                        List.of("cat", "dog", "cow"),
                        SvmSettings.standard(1),
                        PlainMatrix::new,
                        1,
                        SvmTrainer.Listener.SILENT,
                        Optional.of(ahead)))
            .getMessage();
    assertTrue(message.contains("has 5 regions for 3 classes, and 1 scores came"), message);
  }

  /** Scores from images in memory, in place of other machines. */
  private static class ScoresOfImages implements ScoresAhead {
    private final InMemoryImages images;
    private final int atOnce;
    private int asked;
    private int taken;

    ScoresOfImages(InMemoryImages images, int atOnce) {
      this.images = images;
      this.atOnce = atOnce;
    }

    @Override
    public int atOnce() {
      return atOnce;
    }

    @Override
    public TrainingImage regions(String imageId) {
      TrainingImage all = images.load(imageId);
      return new TrainingImage(
          imageId, all.regions(), all.groundTruthCount(), all.annotation(), new float[0]);
    }

    @Override
    public void features(String imageId, int[] rows, float[] into) {
      images.load(imageId).copyFeatures(rows, into);
    }

    @Override
    public void products(List<String> imageIds, float[] weights, int classes, Sink sink)
        throws IOException {
      asked++;
      assertTrue(imageIds.size() <= atOnce);
      try (PlainMatrix all = new PlainMatrix(weights.length / classes, classes)) {
        all.append(weights, classes);
        for (String id : imageIds) {
          taken++;
          if (!sink.take(products(id, all))) {
            return;
          }
        }
      }
    }

    float[] products(String imageId, PlainMatrix weights) {
      TrainingImage image = images.load(imageId);
      try (PlainMatrix features = new PlainMatrix(weights.columns(), 1)) {
        features.append(image.features(), image.regions().size());
        return features.timesTransposed(weights);
      }
    }
  }

  @Test
  void theCacheKeepsARandomSampleOfTheNegativesThatAreStillHard() throws IOException {
    InMemoryImages images = new InMemoryImages();
    images.add("a", List.of(InMemoryImages.object("cat", OBJECT)), List.of(), new float[] {1});
    Box[] boxes = new Box[2000];
    float[][] features = new float[2000][];
    Arrays.fill(boxes, APART);
    for (int i = 0; i < 2000; i++) {
      features[i] = new float[] {i};
    }
    images.add("b", List.of(), List.of(boxes), features);
    MiningSettings settings = new MiningSettings(1, 1, -1, ALL, 1, -1.2, 200);
    try (FeaturePool pool = new FeaturePool(PlainMatrix::new, 1)) {
      MinedClass mined = new MinedClass("cat");
      mined.addPositives(pool.hold(0, images.load("a"), new int[] {0}));
      int[] all = IntStream.range(0, 2000).toArray();
      mined.addNegatives(pool.hold(1, images.load("b"), all));
      GramGrowth.grow(List.of(mined), pool.matrix(), List::forEach);
      // The first half is easy; of the other half higher rows score higher.
      double[] scores = new double[2001];
      for (int row = 0; row < 2000; row++) {
        scores[1 + row] = row < 1000 ? -2 : row * 1e-3;
      }
      assertEquals(1800, mined.evict(scores, settings, new RegionSampling(7), pool));
      assertEquals(200, mined.negatives());
      int upper = 0;
      for (int i = mined.positives(); i < mined.size(); i++) {
        long row = pool.region(mined.sample(i)) & 0xFFFFFFFFL;
        assertTrue(row >= 1000, "an easy negative stayed: " + row);
        upper += row >= 1500 ? 1 : 0;
      }
      // 200 draws at one half: the standard deviation is below 7. The highest scores alone: 200.
      assertEquals(100, upper, 35);
    }
  }

  @Test
  void theCacheForgetsNoneOfTheOldNegativesForTheSakeOfNewOnes() throws IOException {
    // Two images of 300 hard negatives come one after the other; the cache holds 100. If it kept
    // the latest, the first image would have none in it; if it kept the earliest, the second.
    InMemoryImages images = new InMemoryImages();
    images.add("a", List.of(InMemoryImages.object("cat", OBJECT)), List.of(), new float[] {1});
    Box[] boxes = new Box[300];
    float[][] features = new float[300][];
    Arrays.fill(boxes, APART);
    Arrays.fill(features, new float[] {1});
    images.add("b", List.of(), List.of(boxes), features);
    images.add("c", List.of(), List.of(boxes), features);
    MiningSettings settings = new MiningSettings(1, 1, -1, ALL, 1, -1.2, 100);
    RegionSampling sampling = new RegionSampling(7);
    int[] all = IntStream.range(0, 300).toArray();
    try (FeaturePool pool = new FeaturePool(PlainMatrix::new, 1)) {
      MinedClass mined = new MinedClass("cat");
      mined.addPositives(pool.hold(0, images.load("a"), new int[] {0}));
      for (int image = 1; image <= 2; image++) {
        mined.addNegatives(pool.hold(image, images.load(image == 1 ? "b" : "c"), all));
        GramGrowth.grow(List.of(mined), pool.matrix(), List::forEach);
        mined.evict(new double[mined.size()], settings, sampling, pool);
        mined.shrinkGram();
      }
      int fromFirst = 0;
      for (int i = mined.positives(); i < mined.size(); i++) {
        fromFirst += pool.region(mined.sample(i)) >>> 32 == 1 ? 1 : 0;
      }
      // 100 draws at one half: the standard deviation is 5.
      assertEquals(50, fromFirst, 20);
    }
  }

  @Test
  void anImageGivesAClassNoMoreHardNegativesThanItMay() throws IOException {
    // Everything is hard to a model trained with hardly any cost; two images of ten regions.
    InMemoryImages images = new InMemoryImages();
    Box[] boxes = new Box[10];
    Arrays.fill(boxes, APART);
    for (String id : List.of("a", "b")) {
      float[][] features = new float[11][];
      for (int i = 0; i < 11; i++) {
        features[i] = new float[] {i == 0 ? 10 : i * 0.1f};
      }
      images.add(id, List.of(InMemoryImages.object("cat", OBJECT)), List.of(boxes), features);
    }
    SvmSettings settings =
        new SvmSettings(
            SampleSettings.standard(),
            new SolverSettings(1e-6, 1, 1e-6),
            new MiningSettings(1, 1, -100, 3, 1000, -100, 100),
            2,
            1);
    Round last = train(images, List.of("cat"), settings, 1).rounds().get(1);
    assertEquals(List.of(6, 7), List.of(last.added(), last.negatives()));
  }

  @Test
  void theFeaturePoolStoresSharedRowsOnceAndForgetsReleasedOnes() throws IOException {
    InMemoryImages images = new InMemoryImages();
    float[][] features = new float[10][];
    Box[] boxes = new Box[10];
    Arrays.fill(boxes, APART);
    for (int i = 0; i < 10; i++) {
      features[i] = new float[] {i};
    }
    TrainingImage image = images.add("a", List.of(), List.of(boxes), features).load("a");
    try (FeaturePool pool = new FeaturePool(PlainMatrix::new, 1)) {
      int[] first = pool.hold(0, image, new int[] {1, 3, 5});
      int[] second = pool.hold(0, image, new int[] {3, 7});
      assertEquals(first[1], second[0]);
      assertEquals(4, pool.matrix().rows());
      pool.release(first[0]);
      pool.release(first[1]); // still held by the second
      int[] moved = pool.compact();
      assertArrayEquals(new int[] {-1, 0, 1, 2}, moved);
      float[] value = new float[1];
      pool.matrix().copyRow(moved[second[1]], value);
      assertEquals(7, value[0]);
      // A forgotten region can come back, a held one is found in its new place.
      assertArrayEquals(new int[] {3, 0}, pool.hold(0, image, new int[] {1, 3}));
    }
  }

  @Test
  void aClassWithoutPositivesIsReportedAndScoresMinusOne() throws IOException {
    InMemoryImages images = scene(new Random(8), 10, 10, 6);
    SvmTraining training =
        train(images, List.of("cat", "dog", "cow", "unicorn"), SvmSettings.paper(1), 1);
    assertEquals(List.of("unicorn"), training.untrained());
    assertEquals(-1, training.model().score(new float[] {1, 2, 3, 4, 5, 6}, 1)[3]);
  }

  @Test
  void refusesWhatContradictsItselfInASentence() {
    InMemoryImages images = scene(new Random(9), 4, 5, 6);
    assertSays(images, List.of("cat"), "compute its features again for these classes");
    assertSays(images, List.of(), "no class to train");
    assertSays(images, List.of("cat", "cat"), "not distinct");
    assertSays(new InMemoryImages(), List.of("cat"), "no image to train on");
    assertSays(new InMemoryImages().add("a", List.of(), List.of()), List.of("cat"), "has a region");
    InMemoryImages mixed =
        new InMemoryImages()
            .add("a", List.of(), List.of(APART), new float[] {1, 2})
            .add("b", List.of(), List.of(APART), new float[] {1});
    assertSays(mixed, List.of("cat"), "one network and layer");
    InMemoryImages broken =
        new InMemoryImages()
            .add(
                "a",
                List.of(InMemoryImages.object("cat", OBJECT)),
                List.of(),
                new float[] {1, Float.NaN});
    assertSays(broken, List.of("cat"), "not a finite number");
    assertThrows(
        IllegalArgumentException.class, () -> new MiningSettings(1, 1, -1, ALL, 1, -0.5, 1));
    assertThrows(IllegalArgumentException.class, () -> new SolverSettings(0, 2, 0.001));
  }

  @Test
  void tellsTheListenerOfEveryImageAndRound() throws IOException {
    List<String> heard = new ArrayList<>();
    SvmTrainer.train(
        scene(new Random(3), 3, 4, 5),
        List.of("cat", "dog", "cow"),
        SvmSettings.standard(1),
        PlainMatrix::new,
        1,
        new SvmTrainer.Listener() {
          @Override
          public void image(String pass, int done, int of) {
            heard.add(pass + " " + done + "/" + of);
          }

          @Override
          public void round(Round round) {
            heard.add(round.className());
          }
        });
    assertTrue(
        heard.containsAll(
            List.of("positives 1/3", "positives 3/3", "first negatives 3/3", "mining 3/3")),
        heard.toString());
    assertFalse(heard.indexOf("cat") < heard.indexOf("first negatives 3/3"), heard.toString());
  }

  private static void assertSays(TrainingImages images, List<String> classes, String words) {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> train(images, classes, SvmSettings.standard(1), 1))
            .getMessage();
    assertTrue(message.contains(words), message);
  }

  private static SvmTraining train(
      TrainingImages images, List<String> classes, SvmSettings settings, int threads)
      throws IOException {
    return SvmTrainer.train(
        images, classes, settings, PlainMatrix::new, threads, SvmTrainer.Listener.SILENT);
  }

  /** Images of one object each, of cat, dog and cow in turn, and noisy proposals. */
  private static InMemoryImages scene(Random random, int images, int proposals, int dimension) {
    List<String> classes = List.of("cat", "dog", "cow");
    InMemoryImages scene = new InMemoryImages();
    for (int i = 0; i < images; i++) {
      int kind = i % 3;
      Box box = new Box(10, 10, 60, 60);
      Box[] boxes = new Box[proposals];
      float[][] features = new float[proposals + 1][];
      features[0] = features(random, dimension, kind, 2);
      for (int p = 0; p < proposals; p++) {
        double shift = random.nextInt(60);
        boxes[p] = new Box(10 + shift, 10, 60 + shift, 60);
        features[p + 1] = features(random, dimension, kind, 2 * box.iou(boxes[p]));
      }
      scene.add(
          "image" + i,
          List.of(InMemoryImages.object(classes.get(kind), box)),
          List.of(boxes),
          features);
    }
    return scene;
  }

  private static float[] features(Random random, int dimension, int kind, double strength) {
    float[] x = PlainMatrix.gaussian(random, dimension);
    x[kind] += (float) (2 * strength);
    return x;
  }
}
