package org.rcnn.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.options.RunOptions;
import org.rcnn.cli.progress.Resumable;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Labelled;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.report.AblationTable;
import org.rcnn.pipeline.report.EvaluatedRow;
import org.rcnn.pipeline.report.RunResults;
import org.rcnn.pipeline.report.StudyReport;
import org.rcnn.pipeline.report.StudyResult;
import org.rcnn.pipeline.run.PlannedStage;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Goal;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.study.NegativeIouStudy;
import org.rcnn.pipeline.study.NegativeIouStudy.Positives;
import org.rcnn.pipeline.study.Studies;
import org.rcnn.pipeline.study.StudyRun;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rcnn ablate}: the paper's Table 2 and beyond, or a study of one question. */
@Command(
    name = "ablate",
    description =
        "Evaluates {no fine-tuning, fine-tuned} x {pool5, fc6, fc7, if the network has them} x"
            + " {SVM, softmax} x {box regression off, on}. With --study: detectors that differ in one"
            + " thing, to answer one question.")
final class AblateCommand implements Callable<Integer>, Resumable {

  private static final Logger LOG = LoggerFactory.getLogger(AblateCommand.class);

  /** Which network's features. */
  private enum Network implements Labelled {
    PRE_TRAINED,
    FINE_TUNED
  }

  private enum Switch implements Labelled {
    OFF,
    ON
  }

  @Mixin private RunOptions options;
  @Mixin private Output output;

  @Option(
      names = "--networks",
      split = ",",
      description =
          "Networks of the grid: pre-trained, fine-tuned. Default: both; with"
              + " finetune.enabled=false only the first.")
  private List<Network> networks;

  @Option(
      names = "--layers",
      split = ",",
      description = "Layers of the grid. Default: those of pool5, fc6, fc7 that the network has.")
  private List<Tap> layers;

  @Option(
      names = "--heads",
      split = ",",
      defaultValue = "svm,softmax",
      description = "Heads of the grid: svm, softmax.")
  private List<String> heads;

  @Option(
      names = "--bbox",
      split = ",",
      defaultValue = "off,on",
      description = "Box regression in the grid.")
  private List<Switch> boxRegression;

  @Option(
      names = "--study",
      paramLabel = "NAME[=VALUES]",
      description =
          "Instead of the grid, one question of those below; the table, its plots and a finding"
              + " go to study-NAME.html, .svg, .md and .json in the run's folder, with other settings"
              + " or images than before to study-NAME-2 and so on.")
  private String study;

  @Option(
      names = "--positives",
      split = ",",
      defaultValue = "ground-truth,proposals",
      description = "Which positives the study negative-iou uses; each gives a series.")
  private List<Positives> positives;

  @Spec private CommandSpec command;

  @Override
  public String kept() {
    return RunOptions.KEPT;
  }

  @Override
  public Integer call() throws IOException {
    checkOptions();
    if (study != null) {
      Studies.Asked asked = asked();
      // Asked for the points here too, so that wrong values are reported before any data is read.
      try (Run run = options.open(asked::points)) {
        return study(run, asked);
      }
    }
    try (Run run = options.open()) {
      return table(run, options.experiment(run));
    }
  }

  private Studies.Asked asked() {
    Studies.Asked asked = Studies.installed().parse(study);
    if (asked.study() instanceof NegativeIouStudy) {
      return new Studies.Asked(new NegativeIouStudy(positives), asked.values());
    }
    refuseIdle(List.of("--positives"), "%s has no effect on another study than negative-iou.");
    return asked;
  }

  private int study(Run run, Studies.Asked asked) throws IOException {
    StudyResult result = new StudyRun(options.experiment(run), asked).run();
    System.out.print(new StudyReport(result).toText());
    System.out.printf(
        "run folder %s: %s.html, .svg, .md, .json%n", run.folder().root(), result.fileName());
    output.write(result.toTree());
    return 0;
  }

  private int table(Run run, Experiment experiment) throws IOException {
    List<EvaluatedRow> rows = new ArrayList<>();
    List<Row> grid = grid(experiment);
    List<PlannedStage> stages = new ArrayList<>();
    for (Row row : grid) {
      stages.addAll(experiment.plan(Goal.DETECTIONS, row));
    }
    run.begin(stages);
    System.out.println(experiment.backbone().summary());
    for (Row row : grid) {
      EvaluationResult result = experiment.evaluate(row);
      LOG.info(
          "{}: mAP {} %", row.label(), String.format(Locale.ROOT, "%.1f", 100 * result.meanAp()));
      rows.add(new EvaluatedRow(row, result));
    }
    output.write(RunResults.write(experiment, rows));
    System.out.print(new AblationTable(rows).toText());
    System.out.println("run folder " + run.folder().root());
    return 0;
  }

  /** Checks that no option is given that would have no effect. */
  private void checkOptions() {
    if (study == null) {
      refuseIdle(List.of("--positives"), "%s has no effect without --study negative-iou.");
    } else {
      refuseIdle(
          List.of("--networks", "--layers", "--heads", "--bbox"),
          "%s has no effect on a study; choose its network and layer with --set finetune.enabled and --set features.layer.");
    }
  }

  private void refuseIdle(List<String> idle, String sentence) {
    for (String option : idle) {
      if (command.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ConfigException(sentence.formatted(option));
      }
    }
  }

  private List<Row> grid(Experiment experiment) {
    NetworkDefinition definition = experiment.backbone().definition();
    List<Network> wanted = networks;
    if (wanted == null) {
      wanted =
          experiment.finetunes()
              ? List.of(Network.PRE_TRAINED, Network.FINE_TUNED)
              : List.of(Network.PRE_TRAINED);
    }
    List<Tap> taps = layers == null ? definition.featureTaps() : layers;
    List<Row> grid = new ArrayList<>();
    for (Network network : wanted) {
      for (Tap tap : taps) {
        if (!definition.featureTaps().contains(tap)) {
          throw new ConfigException("--layers: " + definition.lacks(tap));
        }
        for (String head : heads) {
          for (Switch bbox : boxRegression) {
            grid.add(
                new Row(
                    network == Network.FINE_TUNED,
                    tap,
                    Heads.named("--heads", head),
                    bbox == Switch.ON));
          }
        }
      }
    }
    return grid;
  }
}
