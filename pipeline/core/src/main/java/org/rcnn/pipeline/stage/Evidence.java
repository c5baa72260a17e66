package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.data.Annotation;
import org.rcnn.data.Detection;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.Bootstrap;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.ClassExamples;
import org.rcnn.eval.CocoEvaluator;
import org.rcnn.eval.CocoSummary;
import org.rcnn.eval.ConfusionMatrix;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.ErrorDiagnoser;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.ErrorExampleFinder;
import org.rcnn.eval.SimilarClasses;
import org.rcnn.eval.TideDiagnoser;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.BoxRegressionReport;

/**
 * Explains a row's result: what the stages store beside their artifacts, and an analysis of the
 * row's detections. An experiment computes missing artifacts. Every method throws an {@link
 * IOException} if that fails, or a file is missing or damaged.
 */
public final class Evidence {

  private final RunArtifacts run;

  /** The evidence of an experiment on a run, or of a finished run. */
  public Evidence(RunArtifacts run) {
    this.run = run;
  }

  /** How well the proposals cover the test images' objects: recall, ABO and MABO. */
  public ProposalRecall.Result proposalRecall() throws IOException {
    ProposalRecall recall = new ProposalRecall();
    Artifact proposals = run.testProposals();
    try (RankedBoxes boxes = RankedBoxes.open(proposals, run.config().proposals().classified())) {
      for (Sample sample : run.test().samples()) {
        if (boxes.contains(sample.id())) {
          recall.add(sample.annotation(), boxes.classified(sample.id()));
        }
      }
    }
    return recall.result();
  }

  /** The learning curve of fine-tuning. */
  public LearningCurve learningCurve() throws IOException {
    return FineTuneStage.curve(run.fineTuned());
  }

  /** How hard-negative mining went for a row's SVMs; empty for other heads. */
  public Optional<MiningEvidence> mining(Row row) throws IOException {
    return row.effectiveHead() == Heads.SVM
        ? Optional.of(SvmHead.evidence(run.head(row).orElseThrow()))
        : Optional.empty();
  }

  /**
   * From which scores a row's detections count, and what decided it; empty if the setting {@code
   * thresholds.enabled} is off.
   */
  public Optional<Thresholds> thresholds(Row row) throws IOException {
    return run.config().thresholds().enabled()
        ? Optional.of(ThresholdStage.read(run.thresholds(row)))
        : Optional.empty();
  }

  /** Seconds that a row's head took to train, in this run or an earlier one; NaN if unknown. */
  public double headSeconds(Row row) throws IOException {
    Optional<Artifact> head = run.head(row);
    return head.isPresent() ? run.secondsOf(head.get()) : Double.NaN;
  }

  /** What a network's box regression changed on held-back pairs, class by class. */
  public List<BoxRegressionReport> boxRegression(boolean finetuned) throws IOException {
    return BoxRegressionStage.report(run.boxRegression(finetuned));
  }

  /** A row's detections on the test set by image id, boxes in the image's pixels. */
  public Map<String, List<Detection>> detections(Row row) throws IOException {
    return VocResults.read(run.detections(row).place(), run.test().split()).byImage();
  }

  /**
   * A row's score on the test set and on resamples of its images. Those are the same for every row
   * of a run, so rows can be compared.
   */
  public BootstrapResult resampled(Row row) throws IOException {
    DetectionEvaluator evaluator =
        new DetectionEvaluator(run.config().evaluation().metric(), Experiment.MATCH_IOU);
    VocResults found = VocResults.read(run.detections(row).place(), run.test().split());
    return new Bootstrap(evaluator, Bootstrap.RESAMPLES, run.config().seed())
        .evaluate(run.scoredClasses(), run.test().annotations(), found);
  }

  /**
   * Detections of a row that may be right where the annotation of a test image is wrong, by class.
   *
   * @param examples the most of a class
   */
  public List<ClassExamples> labelDoubts(Row row, int examples) throws IOException {
    return new ErrorExampleFinder(Experiment.MATCH_IOU, examples)
        .find(run.scoredClasses(), run.test().annotations(), detections(row));
  }

  /** What kinds of false positives a row has, and how many objects it misses. */
  public ErrorDiagnosis errors(Row row) throws IOException {
    return diagnosis(detections(row));
  }

  private ErrorDiagnosis diagnosis(Map<String, List<Detection>> detections) {
    List<String> classes = run.scoredClasses();
    return new ErrorDiagnoser(
            run.config().evaluation().metric(),
            Experiment.MATCH_IOU,
            SimilarClasses.defaultFor(classes))
        .diagnose(classes, run.test().annotations(), detections);
  }

  /**
   * What a row's errors are, what each kind costs, what objects are taken for, and examples.
   *
   * @param examples the most examples of a class in each of their lists
   */
  public ErrorAnalysis errorAnalysis(Row row, int examples) throws IOException {
    Map<String, List<Detection>> detections = detections(row);
    List<String> classes = run.scoredClasses();
    List<Annotation> split = run.test().annotations();
    double minScore =
        ConfusionMatrix.balancedScore(classes, split, detections, Experiment.MATCH_IOU)
            .orElse(row.effectiveHead().evenOdds());
    return new ErrorAnalysis(
        new CocoEvaluator(CocoSummary.Difficult.CROWDS).summarise(classes, split, detections),
        diagnosis(detections),
        new TideDiagnoser().diagnose(classes, split, detections),
        ConfusionMatrix.of(classes, split, detections, minScore, Experiment.MATCH_IOU),
        new ErrorExampleFinder(Experiment.MATCH_IOU, examples).find(classes, split, detections));
  }
}
