package org.rcnn.pipeline.stage;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.onnx.OnnxGraph;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.RegionScorer;
import org.rcnn.svm.SoftmaxModel;

/**
 * The last layer of a fine-tuned network, whose softmax gives probabilities: the paper's softmax
 * detector (appendix B). Fine-tuning has trained it already.
 */
final class NetworkHead implements Head {

  @Override
  public String label() {
    return "network";
  }

  @Override
  public String title() {
    return "the network's own scores";
  }

  @Override
  public double evenOdds() {
    return 0.5;
  }

  @Override
  public double lowestScore(DetectionSettings settings) {
    return settings.minProbability();
  }

  @Override
  public double decision(double score) {
    return SoftmaxHead.logOdds(score);
  }

  @Override
  public Tap tap(Tap layer) {
    return Tap.SCORES;
  }

  @Override
  public Optional<Artifact> artifact(HeadTraining training) {
    return Optional.empty();
  }

  @Override
  public void train(HeadTraining training, Artifact artifact) {
    throw new IllegalStateException("Fine-tuning trains the network's own scores.");
  }

  @Override
  public RegionScorer fit(HeadTraining training) {
    return new Scores(training.classes());
  }

  @Override
  public boolean hasModel() {
    return false;
  }

  @Override
  public RegionScorer read(Path file, List<String> classes) {
    return new Scores(classes);
  }

  @Override
  public RegionScorer read(byte[] model, String name, List<String> classes) {
    return new Scores(classes);
  }

  @Override
  public String addTo(OnnxGraph graph, String features, RegionScorer scorer) {
    return SoftmaxHead.addProbabilities(graph, features, scorer.dimension());
  }

  @Override
  public String addDecision(OnnxGraph graph, String scores) {
    return SoftmaxHead.addLogOdds(graph, scores);
  }

  /** Probabilities from scores of background and classes, already computed. */
  private record Scores(List<String> classes) implements RegionScorer {
    Scores {
      classes = List.copyOf(classes);
    }

    /** Background has a score too. */
    @Override
    public int dimension() {
      return classes.size() + 1;
    }

    @Override
    public float[] score(float[] values, int rows) {
      return SoftmaxModel.ofScores(values, rows, classes.size());
    }
  }
}
