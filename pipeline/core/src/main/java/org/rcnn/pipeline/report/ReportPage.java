package org.rcnn.pipeline.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.rcnn.eval.ClassErrors;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.ErrorKind;
import org.rcnn.pipeline.draw.ClassColours;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleCounts;

/** Writes a {@link RunReport} as HTML: the page's frame, and each section in its own method. */
final class ReportPage {

  private final RunReport report;
  private final List<Section> sections = new ArrayList<>();

  private record Section(String id, String title, String lead, String body) {}

  ReportPage(RunReport report) {
    this.report = report;
  }

  String toHtml() {
    addSections();
    Html html = begin(report.title());
    html.open("body");
    header(html);
    problems(html);
    html.open("main");
    for (Section section : sections) {
      html.open("section", "id", section.id()).leaf("h2", section.title());
      if (!section.lead().isEmpty()) {
        html.leaf("p", section.lead(), "class", "lead");
      }
      html.trusted(section.body()).close();
    }
    html.close();
    return html.close().close().toString();
  }

  /** A page up to its body; the element {@code html} stays open. */
  static Html begin(String title) {
    Html html = new Html();
    html.trusted("<!DOCTYPE html>\n").open("html", "lang", "en").open("head");
    html.empty("meta", "charset", "utf-8");
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.leaf("title", title);
    html.open("style").trusted(styleSheet()).close().close();
    return html;
  }

  private static String styleSheet() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      return new String(
          Objects.requireNonNull(in, "report.css is missing from the class path").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The report's style sheet could not be read.", e);
    }
  }

  /**
   * In the order of a reader's questions: how good, why, on what, at what cost, how to repeat it.
   */
  private void addSections() {
    if (!classes().isEmpty()) {
      add("classes", "Average precision by class", "", this::classScores);
    }
    if (classes().stream().anyMatch(ClassResult::isScored)) {
      add(
          "curves",
          "Precision and recall",
          "Precision (upwards) over recall; AP in per cent. Shaded: the highest precision at any"
              + " higher recall, from which AP is computed.",
          this::curves);
    }
    if (!report.examples().isEmpty()) {
      add("examples", "Example detections", "", this::examples);
    }
    if (!report.errors().classes().isEmpty()) {
      add(
          "errors",
          "What the false positives are on",
          "The most confident false positives of each class, as many as it has objects.",
          this::falsePositives);
    }
    add(
        "proposals",
        "Proposals",
        "An object that no proposal covers cannot be detected, so this recall limits every later"
            + " step.",
        this::proposals);
    report
        .learningCurve()
        .filter(curve -> !curve.curve().isEmpty())
        .ifPresent(
            curve ->
                add(
                    "learning",
                    "Fine-tuning",
                    "Softmax loss and accuracy on the training batches. Most samples are"
                        + " background, so the accuracy on positives says more.",
                    new LearningSection(curve)::appendTo));
    if (!report.samples().isEmpty()) {
      add(
          "samples",
          "Samples of the SVMs",
          "Regions by their role for a class, before and after resampling. Held: positives after"
              + " the limit svm.max-positives, which bounds the proposals that are added.",
          this::samples);
    }
    if (!report.mining().isEmpty()) {
      add(
          "mining",
          "Hard-negative mining",
          "A class has converged when few of the examined negatives are hard. Their share should"
              + " fall from the first training on mined negatives to the last. The bars show how"
              + " many were added before each training.",
          this::mining);
    }
    if (!report.boxRegression().isEmpty()) {
      add("boxes", "Box regression", "", this::boxRegression);
    }
    if (!report.stageTimes().isEmpty()) {
      add("times", "Time by stage", "", this::stageTimes);
    }
    if (!report.configuration().isEmpty()) {
      add("configuration", "Configuration", "", html -> pairs(html, report.configuration()));
    }
    if (!report.provenance().isEmpty()) {
      add(
          "provenance",
          "Provenance",
          "What it takes to repeat this run.",
          html -> pairs(html, report.provenance()));
    }
  }

  private void add(String id, String title, String lead, Consumer<Html> body) {
    Html html = new Html();
    body.accept(html);
    sections.add(new Section(id, title, lead, html.toString()));
  }

  private void header(Html html) {
    html.open("header").leaf("h1", report.title());
    if (!report.subtitle().isEmpty()) {
      html.leaf("p", report.subtitle(), "class", "subtitle");
    }
    html.open("dl", "class", "figures");
    html.open("div", "class", "headline").leaf("dt", "mAP");
    html.open("dd").text(Numbers.percent(report.result().meanAp()));
    html.leaf("small", " %").close();
    int mean = report.result().classesInMean();
    String over = mean == 1 ? "1 class" : mean + " classes";
    html.leaf("dd", report.result().metric().title() + ", over " + over, "class", "metric");
    html.close();
    report
        .keyFigures()
        .forEach((name, value) -> html.open("div").leaf("dt", name).leaf("dd", value).close());
    html.close();
    if (sections.size() > 3) {
      html.open("nav", "aria-label", "Sections");
      sections.forEach(s -> html.leaf("a", s.title(), "href", "#" + s.id()));
      html.close();
    }
    html.close();
  }

  private void problems(Html html) {
    if (report.problems().isEmpty()) {
      return;
    }
    html.open("aside", "id", "problems", "class", "remarks").leaf("h2", "Problems").open("ul");
    report.problems().forEach(problem -> html.leaf("li", problem));
    html.close().close();
  }

  private List<ClassResult> classes() {
    return report.result().classes();
  }

  private void classScores(Html html) {
    html.open("div", "class", "scroll").open("table").open("thead").open("tr");
    html.leaf("th", "class").leaf("th", "AP, %", "class", "n").leaf("th", "", "class", "wide");
    heads(html, "objects", "found", "false positives");
    html.close().close().open("tbody");
    for (ClassResult score : classes()) {
      html.open("tr").open("th");
      swatch(html, score.className());
      html.text(score.className()).close();
      html.leaf("td", Numbers.percent(score.ap()), "class", "n");
      html.open("td", "class", "wide");
      bar(html, score.ap(), "");
      html.close();
      count(html, score.positives());
      count(html, score.truePositives());
      count(html, score.falsePositives());
      html.close();
    }
    html.close();
    html.open("tfoot").open("tr").leaf("th", "all classes");
    html.leaf("td", Numbers.percent(report.result().meanAp()), "class", "n");
    html.open("td", "class", "wide");
    bar(html, report.result().meanAp(), "strong");
    html.close();
    count(html, sum(classes(), ClassResult::positives));
    count(html, sum(classes(), ClassResult::truePositives));
    count(html, sum(classes(), ClassResult::falsePositives));
    html.close().close();
    html.close().close();
  }

  private static <T> long sum(List<T> rows, ToIntFunction<T> count) {
    return rows.stream().mapToLong(count::applyAsInt).sum();
  }

  /** The heads of columns of figures. */
  static void heads(Html html, String... names) {
    for (String name : names) {
      html.leaf("th", name, "class", "n");
    }
  }

  static void count(Html html, long count) {
    html.leaf("td", Numbers.count(count), "class", "n");
  }

  private static void swatch(Html html, String className) {
    String colour = ClassColours.css(ClassColours.of(className));
    html.leaf("i", "", "class", "swatch", "style", "background:" + colour);
  }

  /** A bar that fills a fraction of its cell. */
  static void bar(Html html, double fraction, String kind) {
    html.open("div", "class", "bar");
    if (fraction > 0) {
      html.leaf("i", "", "class", kind, "style", "width:" + width(fraction));
    }
    html.close();
  }

  private static String width(double fraction) {
    return Numbers.decimals(100 * Math.min(1, Math.max(0, fraction)), 2) + "%";
  }

  private void curves(Html html) {
    html.open("div", "class", "panels");
    classes().stream()
        .filter(ClassResult::isScored)
        .forEach(result -> PrecisionRecallPanel.append(html, result));
    html.close();
  }

  private void examples(Html html) {
    html.open("div", "class", "pictures");
    for (RunReport.Example example : report.examples()) {
      String data = Base64.getEncoder().encodeToString(example.image);
      html.open("figure");
      html.empty(
          "img",
          "src",
          "data:" + example.mediaType() + ";base64," + data,
          "alt",
          example.caption.isEmpty() ? "Detections" : example.caption);
      if (!example.caption.isEmpty()) {
        html.leaf("figcaption", example.caption);
      }
      html.close();
    }
    html.close();
  }

  private void falsePositives(Html html) {
    html.open("p", "class", "legend");
    for (ErrorKind kind : ErrorKind.values()) {
      html.open("span").leaf("i", "", "class", "swatch " + cssClass(kind));
      html.text(kind.title()).close();
    }
    html.close();
    html.open("div", "class", "scroll").open("table").open("thead").open("tr");
    html.leaf("th", "class").leaf("th", "", "class", "wide");
    for (ErrorKind kind : ErrorKind.values()) {
      html.leaf("th", kind.title(), "class", "n");
    }
    html.leaf("th", "missed objects", "class", "n").close().close().open("tbody");
    ErrorDiagnosis all = report.errors();
    for (ClassErrors errors : all.classes()) {
      Map<ErrorKind, Integer> kinds = errors.topFalsePositives();
      errorRow(html, errors.className(), kinds, errors.missed(), errors.positives());
    }
    html.close();
    if (all.classes().size() > 1) {
      html.open("tfoot");
      long positives = sum(all.classes(), ClassErrors::positives);
      errorRow(html, "all classes", all.topFalsePositives(), all.missed(), positives);
      html.close();
    }
    html.close().close();
  }

  /** The colour of a kind in the style sheet. */
  private static String cssClass(ErrorKind kind) {
    return "e" + (1 + kind.ordinal());
  }

  private static void errorRow(
      Html html, String name, Map<ErrorKind, Integer> kinds, long missed, long positives) {
    double all = kinds.values().stream().mapToInt(Integer::intValue).sum();
    html.open("tr").leaf("th", name).open("td", "class", "wide");
    html.open("div", "class", "bar stacked");
    kinds.forEach(
        (kind, count) -> {
          if (count > 0) {
            double share = count / all;
            String title =
                String.format(
                    Locale.ROOT, "%s: %d (%s %%)", kind.title(), count, Numbers.percent(share));
            String width = "width:" + width(share);
            html.leaf("i", "", "class", cssClass(kind), "style", width, "title", title);
          }
        });
    html.close().close();
    kinds.values().forEach(count -> count(html, count));
    html.leaf("td", Numbers.count(missed) + " of " + Numbers.count(positives), "class", "n");
    html.close();
  }

  private void proposals(Html html) {
    ProposalRecall.Result recall = report.proposals();
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("Method", report.proposalMethod());
    figures.put("Images measured", Numbers.count(recall.images()));
    figures.put("Windows per image", Numbers.count(Math.round(recall.windowsPerImage())));
    figures.put("Recall at IoU 0.5", Numbers.percent(recall.recallAt(0.5)) + " %");
    figures.put("Recall at IoU 0.7", Numbers.percent(recall.recallAt(0.7)) + " %");
    figures.put("Mean average best overlap", Numbers.decimals(recall.mabo(), 3));
    html.open("div", "class", "halves").open("div");
    pairs(html, figures);
    html.close();
    html.open("figure").leaf("figcaption", "Recall by IoU threshold");
    double[] overlaps = IntStream.rangeClosed(10, 20).mapToDouble(step -> step / 20.0).toArray();
    double[] recalls = Arrays.stream(overlaps).map(recall::recallAt).toArray();
    LineChart.ofFractions("IoU", List.of(new LineChart.Series("recall", overlaps, recalls)))
        .appendTo(html, "Recall of the proposals by IoU threshold");
    html.close();
    html.close();
    if (!recall.abo().isEmpty()) {
      html.leaf("h3", "Average best overlap by class").open("div", "class", "barlist");
      recall
          .abo()
          .forEach(
              (name, abo) -> {
                html.open("div").leaf("span", name);
                bar(html, abo, "");
                html.leaf("span", Numbers.decimals(abo, 3), "class", "n").close();
              });
      html.close();
    }
  }

  private void samples(Html html) {
    html.open("div", "class", "scroll").open("table").open("thead").open("tr");
    html.leaf("th", "class");
    heads(html, "objects", "of them difficult", "proposals near them", "held");
    heads(html, "after up-sampling", "ignored", "negatives", "after down-sampling");
    html.close().close().open("tbody");
    for (SampleCounts counts : report.samples()) {
      html.open("tr").leaf("th", counts.className());
      count(html, counts.groundTruthPositives());
      count(html, counts.difficult());
      count(html, counts.proposalPositives());
      count(html, counts.positivesHeld());
      count(html, counts.positivesAfter());
      count(html, counts.ignored());
      count(html, counts.negatives());
      count(html, counts.negativesAfter());
      html.close();
    }
    html.close().close().close();
  }

  private void mining(Html html) {
    Map<String, List<Round>> byClass = new LinkedHashMap<>();
    for (Round round : report.mining()) {
      byClass.computeIfAbsent(round.className(), name -> new ArrayList<>()).add(round);
    }
    html.open("div", "class", "scroll").open("table").open("thead").open("tr");
    html.leaf("th", "class");
    heads(html, "trainings", "positives", "negatives", "hard, %", "added");
    html.leaf("th", "added by training");
    heads(html, "evicted", "support vectors", "objective", "duality gap");
    html.close().close().open("tbody");
    byClass.forEach((name, rounds) -> miningRow(html, name, rounds));
    html.close().close().close();
  }

  private static void miningRow(Html html, String name, List<Round> rounds) {
    Round last = rounds.get(rounds.size() - 1);
    html.open("tr").leaf("th", name);
    count(html, rounds.size());
    count(html, last.positives());
    count(html, last.negatives());
    html.leaf("td", hardShares(rounds), "class", "n");
    count(html, sum(rounds, Round::added));
    html.open("td");
    sparkline(html, rounds.stream().mapToInt(Round::added).toArray());
    html.close();
    count(html, sum(rounds, Round::evicted));
    count(html, last.supportVectors());
    html.leaf("td", Numbers.significant(last.objective()), "class", "n");
    double gap = (last.objective() - last.dualObjective()) / Math.abs(last.objective());
    html.leaf("td", Double.isNaN(gap) ? "-" : Numbers.decimals(100 * gap, 2) + " %", "class", "n");
    html.close();
  }

  /** The share of hard negatives among those examined, first and last. */
  private static String hardShares(List<Round> rounds) {
    List<String> shares =
        rounds.stream()
            .filter(round -> round.examined() > 0)
            .map(round -> Numbers.percent(round.hard() / (double) round.examined()))
            .toList();
    return switch (shares.size()) {
      case 0 -> "-";
      case 1 -> shares.get(0);
      default -> shares.get(0) + " → " + shares.get(shares.size() - 1);
    };
  }

  /** A small bar for each count, all within the width of a word. */
  private static void sparkline(Html html, int[] counts) {
    double width = 110;
    double height = 20;
    int highest = 1;
    for (int count : counts) {
      highest = Math.max(highest, count);
    }
    double step = Math.min(10, width / counts.length);
    html.svg("", "spark", width, height, "Added by training: " + Arrays.toString(counts));
    for (int i = 0; i < counts.length; i++) {
      double tall = Math.max(1, height * counts[i] / highest);
      html.empty(
          "rect",
          "x",
          Numbers.coordinate(i * step),
          "y",
          Numbers.coordinate(height - tall),
          "width",
          Numbers.coordinate(Math.max(0.4, step - (step > 3 ? 2 : 0.2))),
          "height",
          Numbers.coordinate(tall));
    }
    html.close();
  }

  private void boxRegression(Html html) {
    html.leaf(
        "p",
        "Mean overlap (IoU) of proposals with their ground truth, on pairs held back from"
            + " training: ring before, dot after.",
        "class",
        "lead");
    html.open("div", "class", "scroll").open("table").open("thead").open("tr");
    html.leaf("th", "class");
    heads(html, "pairs used", "held back", "IoU before", "after", "change");
    html.open("th", "class", "wide").open("div", "class", "ends");
    html.leaf("span", "IoU 0.5").leaf("span", "1.0").close().close();
    html.close().close().open("tbody");
    report.boxRegression().forEach(correction -> correctionRow(html, correction));
    html.close().close().close();
  }

  private static void correctionRow(Html html, BoxRegressionReport correction) {
    double before = correction.iouBefore();
    double after = correction.iouAfter();
    html.open("tr").leaf("th", correction.className());
    count(html, correction.pairsUsed());
    count(html, correction.pairsHeldBack());
    html.leaf("td", Numbers.decimals(before, 3), "class", "n");
    html.leaf("td", Numbers.decimals(after, 3), "class", "n");
    String change = String.format(Locale.ROOT, "%+.3f", after - before);
    html.leaf("td", Double.isNaN(after - before) ? "-" : change, "class", "n");
    html.open("td", "class", "wide");
    if (!Double.isNaN(after - before)) {
      double from = fromHalf(Math.min(before, after));
      double to = fromHalf(Math.max(before, after));
      String place = "left:%s;width:%s".formatted(width(from), width(to - from));
      html.open("div", "class", "shift").leaf("i", "", "class", "way", "style", place);
      html.leaf("i", "", "class", "ring", "style", "left:" + width(fromHalf(before)));
      html.leaf(
          "i",
          "",
          "class",
          after >= before ? "dot" : "dot worse",
          "style",
          "left:" + width(fromHalf(after)));
      html.close();
    }
    html.close().close();
  }

  private static double fromHalf(double iou) {
    return Math.min(1, Math.max(0, (iou - 0.5) / 0.5));
  }

  private void stageTimes(Html html) {
    double longest =
        report.stageTimes().stream().mapToDouble(RunReport.StageTime::seconds).max().orElse(1);
    double total =
        report.stageTimes().stream()
            .filter(stage -> !stage.reused())
            .mapToDouble(RunReport.StageTime::seconds)
            .sum();
    html.open("table").open("tbody");
    for (RunReport.StageTime stage : report.stageTimes()) {
      html.open("tr").leaf("th", stage.stage()).open("td", "class", "wide");
      bar(html, stage.seconds() / longest, stage.reused() ? "faint" : "");
      html.close();
      String time = Numbers.duration(stage.seconds());
      html.leaf("td", stage.reused() ? time + ", reused" : time, "class", "n").close();
    }
    html.close().open("tfoot").open("tr").leaf("th", "this run").leaf("td", "");
    html.leaf("td", Numbers.duration(total), "class", "n").close().close().close();
  }

  private static void pairs(Html html, Map<String, String> pairs) {
    html.open("dl", "class", "pairs");
    pairs.forEach((key, value) -> html.open("div").leaf("dt", key).leaf("dd", value).close());
    html.close();
  }
}
