package org.rcnn.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.options.RunOptions;
import org.rcnn.cli.options.TrackOption;
import org.rcnn.cli.progress.Resumable;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.report.ApTable;
import org.rcnn.pipeline.report.ReplacedDetector;
import org.rcnn.pipeline.report.RunResults;
import org.rcnn.pipeline.report.ThresholdTable;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Goal;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.stage.Thresholds;
import org.rcnn.pipeline.track.Tracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rcnn run}: all stages and the report. */
@Command(
    name = "run",
    description = "Trains and evaluates a detector; without options, on the embedded demo.")
final class RunCommand implements Callable<Integer>, Resumable {

  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

  @Mixin private RunOptions options;
  @Mixin private TrackOption track;
  @Mixin private Output output;

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
    Row row = experiment.configuredRow();
    ReplacedDetector.warning(experiment, row).ifPresent(LOG::warn);
    run.begin(experiment.plan(Goal.DETECTOR, row));
    StageCommand.introduce(experiment.backbone());
    EvaluationResult result = experiment.evaluate(row);
    experiment.detector(row);
    output.write(RunResults.write(experiment, row, result));
    System.out.println();
    System.out.print(new ApTable(apOrNaN(result), result.meanAp()).toText());
    Optional<Thresholds> thresholds = new Evidence(experiment).thresholds(row);
    if (thresholds.isPresent()) {
      System.out.println();
      System.out.print(new ThresholdTable(thresholds.get(), result).toText());
    }
    run.folder()
        .seconds()
        .forEach(
            (stage, seconds) -> System.out.printf(Locale.ROOT, "%8.1f s  %s%n", seconds, stage));
    System.out.printf(
        Locale.ROOT,
        "mAP %s (%s, %s), peak memory %.2f GiB, %d problems%nrun folder %s: report.html,"
            + " detector.rcnn, model-card.md, manifest.json%n",
        Double.isNaN(result.meanAp())
            ? "-"
            : String.format(Locale.ROOT, "%.1f %%", 100 * result.meanAp()),
        row.label(),
        result.metric().label(),
        PeakMemory.bytes() / (double) (1 << 30),
        run.problems().sentences().size(),
        run.folder().root());
    return 0;
  }

  /** A row for every class, with NaN for one without an object that counts. */
  private static Map<String, Double> apOrNaN(EvaluationResult result) {
    Map<String, Double> aps = new LinkedHashMap<>();
    for (ClassResult row : result.classes()) {
      aps.put(row.className(), row.isScored() ? row.ap() : Double.NaN);
    }
    return aps;
  }
}
