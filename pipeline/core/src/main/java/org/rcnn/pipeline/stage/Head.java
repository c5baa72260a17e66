package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.onnx.OnnxGraph;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.RegionScorer;

/**
 * Turns a region's features into class scores; all that the pipeline needs to know of a kind of
 * head.
 *
 * <p>A new head is one implementation and its line in {@link Heads}.
 */
public interface Head {

  /** Its name in the configuration, on the command line and in detector files. */
  String label();

  /** Its name in the middle of a sentence, such as {@code "SVMs"}. */
  String title();

  /** The score from which an object is more likely present than absent. */
  double evenOdds();

  /** The score below which a region is not a detection; negative infinity if there is none. */
  double lowestScore(DetectionSettings settings);

  /**
   * The settings for single images, which a detector file stores. They have a lowest score even if
   * none is set: a set of images adapts one, a single image has nothing to adapt it to.
   */
  default DetectionSettings ofSingleImages(DetectionSettings settings) {
    return settings;
  }

  /**
   * A score on a scale without bounds, on which log odds are about linear: what a sigmoid turns
   * into a probability. It rises with the score.
   */
  default double decision(double score) {
    return score;
  }

  /** The tap whose values it scores, for a row of the ablation table with the given layer. */
  default Tap tap(Tap layer) {
    return layer;
  }

  /**
   * The head to use instead of this one if the network already has its scores.
   *
   * @param finetuned whether the network is fine-tuned
   * @param layer the layer that is scored
   */
  default Head effective(boolean finetuned, Tap layer) {
    return this;
  }

  /** Its artifact in a run, whether it exists or not; empty if nothing is trained. */
  Optional<Artifact> artifact(HeadTraining training);

  /**
   * Trains it and writes its artifact.
   *
   * @throws IOException if features cannot be read or the artifact cannot be written
   */
  void train(HeadTraining training, Artifact artifact) throws IOException;

  /**
   * Trains it on part of the images, to try it on the others; nothing is written. A head that is
   * not trained returns its scores as they are.
   *
   * @throws IOException if features cannot be read
   */
  RegionScorer fit(HeadTraining training) throws IOException;

  /**
   * Reads a trained head.
   *
   * @param file its model; ignored by a head that is not trained
   * @param classes the detector's classes
   * @throws IOException if the file cannot be read or is damaged
   */
  RegionScorer read(Path file, List<String> classes) throws IOException;

  /** Whether it is trained, so that a detector has a model of it. */
  default boolean hasModel() {
    return true;
  }

  /**
   * Reads a trained head that is part of another file.
   *
   * @param model the bytes of its model file; ignored by a head that is not trained
   * @param name what to call the model in errors
   * @param classes the detector's classes
   * @throws IOException if the model is of another kind or damaged
   */
  RegionScorer read(byte[] model, String name, List<String> classes) throws IOException;

  /**
   * Adds the trained head to an ONNX graph.
   *
   * @param features the value with the features that it scores, {@code N x dimension}, unscaled
   * @param scorer the trained head
   * @return the value with the scores, {@code N x classes}
   * @throws UnsupportedOperationException if ONNX has no operators for such a head, or no rule here
   *     writes them
   */
  default String addTo(OnnxGraph graph, String features, RegionScorer scorer) {
    throw new UnsupportedOperationException(
        "%s cannot be written to ONNX; export the network alone.".formatted(title()));
  }

  /**
   * Adds the operators of {@link #decision} to an ONNX graph.
   *
   * @param scores the value with the scores
   * @return the value with the decisions, of the same shape
   */
  default String addDecision(OnnxGraph graph, String scores) {
    return scores;
  }
}
