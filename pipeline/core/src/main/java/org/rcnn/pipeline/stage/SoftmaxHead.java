package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.onnx.OnnxGraph;
import org.rcnn.cnn.onnx.OnnxGraph.Attribute;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.RegionScorer;
import org.rcnn.svm.SoftmaxModel;
import org.rcnn.svm.SoftmaxSettings;
import org.rcnn.svm.SoftmaxTrainer;
import org.rcnn.svm.TrainingImage;

/**
 * A softmax over classes and background; scores are probabilities. On a fine-tuned network's fc7 it
 * is the network's own last layer, as in the paper. On other layers and networks it is a linear
 * layer, trained on the frozen features with fine-tuning's sampling.
 *
 * @param alwaysTrained whether it is trained even where the network has its own, so that softmaxes
 *     with different labels can be compared on equal features
 */
record SoftmaxHead(boolean alwaysTrained) implements Head {

  private static final int VERSION = 2;

  /** About the smallest difference of a single-precision number to 1. */
  private static final double LEAST = 1e-7;

  @Override
  public String label() {
    return alwaysTrained ? "trained-softmax" : "softmax";
  }

  @Override
  public String title() {
    return "softmax";
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
    return logOdds(score);
  }

  /** Log odds of a probability, which stay finite for one that is rounded to 0 or 1. */
  static double logOdds(double probability) {
    double inside = Math.min(Math.max(probability, LEAST), 1 - LEAST);
    return Math.log(inside / (1 - inside));
  }

  @Override
  public Head effective(boolean finetuned, Tap layer) {
    return finetuned && layer == Tap.FC7 && !alwaysTrained ? Heads.NETWORK : this;
  }

  private static SoftmaxSettings settings(HeadTraining training) {
    return training.config().softmax().settings(training.config().seed());
  }

  @Override
  public Optional<Artifact> artifact(HeadTraining training) {
    return Optional.of(training.artifact("softmax", VERSION, settings(training)));
  }

  @Override
  public void train(HeadTraining training, Artifact artifact) throws IOException {
    learn(training).write(artifact.place());
  }

  @Override
  public RegionScorer fit(HeadTraining training) throws IOException {
    return learn(training);
  }

  private static SoftmaxModel learn(HeadTraining training) throws IOException {
    try (StoredFeatures images = training.open();
        Progress progress =
            training
                .run()
                .monitor()
                .start("softmax " + training.layer().label(), images.imageIds().size(), "images")) {
      SoftmaxTrainer trainer =
          new SoftmaxTrainer(
              training.classes(), images.dimension(), training.scale(images), settings(training));
      for (String id : images.imageIds()) {
        TrainingImage image = images.load(id);
        for (int row = 0; row < image.regions().size(); row++) {
          int label = trainer.labelOf(image.regions().get(row), image.annotation().objects());
          if (label != SoftmaxTrainer.IGNORED) {
            trainer.add(image.features(), row * images.dimension(), label);
          }
        }
        progress.step();
      }
      return trainer.train().model();
    }
  }

  @Override
  public RegionScorer read(Path file, List<String> classes) throws IOException {
    return SoftmaxModel.read(file);
  }

  @Override
  public RegionScorer read(byte[] model, String name, List<String> classes) throws IOException {
    return SoftmaxModel.read(model, name);
  }

  @Override
  public String addTo(OnnxGraph graph, String features, RegionScorer scorer) {
    SoftmaxModel model = (SoftmaxModel) scorer;
    int columns = model.classes().size() + 1;
    float[] bias = new float[columns];
    for (int c = 0; c < columns; c++) {
      bias[c] = (float) model.bias()[c];
    }
    String scores =
        graph.node(
            "Gemm",
            "softmax.scores",
            List.of(
                features,
                graph.numbers(
                    "softmax.weight",
                    new Tensor(new int[] {model.dimension(), columns}, model.weights())),
                graph.numbers("softmax.bias", new Tensor(new int[] {columns}, bias))));
    return addProbabilities(graph, scores, columns);
  }

  /** Adds a softmax over background, which comes first, and classes; leaves background out. */
  static String addProbabilities(OnnxGraph graph, String scores, int columns) {
    String all = graph.node("Softmax", "softmax", List.of(scores), Attribute.whole("axis", 1));
    return graph.node(
        "Slice",
        "softmax.classes",
        List.of(
            all,
            graph.wholes("softmax.first", 1),
            graph.wholes("softmax.end", columns),
            graph.wholes("softmax.axis", 1)));
  }

  @Override
  public String addDecision(OnnxGraph graph, String scores) {
    return addLogOdds(graph, scores);
  }

  /** Adds {@link #logOdds}. */
  static String addLogOdds(OnnxGraph graph, String probabilities) {
    String one = graph.number("odds.one", 1);
    String inside =
        graph.node(
            "Clip",
            "odds.inside",
            List.of(
                probabilities,
                graph.number("odds.least", LEAST),
                graph.number("odds.most", 1 - LEAST)));
    String against = graph.node("Sub", "odds.against", List.of(one, inside));
    return graph.node(
        "Log", "odds.log", List.of(graph.node("Div", "odds", List.of(inside, against))));
  }
}
