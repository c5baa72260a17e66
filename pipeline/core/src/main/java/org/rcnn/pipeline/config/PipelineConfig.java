package org.rcnn.pipeline.config;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.Judging;
import org.rcnn.cnn.train.Keep;
import org.rcnn.cnn.train.Phase;
import org.rcnn.data.Check;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.store.Encoding;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.ThresholdCriterion;
import org.rcnn.proposals.Mode;
import org.rcnn.proposals.Ranking;
import org.rcnn.proposals.SelectiveSearchConfig;
import org.rcnn.proposals.WorkingSize;
import org.rcnn.svm.BoxRegressionSettings;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.MiningSettings;
import org.rcnn.svm.SampleSettings;
import org.rcnn.svm.SoftmaxSettings;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmSettings;

/**
 * All settings, as one tree of immutable records in the shape of the YAML files.
 *
 * <p>{@code defaults.yaml} beside this class has every key with its meaning and its default. A
 * section's method {@code settings} makes the settings record of the module that uses it. The
 * components of that record have the names of the keys, and the record checks their bounds. Only
 * settings that no module has are checked here.
 *
 * @param seed the seed of every random choice
 * @param threads images processed in parallel, and threads of the network in training; 0 for one
 *     per core
 * @param data the images
 * @param proposals selective search
 * @param network architecture, starting weights and device
 * @param finetune fine-tuning
 * @param features feature extraction
 * @param svm the detector's head
 * @param softmax the labels of a softmax head that is trained on features
 * @param bbox box regression
 * @param detection from scores to detections
 * @param thresholds from which score a detection counts
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
    Softmax softmax,
    BoxRegression bbox,
    DetectionSettings detection,
    Thresholds thresholds,
    Evaluation evaluation) {

  /**
   * Checks every value.
   *
   * @throws ConfigException if a value is out of range, or the GPU does not support it; the message
   *     names the key
   */
  public PipelineConfig {
    check("", () -> Check.atLeast("threads", threads, 0));
    check("data.", data::check);
    check("proposals.", proposals::check);
    check("proposals.", () -> proposals.settings(seed));
    check("finetune.", finetune::check);
    check("finetune.", () -> finetune.settings(seed));
    check("features.", features::check);
    check("svm.", () -> svm.settings(seed));
    check("softmax.", () -> softmax.settings(seed));
    check("bbox.", () -> bbox.settings(seed));
    check("thresholds.", thresholds::check);
    if (network.device() == ComputeDevice.GPU) {
      features.requireForGpu(true);
      features.requireForGpu(false);
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
   * The images of a run.
   *
   * @param train the split to train on
   * @param test the split to test on
   * @param splitTestShare share of the images kept for testing if the data lacks a split that is
   *     asked for; 0 makes that an error
   * @param exifOrientation whether pictures are turned upright as their files say
   * @param limit the most images of a split; 0 for all
   * @param demoTrain scenes generated for training in the demo
   * @param demoTest scenes generated for testing in the demo
   */
  public record Data(
      String train,
      String test,
      double splitTestShare,
      ExifOrientation exifOrientation,
      int limit,
      int demoTrain,
      int demoTest) {

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
   * @param mode the hierarchies
   * @param longerSide longer side in pixels that an image has in the search at most; 0 for no limit
   *     but that of the mode on pixels
   * @param minSide smallest side of a box, in pixels at the size of the search
   * @param maxBoxes the most boxes of an image that features are computed of, the best ranked; more
   *     than the mode's own limit raises that; 0 for all that the mode gives
   * @param ranking which boxes come first
   */
  public record Proposals(Mode mode, int longerSide, int minSide, int maxBoxes, Ranking ranking) {

    private static final long MOST_PIXELS = 1 << 27;

    // Here 0 means no limit, which selective search itself has no number for.
    private void check() {
      Check.atLeast("longer-side", longerSide, 0);
      Check.atLeast("max-boxes", maxBoxes, 0);
    }

    /**
     * The pixels of a search at most: the mode's own limit, or those of a square with the side that
     * is asked for.
     */
    public static int mostPixels(int longerSide, SelectiveSearchConfig own) {
      long square = Math.min(MOST_PIXELS, (long) longerSide * longerSide);
      return (int) Math.max(own.maxPixels(), square);
    }

    /** The most boxes of an image that features are computed of. */
    public int classified() {
      return maxBoxes == 0 ? Integer.MAX_VALUE : maxBoxes;
    }

    /**
     * These settings as a detector's selective search takes them.
     *
     * @param seed of the random order in the authors' ranking
     * @throws IllegalArgumentException if a value is out of range; the message names the key
     */
    public SelectiveSearchConfig settings(long seed) {
      SelectiveSearchConfig search = searchOfAllBoxes(seed);
      return maxBoxes == 0
          ? search
          : search.toBuilder().maxBoxes(Math.min(maxBoxes, search.maxBoxes())).build();
    }

    /**
     * The search that gives all boxes of the mode, or {@code maxBoxes} if that is more. The first
     * of them are those that {@link #settings} gives: where a list is cut does not change its
     * order.
     *
     * @param seed of the random order in the authors' ranking
     * @throws IllegalArgumentException if a value is out of range; the message names the key
     */
    public SelectiveSearchConfig searchOfAllBoxes(long seed) {
      SelectiveSearchConfig own = mode.config();
      return own.toBuilder()
          .workingSize(
              longerSide == 0 ? WorkingSize.original() : WorkingSize.longerSide(longerSide))
          .maxPixels(mostPixels(longerSide, own))
          .maxBoxes(Math.max(own.maxBoxes(), maxBoxes))
          .minSide(minSide)
          .ranking(ranking)
          .seed(seed)
          .build();
    }
  }

  /**
   * The network and where its weights come from.
   *
   * @param architecture the name of a registered architecture
   * @param weights {@code embedded}, {@code none}, or the path of a weight file
   * @param newLayers layers that start from random values although the weights have them
   * @param device where the network trains and computes features
   */
  public record NetworkChoice(
      String architecture, String weights, Set<String> newLayers, ComputeDevice device) {

    /** Keeps its own copy, sorted. */
    public NetworkChoice {
      newLayers = Collections.unmodifiableSet(new TreeSet<>(newLayers));
    }

    /** A network that takes from the weights what fits. */
    public NetworkChoice(String architecture, String weights, ComputeDevice device) {
      this(architecture, weights, Set.of(), device);
    }
  }

  /**
   * A phase of fine-tuning; what it leaves out has the paper's value.
   *
   * @param layers the layers that learn: {@code all}, {@code new}, {@code fully-connected}, or
   *     names
   * @param iterations training steps
   * @param rate learning rate at the phase's start
   * @param rateDrop factor on the rate at each drop
   * @param rateDropEvery iterations of the phase between drops
   */
  public record TuningPhase(
      @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) Set<String> layers,
      Integer iterations,
      Double rate,
      Double rateDrop,
      Integer rateDropEvery) {

    private static final Phase PAPER = Phase.ofAllLayers(50_000);

    /** Puts the paper's values where there are none; iterations have to be given. */
    public TuningPhase {
      layers = layers == null ? PAPER.layers() : Collections.unmodifiableSet(new TreeSet<>(layers));
      iterations = iterations == null ? 0 : iterations;
      rate = rate == null ? PAPER.rate() : rate;
      rateDrop = rateDrop == null ? PAPER.rateDrop() : rateDrop;
      rateDropEvery = rateDropEvery == null ? PAPER.rateDropEvery() : rateDropEvery;
    }
  }

  /**
   * Fine-tuning.
   *
   * @param seed of fine-tuning alone; 0 for the run's
   * @param enabled whether the network is fine-tuned
   * @param phases which layers learn, how long and at what rate, one phase after the other
   * @param positives regions with a class in a batch
   * @param backgrounds background regions in a batch
   * @param positiveIou IoU from which a region is a positive
   * @param mirror whether regions are mirrored half of the time
   * @param keepFeatures whether phases in which no convolution learns use stored features
   * @param momentum momentum of the solver
   * @param weightDecay weight decay of the solver
   * @param newWeightRate factor on the rate of new layers' weights
   * @param newBiasRate factor on the rate of new layers' biases
   * @param copiedBiasRate factor on the rate of copied layers' biases
   * @param dropout dropout rate
   * @param frozenLayers layers that keep their weights
   * @param layerRates factors on the learning rate by layer
   * @param suggestRate whether a range test before each phase chooses its rate
   * @param validationShare share of the training images that are used for validation only
   * @param keep which weights are the result
   * @param patience judgements without improvement after which a phase ends; 0 for never
   * @param judgeEvery iterations from one judgement to the next
   * @param imageCache MiB of decoded images kept in memory
   */
  public record FineTune(
      long seed,
      boolean enabled,
      List<TuningPhase> phases,
      int positives,
      int backgrounds,
      double positiveIou,
      boolean mirror,
      boolean keepFeatures,
      double momentum,
      double weightDecay,
      double newWeightRate,
      double newBiasRate,
      double copiedBiasRate,
      double dropout,
      Set<String> frozenLayers,
      Map<String, Double> layerRates,
      boolean suggestRate,
      double validationShare,
      Keep keep,
      int patience,
      int judgeEvery,
      int imageCache) {

    /** Keeps its own copies, sorted. */
    public FineTune {
      phases = List.copyOf(phases);
      frozenLayers = Collections.unmodifiableSet(new TreeSet<>(frozenLayers));
      layerRates = Collections.unmodifiableMap(new TreeMap<>(layerRates));
    }

    private void check() {
      Check.atLeast("seed", seed, 0);
      Check.within("validation-share", validationShare, 0, 0.9);
      if (keep != Keep.LAST && validationShare == 0) {
        throw new IllegalArgumentException(
            "keep is %s, which is judged on images held out: set finetune.validation-share, such as 0.1."
                .formatted(keep.label()));
      }
      Check.atLeast("image-cache", imageCache, 1);
    }

    /**
     * These settings as fine-tuning takes them.
     *
     * @param runSeed the seed of batches, mirroring, dropout and new layers, unless fine-tuning has
     *     its own
     * @throws IllegalArgumentException if a value is out of range; the message names the key
     */
    public FineTuningSettings settings(long runSeed) {
      return new FineTuningSettings(
          IntStream.range(0, phases.size()).mapToObj(this::phase).toList(),
          positives,
          backgrounds,
          positiveIou,
          mirror,
          momentum,
          weightDecay,
          newWeightRate,
          newBiasRate,
          copiedBiasRate,
          dropout,
          frozenLayers,
          layerRates,
          suggestRate,
          judging(),
          seed == 0 ? runSeed : seed);
    }

    private Judging judging() {
      Judging judging = new Judging(keep, patience, judgeEvery);
      // While nothing is judged, how often must not matter to what is trained anew.
      return judging.isOn() ? judging : Judging.OFF;
    }

    private Phase phase(int index) {
      TuningPhase phase = phases.get(index);
      try {
        return new Phase(
            phase.layers(),
            phase.iterations(),
            phase.rate(),
            phase.rateDrop(),
            phase.rateDropEvery());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("phases." + (index + 1) + "." + e.getMessage(), e);
      }
    }

    /** The layers that phases name; the words for kinds of layers are not among them. */
    public Set<String> layersNamed() {
      Set<String> named = new TreeSet<>();
      phases.forEach(phase -> named.addAll(phase.layers()));
      named.removeAll(Set.of(Phase.ALL, Phase.NEW, Phase.FULLY_CONNECTED));
      return named;
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
   * @param testExecution how the network computes those of the test images
   */
  public record Features(
      Tap layer, int batch, Encoding encoding, Execution execution, TestExecution testExecution) {

    private void check() {
      if (layer == Tap.SCORES) {
        throw new IllegalArgumentException("layer must be one of pool5, fc6, fc7; it is scores.");
      }
      Check.atLeast("batch", batch, 1);
    }

    private void requireForGpu(boolean training) {
      if (!executionOf(training).runsOn(ComputeDevice.GPU)) {
        throw new ConfigException(
            "%s is %s, which runs on the CPU only; with network.device gpu it must be auto or plain."
                .formatted(executionKey(training), executionOf(training).label()));
      }
    }

    /**
     * How features are to be computed; {@link Execution#on} says what runs for {@code auto}.
     *
     * @param training whether those of the training images; else those of the test images
     */
    public Execution executionOf(boolean training) {
      return training ? execution : testExecution.or(execution);
    }

    /** The key of the setting that decides {@link #executionOf}. */
    public String executionKey(boolean training) {
      return training || testExecution == TestExecution.SAME
          ? "features.execution"
          : "features.test-execution";
    }
  }

  /**
   * The detector's head.
   *
   * @param head the head's name, {@code svm} or {@code softmax}
   * @param negativeIou IoU below which a region is a negative
   * @param positiveIou IoU from which a proposal is a positive; 0 for ground truth only
   * @param maxPositives the most positives of a class; above it proposals are drawn at random
   * @param maxObjects the most objects of a class; above it they are drawn at random
   * @param difficultPositives whether difficult objects are positives
   * @param cost the SVM's C
   * @param positiveWeight factor on C for positives
   * @param positiveUpsampling how many times each positive counts
   * @param negativeSampling share of the negatives that mining examines
   * @param hardNegativeScore score above which a negative is hard
   * @param hardNegativesPerImage the most hard negatives that a class adds from one image
   * @param easyNegativeScore score below which a stored negative is dropped
   * @param retrainAfter new negatives after which a class is trained again
   * @param negativeCache the most negatives stored for a class
   */
  public record Svm(
      String head,
      double negativeIou,
      double positiveIou,
      int maxPositives,
      int maxObjects,
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

    /**
     * These settings as SVM training takes them.
     *
     * @param seed of the order of images and every random choice
     * @throws IllegalArgumentException if a value is out of range; the message names the key
     */
    public SvmSettings settings(long seed) {
      SvmSettings standard = SvmSettings.standard(seed);
      return new SvmSettings(
          new SampleSettings(
              positiveIou,
              negativeIou,
              difficultPositives,
              positiveUpsampling,
              negativeSampling,
              maxPositives,
              maxObjects),
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
   * A softmax head that is trained on features. A fine-tuned network's own softmax is not: it
   * learned from the labels of fine-tuning.
   *
   * @param positiveIou IoU from which a proposal is a positive; 0 for ground truth only
   * @param negativeIou IoU below which a region is background
   */
  public record Softmax(double positiveIou, double negativeIou) {

    /**
     * These settings as the training of a softmax takes them.
     *
     * @param seed of the samples and the mini-batches
     * @throws IllegalArgumentException if a value is out of range; the message names the key
     */
    public SoftmaxSettings settings(long seed) {
      return SoftmaxSettings.authors(seed).withLabels(positiveIou, negativeIou);
    }
  }

  /**
   * Box regression.
   *
   * @param enabled whether boxes are corrected
   * @param pairIou IoU with a ground truth above which a proposal is used for training
   * @param lambda weight of the ridge penalty
   * @param maxPairs the most pairs of a class
   */
  public record BoxRegression(boolean enabled, double pairIou, double lambda, int maxPairs) {

    /**
     * These settings as box regression takes them.
     *
     * @param seed of the pairs chosen
     * @throws IllegalArgumentException if a value is out of range; the message names the key
     */
    public BoxRegressionSettings settings(long seed) {
      BoxRegressionSettings authors = BoxRegressionSettings.authors(seed);
      return new BoxRegressionSettings(
          pairIou, lambda, maxPairs, authors.minPairs(), authors.heldBackEvery(), seed);
    }
  }

  /**
   * From which score a detection of a class counts.
   *
   * @param enabled whether thresholds are chosen; else even odds
   * @param choose what each class's threshold is chosen for
   * @param wanted the precision or recall that it shall have
   * @param folds parts of the training images, each judged by a head that is trained on the others
   */
  public record Thresholds(boolean enabled, ThresholdCriterion choose, double wanted, int folds) {

    private void check() {
      Check.within("wanted", wanted, 0, 1);
      Check.within("folds", folds, 2, 20);
    }
  }

  /**
   * The metric.
   *
   * @param metric how average precision is computed
   */
  public record Evaluation(ApMetric metric) {}
}
