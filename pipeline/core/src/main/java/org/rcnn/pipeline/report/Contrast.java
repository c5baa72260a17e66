package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;

/**
 * Two rows of the ablation that differ in one step of the method, which says what that step is
 * worth.
 *
 * @param step what differs
 * @param without the row without it
 * @param with the row with it
 */
record Contrast(Step step, ResampledRow without, ResampledRow with) {

  /** A step of the method that rows have or lack. */
  enum Step {
    /** The network learns the training images before its features are taken. */
    FINE_TUNING(
        "fine-tuning",
        Row::finetuned,
        row -> new Row(false, row.layer(), row.head(), row.boxRegression())),
    /** Boxes are corrected by regression. */
    BOX_REGRESSION(
        "box regression",
        Row::boxRegression,
        row -> new Row(row.finetuned(), row.layer(), row.head(), false)),
    /** SVMs with mined negatives score regions, instead of a softmax. */
    SVM(
        "SVMs instead of softmax",
        row -> row.head() == Heads.SVM,
        row -> new Row(row.finetuned(), row.layer(), Heads.SOFTMAX, row.boxRegression()));

    private final String title;
    private final Predicate<Row> has;
    private final UnaryOperator<Row> without;

    Step(String title, Predicate<Row> has, UnaryOperator<Row> without) {
      this.title = title;
      this.has = has;
      this.without = without;
    }

    /** The name used in tables and sentences. */
    String title() {
      return title;
    }
  }

  /** What the step adds to the mean AP, and the range of that. */
  Interval gain() {
    return with.over(without);
  }

  /** Whether the step changes nothing, on any images. */
  boolean changesNothing() {
    return gain().low() == 0 && gain().high() == 0;
  }

  /** Whether the range of the gain leaves its sign open. */
  boolean isWithinChance() {
    return isWithinChance(gain());
  }

  /** Whether the range of a difference leaves its sign open. */
  static boolean isWithinChance(Interval difference) {
    return !(difference.low() > 0 || difference.high() < 0);
  }

  /** The row without the step, by the paper's name: what the step was added to. */
  String name() {
    return without.name();
  }

  /** The contrasts of a step among the rows that were run, in the order of the rows with it. */
  static List<Contrast> of(Step step, List<ResampledRow> rows) {
    List<Contrast> contrasts = new ArrayList<>();
    for (ResampledRow with : rows) {
      if (step.has.test(with.row())) {
        Row partner = step.without.apply(with.row());
        Optional<ResampledRow> without =
            rows.stream().filter(row -> row.row().equals(partner)).findFirst();
        without.ifPresent(row -> contrasts.add(new Contrast(step, row, with)));
      }
    }
    return contrasts;
  }

  /**
   * The contrasts of a step that say most: those without box regression, and of box regression
   * those of SVMs. Where there are none of these, all.
   */
  static List<Contrast> plain(Step step, List<ResampledRow> rows) {
    List<Contrast> all = of(step, rows);
    List<Contrast> plain =
        all.stream()
            .filter(
                one ->
                    step == Step.BOX_REGRESSION
                        ? one.with().row().head() == Heads.SVM
                        : !one.with().row().boxRegression())
            .toList();
    return plain.isEmpty() ? all : plain;
  }
}
