package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.report.Contrast.Step;
import org.rcnn.pipeline.stage.Heads;

/**
 * What an ablation found, in sentences: what fine-tuning adds to each layer, what the other steps
 * add, and the best row. Sentences come only from rows that were run.
 */
final class AblationFindings {

  /** With fewer test images than this, the ranges deserve a word of their own. */
  private static final int FEW_IMAGES = 100;

  /** All that there is to say if nothing can be scored. */
  static final String NO_OBJECTS =
      "The test images have no object that counts, so there is no mAP to compare.";

  private final List<ResampledRow> rows;
  private final SeedRecord seeds;

  /**
   * The findings.
   *
   * @param rows the rows in the order of the table
   * @param seeds what other seeds of fine-tuning gave
   */
  AblationFindings(List<ResampledRow> rows, SeedRecord seeds) {
    this.rows = List.copyOf(rows);
    this.seeds = seeds;
  }

  /** The sentences, the most important first. */
  List<String> sentences() {
    if (rows.isEmpty()) {
      return List.of();
    }
    if (rows.get(0).result().classesInMean() == 0) {
      return List.of(NO_OBJECTS);
    }
    List<String> sentences = new ArrayList<>();
    List<Contrast> tuned = preferring(Contrast.plain(Step.FINE_TUNING, rows), ofSvms());
    if (!tuned.isEmpty()) {
      sentences.add(gains("Fine-tuning", tuned, ", as a layer does up to which none learned"));
    }
    overSeeds(tuned, sentences);
    best(sentences);
    List<Contrast> corrected =
        preferring(Contrast.plain(Step.BOX_REGRESSION, rows), one -> one.with().row().finetuned());
    if (!corrected.isEmpty()) {
      sentences.add(gains("Box regression", corrected, ""));
    }
    List<Contrast> heads = Contrast.plain(Step.SVM, rows);
    if (!heads.isEmpty() && Ranges.isKnown(heads.get(0).gain())) {
      sentences.add(heads(heads));
    }
    fewImages(rows.get(0).result().images()).ifPresent(sentences::add);
    explain(sentences, "FT", "fine-tuned");
    explain(sentences, "BB", "with box regression");
    return sentences;
  }

  /** What to make of the figures of so few test images; empty if there are enough. */
  static Optional<String> fewImages(int images) {
    if (images >= FEW_IMAGES) {
      return Optional.empty();
    }
    return Optional.of(
        images == 1
            ? "The test set has only one image, so no difference can be told from chance."
            : "The test set has only %d images, so the ranges are wide; read differences, not tenths."
                .formatted(images));
  }

  /** Says what a part of the rows' names means, where it comes first. */
  private static void explain(List<String> sentences, String part, String meaning) {
    for (int i = 0; i < sentences.size(); i++) {
      String explained =
          sentences.get(i).replaceFirst("\\b" + part + "\\b", part + " (" + meaning + ")");
      if (!explained.equals(sentences.get(i))) {
        sentences.set(i, explained);
        return;
      }
    }
  }

  private static Predicate<Contrast> ofSvms() {
    return one -> one.with().row().head() == Heads.SVM;
  }

  /** Those of some kind or, without any, all. */
  private static List<Contrast> preferring(List<Contrast> all, Predicate<Contrast> kind) {
    List<Contrast> preferred = all.stream().filter(kind).toList();
    return preferred.isEmpty() ? all : preferred;
  }

  /**
   * A sentence such as "Fine-tuning lifts fc7 by 6.0 points (95 %: 4.1 to 9.3) and pool5 by 1.4
   * (0.3 to 2.6); the change of fc6, +0.3 (-0.8 to 1.4), is within chance."
   *
   * @param unchanged why a row may score exactly as before, the end of a sentence; may be empty
   */
  private static String gains(String subject, List<Contrast> contrasts, String unchanged) {
    List<Contrast> sorted =
        contrasts.stream()
            .sorted(Comparator.comparingDouble((Contrast one) -> one.gain().estimate()).reversed())
            .toList();
    List<String> clauses = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    List<String> lifted = new ArrayList<>();
    List<String> lowered = new ArrayList<>();
    List<Contrast> open = new ArrayList<>();
    List<String> same = new ArrayList<>();
    boolean telling = true;
    for (Contrast one : sorted) {
      Interval gain = one.gain();
      boolean known = Ranges.isKnown(gain);
      if (one.changesNothing() || !known && gain.estimate() == 0) {
        same.add(one.name());
        // Where nothing or everything is found, equal figures say nothing of what learned.
        telling &= known && one.with().meanAp() > 0 && one.with().meanAp() < 1;
      } else if (!known) {
        boolean first = changed.isEmpty();
        changed.add(by(one, first ? Ranges.signedPoints(gain) : Ranges.signed(gain)));
      } else if (one.isWithinChance()) {
        open.add(one);
      } else {
        boolean first = lifted.isEmpty() && lowered.isEmpty();
        String amount = by(one, first ? Ranges.sizeInPoints(gain) : Ranges.size(gain));
        (gain.estimate() > 0 ? lifted : lowered).add(amount);
      }
    }
    if (!changed.isEmpty()) {
      clauses.add("changes " + Findings.list(changed));
    }
    if (!lifted.isEmpty()) {
      clauses.add("lifts " + Findings.list(lifted));
    }
    if (!lowered.isEmpty()) {
      clauses.add("lowers " + Findings.list(lowered));
    }
    List<String> parts = new ArrayList<>();
    parts.add(
        clauses.isEmpty()
            ? "%s shows no effect that these test images can tell".formatted(subject)
            : "%s %s".formatted(subject, String.join(" and ", clauses)));
    withinChance(open, clauses.isEmpty()).ifPresent(parts::add);
    if (!same.isEmpty()) {
      String reason = !telling ? "" : unchanged;
      parts.add(
          "%s %s exactly as before%s"
              .formatted(Findings.list(same), same.size() == 1 ? "scores" : "score", reason));
    }
    String rest = String.join("; ", parts.subList(1, parts.size()));
    return parts.get(0) + (rest.isEmpty() ? "" : (clauses.isEmpty() ? ": " : "; ") + rest) + ".";
  }

  /**
   * The changes that may be chance, in words.
   *
   * @param first whether the sentence has named no range before
   */
  private static Optional<String> withinChance(List<Contrast> open, boolean first) {
    List<String> changes = new ArrayList<>();
    for (Contrast one : open) {
      boolean inFull = first && changes.isEmpty();
      changes.add(inFull ? Ranges.signedPoints(one.gain()) : Ranges.signed(one.gain()));
    }
    if (open.size() == 1) {
      return Optional.of(
          "the change of %s, %s, is within chance".formatted(open.get(0).name(), changes.get(0)));
    }
    List<String> named = new ArrayList<>();
    for (int i = 0; i < changes.size(); i++) {
      named.add("%s by %s".formatted(open.get(i).name(), changes.get(i)));
    }
    return open.isEmpty()
        ? Optional.empty()
        : Optional.of("the changes of %s are within chance".formatted(Findings.list(named)));
  }

  private static String by(Contrast one, String amount) {
    return "%s by %s".formatted(one.name(), amount);
  }

  private void overSeeds(List<Contrast> tuned, List<String> sentences) {
    int most = tuned.stream().mapToInt(one -> seeds.gains(one).size()).max().orElse(0);
    List<String> means = new ArrayList<>();
    for (Contrast one : tuned) {
      Optional<Interval> gain = seeds.meanGain(one);
      if (gain.isPresent()) {
        int count = seeds.gains(one).size();
        means.add(
            (means.isEmpty() ? "%s gains %s points (%d %% %s: %s%s)" : "%s %s (%5$s%6$s)")
                .formatted(
                    one.name(),
                    Numbers.percent(gain.get().estimate()),
                    Interval.PERCENT,
                    SeedRecord.over(one),
                    Ranges.ends(gain.get()),
                    count < most ? "; %d seeds".formatted(count) : ""));
      }
    }
    if (!means.isEmpty()) {
      sentences.add(
          "That is the seed that ran last; as the mean of %d seeds of fine-tuning, %s."
              .formatted(most, Findings.list(means)));
    }
  }

  private void best(List<String> sentences) {
    rows.stream()
        .filter(row -> !Double.isNaN(row.meanAp()))
        .max(Comparator.comparingDouble(ResampledRow::meanAp))
        .ifPresent(
            best -> {
              Interval range = best.meanRange();
              sentences.add(
                  "%s is %s, with an mAP of %s %%%s."
                      .formatted(
                          rows.size() > 1 ? "The best row" : "The row",
                          best.name(),
                          Numbers.percent(range.estimate()),
                          Ranges.isKnown(range)
                              ? " (%d %%: %s)".formatted(Interval.PERCENT, Ranges.ends(range))
                              : ""));
            });
  }

  private static String heads(List<Contrast> contrasts) {
    long better = contrasts.stream().filter(one -> one.gain().low() > 0).count();
    long worse = contrasts.stream().filter(one -> one.gain().high() < 0).count();
    long open = contrasts.size() - better - worse;
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, Long> part :
        List.of(
            Map.entry("beat softmax on %d", better),
            Map.entry("lose to it on %d", worse),
            Map.entry("do not differ beyond chance on %d", open))) {
      if (part.getValue() > 0) {
        parts.add(part.getKey().formatted(part.getValue()));
      }
    }
    if (better == 0 && worse > 0) {
      parts.set(0, parts.get(0).replace("to it", "to softmax"));
    } else if (better == 0) {
      parts.set(0, parts.get(0).replace("differ", "differ from softmax"));
    }
    return "SVMs %s of %d %s of features."
        .formatted(
            Findings.list(parts), contrasts.size(), contrasts.size() == 1 ? "kind" : "kinds");
  }
}
