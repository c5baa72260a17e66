package org.rcnn.pipeline.report;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.eval.Bootstrap;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.report.StudyResult.Line;

/** The page of a comparison. */
final class ComparisonPage {

  /** Lines of more runs would share colours. */
  private static final int MOST_LINES = 5;

  /** Longer names are cut at their beginning in the legend of a chart. */
  private static final int LONGEST_NAME = 26;

  private final RunComparison comparison;
  private final ComparedRun first;
  private final Path folder;

  /**
   * The page.
   *
   * @param folder where it will lie; links to the runs are relative to it
   */
  ComparisonPage(RunComparison comparison, Path folder) {
    this.comparison = comparison;
    this.first = comparison.first();
    this.folder = folder;
  }

  ReportPage page() throws IOException {
    Map<ComparedRun, String> links = new LinkedHashMap<>();
    for (ComparedRun run : comparison.runs()) {
      links.put(run, link(run));
    }
    List<Section> sections = new ArrayList<>();
    sections.add(
        new Section(
            "scores",
            "Mean average precision",
            "%s, in per cent, and the range that holds it for 95 %% of resamples of the test images. Changes are from %s, in points; both runs see the same resamples. A hollow dot: the range leaves open which is better."
                .formatted(comparison.metric().title(), first.name()),
            html -> scores(html, links)));
    sections.add(settings());
    if (!comparison.classes().isEmpty()) {
      sections.add(
          new Section(
              "classes",
              "Average precision by class",
              "In per cent; changes with their ranges of 95 %, in points. Of twenty classes that do"
                  + " not differ, one has a range without zero by chance.",
              this::classes));
    }
    sections.addAll(curves());
    sections.addAll(learning());
    if (!comparison.seconds().isEmpty()) {
      sections.add(
          new Section(
              "times",
              "Time by stage",
              "What each stage took when it was made, by this run or an earlier one in its folder.",
              this::times));
    }
    if (!comparison.differingProvenance().isEmpty()) {
      sections.add(
          new Section(
                  "provenance",
                  "What differs beside the settings",
                  "",
                  html -> differing(html, "fact", comparison.differingProvenance()))
              .fold());
    }
    return new ReportPage(
        Findings.list(comparison.runs().stream().map(ComparedRun::name).toList()) + " compared",
        rows(),
        comparison.findings(),
        headline(),
        keyFigures(),
        comparison.problems(),
        sections,
        "");
  }

  private String rows() {
    return comparison.runs().stream()
        .map(ComparedRun::row)
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private Optional<ReportPage.Headline> headline() {
    if (comparison.others().size() != 1) {
      return Optional.empty();
    }
    ComparedRun other = comparison.others().get(0);
    return other
        .over(first)
        .filter(gain -> !Double.isNaN(gain.estimate()))
        .map(
            gain ->
                new ReportPage.Headline(
                    "mAP, change from %s to %s".formatted(first.name(), other.name()),
                    Ranges.sign(gain.estimate()),
                    ReportPage.Headline.points(gain),
                    ReportPage.Headline.remark(
                        gain,
                        "from %s to %s %%, %s"
                            .formatted(
                                Numbers.percent(first.meanAp()),
                                Numbers.percent(other.meanAp()),
                                comparison.metric().title()))));
  }

  private Map<String, String> keyFigures() {
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("runs", Integer.toString(comparison.runs().size()));
    figures.put(
        "test images",
        comparison.runs().stream()
            .map(run -> Numbers.count(run.result().images()))
            .distinct()
            .collect(Collectors.joining(", ")));
    figures.put("classes", Integer.toString(comparison.classes().size()));
    figures.put("resamples", Numbers.count(Bootstrap.RESAMPLES));
    return figures;
  }

  /** The relative address of a run's report; empty if it has none, or none that is relative. */
  private String link(ComparedRun run) throws IOException {
    Path report = run.folder().resolve("report.html");
    if (!Files.exists(report)) {
      return "";
    }
    Path from = folder.toRealPath();
    Path to = run.folder().toRealPath().resolve("report.html");
    if (from.getRoot() == null || !from.getRoot().equals(to.getRoot())) {
      return to.toUri().toString();
    }
    List<String> parts = new ArrayList<>();
    for (Path part : from.relativize(to)) {
      parts.add(URLEncoder.encode(part.toString(), StandardCharsets.UTF_8).replace("+", "%20"));
    }
    return String.join("/", parts);
  }

  private void scores(Html html, Map<ComparedRun, String> links) {
    ChangeBar bar =
        ChangeBar.of(
            comparison.others().stream().flatMap(run -> run.over(first).stream()).toList());
    html.scroll().open("table").open("thead").open("tr").leaf("th", "run");
    ReportPage.heads(html, "mAP", "range", "change");
    bar.head(html);
    html.close().close().open("tbody");
    for (ComparedRun run : comparison.runs()) {
      html.open("tr").open("th");
      if (links.get(run).isEmpty()) {
        html.text(run.name());
      } else {
        html.leaf("a", run.name(), "href", links.get(run));
      }
      html.close();
      html.leaf("td", Numbers.percent(run.meanAp()), "class", "n");
      html.leaf("td", Ranges.cell(run.meanRange()), "class", "n");
      change(html, bar, run, run.over(first));
      html.close();
    }
    html.close().close().close();
  }

  private void change(Html html, ChangeBar bar, ComparedRun run, Optional<Interval> gain) {
    if (run == first) {
      html.leaf("td", "", "class", "n").leaf("td", "", "class", "wide");
    } else if (gain.isEmpty()) {
      html.leaf("td", "other images", "class", "n").leaf("td", "", "class", "wide");
    } else {
      html.leaf("td", Ranges.signed(gain.get()), "class", "n");
      bar.cell(html, gain.get());
    }
  }

  private Section settings() {
    Map<String, List<String>> differing = comparison.differingSettings();
    int equal = comparison.equalSettings();
    String lead =
        differing.isEmpty()
            ? "All %d settings are equal.".formatted(equal)
            : "The other %d settings are equal.".formatted(equal);
    return new Section(
        "settings",
        "Settings that differ",
        lead,
        html -> {
          if (!differing.isEmpty()) {
            differing(html, "setting", differing);
          }
        });
  }

  private void differing(Html html, String head, Map<String, List<String>> differing) {
    html.scroll().open("table", "class", "phases").open("thead").open("tr").leaf("th", head);
    comparison.runs().forEach(run -> html.leaf("th", run.name()));
    html.close().close().open("tbody");
    differing.forEach(
        (key, values) -> {
          html.open("tr").leaf("th", key);
          values.forEach(value -> html.leaf("td", value));
          html.close();
        });
    html.close().close().close();
  }

  /** Two runs in one table; of more, all side by side and then each beside the first. */
  private void classes(Html html) {
    if (comparison.others().size() > 1) {
      sideBySide(html);
      for (ComparedRun run : comparison.others()) {
        if (run.sameImages()) {
          html.leaf("h3", "%s and %s".formatted(first.name(), run.name()));
          pair(html, run);
        }
      }
    } else if (comparison.others().get(0).sameImages()) {
      pair(html, comparison.others().get(0));
    } else {
      sideBySide(html);
    }
  }

  private void sideBySide(Html html) {
    html.scroll().open("table").open("thead").open("tr").leaf("th", "class");
    comparison.runs().forEach(run -> ReportPage.heads(html, run.name()));
    html.close().close().open("tbody");
    for (String name : comparison.classes()) {
      html.open("tr").open("th");
      ReportPage.swatch(html, name);
      html.text(name).close();
      for (ComparedRun run : comparison.runs()) {
        html.open("td", "class", "n").text(Numbers.percent(run.ap(name)));
        if (!Double.isNaN(run.ap(name))) {
          html.leaf("small", " " + Ranges.cell(run.range(name)));
        }
        html.close();
      }
      html.close();
    }
    html.close().close().close();
  }

  private void pair(Html html, ComparedRun run) {
    Map<String, Interval> gains = new LinkedHashMap<>();
    comparison.classes().forEach(name -> gains.put(name, run.over(first, name).orElseThrow()));
    ChangeBar bar = ChangeBar.of(gains.values());
    html.scroll().open("table").open("thead").open("tr").leaf("th", "class");
    ReportPage.heads(html, first.name(), run.name(), "change");
    bar.head(html);
    html.close().close().open("tbody");
    gains.forEach(
        (name, gain) -> {
          html.open("tr").open("th");
          ReportPage.swatch(html, name);
          html.text(name).close();
          html.leaf("td", Numbers.percent(first.ap(name)), "class", "n");
          html.leaf("td", Numbers.percent(run.ap(name)), "class", "n");
          html.leaf("td", Ranges.signed(gain), "class", "n");
          bar.cell(html, gain);
          html.close();
        });
    html.close().close().close();
  }

  /** The runs that charts have a colour for, which is the same in all of them. */
  private List<ComparedRun> drawn() {
    return comparison.runs().subList(0, Math.min(MOST_LINES, comparison.runs().size()));
  }

  /** Says what a chart leaves out; begins with a space unless it is empty. */
  private String leftOut() {
    int all = comparison.runs().size();
    return all > MOST_LINES ? " The first %d of %d runs.".formatted(MOST_LINES, all) : "";
  }

  private List<Section> curves() {
    List<ComparedRun> drawn = drawn();
    List<String> scored =
        comparison.classes().stream()
            .filter(name -> drawn.stream().anyMatch(run -> !Double.isNaN(run.ap(name))))
            .toList();
    if (scored.isEmpty()) {
      return List.of();
    }
    boolean paired = drawn.stream().allMatch(run -> run == first || run.sameImages());
    String lead =
        "Precision (upwards) over recall, and AP in per cent, in the order of the legend."
            + (paired ? "" : " The runs were not all tested on the same images.")
            + leftOut();
    return List.of(
        new Section(
            "curves",
            "Precision and recall",
            lead,
            html -> {
              html.open("p", "class", "legend");
              drawn.forEach(run -> swatch(html, run));
              html.close().open("div", "class", "panels");
              for (String name : scored) {
                PrecisionRecallPanel.append(
                    html, name, drawn.stream().map(run -> run.ofClass(name)).toList());
              }
              html.close();
            }));
  }

  private void swatch(Html html, ComparedRun run) {
    int line = drawn().indexOf(run) + 1;
    html.open("span").leaf("i", "", "class", "swatch l" + line).text(cut(run.name())).close();
  }

  private static boolean hasLearned(ComparedRun run) {
    return run.curve().isPresent() && !run.curve().get().curve().isEmpty();
  }

  private List<Section> learning() {
    if (drawn().stream().noneMatch(ComparisonPage::hasLearned)) {
      return List.of();
    }
    return List.of(
        new Section(
            "learning",
            "Fine-tuning",
            "Loss and accuracy on the training batches, as means of up to 60 parts of each curve."
                + leftOut(),
            html -> {
              html.open("div", "class", "halves");
              chart(html, "Loss", LearningPoint::loss);
              chart(
                  html,
                  "Accuracy on positives, in per cent",
                  point -> 100 * point.positiveAccuracy());
              html.close();
            }));
  }

  private void chart(Html html, String title, ToDoubleFunction<LearningPoint> figure) {
    List<LineChart.Series> series = new ArrayList<>();
    html.open("figure").open("figcaption").text(title);
    html.open("span", "class", "legend");
    for (ComparedRun run : drawn()) {
      // A run without a curve has a place, so that the others keep their colours.
      Line line = new Line(run.name(), List.of(), List.of());
      if (hasLearned(run)) {
        swatch(html, run);
        line = LearningLine.of(run.name(), run.curve().orElseThrow().curve(), figure);
      }
      series.add(
          new LineChart.Series(
              line.name(),
              line.x().stream().mapToDouble(x -> x).toArray(),
              line.y().stream().mapToDouble(y -> y).toArray()));
    }
    html.close().close();
    LineChart.fromZero("iteration", series).appendTo(html, title + " by iteration");
    html.close();
  }

  private static String cut(String name) {
    return name.length() <= LONGEST_NAME
        ? name
        : "…" + name.substring(name.length() - LONGEST_NAME + 1);
  }

  private void times(Html html) {
    Map<String, List<Double>> seconds = comparison.seconds();
    double longest =
        seconds.values().stream()
            .flatMap(List::stream)
            .mapToDouble(taken -> taken)
            .filter(Double::isFinite)
            .max()
            .orElse(0);
    html.scroll().open("table").open("thead").open("tr").leaf("th", "stage");
    comparison.runs().forEach(run -> ReportPage.heads(html, run.name()));
    html.close().close().open("tbody");
    seconds.forEach(
        (stage, taken) -> {
          html.open("tr").leaf("th", stage);
          for (double one : taken) {
            html.open("td", "class", "n").text(Numbers.duration(one));
            ReportPage.bar(html, longest > 0 && one > 0 ? one / longest : 0, "");
            html.close();
          }
          html.close();
        });
    html.close().open("tfoot").open("tr").leaf("th", "all stages");
    for (ComparedRun run : comparison.runs()) {
      double all =
          run.seconds().values().stream().filter(Double::isFinite).mapToDouble(s -> s).sum();
      html.leaf("td", Numbers.duration(all), "class", "n");
    }
    html.close().open("tr").leaf("th", "peak memory");
    for (ComparedRun run : comparison.runs()) {
      String gib = Numbers.decimals(run.peakMemory() / (1 << 30), 2);
      html.leaf("td", gib + " GiB", "class", "n");
    }
    html.close().close().close().close();
  }
}
