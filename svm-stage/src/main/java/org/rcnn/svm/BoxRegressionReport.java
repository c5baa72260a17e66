package org.rcnn.svm;

import java.util.Locale;

/**
 * How the training of one class went.
 *
 * @param className the class
 * @param pairsSeen pairs with enough overlap, held back or not
 * @param pairsUsed pairs trained on
 * @param pairsHeldBack pairs of held-back ground truths, which the IoUs are measured on
 * @param iouBefore mean IoU of the held-back proposals with their ground truths; NaN without any
 * @param iouAfter the same after correction
 * @param form how the solution was found
 * @param doublePrecision whether the fast sum was too inaccurate, so that the system's matrix was
 *     summed in double precision
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
    /** From the system of order samples, because there were fewer samples than dimensions. */
    DUAL,
    /** From the system of order dimensions. */
    PRIMAL,
    /** Not trained, because there were too few pairs: boxes are not changed. */
    IDENTITY
  }

  /** One line for a log. */
  public String describe() {
    String line =
        form == Form.IDENTITY
            ? "%s: only %d pairs, too few to train on; boxes are not changed"
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
