package org.rcnn.pipeline.draw;

import java.util.Objects;
import org.rcnn.data.Box;

/**
 * A box with a word on it.
 *
 * @param label what to write; it also chooses the colour; empty for a box without a label
 * @param box where
 */
public record LabelledBox(String label, Box box) {

  /** Refuses missing parts. */
  public LabelledBox {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(box, "box");
  }
}
