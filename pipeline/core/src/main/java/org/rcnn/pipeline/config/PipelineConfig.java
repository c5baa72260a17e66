package org.rcnn.pipeline.config;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.Solver;
import org.rcnn.data.Check;
import org.rcnn.data.store.Encoding;
import org.rcnn.eval.ApMetric;
import org.rcnn.proposals.Mode;
import org.rcnn.proposals.Ranking;
import org.rcnn.proposals.SelectiveSearchConfig;
import org.rcnn.proposals.WorkingSize;
import org.rcnn.svm.BoxRegressionSettings;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.MiningSettings;
import org.rcnn.svm.SampleSettings;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmSettings;

/**
 * Everything that can be set, as one tree of immutable records with the shape of the YAML files.
 *
 * <p>The keys, their meaning and their defaults stand in {@code defaults.yaml} beside this class. A
 * section turns into the settings record of the module where it acts by its method {@code
 * settings}; keys and the components of those records have the same names, and the records know the
 * bounds. Only what no module knows is checked here.
 *
 * @param seed decides every random choice
 * @param threads images side by side; 0 for one per core
 * @param data which images
 * @param proposals selective search
 * @param network architecture and starting weights
 * @param finetune fine-tuning
 * @param features feature extraction
 * @param svm the detector's head
 * @param bbox box regression
 * @param detection from scores to detections
 * @param evaluation the metric
 */
public record PipelineConfig(
    long seed,
    int threads,
    Data data,
    Proposals proposals,
    NetworkChoice network,
    FineTune finetune,
    Features features,
    Svm svm,
    BoxRegression bbox,
    DetectionSettings detection,
    Evaluation evaluation) {

  /**
   * Refuses values out of range under their keys' names, and what the GPU does not do.
   *
   * @throws ConfigException if it does
   */
  public PipelineConfig {
    check("", () -> Check.atLeast("threads", threads, 0));
    check("data.", data::check);
    check("proposals.", () -> proposals.settings(seed));
    check("finetune.", finetune::check);
    check("finetune.", () -> finetune.settings(seed));
    check("features.", features::check);
    check("svm.", () -> svm.settings(seed));
    check("bbox.", () -> bbox.settings(seed));
    if (network.device() == ComputeDevice.GPU) {
      features.requirePlain(true);
      features.requirePlain(false);
    }
  }

  private static void check(String section, Runnable check) {
    try {
      check.run();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(section + e.getMessage());
    }
  }

  /** The number of threads, with 0 resolved to the machine's cores. */
  public int effectiveThreads() {
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }

  /**
   * Which images are used.
   *
   * @param train the split to train on
   * @param test the split to test on
   * @param splitTestShare share of images for testing where splits are missing; 0 refuses
   * @param limit images of a split at most; 0 for all
   * @param demoTrain scenes generated for training where no data are named
   * @param demoTest scenes generated for testing where no data are named
   */
  public record Data(
      String train, String test, double splitTestShare, int limit, int demoTrain, int demoTest) {

    private void check() {
      Check.within("split-test-share", splitTestShare, 0, 0.9);
      Check.atLeast("limit", limit, 0);
      Check.atLeast("demo-train", demoTrain, 2);
      Check.atLeast("demo-test", demoTest, 1);
    }
  }

  /**
   * Selective search.
   *
   * @param mode which hierarchies
   * @param longerSide limit of the longer side in the search; 0 for none
   * @param minSide smallest side of a box
   * @param maxBoxes boxes of an image at most; 0 for as many as the mode gives
   * @param ranking which boxes come first
   */
  public record Proposals(Mode mode, int longerSide, int minSide, int maxBoxes, Ranking ranking) {

    /** The search that these settings ask for. */
    public SelectiveSearchConfig settings(long seed) {
      SelectiveSearchConfig search = mode.config();
      return search.toBuilder()
          .workingSize(
              longerSide == 0 ? WorkingSize.original() : WorkingSize.longerSide(longerSide))
          .minSide(minSide)
          .maxBoxes(maxBoxes == 0 ? search.maxBoxes() : maxBoxes)
          .ranking(ranking)
          .seed(seed)
          .build();
    }
  }

  /**
   * The network and where its weights come from.
   *
   * @param architecture a name that the network module knows
   * @param weights embedded, none, or a file
   * @param device where it trains and computes features
   */
  public record NetworkChoice(String architecture, String weights, ComputeDevice device) {}

  /**
   * Fine-tuning.
   *
   * @param enabled whether it happens
   * @param iterations steps
   * @param positives positives in a batch
   * @param backgrounds backgrounds in a batch
   * @param positiveIou the threshold of a positive
   * @param rate learning rate
   * @param rateDrop factor of a drop
   * @param rateDropEvery iterations between drops
   * @param momentum momentum
   * @param weightDecay weight decay
   * @param newWeightRate factor for new layers' weights
   * @param newBiasRate factor for new layers' biases
   * @param copiedBiasRate factor for copied layers' biases
   * @param dropout dropout rate
   * @param frozenLayers layers that keep their weights
   * @param newLayersFirst iterations at the start in which only new layers learn
   * @param layerRates factors on the learning rate by layer
   * @param validationShare share of the training images that only the validation loss sees
   * @param imageCache MiB of decoded images
   */
  public record FineTune(
      boolean enabled,
      int iterations,
      int positives,
      int backgrounds,
      double positiveIou,
      double rate,
      double rateDrop,
      int rateDropEvery,
      double momentum,
      double weightDecay,
      double newWeightRate,
      double newBiasRate,
      double copiedBiasRate,
      double dropout,
      Set<String> frozenLayers,
      int newLayersFirst,
      Map<String, Double> layerRates,
      double validationShare,
      int imageCache) {

    /** Keeps its own copies, sorted. */
    public FineTune {
      frozenLayers = Collections.unmodifiableSet(new TreeSet<>(frozenLayers));
      layerRates = Collections.unmodifiableMap(new TreeMap<>(layerRates));
    }

    private void check() {
      Check.within("validation-share", validationShare, 0, 0.9);
      Check.atLeast("image-cache", imageCache, 1);
    }

    /** How the network is fine-tuned with these settings. */
    public FineTuningSettings settings(long seed) {
      return new FineTuningSettings(
          iterations,
          positives,
          backgrounds,
          positiveIou,
          new Solver(rate, new Solver.Steps(rateDropEvery, rateDrop), momentum, weightDecay),
          newWeightRate,
          newBiasRate,
          copiedBiasRate,
          dropout,
          frozenLayers,
          newLayersFirst,
          layerRates,
          seed);
    }

    /** Bytes of decoded images kept in memory. */
    public long imageCacheBytes() {
      return (long) imageCache << 20;
    }
  }

  /**
   * Feature extraction.
   *
   * @param layer the layer that detection uses
   * @param batch regions in one forward pass
   * @param encoding how features are stored
   * @param execution how the network computes them
   * @param testExecution the same for the test images alone
   */
  public record Features(
      Tap layer, int batch, Encoding encoding, Execution execution, TestExecution testExecution) {

    private void check() {
      if (layer == Tap.SCORES) {
        throw new IllegalArgumentException("layer must be one of pool5, fc6, fc7; it is scores.");
      }
      Check.atLeast("batch", batch, 1);
    }

    private void requirePlain(boolean training) {
      if (executionOf(training) != Execution.PLAIN) {
        throw new ConfigException(
            "%s is %s, which runs on the CPU; with network.device gpu it must be plain."
                .formatted(executionKey(training), executionOf(training).label()));
      }
    }

    /** How the features of the training images, or of the test images, are computed. */
    public Execution executionOf(boolean training) {
      return training ? execution : testExecution.or(execution);
    }

    /** The setting that decides it. */
    public String executionKey(boolean training) {
      return training || testExecution == TestExecution.SAME
          ? "features.execution"
          : "features.test-execution";
    }
  }

  /**
   * The detector's head.
   *
   * @param head its name, svm or softmax
   * @param negativeIou IoU below which a region is a negative
   * @param positiveIou IoU from which a proposal is a positive; 0 for ground truth only
   * @param maxPositives positives of a class above which proposals are no longer added
   * @param difficultPositives whether difficult objects are positives
   * @param cost the SVM's C
   * @param positiveWeight factor on C for positives
   * @param positiveUpsampling copies of every positive
   * @param negativeSampling share of negatives looked at
   * @param hardNegativeScore score above which a negative is hard
   * @param hardNegativesPerImage hard negatives that a class adds from one image at most
   * @param easyNegativeScore score below which a held negative is let go
   * @param retrainAfter new negatives of a class before it is trained again
   * @param negativeCache negatives held per class at most
   */
  public record Svm(
      String head,
      double negativeIou,
      double positiveIou,
      int maxPositives,
      boolean difficultPositives,
      double cost,
      double positiveWeight,
      int positiveUpsampling,
      double negativeSampling,
      double hardNegativeScore,
      int hardNegativesPerImage,
      double easyNegativeScore,
      int retrainAfter,
      int negativeCache) {

    /** How SVMs are trained with these settings. */
    public SvmSettings settings(long seed) {
      SvmSettings standard = SvmSettings.standard(seed);
      return new SvmSettings(
          new SampleSettings(
              positiveIou,
              negativeIou,
              difficultPositives,
              positiveUpsampling,
              negativeSampling,
              maxPositives),
          new SolverSettings(cost, positiveWeight, standard.solver().tolerance()),
          new MiningSettings(
              standard.mining().firstImages(),
              standard.mining().firstNegatives(),
              hardNegativeScore,
              hardNegativesPerImage,
              retrainAfter,
              easyNegativeScore,
              negativeCache),
          standard.scaleImages(),
          seed);
    }
  }

  /**
   * Box regression.
   *
   * @param enabled whether boxes are corrected
   * @param pairIou IoU of a pair at least
   * @param lambda weight of the ridge
   * @param maxPairs pairs per class at most
   */
  public record BoxRegression(boolean enabled, double pairIou, double lambda, int maxPairs) {

    /** How box regression is trained with these settings. */
    public BoxRegressionSettings settings(long seed) {
      BoxRegressionSettings authors = BoxRegressionSettings.authors(seed);
      return new BoxRegressionSettings(
          pairIou, lambda, maxPairs, authors.minPairs(), authors.heldBackEvery(), seed);
    }
  }

  /**
   * The metric.
   *
   * @param metric how average precision is computed
   */
  public record Evaluation(ApMetric metric) {}
}
