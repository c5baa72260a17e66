package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.eval.Interval;

/** What a comparison of runs says, in sentences. */
final class ComparisonFindings {

  /** So many settings are named in a sentence. */
  private static final int NAMED = 4;

  private final RunComparison comparison;
  private final ComparedRun first;

  ComparisonFindings(RunComparison comparison) {
    this.comparison = comparison;
    this.first = comparison.first();
  }

  /** The sentences, the most important first. */
  List<String> sentences() {
    List<String> sentences = new ArrayList<>();
    for (ComparedRun run : comparison.others()) {
      Optional<Interval> gain = run.over(first);
      String difference = gain.isPresent() ? paired(run, gain.get()) : unpaired(run);
      if (!sentences.contains(difference)) {
        sentences.add(difference);
      }
      if (gain.isPresent()) {
        classes(run, sentences);
      }
    }
    sentences.add(settings());
    metrics(sentences);
    if (isScored(first)) {
      AblationFindings.fewImages(first.result().images()).ifPresent(sentences::add);
    }
    if (comparison.runs().stream().map(ComparedRun::machine).distinct().count() > 1) {
      sentences.add("The runs are of different machines, so their times do not compare.");
    }
    return sentences;
  }

  private static boolean isScored(ComparedRun run) {
    return run.result().classesInMean() > 0;
  }

  private String paired(ComparedRun run, Interval gain) {
    if (!isScored(first)) {
      return AblationFindings.NO_OBJECTS;
    }
    String from =
        "%s against %s %%"
            .formatted(Numbers.percent(run.meanAp()), Numbers.percent(first.meanAp()));
    if (gain.estimate() == 0 && !Ranges.isKnown(gain)) {
      return "%s has the same mAP as %s, %s %%."
          .formatted(run.name(), first.name(), Numbers.percent(run.meanAp()));
    }
    if (gain.estimate() == 0 && gain.low() == 0 && gain.high() == 0) {
      return "%s has the same mAP as %s, %s %%, whatever the test images."
          .formatted(run.name(), first.name(), Numbers.percent(run.meanAp()));
    }
    if (Ranges.isKnown(gain) && Contrast.isWithinChance(gain)) {
      return "These test images leave open whether %s or %s is better: the difference of %s, an mAP of %s, is within chance."
          .formatted(run.name(), first.name(), Ranges.signedPoints(gain), from);
    }
    return "%s is %s than %s by %s: an mAP of %s."
        .formatted(
            run.name(),
            gain.estimate() > 0 ? "better" : "worse",
            first.name(),
            Ranges.sizeInPoints(gain),
            from);
  }

  private String unpaired(ComparedRun run) {
    return "%s was tested on other images than %s, so the two cannot be paired; each figure has a range of its own: %s and %s."
        .formatted(run.name(), first.name(), ranged(run), ranged(first));
  }

  private static String ranged(ComparedRun run) {
    if (!isScored(run)) {
      return "none (no object counts)";
    }
    Interval range = run.meanRange();
    return Ranges.isKnown(range)
        ? "%s %% (%s)".formatted(Numbers.percent(run.meanAp()), Ranges.ends(range))
        : Numbers.percent(run.meanAp()) + " %";
  }

  private void classes(ComparedRun run, List<String> sentences) {
    List<String> better = new ArrayList<>();
    List<String> worse = new ArrayList<>();
    for (String name : comparison.classes()) {
      Interval gain = run.over(first, name).orElseThrow();
      if (!Double.isNaN(gain.estimate()) && !Contrast.isWithinChance(gain)) {
        (gain.estimate() > 0 ? better : worse)
            .add("%s (%s)".formatted(name, Ranges.sign(gain.estimate())));
      }
    }
    List<String> clauses = new ArrayList<>();
    if (!better.isEmpty()) {
      clauses.add("better on " + Findings.list(better));
    }
    if (!worse.isEmpty()) {
      clauses.add("worse on " + Findings.list(worse));
    }
    if (!clauses.isEmpty() && comparison.classes().size() > 1) {
      sentences.add(
          "Beyond chance, each class taken alone, %s is %s."
              .formatted(run.name(), String.join(" and ", clauses)));
    }
  }

  private String settings() {
    Map<String, List<String>> differing = comparison.differingSettings();
    if (differing.isEmpty()) {
      return "All settings of the runs are equal.";
    }
    int count = differing.size();
    String named =
        count <= NAMED ? ", " + Findings.list(List.copyOf(differing.keySet())) : ", listed below";
    return "The runs differ in %d %s%s."
        .formatted(count, count == 1 ? "setting" : "settings", named);
  }

  private void metrics(List<String> sentences) {
    List<String> others =
        comparison.others().stream()
            .filter(run -> !metric(run).equals(metric(first)))
            .map(run -> "%s (%s)".formatted(run.name(), metric(run)))
            .toList();
    if (!others.isEmpty()) {
      sentences.add(
          "All are scored with the metric of %s, %s; other metrics have %s."
              .formatted(first.name(), metric(first), Findings.list(others)));
    }
  }

  private static String metric(ComparedRun run) {
    return run.manifest().path("result").path("metric").asText();
  }
}
