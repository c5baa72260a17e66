package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.options.RunOptions;
import org.rcnn.cli.options.TrackOption;
import org.rcnn.cli.progress.Resumable;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Backbone;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Goal;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.track.Tracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code rcnn finetune}, {@code features}, {@code svm}, {@code bbox} and {@code thresholds}: one
 * stage, with the stages that it needs. {@code run} with the same {@code --out} resumes from there.
 */
@Command
final class StageCommand implements Callable<Integer>, Resumable {

  /** The stages that have a command. */
  enum Stage {
    FINETUNE(Goal.FINE_TUNING, "Fine-tunes the network on the training images."),
    FEATURES(Goal.FEATURES, "Computes the features of all regions of both splits."),
    SVM(Goal.HEAD, "Trains the detector's head: SVMs with hard-negative mining, or softmax."),
    BBOX(Goal.BOX_REGRESSION, "Trains the box regression."),
    THRESHOLDS(Goal.THRESHOLDS, "Chooses the score from which a detection of each class counts.");

    private final Goal goal;
    private final String description;

    Stage(Goal goal, String description) {
      this.goal = goal;
      this.description = description;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    String description() {
      return description;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(StageCommand.class);

  private final Stage stage;

  @Mixin private RunOptions options;
  @Mixin private TrackOption track;
  @Mixin private Output output;

  StageCommand(Stage stage) {
    this.stage = stage;
  }

  @Override
  public String kept() {
    return RunOptions.KEPT;
  }

  @Override
  public Integer call() throws IOException {
    try (Tracker tracker = track.tracker(options.folder());
        Run run = options.open(tracker)) {
      return run(run, options.experiment(run));
    }
  }

  private int run(Run run, Experiment experiment) throws IOException {
    run.begin(experiment.plan(stage.goal, planned(experiment)));
    String made = make(experiment);
    ObjectNode summary = Json.object();
    summary.put("stage", stage.label());
    summary.put("artifact", made);
    ObjectNode seconds = summary.putObject("seconds");
    run.folder().stageSeconds().forEach(seconds::put);
    summary.put("peak_memory_bytes", PeakMemory.bytes());
    summary.put("run", run.folder().root().toString());
    output.write(summary);
    System.out.println(
        made.isEmpty() ? "The head is the network's own scores; there is nothing to train." : made);
    return 0;
  }

  /** The configured row, of which the first stages need not know the layer. */
  private Row planned(Experiment experiment) {
    return switch (stage) {
      case FINETUNE, FEATURES, BBOX ->
          new Row(
              experiment.finetunes(),
              experiment.backbone().definition().featureTaps().get(0),
              Heads.SVM,
              true);
      case SVM, THRESHOLDS -> experiment.configuredRow();
    };
  }

  /** Says in the log what network learns and where each layer's weights come from. */
  static void introduce(Backbone backbone) {
    LOG.info("{}", backbone.summary());
    backbone.transfer().report().lines().forEach(line -> LOG.info("{}", line));
  }

  /** The path of the stage's artifact; empty if it has none. */
  private String make(Experiment experiment) throws IOException {
    return switch (stage) {
      case FINETUNE -> {
        introduce(experiment.backbone());
        yield experiment.fineTuned().place().toString();
      }
      case FEATURES -> experiment.features(experiment.finetunes()).get(0).place().toString();
      case SVM ->
          experiment
              .head(experiment.configuredRow())
              .map(head -> head.place().toString())
              .orElse("");
      case BBOX -> experiment.boxRegression(experiment.finetunes()).place().toString();
      case THRESHOLDS -> experiment.thresholds(experiment.configuredRow()).place().toString();
    };
  }
}
