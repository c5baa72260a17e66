package org.rcnn.pipeline.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that is known of a run, as one HTML page.
 *
 * <p>The page is a single file: style, charts (SVG) and pictures (data URIs) are inside it, there
 * are no scripts and no links to other places, so it can be mailed, archived and printed. It reads
 * on narrow screens and follows the reader's light or dark setting.
 *
 * <p>Only the title is required. A section for which the {@linkplain Builder builder} was given
 * nothing does not appear. Fractions and seconds go in, NaN stands for a figure that does not
 * exist, and all text may hold any characters. Equal content gives an equal page: it holds no time
 * stamp but those put in.
 */
public final class RunReport {

  final String title;
  final String subtitle;
  final Headline headline;
  final Map<String, String> keyFigures;
  final Map<String, String> configuration;
  final Map<String, String> provenance;
  final List<ClassScore> classScores;
  final List<PrecisionRecall> curves;
  final List<StageTime> stageTimes;
  final ProposalRecall proposalRecall;
  final List<LearningPoint> learningCurve;
  final List<SampleCount> samples;
  final List<MiningRound> mining;
  final BoxRegression boxRegression;
  final List<FalsePositives> falsePositives;
  final List<Example> examples;
  final List<String> notes;
  final List<String> problems;
  final AblationTable ablation;

  private RunReport(Builder builder) {
    title = builder.title;
    subtitle = builder.subtitle;
    headline = builder.headline;
    keyFigures = builder.keyFigures;
    configuration = builder.configuration;
    provenance = builder.provenance;
    classScores = builder.classScores;
    curves = builder.curves;
    stageTimes = builder.stageTimes;
    proposalRecall = builder.proposalRecall;
    learningCurve = builder.learningCurve;
    samples = builder.samples;
    mining = builder.mining;
    boxRegression = builder.boxRegression;
    falsePositives = builder.falsePositives;
    examples = builder.examples;
    notes = builder.notes;
    problems = builder.problems;
    ablation = builder.ablation;
  }

  /**
   * The result of the run.
   *
   * @param mAP mean AP, a fraction
   * @param metric how it was measured, for example {@code VOC2007 11-point, IoU 0.5}
   */
  public record Headline(double mAP, String metric) {

    /** Refuses a missing metric. */
    public Headline {
      Objects.requireNonNull(metric, "metric");
    }
  }

  /**
   * The result of one class.
   *
   * @param className the class
   * @param ap its AP, a fraction; NaN without ground truth that counts
   * @param positives objects that can be found
   * @param truePositives detections that found one
   * @param falsePositives detections that found none
   */
  public record ClassScore(
      String className, double ap, int positives, int truePositives, int falsePositives) {

    /** Refuses a missing name. */
    public ClassScore {
      Objects.requireNonNull(className, "className");
    }
  }

  /** Precision and recall of one class along the ranking of its detections. */
  public static final class PrecisionRecall {

    final String className;
    final double ap;
    final double[] recall;
    final double[] precision;

    /**
     * A curve; the arrays are copied.
     *
     * @param className the class
     * @param ap its AP, a fraction
     * @param recall recall after each detection, best first, so never falling
     * @param precision precision after each detection
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public PrecisionRecall(String className, double ap, double[] recall, double[] precision) {
      this.className = Objects.requireNonNull(className, "className");
      if (recall.length != precision.length) {
        throw new IllegalArgumentException(
            "The curve of \"%s\" has %d recalls but %d precisions."
                .formatted(className, recall.length, precision.length));
      }
      this.ap = ap;
      this.recall = recall.clone();
      this.precision = precision.clone();
    }
  }

  /**
   * How long a stage took.
   *
   * @param stage its name
   * @param seconds wall time
   * @param reused whether its artifact was there already, and the time is that of an earlier run
   */
  public record StageTime(String stage, double seconds, boolean reused) {

    /** Refuses a missing name. */
    public StageTime {
      Objects.requireNonNull(stage, "stage");
    }
  }

  /**
   * How well the proposals cover the objects: what is not proposed cannot be detected.
   *
   * @param method how they were made, for example {@code selective search, fast}
   * @param images images measured
   * @param windowsPerImage proposals per image, mean
   * @param recall50 share of objects covered at IoU ≥ 0.5
   * @param recall70 share of objects covered at IoU ≥ 0.7
   * @param mabo mean over the classes of the average best overlap
   * @param secondsPerImage time for one image; NaN if not measured
   * @param recallByIou recall at several IoU thresholds, for a curve; may be empty
   * @param abo average best overlap of each class; may be empty
   */
  public record ProposalRecall(
      String method,
      int images,
      double windowsPerImage,
      double recall50,
      double recall70,
      double mabo,
      double secondsPerImage,
      Map<Double, Double> recallByIou,
      Map<String, Double> abo) {

    /** Keeps its own copies, in their order. */
    public ProposalRecall {
      Objects.requireNonNull(method, "method");
      recallByIou = copy(recallByIou);
      abo = copy(abo);
    }
  }

  /**
   * A point of the fine-tuning curve.
   *
   * @param iteration how many batches had been learned
   * @param loss softmax loss
   * @param accuracy share of samples classified correctly
   * @param positiveAccuracy the same among object samples alone, which background cannot flatter
   * @param validationLoss the loss on images that were not learned from; null if none were kept
   */
  public record LearningPoint(
      int iteration,
      double loss,
      double accuracy,
      double positiveAccuracy,
      Double validationLoss) {}

  /**
   * What one class's SVM learned from, before and after resampling.
   *
   * @param className the class
   * @param groundTruthPositives annotated objects that are positives
   * @param difficult annotated objects that are marked difficult
   * @param proposalPositives proposals that are positives
   * @param positivesHeld positives that training held
   * @param positivesAfter the same after up-sampling
   * @param ignored regions that are neither
   * @param negatives negatives in all images
   * @param negativesAfter negatives after down-sampling
   */
  public record SampleCount(
      String className,
      int groundTruthPositives,
      int difficult,
      int proposalPositives,
      int positivesHeld,
      long positivesAfter,
      long ignored,
      long negatives,
      long negativesAfter) {

    /** Refuses a missing name. */
    public SampleCount {
      Objects.requireNonNull(className, "className");
    }
  }

  /**
   * One training of one class's SVM during hard-negative mining.
   *
   * @param className the class
   * @param imagesSeen images mined before this training
   * @param positives positives trained on
   * @param negatives negatives trained on
   * @param examined negatives that mining scored since the class was last trained
   * @param hard how many of them were hard
   * @param added negatives added since the class was last trained
   * @param supportVectors samples with a non-zero coefficient
   * @param evicted negatives dropped afterwards
   * @param objective the primal objective reached; NaN if unknown
   * @param dualObjective its lower bound; NaN if unknown
   */
  public record MiningRound(
      String className,
      int imagesSeen,
      int positives,
      int negatives,
      long examined,
      long hard,
      int added,
      int supportVectors,
      int evicted,
      double objective,
      double dualObjective) {

    /** Refuses a missing name. */
    public MiningRound {
      Objects.requireNonNull(className, "className");
    }
  }

  /**
   * What box regression changed.
   *
   * @param mApBefore mAP without it, a fraction; NaN if not measured
   * @param mApAfter mAP with it, a fraction; NaN if not measured
   * @param classes the overlap with ground truth on held-back pairs, by class; may be empty
   */
  public record BoxRegression(double mApBefore, double mApAfter, List<BoxCorrection> classes) {

    /** Keeps its own copy of the list. */
    public BoxRegression {
      classes = List.copyOf(classes);
    }
  }

  /**
   * Box regression of one class, on pairs of proposal and ground truth it did not learn from.
   *
   * @param className the class
   * @param pairsUsed pairs learned from
   * @param pairsHeldBack pairs measured
   * @param iouBefore mean IoU of the measured proposals; NaN without any
   * @param iouAfter the same after regression
   */
  public record BoxCorrection(
      String className, int pairsUsed, int pairsHeldBack, double iouBefore, double iouAfter) {

    /** Refuses a missing name. */
    public BoxCorrection {
      Objects.requireNonNull(className, "className");
    }
  }

  /**
   * What the most confident false positives of a class are on, and what it missed.
   *
   * @param className the class
   * @param localisation right class, badly fitting box or a duplicate
   * @param similar an object of a similar class
   * @param other an object of another class
   * @param background no annotated object
   * @param missed objects that no detection found
   * @param positives objects that can be found
   */
  public record FalsePositives(
      String className,
      int localisation,
      int similar,
      int other,
      int background,
      int missed,
      int positives) {

    /** Refuses a missing name. */
    public FalsePositives {
      Objects.requireNonNull(className, "className");
    }

    int total() {
      return localisation + similar + other + background;
    }
  }

  /** A picture with a caption. */
  public static final class Example {

    final byte[] image;
    final String caption;

    /**
     * An example.
     *
     * @param image the bytes of a PNG or JPEG file; not copied
     * @param caption a line below it, may be empty
     * @throws IllegalArgumentException if the bytes are neither PNG nor JPEG
     */
    public Example(byte[] image, String caption) {
      this.image = image;
      this.caption = Objects.requireNonNull(caption, "caption");
      if (mediaType().isEmpty()) {
        throw new IllegalArgumentException(
            "The example \"%s\" is neither a PNG nor a JPEG file.".formatted(caption));
      }
    }

    /** The media type that the first bytes tell, empty if unknown. */
    String mediaType() {
      if (image.length > 3 && image[0] == (byte) 0x89 && image[1] == 'P' && image[2] == 'N') {
        return "image/png";
      }
      boolean jpeg = image.length > 3 && image[0] == (byte) 0xff && image[1] == (byte) 0xd8;
      return jpeg ? "image/jpeg" : "";
    }
  }

  /** Starts a report. */
  public static Builder builder(String title) {
    return new Builder(title);
  }

  /** The whole page. */
  public String toHtml() {
    return new ReportPage(this).toHtml();
  }

  /**
   * Writes the page, UTF-8.
   *
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    Files.writeString(file, toHtml(), StandardCharsets.UTF_8);
  }

  private static <K, V> Map<K, V> copy(Map<K, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** Gathers the sections of a report; each is optional. */
  public static final class Builder {

    private final String title;
    private String subtitle = "";
    private Headline headline;
    private Map<String, String> keyFigures = Map.of();
    private Map<String, String> configuration = Map.of();
    private Map<String, String> provenance = Map.of();
    private List<ClassScore> classScores = List.of();
    private List<PrecisionRecall> curves = List.of();
    private List<StageTime> stageTimes = List.of();
    private ProposalRecall proposalRecall;
    private List<LearningPoint> learningCurve = List.of();
    private List<SampleCount> samples = List.of();
    private List<MiningRound> mining = List.of();
    private BoxRegression boxRegression;
    private List<FalsePositives> falsePositives = List.of();
    private List<Example> examples = List.of();
    private List<String> notes = List.of();
    private List<String> problems = List.of();
    private AblationTable ablation;

    private Builder(String title) {
      this.title = Objects.requireNonNull(title, "title");
    }

    /** A line below the title: data, date, what distinguishes the run. */
    public Builder optSubtitle(String subtitle) {
      this.subtitle = Objects.requireNonNull(subtitle, "subtitle");
      return this;
    }

    /** The result, in large letters. */
    public Builder optHeadline(Headline headline) {
      this.headline = Objects.requireNonNull(headline, "headline");
      return this;
    }

    /** A few figures beside the headline, name to value as it shall be read. */
    public Builder optKeyFigures(Map<String, String> keyFigures) {
      this.keyFigures = copy(keyFigures);
      return this;
    }

    /** The settings of the run, key to value. */
    public Builder optConfiguration(Map<String, String> configuration) {
      this.configuration = copy(configuration);
      return this;
    }

    /** What it takes to repeat the run: versions, seed, data fingerprint, machine. */
    public Builder optProvenance(Map<String, String> provenance) {
      this.provenance = copy(provenance);
      return this;
    }

    /** The results of the classes, in the order to show them. */
    public Builder optClassScores(List<ClassScore> classScores) {
      this.classScores = List.copyOf(classScores);
      return this;
    }

    /** Precision/recall curves, one panel each. */
    public Builder optCurves(List<PrecisionRecall> curves) {
      this.curves = List.copyOf(curves);
      return this;
    }

    /** The times of the stages, in their order. */
    public Builder optStageTimes(List<StageTime> stageTimes) {
      this.stageTimes = List.copyOf(stageTimes);
      return this;
    }

    /** How well the proposals cover the objects. */
    public Builder optProposalRecall(ProposalRecall proposalRecall) {
      this.proposalRecall = Objects.requireNonNull(proposalRecall, "proposalRecall");
      return this;
    }

    /** The fine-tuning curve, iterations ascending. */
    public Builder optLearningCurve(List<LearningPoint> learningCurve) {
      this.learningCurve = List.copyOf(learningCurve);
      return this;
    }

    /** What the SVMs learned from, by class. */
    public Builder optSamples(List<SampleCount> samples) {
      this.samples = List.copyOf(samples);
      return this;
    }

    /** The trainings of all classes during mining, each class's in their order. */
    public Builder optMining(List<MiningRound> mining) {
      this.mining = List.copyOf(mining);
      return this;
    }

    /** What box regression changed. */
    public Builder optBoxRegression(BoxRegression boxRegression) {
      this.boxRegression = Objects.requireNonNull(boxRegression, "boxRegression");
      return this;
    }

    /** What the false positives are on, by class. */
    public Builder optFalsePositives(List<FalsePositives> falsePositives) {
      this.falsePositives = List.copyOf(falsePositives);
      return this;
    }

    /** Pictures of detections. */
    public Builder optExamples(List<Example> examples) {
      this.examples = List.copyOf(examples);
      return this;
    }

    /** Remarks a reader should know, a sentence each. */
    public Builder optNotes(List<String> notes) {
      this.notes = List.copyOf(notes);
      return this;
    }

    /** What went wrong without stopping the run: skipped images, doubtful annotations. */
    public Builder optProblems(List<String> problems) {
      this.problems = List.copyOf(problems);
      return this;
    }

    /** The variants of an ablation. */
    public Builder optAblation(AblationTable ablation) {
      this.ablation = Objects.requireNonNull(ablation, "ablation");
      return this;
    }

    /** The report. */
    public RunReport build() {
      return new RunReport(this);
    }
  }
}
