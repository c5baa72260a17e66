package org.rcnn.cnn.train;

import org.rcnn.data.Check;

/**
 * How the weights that a fine-tuning keeps are found, and when a phase ends early. The paper has
 * neither: it keeps the last weights.
 *
 * @param keep which weights are kept [last]
 * @param patience a phase ends after as many judgements in a row that found no better weights than
 *     the best before; 0 for never
 * @param judgeEvery iterations of a phase from one judgement to the next; there is one at its end
 *     too
 */
public record Judging(Keep keep, int patience, int judgeEvery) {

  /** No judgements: the last weights are kept. */
  public static final Judging OFF = new Judging(Keep.LAST, 0, 250);

  /** Refuses invalid values; the message names the setting. */
  public Judging {
    Check.given("keep", keep);
    Check.atLeast("patience", patience, 0);
    Check.atLeast("judge-every", judgeEvery, 1);
    if (keep == Keep.LAST && patience > 0) {
      throw new IllegalArgumentException(
          "patience must be 0 while keep is last, because nothing is judged; it is %d."
              .formatted(patience));
    }
  }

  /** Whether weights are judged at all. */
  public boolean isOn() {
    return keep != Keep.LAST;
  }
}
