package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.linalg.NativeMatrixEngine;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.onnx.OnnxGraph;
import org.rcnn.cnn.onnx.OnnxGraph.Attribute;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.LinearModel;
import org.rcnn.svm.RegionScorer;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleCounts;
import org.rcnn.svm.SvmSettings;
import org.rcnn.svm.SvmTrainer;
import org.rcnn.svm.SvmTraining;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One linear SVM per class with mined hard negatives (section 2.3 of the paper); scores are
 * decision values. The evidence of mining is stored beside the model, as {@code HASH-mining.json}.
 */
final class SvmHead implements Head {

  private static final Logger LOG = LoggerFactory.getLogger(SvmHead.class);
  private static final int VERSION = 6;

  /** Just below −1, the score that training asks of background. */
  private static final double LOWEST_OF_SINGLE_IMAGES = -1.1;

  private static final String EVIDENCE = "-mining.json";

  @Override
  public String label() {
    return "svm";
  }

  @Override
  public String title() {
    return "SVMs";
  }

  @Override
  public double evenOdds() {
    return 0;
  }

  @Override
  public double lowestScore(DetectionSettings settings) {
    return settings.hasNoMinScore() ? Double.NEGATIVE_INFINITY : settings.minScore();
  }

  @Override
  public DetectionSettings ofSingleImages(DetectionSettings settings) {
    return settings.hasNoMinScore()
        ? new DetectionSettings(
            settings.nmsIou(),
            settings.perImage(),
            settings.perClass(),
            LOWEST_OF_SINGLE_IMAGES,
            settings.minProbability())
        : settings;
  }

  private static SvmSettings settings(HeadTraining training) {
    return training.config().svm().settings(training.config().seed());
  }

  @Override
  public Optional<Artifact> artifact(HeadTraining training) {
    return Optional.of(training.artifact("svm", VERSION, settings(training)));
  }

  @Override
  public void train(HeadTraining training, Artifact artifact) throws IOException {
    SvmSettings settings = settings(training);
    SvmTraining trained = learn(training, settings);
    trained.counts().forEach(counts -> LOG.info("{}", describe(counts, trained)));
    MiningEvidence.of(settings, settings.seed(), trained).write(artifact.beside(EVIDENCE));
    trained.model().write(artifact.place());
  }

  @Override
  public RegionScorer fit(HeadTraining training) throws IOException {
    return learn(training, settings(training)).model();
  }

  private static SvmTraining learn(HeadTraining training, SvmSettings settings) throws IOException {
    int threads = training.config().effectiveThreads();
    try (StoredFeatures images = training.open();
        NativeMatrixEngine matrices = new NativeMatrixEngine(threads);
        Progress progress =
            training
                .run()
                .monitor()
                .start("SVMs " + training.layer().label(), images.imageIds().size(), "images")) {
      return SvmTrainer.train(
          images,
          training.classes(),
          settings,
          matrices,
          threads,
          new MiningProgress(progress),
          JobScores.of(training, images));
    }
  }

  /** How mining went for trained SVMs. */
  static MiningEvidence evidence(Artifact artifact) throws IOException {
    return MiningEvidence.read(artifact.beside(EVIDENCE));
  }

  @Override
  public RegionScorer read(Path file, List<String> classes) throws IOException {
    return LinearModel.read(file);
  }

  @Override
  public RegionScorer read(byte[] model, String name, List<String> classes) throws IOException {
    return LinearModel.read(model, name);
  }

  @Override
  public String addTo(OnnxGraph graph, String features, RegionScorer scorer) {
    LinearModel model = (LinearModel) scorer;
    int classes = model.classes().size();
    return graph.node(
        "Gemm",
        "svm",
        List.of(
            features,
            graph.numbers(
                "svm.weight", new Tensor(new int[] {classes, model.dimension()}, model.weights())),
            graph.numbers("svm.bias", new Tensor(new int[] {classes}, model.bias()))),
        Attribute.real("alpha", (float) model.featureScale()),
        Attribute.whole("transB", 1));
  }

  /** A class's samples, before and after resampling, and how mining went, in a line. */
  static String describe(SampleCounts counts, SvmTraining training) {
    List<Round> rounds =
        training.rounds().stream().filter(r -> r.className().equals(counts.className())).toList();
    String samples =
        "%s: %d objects%s + %d proposals, %d held, %d after up-sampling; %d ignored; %d negatives, %d after down-sampling"
            .formatted(
                counts.className(),
                counts.groundTruthPositives(),
                counts.difficult() == 0 ? "" : " (" + counts.difficult() + " difficult)",
                counts.proposalPositives(),
                counts.positivesHeld(),
                counts.positivesAfter(),
                counts.ignored(),
                counts.negatives(),
                counts.negativesAfter());
    if (rounds.isEmpty()) {
      return samples + "; not trained";
    }
    Round last = rounds.get(rounds.size() - 1);
    return samples
        + String.format(
            Locale.ROOT,
            "; %d trainings, %d hard negatives, cache %d, objective %.4f",
            rounds.size(),
            rounds.stream().mapToLong(Round::hard).sum(),
            last.negatives(),
            last.objective());
  }

  /** Shows the pass and one class's state beside the bar; the class changes with each image. */
  private static final class MiningProgress implements SvmTrainer.Listener {
    private final Progress progress;
    private final Map<String, Long> hard = new LinkedHashMap<>();
    private final Map<String, String> standing = new LinkedHashMap<>();

    MiningProgress(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void image(String pass, int done, int of) {
      List<String> classes = List.copyOf(standing.values());
      progress.at(
          done, classes.isEmpty() ? pass : pass + ", " + classes.get(done % classes.size()));
    }

    @Override
    public void round(Round round) {
      long found = hard.merge(round.className(), round.hard(), Long::sum);
      standing.put(
          round.className(),
          String.format(
              Locale.ROOT,
              "%s: %d hard, cache %d, objective %.4f",
              round.className(),
              found,
              round.negatives(),
              round.objective()));
    }
  }
}
