package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.data.Fingerprint;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.Interval;
import org.rcnn.eval.OperatingPoint;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.MiningEvidence;
import org.rcnn.pipeline.stage.RecordedRun;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.stage.RunArtifacts;
import org.rcnn.pipeline.stage.Thresholds;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.SampleCounts;

/**
 * What somebody must know of a detector before using it: what it learned from, how well it finds
 * each class and how sure that is, from which scores its detections count, what its weights may be
 * used for, and where it ends. After Mitchell et al., "Model Cards for Model Reporting", 2019.
 *
 * <p>Every figure is the run's own. What is not known is a dash with its reason. It stands beside
 * the detector as {@value #NAME} and not in it: the detector depends on the training images alone,
 * so that its bytes do not change with the images that it is tested on.
 *
 * <p>The card has no time stamp: an equal run has an equal card.
 *
 * @param manifest what {@code manifest.json} says of the run
 * @param row the row that the detector is of
 * @param scores on the test images, with their ranges
 * @param thresholds the classes' thresholds; empty if none were to be chosen
 * @param samples what the SVMs learned from; empty for another head
 * @param proposals how well the proposals cover the objects of the test images
 * @param findings what the report says of the run
 */
record ModelCard(
    JsonNode manifest,
    Row row,
    BootstrapResult scores,
    Optional<Thresholds> thresholds,
    List<SampleCounts> samples,
    ProposalRecall.Result proposals,
    List<String> findings) {

  /** The file's name, in the detector's folder. */
  static final String NAME = "model-card.md";

  /** Fewer objects than this leave a class's AP to chance, as the ranges then show. */
  private static final int FEW_OBJECTS = 30;

  /**
   * The card of a run's detector.
   *
   * @param scores of the row on resamples of the run's test images
   * @throws IOException if a file of the run is missing or damaged
   */
  static ModelCard of(RunArtifacts run, JsonNode manifest, Row row, BootstrapResult scores)
      throws IOException {
    Evidence evidence = new Evidence(run);
    ProposalRecall.Result proposals = evidence.proposalRecall();
    List<String> findings =
        new ArrayList<>(Findings.ofProposals(proposals, run.config().proposals().minSide()));
    findings.addAll(Findings.ofErrors(evidence.errors(row)));
    return new ModelCard(
        manifest,
        row,
        scores,
        evidence.thresholds(row),
        evidence.mining(row).map(MiningEvidence::samples).orElse(List.of()),
        proposals,
        findings);
  }

  /** The whole card. */
  String toMarkdown() {
    MarkdownText text = new MarkdownText();
    text.heading(
        1, "Model card: %s on %s".formatted(many(classes(), "class", "classes"), source()));
    text.paragraph(
        "An R-CNN detector (%s) in the file %s beside this card. It finds objects in photos (%s), as boxes with a score%s."
            .formatted(
                row.label(),
                DetectorFile.NAME,
                String.join(", ", classNames()),
                hasThresholds() ? " and the probability that they are right" : ""));
    intendedUse(text);
    data(text);
    results(text);
    thresholds(text);
    network(text);
    limits(text);
    provenance(text);
    return text.toString();
  }

  /** The data by its folder's name alone: a card is handed on, the way to the folder is private. */
  private String source() {
    return data("source").replaceFirst(".*[/\\\\](?=.)", "");
  }

  private String data(String key) {
    return manifest.path("data").path(key).asText();
  }

  private String setting(String pointer) {
    return manifest.path("configuration").at(pointer).asText();
  }

  private int classes() {
    return manifest.path("classes").size();
  }

  private List<String> classNames() {
    List<String> names = new ArrayList<>();
    manifest.path("classes").forEach(name -> names.add(name.asText()));
    return names;
  }

  private boolean hasThresholds() {
    return thresholds.isPresent() && !thresholds.get().classes().isEmpty();
  }

  private static String many(int count, String one, String more) {
    return "%s %s".formatted(Numbers.count(count), count == 1 ? one : more);
  }

  private void intendedUse(MarkdownText text) {
    text.heading(2, "Intended use");
    text.paragraph(
        "To find objects of these classes in photos like those it was trained on, from the command line or a program on the JVM. The figures below are of the images named here; for photos of another kind, measure first.");
    if (Run.isGenerated(data("source"))) {
      text.paragraph(
          "It was trained on generated scenes, to show the method: in photographs it finds nothing of use.");
    }
  }

  private void data(MarkdownText text) {
    text.heading(2, "Data");
    text.table(
        List.of("", "split", "images", "fingerprint"),
        List.of(
            List.of("training", data("train"), data("train_images"), data("train_fingerprint")),
            List.of("test", data("test"), data("test_images"), data("test_fingerprint"))));
    text.paragraph(
        "Source: %s. Licence of the images: %s."
            .formatted(
                source(),
                Run.isGenerated(data("source"))
                    ? "Apache-2.0, as the program that draws them"
                    : "— (annotations do not say; ask who made the photos)"));
    if (samples.isEmpty()) {
      text.paragraph(
          "Training objects by class: — (only SVMs count them, and this detector has another head).");
    } else {
      text.table(
          List.of("class", "training objects", "proposals near them", "negatives"),
          samples.stream()
              .map(
                  one ->
                      List.of(
                          one.className(),
                          Numbers.count(one.groundTruthPositives()),
                          Numbers.count(one.proposalPositives()),
                          Numbers.count(one.negatives())))
              .toList());
    }
  }

  private void results(MarkdownText text) {
    EvaluationResult result = scores.result();
    text.heading(2, "Results");
    text.paragraph(
        "Average precision on the %s test images (%s, IoU %s), in per cent, and the range that holds it for %d %% of resamples of those images. Objects marked difficult count neither way."
            .formatted(
                data("test_images"),
                result.metric().title(),
                Numbers.decimals(result.iou(), 1),
                Interval.PERCENT));
    List<List<String>> rows = new ArrayList<>();
    for (ClassResult one : result.classes()) {
      rows.add(
          apRow(
              one.className(),
              Numbers.count(one.positives()),
              one.isScored() ? Ranges.over(result, scores.ap(one.className())) : null));
    }
    int objects = result.classes().stream().mapToInt(ClassResult::positives).sum();
    Interval mean = objects > 0 ? Ranges.over(result, scores.meanAp()) : null;
    rows.add(apRow("mean", Numbers.count(objects), mean));
    text.table(List.of("class", "test objects", "AP", "95 % range"), rows);
    if (result.classes().stream().anyMatch(one -> !one.isScored())) {
      text.paragraph("—: the test images have no object of the class.");
    }
    if (result.images() == 1) {
      text.paragraph("One test image leaves no range to be told.");
    }
  }

  private static List<String> apRow(String name, String objects, Interval ap) {
    return ap == null
        ? List.of(name, objects, "—", "—")
        : List.of(
            name,
            objects,
            Numbers.percent(ap.estimate()),
            Double.isNaN(ap.low())
                ? "—"
                : "%s to %s".formatted(Numbers.percent(ap.low()), Numbers.percent(ap.high())));
  }

  private void thresholds(MarkdownText text) {
    text.heading(2, "From which score a detection counts");
    if (thresholds.isEmpty()) {
      text.paragraph(
          "Thresholds: — (thresholds.enabled is false). A detection counts from a score of %s, and has no probability."
              .formatted(Numbers.decimals(row.effectiveHead().evenOdds(), 1)));
      return;
    }
    ThresholdTable table = new ThresholdTable(thresholds.get(), scores.result());
    if (table.lines().isEmpty()) {
      text.paragraph(
          "Thresholds: — (nothing right was found in %d %s)."
              .formatted(thresholds.get().images(), thresholds.get().basis().description()));
      return;
    }
    text.paragraph(
        table.basis()
            + " Precision and recall in per cent, there and on the test images, which decided nothing; expect those of the test images.");
    List<List<String>> rows = new ArrayList<>();
    for (ThresholdTable.Line line : table.lines()) {
      rows.add(
          thresholdRow(
              line.threshold().className(),
              Numbers.decimals(line.threshold().score(), 3),
              line.onBasis(),
              line.at()));
    }
    rows.add(thresholdRow("all classes", "", table.togetherOnBasis(), table.together()));
    text.table(
        List.of(
            "class", "from score", "precision", "recall", "precision on test", "recall on test"),
        rows);
  }

  private static List<String> thresholdRow(
      String name, String score, OperatingPoint basis, OperatingPoint test) {
    return List.of(
        name,
        score,
        dashed(basis.precision()),
        dashed(basis.recall()),
        test.positives() > 0 ? dashed(test.precision()) : "—",
        dashed(test.recall()));
  }

  /** NaN is a share of nothing. */
  private static String dashed(double share) {
    return Double.isNaN(share) ? "—" : Numbers.percent(share);
  }

  private void network(MarkdownText text) {
    JsonNode network = manifest.path("network");
    WeightOrigin weights = WeightOrigin.of(setting("/network/weights"));
    String size = network.path("input_size").asText();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "network",
            "%s, %s parameters"
                .formatted(
                    network.path("architecture").asText(),
                    Numbers.count(network.path("parameters").asLong()))));
    rows.add(List.of("starting weights", weights.source()));
    rows.add(List.of("their licence", weights.licence()));
    rows.add(List.of("fine-tuned", row.finetuned() ? "yes" : "no"));
    rows.add(
        List.of(
            "scored layer and head",
            row.effectiveHead().tap(row.layer()).label() + ", " + row.effectiveHead().label()));
    rows.add(List.of("box regression", row.boxRegression() ? "yes" : "no"));
    rows.add(List.of("proposals", search()));
    rows.add(
        List.of(
            "region to input",
            "warped to %s × %s pixels with %s of context"
                .formatted(size, size, context(network.path("architecture").asText()))));
    rows.add(
        List.of(
            "input values",
            "%s; minus %s, times %s"
                .formatted(
                    network.path("colour-order").asText(),
                    network.path("mean").asText().replace(",", ", "),
                    network.path("scale").asText().replace(",", ", "))));
    rows.add(
        List.of(
            "EXIF orientation",
            setting("/data/exif-orientation").equals("apply")
                ? "photos are turned upright"
                : "ignored, pixels as stored"));
    text.heading(2, "How it works");
    text.table(List.of("", ""), rows);
    text.paragraph("Licence of the detector: — (its maker decides; see images and weights above).");
  }

  private String search() {
    if (manifest.has(RecordedRun.PROPOSAL_SOURCE)) {
      return manifest.path(RecordedRun.PROPOSAL_SOURCE).asText();
    }
    String most = setting("/proposals/max-boxes");
    String side = setting("/proposals/longer-side");
    return "selective search, %s%s; %s; no side below %s pixels there"
        .formatted(
            setting("/proposals/mode"),
            most.equals("0") ? "" : ", the best %s boxes".formatted(most),
            side.equals("0")
                ? "at the photo's size"
                : "longer side of at most %s pixels".formatted(side),
            setting("/proposals/min-side"));
  }

  private static String context(String architecture) {
    try {
      return Architectures.byName(architecture, 2).context() + " pixels";
    } catch (IllegalArgumentException e) {
      return "— pixels (the network is registered by another program)";
    }
  }

  private void limits(MarkdownText text) {
    text.heading(2, "Limits");
    List<String> limits = new ArrayList<>();
    if (proposals.objects() > 0) {
      limits.add(
          "Objects that no proposal covers are never found: the %s proposals of a test image cover %s %% of the objects at IoU 0.5."
              .formatted(
                  Numbers.decimals(proposals.windowsPerImage(), 0),
                  Numbers.percent(proposals.recallAt(0.5))));
    }
    limits.addAll(findings);
    List<String> few =
        scores.result().classes().stream()
            .filter(one -> one.positives() < FEW_OBJECTS)
            .map(one -> "%s (%d)".formatted(one.className(), one.positives()))
            .toList();
    if (!few.isEmpty()) {
      limits.add(
          "Fewer than %d test objects, so that the AP says little: %s."
              .formatted(FEW_OBJECTS, Findings.list(few)));
    }
    if (hasThresholds()) {
      limits.addAll(basisLimits(thresholds.get().basis()));
    }
    manifest.path("problems").forEach(problem -> limits.add(problem.asText()));
    limits.add("Other photos: — (nothing but the test images above was measured).");
    text.list(limits);
  }

  private List<String> basisLimits(Thresholds.Basis basis) {
    return basis == Thresholds.Basis.VALIDATION_IMAGES || !row.finetuned()
        ? List.of()
        : List.of(
            "Fine-tuning has seen the images that chose the thresholds, so probabilities are too high and recall elsewhere is lower; finetune.validation-share holds images back.");
  }

  private void provenance(MarkdownText text) {
    JsonNode versions = manifest.path("versions");
    Function<String, String> version =
        key -> versions.hasNonNull(key) ? versions.path(key).asText() : "— (not recorded)";
    text.heading(2, "Provenance");
    text.table(
        List.of("", ""),
        List.of(
            List.of("program", "rcnn " + version.apply("rcnn")),
            List.of("engine", version.apply("engine")),
            List.of("OpenCV", version.apply("opencv")),
            List.of("LIBSVM", version.apply("libsvm")),
            List.of("Java", version.apply("java")),
            List.of("machine", version.apply("machine")),
            List.of("features computed", RunFindings.execution(manifest.path("execution"))),
            List.of("seed", manifest.path("seed").asText()),
            List.of("threads", manifest.path("threads").asText()),
            List.of("settings, SHA-256", settingsHash()),
            List.of("starting network, SHA-256", manifest.path("backbone_fingerprint").asText())));
    text.paragraph(
        "All settings are in manifest.json. This repeats the run, with the same images:");
    text.code("./rcnn run --from manifest.json --out again");
  }

  /** The hash of lines {@code key=value}, sorted, of every setting. */
  private String settingsHash() {
    Map<String, String> flat = new RunFacts(manifest).settings();
    String lines =
        flat.entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%s=%s", entry.getKey(), entry.getValue()))
            .sorted()
            .collect(Collectors.joining("\n"));
    return new Fingerprint().addPlain(lines.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
