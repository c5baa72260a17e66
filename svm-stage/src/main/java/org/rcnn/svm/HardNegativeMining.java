package org.rcnn.svm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.matrix.FeatureMatrix;
import org.rcnn.data.matrix.MatrixEngine;

/** One run of {@link SvmTrainer}: its three passes and their common state. */
final class HardNegativeMining implements AutoCloseable {

  private final TrainingImages images;
  private final List<String> order;
  private final Set<String> classNames;
  private final List<MinedClass> classes = new ArrayList<>();
  private final List<Counter> counters = new ArrayList<>();
  private final List<Round> rounds = new ArrayList<>();
  private final SvmSettings settings;
  private final RegionSampling sampling;
  private final MatrixEngine engine;
  private final ClassSolvers solvers;
  private final SvmTrainer.Listener listener;
  private final Optional<ScoresAhead> ahead;

  private FeatureScale scale;
  private int dimension;
  private FeaturePool pool;
  private FeatureMatrix imageFeatures;
  private FeatureMatrix weights;

  /** The counts of one class in the first pass. */
  private static final class Counter {
    int groundTruth;
    int difficult;
    int proposals;
    long ignored;
    long negatives;
    long negativesKept;
  }

  HardNegativeMining(
      TrainingImages images,
      List<String> classNames,
      SvmSettings settings,
      MatrixEngine engine,
      int threads,
      SvmTrainer.Listener listener,
      Optional<ScoresAhead> ahead) {
    this.images = images;
    this.order = FeatureScale.shuffled(images.imageIds(), settings.seed());
    this.classNames = new LinkedHashSet<>(classNames);
    if (this.classNames.size() != classNames.size()) {
      throw new IllegalArgumentException(
          "The classes to train are not distinct; list each once, not %s.".formatted(classNames));
    }
    this.settings = settings;
    this.sampling = new RegionSampling(settings.seed());
    this.engine = engine;
    this.solvers = new ClassSolvers(settings, threads);
    this.listener = listener;
    this.ahead = ahead;
    for (String name : classNames) {
      classes.add(new MinedClass(name));
      counters.add(new Counter());
    }
  }

  /** First pass: collects the positives of all classes, the counts, and the feature scale. */
  void collectPositives() throws IOException {
    FeatureScale.Measure measure = new FeatureScale.Measure();
    List<PositiveDraw> draws =
        classes.stream().map(mined -> new PositiveDraw(settings.samples(), sampling)).toList();
    for (int i = 0; i < order.size(); i++) {
      TrainingImage image = load(i);
      if (i < settings.scaleImages()) {
        measure.add(image);
      }
      List<GroundTruth> groundTruth = image.groundTruth(classNames);
      boolean[] share = share(image);
      for (int c = 0; c < classes.size(); c++) {
        byte[] labels = labels(image, groundTruth, c);
        count(counters.get(c), labels, share, groundTruth.size());
        String name = classes.get(c).name();
        counters.get(c).difficult +=
            (int)
                groundTruth.stream()
                    .filter(o -> o.difficult() && o.className().equals(name))
                    .count();
        drawPositives(i, image, rows(labels, RegionLabels.POSITIVE), draws.get(c));
      }
      if (pool != null) {
        // The draws know regions by their keys, so the rows may move.
        pool.compact();
      }
      listener.image("positives", i + 1, order.size());
    }
    if (pool == null) {
      throw new IllegalArgumentException(
          "None of the %d training images has a region; compute proposals and features first."
              .formatted(order.size()));
    }
    scale = measure.scale();
    for (int c = 0; c < classes.size(); c++) {
      long[] drawn = draws.get(c).regions();
      classes.get(c).addPositives(Arrays.stream(drawn).mapToInt(pool::row).toArray());
    }
  }

  private void drawPositives(int index, TrainingImage image, int[] rows, PositiveDraw draw)
      throws IOException {
    // Ground truth rows come first.
    int objects = (int) Arrays.stream(rows).filter(row -> row < image.groundTruthCount()).count();
    int[] drawn = draw.offer(index, rows, objects, region -> pool.release(pool.row(region)));
    hold(index, image, drawn, held -> {});
  }

  /**
   * Second pass, over the first few images: collects the first negatives and trains the first
   * models.
   */
  void trainFirstModels() throws IOException {
    int count = Math.min(settings.mining().firstImages(), order.size());
    int quota = (settings.mining().firstNegatives() + count - 1) / count;
    for (int i = 0; i < count; i++) {
      int imageIndex = i;
      TrainingImage image = load(i);
      List<GroundTruth> groundTruth = image.groundTruth(classNames);
      boolean[] share = share(image);
      for (int c = 0; c < classes.size(); c++) {
        MinedClass mined = classes.get(c);
        if (mined.positives() > 0) {
          int[] all = sharedNegatives(labels(image, groundTruth, c), share);
          int[] chosen = sampling.subset(image.id(), all, quota);
          hold(i, image, chosen, rows -> mined.addFirstNegatives(imageIndex, chosen, rows));
        }
      }
      listener.image("first negatives", i + 1, count);
    }
    train(MinedClass::trainable, 0, true);
  }

  /**
   * Third pass: collects hard negatives from all images, and retrains a class when it has enough
   * new ones.
   */
  void mine() throws IOException {
    int next = 0;
    while (next < order.size()) {
      next = ahead.isPresent() ? mineAhead(ahead.get(), next) : mineHere(next);
    }
    train(mined -> mined.trainable() && mined.added() > 0, order.size(), false);
  }

  /** Mines an image; gives the next one. */
  private int mineHere(int index) throws IOException {
    TrainingImage image = load(index);
    if (!image.regions().isEmpty()) {
      addHardNegatives(index, image, productsWithWeights(image), image::copyFeatures);
    }
    retrain(index);
    return index + 1;
  }

  /** Mines images that are scored elsewhere, until a class is trained; gives the next one. */
  private int mineAhead(ScoresAhead scores, int first) throws IOException {
    int end = Math.min(order.size(), first + scores.atOnce());
    int[] next = {first};
    scores.products(
        order.subList(first, end),
        allWeights(),
        classes.size(),
        products -> {
          int index = next[0]++;
          TrainingImage image = scores.regions(order.get(index));
          if (products.length != image.regions().size() * classes.size()) {
            throw new IOException(
                "Image %s has %d regions for %d classes, and %d scores came; use one version of the program on all machines."
                    .formatted(
                        image.id(), image.regions().size(), classes.size(), products.length));
          }
          if (!image.regions().isEmpty()) {
            addHardNegatives(
                index, image, products, (rows, into) -> scores.features(image.id(), rows, into));
          }
          return !retrain(index);
        });
    if (next[0] == first) {
      throw new IllegalStateException("No image was scored of %d.".formatted(end - first));
    }
    return next[0];
  }

  /** Trains the classes that have enough new negatives; gives whether there was one. */
  private boolean retrain(int index) {
    int retrainAfter = settings.mining().retrainAfter();
    boolean trained =
        train(
            mined ->
                mined.trainable()
                    && mined.added() > 0
                    && (mined.added() >= retrainAfter || !mined.trained()),
            index + 1,
            true);
    listener.image("mining", index + 1, order.size());
    return trained;
  }

  private void addHardNegatives(
      int imageIndex, TrainingImage image, float[] products, FeaturePool.Features features)
      throws IOException {
    List<GroundTruth> groundTruth = image.groundTruth(classNames);
    boolean[] share = share(image);
    for (int c = 0; c < classes.size(); c++) {
      MinedClass mined = classes.get(c);
      if (mined.positives() > 0) {
        int column = c;
        int[] negatives = sharedNegatives(labels(image, groundTruth, c), share);
        int[] hard =
            Arrays.stream(negatives)
                .filter(row -> isHard(mined, products[row * classes.size() + column]))
                .toArray();
        mined.met(negatives.length, hard.length);
        int[] fresh =
            Arrays.stream(hard).filter(row -> !mined.holdsFirst(imageIndex, row)).toArray();
        int[] chosen =
            sampling.subset(image.id(), fresh, settings.mining().hardNegativesPerImage());
        if (chosen.length > 0) {
          mined.addNegatives(pool.hold(imageIndex, image.id(), chosen, features));
        }
      }
    }
  }

  /** Whether a negative is to be added; a class without a model adds all. */
  private boolean isHard(MinedClass mined, float product) {
    return !mined.trained()
        || (float) (scale.factor() * product + mined.bias())
            > settings.mining().hardNegativeScore();
  }

  private float[] productsWithWeights(TrainingImage image) {
    if (imageFeatures == null) {
      imageFeatures = engine.matrix(dimension, image.regions().size());
    }
    imageFeatures.retain(new int[0]);
    imageFeatures.append(image.features(), image.regions().size());
    return imageFeatures.timesTransposed(weights);
  }

  /**
   * Trains the classes that are due and, if requested, evicts their easy negatives.
   *
   * @return whether a class was due
   */
  private boolean train(Predicate<MinedClass> due, int imagesSeen, boolean evict) {
    List<MinedClass> chosen = classes.stream().filter(due).toList();
    if (chosen.isEmpty() && weights != null) {
      return false;
    }
    GramGrowth.grow(chosen, pool.matrix(), solvers::forEach);
    List<LibsvmSolver.Solution> solutions = solvers.solve(chosen, scale);
    double[][] coefficients = new double[chosen.size()][];
    for (int i = 0; i < coefficients.length; i++) {
      coefficients[i] =
          chosen.get(i).poolCoefficients(solutions.get(i), scale, pool.matrix().rows());
    }
    double[][] folded = pool.matrix().weightedSums(coefficients);
    for (int i = 0; i < chosen.size(); i++) {
      finish(chosen.get(i), solutions.get(i), folded[i], imagesSeen, evict);
    }
    solvers.forEach(chosen, MinedClass::shrinkGram);
    int[] moved = pool.compact();
    if (moved != null) {
      classes.forEach(mined -> mined.renumber(moved));
    }
    replaceWeights();
    return true;
  }

  private void finish(
      MinedClass mined,
      LibsvmSolver.Solution solution,
      double[] folded,
      int imagesSeen,
      boolean evict) {
    int negatives = mined.negatives();
    int added = mined.added();
    long examined = mined.examined();
    long hard = mined.hard();
    mined.accept(folded, solution);
    int evicted = evict ? mined.evict(solution.scores(), settings.mining(), sampling, pool) : 0;
    Round round =
        new Round(
            mined.name(),
            imagesSeen,
            mined.positives(),
            negatives,
            examined,
            hard,
            added,
            solution.supportVectors(),
            solution.below(0, mined.positives(), 0),
            evicted,
            solution.primal(),
            solution.dual());
    rounds.add(round);
    listener.round(round);
  }

  private void replaceWeights() {
    if (weights == null) {
      weights = engine.matrix(dimension, classes.size());
    }
    weights.retain(new int[0]);
    weights.append(allWeights(), classes.size());
  }

  private float[] allWeights() {
    float[] all = new float[Math.multiplyExact(classes.size(), dimension)];
    for (int c = 0; c < classes.size(); c++) {
      if (classes.get(c).trained()) {
        System.arraycopy(classes.get(c).weights(), 0, all, c * dimension, dimension);
      }
    }
    return all;
  }

  SvmTraining result() {
    float[] bias = new float[classes.size()];
    List<SampleCounts> counts = new ArrayList<>();
    for (int c = 0; c < bias.length; c++) {
      bias[c] = classes.get(c).bias();
      counts.add(counts(classes.get(c), counters.get(c)));
    }
    return new SvmTraining(
        new LinearModel(List.copyOf(classNames), dimension, allWeights(), bias, scale.factor()),
        rounds,
        counts,
        classes.stream().filter(mined -> !mined.trained()).map(MinedClass::name).toList());
  }

  private SampleCounts counts(MinedClass mined, Counter counter) {
    return new SampleCounts(
        mined.name(),
        counter.groundTruth,
        counter.difficult,
        counter.proposals,
        mined.positives(),
        (long) mined.positives() * settings.samples().positiveUpsampling(),
        counter.ignored,
        counter.negatives,
        counter.negativesKept);
  }

  private static void count(Counter counter, byte[] labels, boolean[] share, int groundTruth) {
    for (int row = 0; row < labels.length; row++) {
      switch (labels[row]) {
        case RegionLabels.POSITIVE -> {
          if (row < groundTruth) {
            counter.groundTruth++;
          } else {
            counter.proposals++;
          }
        }
        case RegionLabels.NEGATIVE -> {
          counter.negatives++;
          counter.negativesKept += share[row] ? 1 : 0;
        }
        default -> counter.ignored++;
      }
    }
  }

  private TrainingImage load(int index) throws IOException {
    TrainingImage image = images.load(order.get(index));
    if (!image.regions().isEmpty()) {
      if (pool == null) {
        dimension = image.dimension();
        if (dimension == 0) {
          throw new IllegalArgumentException(
              "Image " + image.id() + " has regions but no features; compute its features first.");
        }
        pool = new FeaturePool(engine, dimension);
      }
      if (image.dimension() != dimension) {
        throw new IllegalArgumentException(
            "Image %s has features of dimension %d, the images before it %d; compute the features of all images with one network and layer."
                .formatted(image.id(), image.dimension(), dimension));
      }
    }
    return image;
  }

  private byte[] labels(TrainingImage image, List<GroundTruth> groundTruth, int classIndex) {
    return RegionLabels.of(image, groundTruth, classes.get(classIndex).name(), settings.samples());
  }

  private boolean[] share(TrainingImage image) {
    return sampling.share(
        image.id(), image.regions().size(), settings.samples().negativeSampling());
  }

  private static int[] rows(byte[] labels, byte wanted) {
    return IntStream.range(0, labels.length).filter(row -> labels[row] == wanted).toArray();
  }

  private static int[] sharedNegatives(byte[] labels, boolean[] share) {
    return IntStream.range(0, labels.length)
        .filter(row -> labels[row] == RegionLabels.NEGATIVE && share[row])
        .toArray();
  }

  private void hold(int imageIndex, TrainingImage image, int[] rows, PoolRows taker)
      throws IOException {
    if (rows.length > 0) {
      taker.take(pool.hold(imageIndex, image, rows));
    }
  }

  /** Receives rows of the pool. */
  private interface PoolRows {
    void take(int[] rows);
  }

  @Override
  public void close() {
    solvers.close();
    if (pool != null) {
      pool.close();
    }
    if (imageFeatures != null) {
      imageFeatures.close();
    }
    if (weights != null) {
      weights.close();
    }
  }
}
