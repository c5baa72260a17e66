package org.rcnn.eval;

import org.rcnn.data.Labelled;

/**
 * What an error is, by Bolya et al., "TIDE: A General Toolbox for Identifying Object Detection
 * Errors", ECCV 2020. A detection's kind is decided in the reference implementation's order: {@link
 * #LOCALISATION}, {@link #CLASSIFICATION}, {@link #DUPLICATE}, {@link #BACKGROUND}, {@link #BOTH}.
 */
public enum TideKind implements Labelled {
  /**
   * On an object of another class, at least at the foreground overlap. Mended: the detection gets
   * that object's class.
   */
  CLASSIFICATION,
  /**
   * Its largest overlap with an object of its class is from the background to the foreground
   * overlap. Mended: its box becomes the object's.
   */
  LOCALISATION,
  /**
   * Neither class nor box fit: anything between the other kinds, such as an overlap of 0.3 with an
   * object of another class. Mended: the detection goes.
   */
  BOTH,
  /** On an object of its class that a better detection took. Mended: the detection goes. */
  DUPLICATE,
  /** Overlaps every object by at most the background overlap. Mended: the detection goes. */
  BACKGROUND,
  /**
   * An object that no detection found, and that mending none of the others would find. Mended: the
   * object goes.
   */
  MISSED
}
