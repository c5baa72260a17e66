package org.rcnn.svm;

import java.util.Locale;

/**
 * What training did for one class.
 *
 * @param className the class
 * @param pairsSeen pairs offered whose overlap was large enough, held back or not
 * @param pairsUsed pairs learned from
 * @param pairsHeldBack pairs of held-back ground truths that were measured
 * @param iouBefore mean IoU of the held-back proposals with their ground truths; NaN without any
 * @param iouAfter the same after correction
 * @param form how the solution was found
 * @param doublePrecision whether the fast sum was too coarse and a full double precision one used
 * @param residual relative residual of the linear system, ‖b − A x‖ / ‖b‖
 */
public record BoxRegressionReport(
    String className,
    long pairsSeen,
    int pairsUsed,
    int pairsHeldBack,
    double iouBefore,
    double iouAfter,
    Form form,
    boolean doublePrecision,
    double residual) {

  /** How a class's weights were found. */
  public enum Form {
    /** Through the system of order samples, there being fewer samples than dimensions. */
    DUAL,
    /** Through the system of order dimensions. */
    PRIMAL,
    /** Not at all: too few pairs, boxes stay as they are. */
    IDENTITY
  }

  /** One line for a log. */
  public String describe() {
    String line =
        form == Form.IDENTITY
            ? "%s: only %d pairs, too few to learn from; boxes stay as they are"
                .formatted(className, pairsUsed)
            : String.format(
                Locale.ROOT,
                "%s: %d of %d pairs, %s%s, residual %.1e",
                className,
                pairsUsed,
                pairsSeen,
                form.name().toLowerCase(Locale.ROOT),
                doublePrecision ? " in double precision" : "",
                residual);
    return pairsHeldBack == 0
        ? line + ", none held back"
        : line
            + String.format(
                Locale.ROOT,
                ", IoU %.3f -> %.3f on %d held back",
                iouBefore,
                iouAfter,
                pairsHeldBack);
  }
}
