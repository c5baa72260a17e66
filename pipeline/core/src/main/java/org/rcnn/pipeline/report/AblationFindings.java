package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
  static final int FEW_IMAGES = 100;

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
    List<String> sentences = new ArrayList<>();
    List<Contrast> tuned = preferring(Contrast.plain(Step.FINE_TUNING, rows), ofSvms());
    if (!tuned.isEmpty()) {
      sentences.add(gains("Fine-tuning", tuned));
    }
    overSeeds(tuned, sentences);
    best(sentences);
    List<Contrast> corrected =
        preferring(Contrast.plain(Step.BOX_REGRESSION, rows), one -> one.with().row().finetuned());
    if (!corrected.isEmpty()) {
      sentences.add(gains("Box regression", corrected));
    }
    List<Contrast> heads = Contrast.plain(Step.SVM, rows);
    if (!heads.isEmpty()) {
      sentences.add(heads(heads));
    }
    int images = rows.isEmpty() ? 0 : rows.get(0).result().images();
    if (images < FEW_IMAGES && !rows.isEmpty()) {
      sentences.add(
          "The test set has only %d %s, so the ranges are wide; read differences, not tenths."
              .formatted(images, images == 1 ? "image" : "images"));
    }
    return sentences;
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
   * A sentence such as "Fine-tuning lifts fc7 by 6.1 ± 1.2 points and pool5 by 1.4 ± 0.8; the
   * change of fc6, +0.3 ± 1.1, is within chance."
   */
  private static String gains(String subject, List<Contrast> contrasts) {
    List<Contrast> sorted =
        contrasts.stream()
            .sorted(Comparator.comparingDouble((Contrast one) -> one.gain().estimate()).reversed())
            .toList();
    List<String> clauses = new ArrayList<>();
    List<String> lifted = new ArrayList<>();
    List<String> lowered = new ArrayList<>();
    List<String> open = new ArrayList<>();
    List<String> same = new ArrayList<>();
    for (Contrast one : sorted) {
      Interval gain = one.gain();
      if (scoresTheSame(one)) {
        same.add(one.name());
      } else if (one.isWithinChance()) {
        open.add("%s %s".formatted(one.name(), signed(gain)));
      } else if (gain.estimate() > 0) {
        lifted.add(change(one, lifted.isEmpty()));
      } else {
        lowered.add(change(one, lowered.isEmpty()));
      }
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
    if (open.size() == 1) {
      parts.add(
          "the change of %s, is within chance"
              .formatted(open.get(0).replaceFirst(" ([+-])", ", $1")));
    } else if (!open.isEmpty()) {
      parts.add("the changes of %s are within chance".formatted(Findings.list(open)));
    }
    if (!same.isEmpty()) {
      parts.add(
          "%s %s exactly as before"
              .formatted(Findings.list(same), same.size() == 1 ? "scores" : "score"));
    }
    String rest = String.join("; ", parts.subList(1, parts.size()));
    return parts.get(0) + (rest.isEmpty() ? "" : (clauses.isEmpty() ? ": " : "; ") + rest) + ".";
  }

  /** Whether the step changes nothing, on any images. */
  private static boolean scoresTheSame(Contrast one) {
    return one.gain().low() == 0 && one.gain().high() == 0;
  }

  private static String change(Contrast one, boolean first) {
    return "%s by %s%s".formatted(one.name(), amount(one.gain()), first ? " points" : "");
  }

  /** The size of a change, in points: {@code 6.1 ± 1.2}. */
  private static String amount(Interval gain) {
    return "%s ± %s"
        .formatted(Numbers.percent(Math.abs(gain.estimate())), Numbers.percent(gain.halfWidth()));
  }

  /** A change with its sign, in points: {@code +0.3 ± 1.1}. */
  static String signed(Interval gain) {
    String size = Numbers.percent(gain.estimate());
    return "%s ± %s"
        .formatted(size.startsWith("-") ? size : "+" + size, Numbers.percent(gain.halfWidth()));
  }

  private void overSeeds(List<Contrast> tuned, List<String> sentences) {
    List<String> ranges = new ArrayList<>();
    int most = 0;
    for (Contrast one : tuned) {
      List<Double> gains =
          seeds.of(one.with().row()).stream()
              .map(ap -> ap - one.without().meanAp())
              .sorted()
              .toList();
      // Where fine-tuning leaves the layer alone, its seed is of no account.
      if (gains.size() > 1 && !scoresTheSame(one)) {
        most = Math.max(most, gains.size());
        ranges.add(
            "of %s from %s to %s"
                .formatted(
                    one.name(),
                    Numbers.percent(gains.get(0)),
                    Numbers.percent(gains.get(gains.size() - 1))));
      }
    }
    if (!ranges.isEmpty()) {
      sentences.add(
          "Over %d seeds of fine-tuning, the gain %s points."
              .formatted(
                  most, Findings.list(ranges).replaceFirst("(of .+?) from", "$1 goes from")));
    }
  }

  private void best(List<String> sentences) {
    rows.stream()
        .filter(row -> !Double.isNaN(row.meanAp()))
        .max(Comparator.comparingDouble(ResampledRow::meanAp))
        .ifPresent(
            best -> {
              Interval range = best.scores().meanAp();
              sentences.add(
                  "%s is %s, with an mAP of %s %% (95 %%: %s to %s)."
                      .formatted(
                          rows.size() > 1 ? "The best row" : "The row",
                          best.row().label(),
                          Numbers.percent(range.estimate()),
                          Numbers.percent(range.low()),
                          Numbers.percent(range.high())));
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
