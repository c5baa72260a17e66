package org.rcnn.cnn.train;

/**
 * Images that a fine-tuning does not learn from.
 *
 * @param regions their labelled regions, for the validation loss
 * @param judge finds the mean average precision on them; may be null if {@link Keep#HIGHEST_MAP} is
 *     not asked for
 */
public record HeldOut(RegionPool regions, Judge judge) {

  /** Regions alone, for the validation loss. */
  public HeldOut(RegionPool regions) {
    this(regions, null);
  }
}
