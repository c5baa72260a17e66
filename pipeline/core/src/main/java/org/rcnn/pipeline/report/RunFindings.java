package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.ErrorDiagnoser;
import org.rcnn.eval.ErrorKind;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.SimilarClasses;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.draw.DetectionPainter;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.proposals.ProposalRecall;

/** Gathers what a run found into its report. */
public final class RunFindings {

  private static final int EXAMPLES = 8;
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private RunFindings() {}

  public static RunReport report(Run run, Experiment experiment, Row row, EvaluationResult result)
      throws IOException {
    Map<String, List<Detection>> detections = experiment.detectionsByImage(row);
    RunReport.Builder report =
        RunReport.builder("R-CNN on " + run.source())
            .optSubtitle(row.label())
            .optHeadline(new RunReport.Headline(result.meanAp(), result.metric().title()))
            .optKeyFigures(keyFigures(run, experiment))
            .optConfiguration(configuration(run))
            .optProvenance(provenance(run))
            .optClassScores(classScores(result))
            .optCurves(curves(result))
            .optStageTimes(
                run.folder().seconds().entrySet().stream()
                    .map(
                        stage ->
                            new RunReport.StageTime(
                                stage.getKey(),
                                stage.getValue(),
                                run.folder().wasReused(stage.getKey())))
                    .toList())
            .optProposalRecall(proposalRecall(run, experiment))
            .optFalsePositives(falsePositives(experiment, detections, result))
            .optExamples(examples(run, detections, row))
            .optProblems(run.problems().sentences());
    if (row.finetuned()) {
      report.optLearningCurve(
          list(experiment.learningCurve(), "curve", RunReport.LearningPoint.class));
    }
    if (row.head() == Row.Head.SVM) {
      report.optSamples(list(experiment.mining(row), "samples", RunReport.SampleCount.class));
      report.optMining(list(experiment.mining(row), "rounds", RunReport.MiningRound.class));
    }
    if (row.boxRegression()) {
      report.optBoxRegression(
          new RunReport.BoxRegression(
              Double.NaN,
              result.meanAp(),
              list(
                  experiment.boxRegressionReport(row.finetuned()),
                  "",
                  RunReport.BoxCorrection.class)));
    }
    return report.build();
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

  private static Map<String, String> provenance(Run run) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data", run.source());
    facts.put("training data", run.train().fingerprint());
    facts.put("test data", run.test().fingerprint());
    facts.put("engine", TorchEngine.version());
    facts.put("java", System.getProperty("java.runtime.version"));
    facts.put(
        "machine",
        "%s %s, %d cores"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors()));
    facts.put("seed", Long.toString(run.config().seed()));
    return facts;
  }

  private static List<RunReport.ClassScore> classScores(EvaluationResult result) {
    return result.classes().stream()
        .map(
            c ->
                new RunReport.ClassScore(
                    c.className(), c.ap(), c.positives(), c.truePositives(), c.falsePositives()))
        .toList();
  }

  private static List<RunReport.PrecisionRecall> curves(EvaluationResult result) {
    return result.classes().stream()
        .filter(c -> c.isScored())
        .map(
            c ->
                new RunReport.PrecisionRecall(
                    c.className(),
                    c.ap(),
                    IntStream.range(0, c.curve().size()).mapToDouble(c.curve()::recall).toArray(),
                    IntStream.range(0, c.curve().size())
                        .mapToDouble(c.curve()::precision)
                        .toArray()))
        .toList();
  }

  private static RunReport.ProposalRecall proposalRecall(Run run, Experiment experiment)
      throws IOException {
    ProposalRecall.Result recall = experiment.proposalRecall();
    Map<Double, Double> byIou = new LinkedHashMap<>();
    for (int step = 10; step <= 20; step++) {
      byIou.put(step / 20.0, recall.recallAt(step / 20.0));
    }
    return new RunReport.ProposalRecall(
        "selective search, " + run.config().proposals().mode(),
        recall.images(),
        recall.windowsPerImage(),
        recall.recallAt(0.5),
        recall.recallAt(0.7),
        recall.mabo(),
        Double.NaN,
        byIou,
        recall.abo());
  }

  private static List<RunReport.FalsePositives> falsePositives(
      Experiment experiment, Map<String, List<Detection>> detections, EvaluationResult result) {
    ApMetric metric = result.metric() == ApMetric.COCO ? ApMetric.AREA : result.metric();
    return new ErrorDiagnoser(metric, 0.5, SimilarClasses.defaultFor(experiment.classes()))
        .diagnose(experiment.classes(), experiment.testAnnotations(), detections).classes().stream()
            .map(
                errors ->
                    new RunReport.FalsePositives(
                        errors.className(),
                        errors.topFalsePositives().get(ErrorKind.LOCALISATION),
                        errors.topFalsePositives().get(ErrorKind.SIMILAR),
                        errors.topFalsePositives().get(ErrorKind.OTHER),
                        errors.topFalsePositives().get(ErrorKind.BACKGROUND),
                        errors.missed(),
                        errors.positives()))
            .toList();
  }

  /** The first test images with what the detector claims there at even odds or better. */
  private static List<RunReport.Example> examples(
      Run run, Map<String, List<Detection>> detections, Row row) throws IOException {
    double minScore = row.head() == Row.Head.SVM ? 0 : 0.5;
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

  private static <T> List<T> list(Path file, String field, Class<T> type) throws IOException {
    JsonNode tree = JSON.readTree(file.toFile());
    List<T> items = new ArrayList<>();
    for (JsonNode item : field.isEmpty() ? tree : tree.path(field)) {
      items.add(JSON.treeToValue(item, type));
    }
    return items;
  }
}
