package org.rcnn.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.RunResults;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;

/**
 * Trains a detector on a folder of annotated photos, and evaluates it on its test split. The run's
 * folder then has the detector and {@code report.html}; given again, the same arguments resume a
 * stopped run. Arguments: DATA RUN [KEY=VALUE ...], with settings such as {@code
 * data.split-test-share=0.3}.
 */
public final class TrainOnFolder {

  private TrainOnFolder() {}

  static EvaluationResult train(Path data, Path folder, Map<String, String> settings)
      throws IOException {
    PipelineConfig config = new ConfigLoader().preset("voc2007-small", settings);
    try (Run run = Run.onData(data, config, folder, false, Progress.Monitor.SILENT)) {
      Experiment experiment = new Experiment(run);
      Row row = experiment.configuredRow();
      EvaluationResult result = experiment.evaluate(row);
      experiment.detector(row);
      RunResults.write(experiment, row, result);
      return result;
    }
  }

  /** The arguments KEY=VALUE from one on. */
  static Map<String, String> settings(String[] arguments, int from) {
    Map<String, String> settings = new TreeMap<>();
    for (int i = from; i < arguments.length; i++) {
      String[] setting = arguments[i].split("=", 2);
      settings.put(setting[0], setting[1]);
    }
    return settings;
  }

  /** Prints the AP of each class. */
  public static void main(String[] arguments) throws IOException {
    EvaluationResult result =
        train(Path.of(arguments[0]), Path.of(arguments[1]), settings(arguments, 2));
    result.apByClass().forEach((name, ap) -> System.out.println(name + " " + ap));
    System.out.println("mAP " + result.meanAp());
  }
}
