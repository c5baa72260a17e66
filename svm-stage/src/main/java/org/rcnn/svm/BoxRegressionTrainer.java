package org.rcnn.svm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.SeedMix;

/**
 * Trains a {@link BoxRegressor}: ridge regression per class on pool5 features (paper, appendix C).
 *
 * <p>Pairs of a proposal and the ground truth that it overlaps most are added image by image, then
 * {@link #train} is called once. A seeded reservoir limits the pairs kept per class, whatever the
 * number of images. Pairs are added from one thread. The model depends on the settings, the seed
 * and the order of the pairs, not on the number of training threads.
 *
 * <p>Whole ground truths are held back, not single pairs: the proposals around one object are so
 * similar that held-back pairs of an object trained on would make the result look too good.
 */
public final class BoxRegressionTrainer {

  private final BoxRegressionSettings settings;
  private final FeatureScale scale;
  private final int dimension;
  private final Map<String, Pairs> pairsByClass = new LinkedHashMap<>();

  private record Pair(Box proposal, Box groundTruth, SparseRow features) {}

  private static final class Pairs {
    final Reservoir<Pair> training;
    final Reservoir<Pair> heldBack;

    Pairs(BoxRegressionSettings settings, long seed) {
      training = new Reservoir<>(settings.maxPairs(), seed);
      heldBack =
          new Reservoir<>(
              Math.max(1, settings.maxPairs() / Math.max(2, settings.heldBackEvery())), ~seed);
    }
  }

  private record Trained(float[] weights, double[] biases, BoxRegressionReport report) {}

  /**
   * The result of the training.
   *
   * @param regressor the model
   * @param reports one per class, in the order of the classes
   */
  public record Result(BoxRegressor regressor, List<BoxRegressionReport> reports) {}

  /**
   * A trainer without pairs.
   *
   * @param classes the classes, in the order of the model's indices
   * @param dimension number of features of a row
   * @param scale the features' scale, as measured
   * @param settings how to train
   */
  public BoxRegressionTrainer(
      List<String> classes, int dimension, FeatureScale scale, BoxRegressionSettings settings) {
    if (dimension < 1) {
      throw new IllegalArgumentException(
          "Box regression needs at least 1 feature, not %d.".formatted(dimension));
    }
    if ((long) settings.maxPairs() * (dimension + 1L) > Integer.MAX_VALUE - 8L) {
      throw new IllegalArgumentException(
          "%d pairs of %d features do not fit in one array; lower max-pairs."
              .formatted(settings.maxPairs(), dimension));
    }
    this.settings = settings;
    this.scale = scale;
    this.dimension = dimension;
    for (String className : new LinkedHashSet<>(classes)) {
      // Seeded by name, so that a class's sample does not depend on the other classes.
      pairsByClass.put(
          className,
          new Pairs(settings, SeedMix.mix(settings.seed() ^ SeedMix.mix(className.hashCode()))));
    }
    if (pairsByClass.size() != classes.size()) {
      throw new IllegalArgumentException(
          "A class is listed twice in %s; list each once.".formatted(classes));
    }
  }

  /**
   * Adds the pairs of one image: each proposal with the ground truth of any class that it overlaps
   * most, as an example of that class.
   *
   * @param proposals the image's proposals
   * @param objects the image's ground truth of the classes trained
   * @param features unscaled features, row-major, one row per proposal
   * @return number of pairs with enough overlap
   */
  public int addImage(List<Box> proposals, List<GroundTruth> objects, float[] features) {
    if (features.length != (long) proposals.size() * dimension) {
      throw new IllegalArgumentException(
          "%d proposals need %d features each, but there are %d features in all."
              .formatted(proposals.size(), dimension, features.length));
    }
    int pairs = 0;
    for (int i = 0; i < proposals.size(); i++) {
      GroundTruth best = null;
      double most = settings.pairIou();
      for (GroundTruth object : objects) {
        double overlap = proposals.get(i).iou(object.box());
        if (overlap > most) {
          most = overlap;
          best = object;
        }
      }
      if (best != null
          && add(best.className(), proposals.get(i), best.box(), features, i * dimension)) {
        pairs++;
      }
    }
    return pairs;
  }

  /**
   * Adds one pair, unless its overlap is too small.
   *
   * @param className the ground truth's class
   * @param proposal the proposal
   * @param groundTruth the ground truth that the proposal overlaps most
   * @param features unscaled features, row-major
   * @param rowOffset index of the first feature of this proposal's row
   * @return whether it was added: the overlap is greater than the setting, and it is not a
   *     held-back object paired with itself
   */
  public boolean add(
      String className, Box proposal, Box groundTruth, float[] features, int rowOffset) {
    Pairs pairs = pairsByClass.get(className);
    if (pairs == null) {
      throw new IllegalArgumentException(
          "The box regression is not trained for class '%s', only for %s."
              .formatted(className, pairsByClass.keySet()));
    }
    if (rowOffset < 0 || features.length - rowOffset < dimension) {
      throw new IllegalArgumentException(
          "A row of %d features from index %d on does not fit in an array of %d."
              .formatted(dimension, rowOffset, features.length));
    }
    if (!(proposal.iou(groundTruth) > settings.pairIou())) {
      return false;
    }
    if (isHeldBack(groundTruth) && proposal.equals(groundTruth)) {
      // The authors train on such pairs, too, but they cannot show whether a correction helps.
      return false;
    }
    (isHeldBack(groundTruth) ? pairs.heldBack : pairs.training)
        .offer(
            () -> new Pair(proposal, groundTruth, SparseRow.pack(features, rowOffset, dimension)));
    return true;
  }

  private boolean isHeldBack(Box groundTruth) {
    if (settings.heldBackEvery() == 0) {
      return false;
    }
    long hash = SeedMix.mix(settings.seed());
    hash = SeedMix.mix(hash ^ Double.doubleToLongBits(groundTruth.xMin()));
    hash = SeedMix.mix(hash ^ Double.doubleToLongBits(groundTruth.yMin()));
    hash = SeedMix.mix(hash ^ Double.doubleToLongBits(groundTruth.xMax()));
    hash = SeedMix.mix(hash ^ Double.doubleToLongBits(groundTruth.yMax()));
    return Long.remainderUnsigned(hash, settings.heldBackEvery()) == 0;
  }

  /**
   * Trains all classes, side by side.
   *
   * @param threads number of classes trained at a time; it affects only time and memory
   */
  public Result train(int threads) {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Trained>> futures = new ArrayList<>();
      pairsByClass.forEach(
          (className, pairs) -> futures.add(executor.submit(() -> trainClass(className, pairs))));
      float[][] weights = new float[futures.size()][];
      double[][] biases = new double[futures.size()][];
      List<BoxRegressionReport> reports = new ArrayList<>();
      for (int c = 0; c < weights.length; c++) {
        Trained trained = await(futures.get(c));
        weights[c] = trained.weights();
        biases[c] = trained.biases();
        reports.add(trained.report());
      }
      List<String> classes = List.copyOf(pairsByClass.keySet());
      return new Result(new BoxRegressor(classes, dimension, weights, biases), reports);
    } finally {
      executor.shutdownNow();
    }
  }

  private Trained trainClass(String className, Pairs pairs) {
    List<Pair> training = pairs.training.kept();
    if (training.size() < settings.minPairs()) {
      return report(className, pairs, null, new double[BoxTargets.COUNT], null);
    }
    int n = training.size();
    int d = dimension + 1;
    float[] x = new float[n * d];
    double[][] targets = new double[n][];
    for (int i = 0; i < n; i++) {
      Pair pair = training.get(i);
      pair.features().unpack(x, i * d, (float) scale.factor());
      x[i * d + dimension] = 1;
      targets[i] = BoxTargets.of(pair.proposal(), pair.groundTruth());
    }
    BoxTargets transform = BoxTargets.fit(targets);
    double[][] y = new double[BoxTargets.COUNT][n];
    for (int i = 0; i < n; i++) {
      double[] whitened = transform.whiten(targets[i]);
      for (int c = 0; c < y.length; c++) {
        y[c][i] = whitened[c];
      }
    }
    RidgeRegression.Solution solution = new RidgeRegression(x, n, d, y, settings.lambda()).solve();

    float[] weights = new float[BoxTargets.COUNT * dimension];
    for (int i = 0; i < dimension; i++) {
      double[] unwhitened = transform.unwhitenDirection(column(solution.weights(), i));
      for (int c = 0; c < unwhitened.length; c++) {
        weights[BoxTargets.COUNT * i + c] = (float) (unwhitened[c] * scale.factor());
      }
    }
    double[] biases = transform.unwhiten(column(solution.weights(), dimension));
    return report(className, pairs, weights, biases, solution);
  }

  private Trained report(
      String className,
      Pairs pairs,
      float[] weights,
      double[] biases,
      RidgeRegression.Solution solution) {
    BoxRegressor alone =
        new BoxRegressor(
            List.of(className), dimension, new float[][] {weights}, new double[][] {biases});
    List<Pair> heldBack = pairs.heldBack.kept();
    double before = 0;
    double after = 0;
    for (Pair pair : heldBack) {
      float[] features = new float[dimension];
      pair.features().unpack(features, 0, 1);
      before += pair.proposal().iou(pair.groundTruth());
      after += alone.apply(0, pair.proposal(), features, 0).iou(pair.groundTruth());
    }
    BoxRegressionReport.Form form =
        solution == null
            ? BoxRegressionReport.Form.IDENTITY
            : solution.dual() ? BoxRegressionReport.Form.DUAL : BoxRegressionReport.Form.PRIMAL;
    return new Trained(
        weights,
        biases,
        new BoxRegressionReport(
            className,
            pairs.training.offered() + pairs.heldBack.offered(),
            pairs.training.kept().size(),
            heldBack.size(),
            before / heldBack.size(),
            after / heldBack.size(),
            form,
            solution != null && solution.exact(),
            solution == null ? 0 : solution.residual()));
  }

  private static double[] column(double[][] rows, int index) {
    double[] column = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      column[i] = rows[i][index];
    }
    return column;
  }

  private static Trained await(Future<Trained> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The training of the box regression was interrupted.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException("The training of the box regression failed.", e.getCause());
    }
  }
}
