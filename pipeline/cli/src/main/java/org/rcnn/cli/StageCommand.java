package org.rcnn.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.JsonOutput;
import org.rcnn.cli.options.RunOptions;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code rcnn finetune}, {@code features}, {@code svm} and {@code bbox}: one stage alone, with
 * whatever it needs before it. Given the same {@code --out}, {@code run} goes on from there.
 */
@Command
final class StageCommand implements Callable<Integer> {

  /** The stages that can be asked for by name. */
  enum Stage {
    FINETUNE("Fine-tunes the network on the training images."),
    FEATURES("Computes the features of all regions of both splits."),
    SVM("Trains the detector's head: SVMs with hard-negative mining, or softmax."),
    BBOX("Trains the box regression.");

    private final String description;

    Stage(String description) {
      this.description = description;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    String description() {
      return description;
    }
  }

  private final Stage stage;

  @Mixin private RunOptions options;
  @Mixin private JsonOutput json;

  StageCommand(Stage stage) {
    this.stage = stage;
  }

  @Override
  public Integer call() throws IOException {
    try (Run run = options.open()) {
      return run(run, new Experiment(run));
    }
  }

  private int run(Run run, Experiment experiment) throws IOException {
    String made = make(experiment);
    ObjectNode summary = new ObjectMapper().createObjectNode();
    summary.put("stage", stage.label());
    summary.put("artifact", made);
    ObjectNode seconds = summary.putObject("seconds");
    run.folder().stageSeconds().forEach(seconds::put);
    summary.put("peak_memory_bytes", PeakMemory.bytes());
    summary.put("run", run.folder().root().toString());
    json.write(summary);
    System.out.println(
        made.isEmpty() ? "The network's own scores are the head; nothing to train." : made);
    return 0;
  }

  /** Where the stage's artifact lies; empty if it has none. */
  private String make(Experiment experiment) throws IOException {
    return switch (stage) {
      case FINETUNE -> {
        System.out.println(experiment.backbone().summary());
        System.out.print(experiment.backbone().transfer().report());
        yield experiment.fineTuned().place().toString();
      }
      case FEATURES -> experiment.features(experiment.finetunes()).get(0).place().toString();
      case SVM ->
          experiment
              .head(experiment.configuredRow())
              .map(head -> head.place().toString())
              .orElse("");
      case BBOX -> experiment.boxRegression(experiment.finetunes()).place().toString();
    };
  }
}
