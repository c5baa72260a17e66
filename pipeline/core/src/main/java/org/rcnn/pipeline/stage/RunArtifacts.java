package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;

/**
 * A run's settings, test images and artifacts: those that an {@link Experiment} makes as they are
 * asked for, or those that a {@link FinishedRun} has. Methods that return an artifact throw an
 * {@link IOException} if it cannot be made, or is missing or damaged.
 */
public sealed interface RunArtifacts permits Experiment, FinishedRun {

  /** The settings. */
  PipelineConfig config();

  /** The test images. */
  DetectionSet test();

  /**
   * The classes of an evaluation, sorted: the detector's, and those that only test images have
   * objects of.
   */
  List<String> scoredClasses();

  /** The proposals of the test images. */
  Artifact testProposals() throws IOException;

  /** The fine-tuned weights. */
  Artifact fineTuned() throws IOException;

  /** A row's head; empty for the network's own scores. */
  Optional<Artifact> head(Row row) throws IOException;

  /** A network's box regression. */
  Artifact boxRegression(boolean finetuned) throws IOException;

  /** A row's result files on the test set, in one folder. */
  Artifact detections(Row row) throws IOException;

  /** From which score a row's detections count. */
  Artifact thresholds(Row row) throws IOException;

  /** Seconds that it took to make an artifact, in this run or an earlier one; NaN if unknown. */
  double secondsOf(Artifact artifact) throws IOException;

  /** Evaluates a row on the test set with the configured metric. */
  default EvaluationResult evaluate(Row row) throws IOException {
    VocResults found = VocResults.read(detections(row).place(), test().split());
    return new DetectionEvaluator(config().evaluation().metric(), Experiment.MATCH_IOU)
        .evaluate(scoredClasses(), test().annotations(), found);
  }
}
