package org.rcnn.pipeline.learned;

/**
 * How much a score falls when a part of a region is hidden.
 *
 * @param cells side of the grid of hidden parts
 * @param score the score with nothing hidden
 * @param drops {@code cells x cells} differences, row by row: what the score loses when the part
 *     about a cell is hidden; negative where it rises. Not copied
 */
public record HeatMap(int cells, float score, float[] drops) {

  /** Refuses a grid that the values do not fill. */
  public HeatMap {
    if (drops.length != cells * cells) {
      throw new IllegalArgumentException(
          "A grid of %d x %d cells does not have %d values.".formatted(cells, cells, drops.length));
    }
  }

  /** The largest fall; negative if the score rises wherever something is hidden. */
  public float largestDrop() {
    float largest = Float.NEGATIVE_INFINITY;
    for (float drop : drops) {
      largest = Math.max(largest, drop);
    }
    return largest;
  }

  /** The largest rise; 0 if the score rises nowhere. */
  public float largestRise() {
    float largest = 0;
    for (float drop : drops) {
      largest = Math.max(largest, -drop);
    }
    return largest;
  }

  /** The size of the largest change in either direction. */
  public float largestChange() {
    return Math.max(largestDrop(), largestRise());
  }
}
