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
import org.rcnn.data.Detection;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.draw.DetectionPainter;
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.pipeline.report.StageTimeSection.StageTime;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.ErrorAnalysis;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.LearningCurve;
import org.rcnn.pipeline.stage.MiningEvidence;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.stage.RunArtifacts;
import org.rcnn.pipeline.stage.Thresholds;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleCounts;

/** Collects what is known of a run into the sections of its report. */
final class RunFindings {

  private RunFindings() {}

  /**
   * The report of a run.
   *
   * @param manifest of the run, with its stages: what the page says of data, versions and times
   * @param row the row that the run's result is of
   * @param scores of the row on resamples of the run's test images
   */
  static ReportPage report(RunArtifacts run, JsonNode manifest, Row row, BootstrapResult scores)
      throws IOException {
    EvaluationResult result = scores.result();
    Evidence evidence = new Evidence(run);
    ErrorAnalysis analysis =
        evidence.errorAnalysis(row, ErrorSections.examplesOfAKind(run.scoredClasses().size()));
    ErrorDiagnosis errors = analysis.diagnosis();
    ProposalRecall.Result recall = evidence.proposalRecall();
    Optional<MiningEvidence> mining = evidence.mining(row);
    List<Round> rounds = mining.map(MiningEvidence::rounds).orElse(List.of());
    List<BoxRegressionReport> corrections =
        row.boxRegression() ? evidence.boxRegression(row.finetuned()) : List.of();

    List<String> findings = new ArrayList<>(Findings.ofScores(result));
    findings.addAll(Findings.ofProposals(recall, run.config().proposals().minSide()));
    findings.addAll(Findings.ofErrors(errors));
    findings.addAll(Findings.ofCosts(analysis.tide()));
    findings.addAll(Findings.ofMining(rounds));
    findings.addAll(Findings.ofBoxRegression(corrections));

    // In the order of a reader's questions: how good, why, on what, at what cost, how to repeat it.
    List<Section> sections = new ArrayList<>();
    sections.addAll(scores(result));
    Optional<Thresholds> thresholds = evidence.thresholds(row);
    thresholds.ifPresent(chosen -> sections.add(thresholds(chosen, result)));
    PhotoChoice<Example> examples = examples(run, row);
    sections.addAll(examples(pictures(examples.photos()), examples.sentence()));
    sections.addAll(falsePositives(errors));
    sections.addAll(ErrorSections.of(analysis, run.test()));
    sections.add(proposals("selective search, " + run.config().proposals().mode().label(), recall));
    if (row.finetuned()) {
      sections.addAll(learning(evidence.learningCurve()));
    }
    sections.addAll(samples(mining.map(MiningEvidence::samples).orElse(List.of())));
    sections.addAll(mining(rounds));
    sections.addAll(boxRegression(corrections));
    sections.addAll(times(stageTimes(manifest)));
    sections.addAll(settings(manifest));
    return new ReportPage(
        "R-CNN on " + manifest.path("data").path("source").asText(),
        row.label(),
        findings,
        Optional.of(headline(result, Ranges.over(result, scores.meanAp()))),
        keyFigures(manifest),
        problems(manifest),
        sections,
        "");
  }

  /**
   * The mean average precision.
   *
   * @param range of it over resamples of the test images
   */
  static ReportPage.Headline headline(EvaluationResult result, Interval range) {
    int classes = result.classesInMean();
    String remark =
        "%s, over %s"
            .formatted(result.metric().title(), classes == 1 ? "1 class" : classes + " classes");
    if (Ranges.isKnown(range)) {
      remark +=
          "; %s for %d %% of resamples of the test images"
              .formatted(Ranges.ends(range), Interval.PERCENT);
    }
    return new ReportPage.Headline("mAP", Numbers.percent(result.meanAp()), "%", remark);
  }

  /** How AP was computed: the metric and, unless that averages several, the overlap. */
  static String metric(EvaluationResult result) {
    return result.metric().averagesOverlaps()
        ? result.metric().title()
        : "%s, IoU %s".formatted(result.metric().title(), Numbers.decimals(result.iou(), 1));
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

  /**
   * Pictures with detections.
   *
   * @param choice a sentence that says how they were chosen
   */
  static List<Section> examples(List<PageImage> pictures, String choice) {
    return pictures.isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "examples",
                "Example detections",
                choice
                    + " Solid: detections that count, with their scores; dashed: annotated objects.",
                new ExampleSection(pictures)::appendTo));
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
                    + " after the limits svm.max-positives, which bounds the proposals that are"
                    + " added, and svm.max-objects.",
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
    return settings(Manifest.of(experiment, List.of(), Json.object()));
  }

  private static List<Section> settings(JsonNode manifest) {
    Map<String, String> flat = new LinkedHashMap<>();
    flatten("", manifest.path("configuration"), flat);
    List<Section> sections = new ArrayList<>(configuration(flat));
    sections.addAll(provenance(provenance(manifest)));
    return sections;
  }

  private static Map<String, String> keyFigures(JsonNode manifest) {
    Map<String, String> figures = sizes(manifest);
    double bytes = manifest.path("result").path("peak_memory_bytes").asDouble();
    figures.put("peak memory", String.format(Locale.ROOT, "%.2f GiB", bytes / (1 << 30)));
    return figures;
  }

  /** How many images and classes there are. */
  static Map<String, String> sizes(Experiment experiment) {
    return sizes(Manifest.of(experiment, List.of(), Json.object()));
  }

  private static Map<String, String> sizes(JsonNode manifest) {
    Map<String, String> figures = new LinkedHashMap<>();
    JsonNode data = manifest.path("data");
    figures.put("training images", data.path("train_images").asText());
    figures.put("test images", data.path("test_images").asText());
    figures.put("classes", Integer.toString(manifest.path("classes").size()));
    return figures;
  }

  private static List<String> problems(JsonNode manifest) {
    List<String> problems = new ArrayList<>();
    manifest.path("problems").forEach(problem -> problems.add(problem.asText()));
    return problems;
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

  private static Map<String, String> provenance(JsonNode manifest) {
    JsonNode data = manifest.path("data");
    JsonNode versions = manifest.path("versions");
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data", data.path("source").asText());
    facts.put("training data", data.path("train_fingerprint").asText());
    facts.put("test data", data.path("test_fingerprint").asText());
    facts.put("engine", versions.path("engine").asText());
    facts.put("execution", execution(manifest.path("execution")));
    facts.put("java", versions.path("java").asText());
    facts.put("machine", versions.path("machine").asText());
    facts.put("seed", manifest.path("seed").asText());
    return facts;
  }

  /** How the network computed the features. */
  static String execution(JsonNode execution) {
    String train = execution.path("train").asText();
    String test = execution.path("test").asText();
    return train.equals(test) ? train : train + "; test images " + test;
  }

  private static List<StageTime> stageTimes(JsonNode manifest) {
    List<StageTime> times = new ArrayList<>();
    for (JsonNode one : manifest.path("stages")) {
      times.add(
          new StageTime(
              one.path("stage").asText(),
              one.path("seconds").asDouble(Double.NaN),
              one.path("reused").asBoolean()));
    }
    return times;
  }

  private static List<PageImage> pictures(List<Example> examples) throws IOException {
    List<PageImage> pictures = new ArrayList<>();
    for (Example example : examples) {
      pictures.add(new PageImage(example.draw().jpeg(0.85f), example.sample.id()));
    }
    return pictures;
  }

  /** A test image and its detections that count. */
  record Example(Sample sample, List<Detection> found) {
    Picture draw() throws IOException {
      return new DetectionPainter().paint(sample.read(), found, sample.annotation().objects());
    }

    /** How many detections are right, less those that are wrong and the objects missed. */
    private int score(List<String> classes) {
      return DetectionEvaluator.voc07()
          .evaluate(
              classes, List.of(sample.annotation()), Map.of(sample.annotation().imageId(), found))
          .classes()
          .stream()
          .mapToInt(one -> 2 * one.truePositives() - one.falsePositives() - one.positives())
          .sum();
    }
  }

  /** Test images with objects or detections that count: the best, some others, and the worst. */
  static PhotoChoice<Example> examples(RunArtifacts run, Row row) throws IOException {
    Evidence evidence = new Evidence(run);
    Predicate<Detection> cut = cut(row, evidence.thresholds(row));
    Map<String, List<Detection>> detections = evidence.detections(row);
    List<Example> examples = new ArrayList<>();
    for (Sample sample : run.test().samples()) {
      List<Detection> found =
          detections.getOrDefault(sample.id(), List.of()).stream().filter(cut).toList();
      if (!found.isEmpty() || !sample.annotation().objects().isEmpty()) {
        examples.add(new Example(sample, found));
      }
    }
    List<String> classes = run.scoredClasses();
    return PhotoChoice.ofQuality(examples, example -> example.score(classes));
  }
}
