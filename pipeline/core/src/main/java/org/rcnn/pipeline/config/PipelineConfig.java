package org.rcnn.pipeline.config;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that can be set, as one tree of immutable records.
 *
 * <p>The keys, their meaning and their defaults stand in {@code defaults.yaml} beside this class's
 * package; the records repeat only what is refused.
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
 * @param detection non-maximum suppression
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
    Detecting detection,
    Evaluation evaluation) {

  /** Refuses a negative number of threads, and what the GPU does not do. */
  public PipelineConfig {
    Range.atLeast("threads", threads, 0);
    if (network.device().equals("gpu")) {
      requirePlain(features, true);
      requirePlain(features, false);
    }
  }

  private static void requirePlain(Features features, boolean training) {
    if (!features.executionOf(training).equals("plain")) {
      throw new ConfigException(
          "%s is %s, which runs on the CPU; with network.device gpu it must be plain."
              .formatted(features.executionKey(training), features.executionOf(training)));
    }
  }

  /** The number of threads, with 0 resolved to the machine's cores. */
  public int effectiveThreads() {
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }

  /** The same with another detector head. */
  public PipelineConfig withSvm(Svm other) {
    return new PipelineConfig(
        seed,
        threads,
        data,
        proposals,
        network,
        finetune,
        features,
        other,
        bbox,
        detection,
        evaluation);
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
    /** Refuses shares outside [0, 1). */
    public Data {
      Range.within("data.split-test-share", splitTestShare, 0, 0.9);
      Range.atLeast("data.limit", limit, 0);
      Range.atLeast("data.demo-train", demoTrain, 2);
      Range.atLeast("data.demo-test", demoTest, 1);
    }
  }

  /**
   * Selective search.
   *
   * @param mode fast, authors-fast, quality or opencv-fast
   * @param longerSide limit of the longer side in the search; 0 for none
   * @param minSide smallest side of a box
   * @param maxBoxes boxes of an image at most; 0 for as many as the mode gives
   * @param ranking authors or coverage: which boxes come first
   */
  public record Proposals(String mode, int longerSide, int minSide, int maxBoxes, String ranking) {
    /** Refuses unknown modes. */
    public Proposals {
      Range.oneOf("proposals.mode", mode, "fast", "authors-fast", "quality", "opencv-fast");
      Range.atLeast("proposals.longer-side", longerSide, 0);
      Range.atLeast("proposals.min-side", minSide, 1);
      Range.atLeast("proposals.max-boxes", maxBoxes, 0);
      Range.oneOf("proposals.ranking", ranking, "authors", "coverage");
    }
  }

  /**
   * The network and where its weights come from.
   *
   * @param architecture a name that the network module knows
   * @param weights embedded, none, or a file
   * @param device cpu or gpu
   */
  public record NetworkChoice(String architecture, String weights, String device) {
    /** Refuses missing values. */
    public NetworkChoice {
      if (architecture == null || weights == null) {
        throw new ConfigException("network.architecture and network.weights must not be empty.");
      }
      Range.oneOf("network.device", device, "cpu", "gpu");
    }
  }

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
    /** Refuses values that cannot train. */
    public FineTune {
      Range.atLeast("finetune.iterations", iterations, 1);
      Range.atLeast("finetune.positives", positives, 1);
      Range.atLeast("finetune.backgrounds", backgrounds, 1);
      Range.within("finetune.positive-iou", positiveIou, 0.01, 1);
      Range.within("finetune.rate", rate, 1e-9, 10);
      Range.within("finetune.rate-drop", rateDrop, 1e-6, 1);
      Range.atLeast("finetune.rate-drop-every", rateDropEvery, 1);
      Range.within("finetune.momentum", momentum, 0, 0.9999);
      Range.within("finetune.weight-decay", weightDecay, 0, 1);
      Range.within("finetune.new-weight-rate", newWeightRate, 0, 1000);
      Range.within("finetune.new-bias-rate", newBiasRate, 0, 1000);
      Range.within("finetune.copied-bias-rate", copiedBiasRate, 0, 1000);
      Range.within("finetune.dropout", dropout, 0, 0.99);
      Range.atLeast("finetune.new-layers-first", newLayersFirst, 0);
      Range.atLeast("finetune.image-cache", imageCache, 1);
      // Sorted, so that equal settings print alike: artifacts are found by that text.
      frozenLayers = Collections.unmodifiableSet(new TreeSet<>(frozenLayers));
      layerRates = Collections.unmodifiableMap(new TreeMap<>(layerRates));
      layerRates.forEach(
          (layer, factor) -> Range.within("finetune.layer-rates." + layer, factor, 0, 1000));
      Range.within("finetune.validation-share", validationShare, 0, 0.9);
    }

    /**
     * The settings as artifacts are found by. Those that came later stand in it where they are
     * used, so that what was trained before them is still found. Weights are the same whether a run
     * wants them or a table does.
     */
    public String identity() {
      return toString()
          .replace("enabled=false", "enabled=true")
          .replace(", newLayersFirst=0", "")
          .replace(", layerRates={}", "")
          .replace(", validationShare=0.0", "");
    }
  }

  /**
   * Feature extraction.
   *
   * @param layer pool5, fc6 or fc7
   * @param batch regions in a forward pass
   * @param encoding sparse-fp16 or dense-fp32
   * @param execution plain, fused or bf16
   * @param testExecution the same for the test images; {@code same} as for the others
   */
  public record Features(
      String layer, int batch, String encoding, String execution, String testExecution) {
    /** Refuses unknown layers and encodings. */
    public Features {
      Range.oneOf("features.layer", layer, "pool5", "fc6", "fc7");
      Range.atLeast("features.batch", batch, 1);
      Range.oneOf("features.encoding", encoding, "sparse-fp16", "dense-fp32");
      Range.oneOf("features.execution", execution, "plain", "fused", "bf16");
      Range.oneOf("features.test-execution", testExecution, "same", "plain", "fused", "bf16");
    }

    /** How the features of the training images, or of the test images, are computed. */
    public String executionOf(boolean training) {
      return asTraining(training) ? execution : testExecution;
    }

    /** The setting that decides it. */
    public String executionKey(boolean training) {
      return asTraining(training) ? "features.execution" : "features.test-execution";
    }

    private boolean asTraining(boolean training) {
      return training || testExecution.equals("same");
    }
  }

  /**
   * The detector's head.
   *
   * @param head svm or softmax
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
    /** Refuses values outside their ranges. */
    public Svm {
      Range.oneOf("svm.head", head, "svm", "softmax");
      Range.within("svm.negative-iou", negativeIou, 0, 1);
      Range.within("svm.positive-iou", positiveIou, 0, 1);
      if (positiveIou > 0 && positiveIou < negativeIou) {
        throw new ConfigException(
            "svm.positive-iou (%s) must be 0 or at least svm.negative-iou (%s): a region cannot be both."
                .formatted(positiveIou, negativeIou));
      }
      Range.atLeast("svm.max-positives", maxPositives, 1);
      Range.within("svm.cost", cost, 1e-9, 1e6);
      Range.within("svm.positive-weight", positiveWeight, 1e-6, 1e6);
      Range.atLeast("svm.positive-upsampling", positiveUpsampling, 1);
      Range.within("svm.negative-sampling", negativeSampling, 1e-6, 1);
      Range.within("svm.hard-negative-score", hardNegativeScore, -100, 100);
      Range.atLeast("svm.hard-negatives-per-image", hardNegativesPerImage, 1);
      Range.within("svm.easy-negative-score", easyNegativeScore, -100, hardNegativeScore);
      Range.atLeast("svm.retrain-after", retrainAfter, 1);
      Range.atLeast("svm.negative-cache", negativeCache, 1);
    }

    /** The same with SVMs as the head and other overlaps. */
    public Svm withThresholds(double negative, double positive) {
      return new Svm(
          "svm",
          negative,
          positive,
          maxPositives,
          difficultPositives,
          cost,
          positiveWeight,
          positiveUpsampling,
          negativeSampling,
          hardNegativeScore,
          hardNegativesPerImage,
          easyNegativeScore,
          retrainAfter,
          negativeCache);
    }

    /** The same with SVMs as the head and other weights and numbers of samples. */
    public Svm withResampling(double weight, int upsampling, double sampling) {
      return new Svm(
          "svm",
          negativeIou,
          positiveIou,
          maxPositives,
          difficultPositives,
          cost,
          weight,
          upsampling,
          sampling,
          hardNegativeScore,
          hardNegativesPerImage,
          easyNegativeScore,
          retrainAfter,
          negativeCache);
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
    /** Refuses values outside their ranges. */
    public BoxRegression {
      Range.within("bbox.pair-iou", pairIou, 0.01, 0.99);
      Range.within("bbox.lambda", lambda, 1e-6, 1e9);
      Range.within("bbox.max-pairs", maxPairs, 1, 40_000);
    }
  }

  /**
   * From scores to detections.
   *
   * @param nmsIou IoU above which the lower scored box goes
   * @param perImage detections per image and class at most
   * @param minScore an SVM's score of a detection at least
   * @param minProbability a softmax's score of a detection at least
   */
  public record Detecting(double nmsIou, int perImage, double minScore, double minProbability) {
    /** Refuses values outside their ranges. */
    public Detecting {
      Range.within("detection.nms-iou", nmsIou, 0, 1);
      Range.atLeast("detection.per-image", perImage, 1);
      Range.within("detection.min-score", minScore, -1e6, 1e6);
      Range.within("detection.min-probability", minProbability, 0, 1);
    }
  }

  /**
   * The metric.
   *
   * @param metric voc07, area or coco
   */
  public record Evaluation(String metric) {
    /** Refuses unknown metrics. */
    public Evaluation {
      Range.oneOf("evaluation.metric", metric, "voc07", "area", "coco");
    }
  }

  /** Checks that name the key they refuse. */
  private static final class Range {
    private Range() {}

    static void atLeast(String key, long value, long least) {
      if (value < least) {
        throw new ConfigException("%s must be at least %d; it is %d.".formatted(key, least, value));
      }
    }

    static void within(String key, double value, double least, double most) {
      if (!(value >= least && value <= most)) {
        throw new ConfigException(
            "%s must lie between %s and %s; it is %s.".formatted(key, least, most, value));
      }
    }

    static void oneOf(String key, String value, String... choices) {
      if (value == null || !List.of(choices).contains(value)) {
        throw new ConfigException(
            "%s must be one of %s; it is %s.".formatted(key, String.join(", ", choices), value));
      }
    }
  }
}
