package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.draw.DetectionPainter;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.MiningEvidence;
import org.rcnn.pipeline.stage.Row;

/** Collects a run's results into its report. */
final class RunFindings {

  private static final int EXAMPLES = 8;

  private RunFindings() {}

  static RunReport report(Experiment experiment, Row row, EvaluationResult result)
      throws IOException {
    Run run = experiment.run();
    Evidence evidence = new Evidence(experiment);
    Optional<MiningEvidence> mining = evidence.mining(row);
    return new RunReport(
        "R-CNN on " + run.source(),
        row.label(),
        result,
        keyFigures(run, experiment),
        evidence.errors(row),
        "selective search, " + run.config().proposals().mode().label(),
        evidence.proposalRecall(),
        row.finetuned() ? Optional.of(evidence.learningCurve()) : Optional.empty(),
        mining.map(MiningEvidence::samples).orElse(List.of()),
        mining.map(MiningEvidence::rounds).orElse(List.of()),
        row.boxRegression() ? evidence.boxRegression(row.finetuned()) : List.of(),
        examples(run, evidence.detections(row), row),
        stageTimes(run.folder()),
        configuration(run),
        provenance(experiment),
        Manifest.problems(run));
  }

  private static Map<String, String> keyFigures(Run run, Experiment experiment) {
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("training images", Integer.toString(run.train().samples().size()));
    figures.put("test images", Integer.toString(run.test().samples().size()));
    figures.put("classes", Integer.toString(experiment.classes().size()));
    figures.put(
        "peak memory",
        String.format(Locale.ROOT, "%.2f GiB", PeakMemory.bytes() / (double) (1 << 30)));
    return figures;
  }

  private static Map<String, String> configuration(Run run) {
    Map<String, String> flat = new LinkedHashMap<>();
    flatten("", new ConfigLoader().toTree(run.config()), flat);
    return flat;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              entry ->
                  flatten(
                      path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                      entry.getValue(),
                      into));
    } else {
      into.put(path, node.isValueNode() ? node.asText() : node.toString());
    }
  }

  private static Map<String, String> provenance(Experiment experiment) {
    Run run = experiment.run();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data", run.source());
    facts.put("training data", run.train().fingerprint());
    facts.put("test data", run.test().fingerprint());
    facts.put("engine", TorchEngine.version());
    facts.put("execution", execution(experiment));
    facts.put("java", System.getProperty("java.runtime.version"));
    facts.put("machine", Manifest.machine());
    facts.put("seed", Long.toString(run.config().seed()));
    return facts;
  }

  /** How the network computed the features. */
  private static String execution(Experiment experiment) {
    String train = experiment.execution(true).label();
    String test = experiment.execution(false).label();
    return train.equals(test) ? train : train + "; test images " + test;
  }

  private static List<RunReport.StageTime> stageTimes(RunFolder folder) {
    List<RunReport.StageTime> times = new ArrayList<>();
    folder
        .seconds()
        .forEach(
            (stage, seconds) ->
                times.add(new RunReport.StageTime(stage, seconds, folder.wasReused(stage))));
    return times;
  }

  /** The first test images that have detections at even odds or better, with those detections. */
  private static List<RunReport.Example> examples(
      Run run, Map<String, List<Detection>> detections, Row row) throws IOException {
    double minScore = row.effectiveHead().evenOdds();
    List<RunReport.Example> examples = new ArrayList<>();
    for (Sample sample : run.test().samples()) {
      List<Detection> found =
          detections.getOrDefault(sample.id(), List.of()).stream()
              .filter(detection -> detection.score() >= minScore)
              .toList();
      if (!found.isEmpty() && examples.size() < EXAMPLES) {
        examples.add(
            new RunReport.Example(
                new DetectionPainter()
                    .paint(ImageFiles.read(sample.image()), found, sample.annotation().objects())
                    .jpeg(0.85f),
                sample.id()));
      }
    }
    return examples;
  }
}
