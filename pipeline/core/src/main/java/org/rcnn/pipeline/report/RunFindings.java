package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.Detection;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.draw.DetectionPainter;
import org.rcnn.pipeline.report.StageTimeSection.StageTime;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.stage.ErrorAnalysis;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.LearningCurve;
import org.rcnn.pipeline.stage.MiningEvidence;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.stage.Thresholds;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleCounts;

/** Collects what is known of a run into the sections of its report. */
final class RunFindings {

  private static final int EXAMPLES = 8;

  private RunFindings() {}

  static ReportPage report(Experiment experiment, Row row, EvaluationResult result)
      throws IOException {
    Run run = experiment.run();
    Evidence evidence = new Evidence(experiment);
    ErrorAnalysis analysis =
        evidence.errorAnalysis(
            row, ErrorSections.examplesOfAKind(experiment.scoredClasses().size()));
    ErrorDiagnosis errors = analysis.diagnosis();
    ProposalRecall.Result recall = evidence.proposalRecall();
    Optional<MiningEvidence> mining = evidence.mining(row);
    List<Round> rounds = mining.map(MiningEvidence::rounds).orElse(List.of());
    List<BoxRegressionReport> corrections =
        row.boxRegression() ? evidence.boxRegression(row.finetuned()) : List.of();

    List<String> findings = new ArrayList<>(Findings.ofScores(result));
    findings.addAll(Findings.ofProposals(recall, run.config().proposals().minSide()));
    findings.addAll(Findings.ofErrors(errors));
    findings.addAll(Findings.ofMining(rounds));
    findings.addAll(Findings.ofBoxRegression(corrections));

    // In the order of a reader's questions: how good, why, on what, at what cost, how to repeat it.
    List<Section> sections = new ArrayList<>();
    sections.addAll(scores(result));
    Optional<Thresholds> thresholds = evidence.thresholds(row);
    thresholds.ifPresent(chosen -> sections.add(thresholds(chosen, result)));
    sections.addAll(examples(examples(run, evidence.detections(row), cut(row, thresholds))));
    sections.addAll(falsePositives(errors));
    sections.addAll(ErrorSections.of(analysis, run.test()));
    sections.add(proposals("selective search, " + run.config().proposals().mode().label(), recall));
    if (row.finetuned()) {
      sections.addAll(learning(evidence.learningCurve()));
    }
    sections.addAll(samples(mining.map(MiningEvidence::samples).orElse(List.of())));
    sections.addAll(mining(rounds));
    sections.addAll(boxRegression(corrections));
    sections.addAll(times(stageTimes(run.folder())));
    sections.addAll(settings(experiment));
    return new ReportPage(
        "R-CNN on " + run.source(),
        row.label(),
        findings,
        Optional.of(headline(result)),
        keyFigures(run, experiment),
        Manifest.problems(run),
        sections,
        "");
  }

  /** The mean average precision. */
  static ReportPage.Headline headline(EvaluationResult result) {
    int classes = result.classesInMean();
    String over = classes == 1 ? "1 class" : classes + " classes";
    return new ReportPage.Headline(
        "mAP", Numbers.percent(result.meanAp()), "%", result.metric().title() + ", over " + over);
  }

  /** AP by class and, of classes with objects, their curves. */
  static List<Section> scores(EvaluationResult result) {
    List<Section> sections = new ArrayList<>();
    if (!result.classes().isEmpty()) {
      sections.add(
          new Section(
              "classes",
              "Average precision by class",
              "",
              new ClassScoreSection(result)::appendTo));
    }
    if (result.classes().stream().anyMatch(ClassResult::isScored)) {
      sections.add(
          new Section(
              "curves",
              "Precision and recall",
              "Precision (upwards) over recall; AP in per cent. Shaded: the highest precision at"
                  + " any higher recall, from which AP is computed.",
              new PrecisionRecallSection(result.classes())::appendTo));
    }
    return sections;
  }

  static Section thresholds(Thresholds chosen, EvaluationResult result) {
    ThresholdSection section = new ThresholdSection(new ThresholdTable(chosen, result));
    return new Section(
        "thresholds", "From which score a detection counts", section.lead(), section::appendTo);
  }

  /** The detector's own cut of a row's detections: its thresholds, or even odds without them. */
  private static Predicate<Detection> cut(Row row, Optional<Thresholds> thresholds) {
    Map<String, Double> least = new HashMap<>();
    thresholds.ifPresent(
        chosen -> chosen.classes().forEach(each -> least.put(each.className(), each.score())));
    double otherwise = row.effectiveHead().evenOdds();
    return detection -> detection.score() >= least.getOrDefault(detection.className(), otherwise);
  }

  static List<Section> examples(List<PageImage> pictures) {
    return pictures.isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "examples", "Example detections", "", new ExampleSection(pictures)::appendTo));
  }

  static List<Section> falsePositives(ErrorDiagnosis errors) {
    return errors.classes().isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "errors",
                "What the false positives are on",
                "The most confident false positives of each class, as many as it has objects.",
                new FalsePositiveSection(errors)::appendTo));
  }

  static Section proposals(String method, ProposalRecall.Result recall) {
    return new Section(
        "proposals",
        "Proposals",
        "An object that no proposal covers cannot be detected, so this recall limits every later"
            + " step.",
        new ProposalSection(method, recall)::appendTo);
  }

  static List<Section> learning(LearningCurve curve) {
    return curve.curve().isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "learning",
                "Fine-tuning",
                "Softmax loss and accuracy on the training batches. Most samples are background,"
                    + " so the accuracy on positives says more.",
                new LearningSection(curve)::appendTo));
  }

  static List<Section> samples(List<SampleCounts> samples) {
    return samples.isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "samples",
                "Samples of the SVMs",
                "Regions by their role for a class, before and after resampling. Held: positives"
                    + " after the limit svm.max-positives, which bounds the proposals that are"
                    + " added.",
                new SampleSection(samples)::appendTo));
  }

  static List<Section> mining(List<Round> rounds) {
    return rounds.isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "mining",
                "Hard-negative mining",
                "A class has converged when few of the examined negatives are hard. Their share"
                    + " should fall from the first training on mined negatives to the last. The"
                    + " bars show how many were added before each training.",
                new MiningSection(rounds)::appendTo));
  }

  static List<Section> boxRegression(List<BoxRegressionReport> corrections) {
    return corrections.isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "boxes",
                "Box regression",
                "Mean overlap (IoU) of proposals with their ground truth, on pairs held back from"
                    + " training: ring before, dot after.",
                new BoxRegressionSection(corrections)::appendTo));
  }

  static List<Section> times(List<StageTime> times) {
    return times.isEmpty()
        ? List.of()
        : List.of(new Section("times", "Time by stage", "", new StageTimeSection(times)::appendTo));
  }

  static List<Section> configuration(Map<String, String> settings) {
    return settings.isEmpty()
        ? List.of()
        : List.of(
            new Section("configuration", "Configuration", "", new PairSection(settings)::appendTo)
                .fold());
  }

  static List<Section> provenance(Map<String, String> facts) {
    return facts.isEmpty()
        ? List.of()
        : List.of(
            new Section(
                    "provenance",
                    "Provenance",
                    "What it takes to repeat this run.",
                    new PairSection(facts)::appendTo)
                .fold());
  }

  /** The folded sections at the end of a page: settings, and what it takes to repeat the run. */
  static List<Section> settings(Experiment experiment) {
    List<Section> sections = new ArrayList<>(configuration(configuration(experiment.run())));
    sections.addAll(provenance(provenance(experiment)));
    return sections;
  }

  private static Map<String, String> keyFigures(Run run, Experiment experiment) {
    Map<String, String> figures = sizes(experiment);
    figures.put(
        "peak memory",
        String.format(Locale.ROOT, "%.2f GiB", PeakMemory.bytes() / (double) (1 << 30)));
    return figures;
  }

  /** How many images and classes there are. */
  static Map<String, String> sizes(Experiment experiment) {
    Run run = experiment.run();
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("training images", Integer.toString(run.train().samples().size()));
    figures.put("test images", Integer.toString(run.test().samples().size()));
    figures.put("classes", Integer.toString(experiment.classes().size()));
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

  private static List<StageTime> stageTimes(RunFolder folder) {
    List<StageTime> times = new ArrayList<>();
    folder
        .seconds()
        .forEach(
            (stage, seconds) -> times.add(new StageTime(stage, seconds, folder.wasReused(stage))));
    return times;
  }

  /** The first test images that have detections that count, with those detections. */
  private static List<PageImage> examples(
      Run run, Map<String, List<Detection>> detections, Predicate<Detection> cut)
      throws IOException {
    List<PageImage> examples = new ArrayList<>();
    for (Sample sample : run.test().samples()) {
      List<Detection> found =
          detections.getOrDefault(sample.id(), List.of()).stream().filter(cut).toList();
      if (!found.isEmpty() && examples.size() < EXAMPLES) {
        examples.add(
            new PageImage(
                new DetectionPainter()
                    .paint(sample.read(), found, sample.annotation().objects())
                    .jpeg(0.85f),
                sample.id()));
      }
    }
    return examples;
  }
}
