package org.rcnn.data;

/**
 * Whether a picture is turned as its file says. A phone stores every photo as the sensor lies and
 * notes in the file how it was held; viewers and labelling tools show it upright.
 */
public enum ExifOrientation implements Labelled {
  /** Pictures are turned upright, as labelling tools show them. */
  APPLY,
  /** Pixels are taken as they are stored; for annotations that were made on stored pixels. */
  IGNORE
}
