package org.rcnn.proposals;

import org.rcnn.data.Labelled;

/**
 * A colour space in which an image is segmented and its regions are compared. Each reacts
 * differently to shadows, shading and highlights, so that searching several finds more objects
 * (Uijlings et al., section 4.1).
 *
 * <p>Every channel is stretched to 0..255 and rounded, as the authors' and OpenCV's segmentation
 * codes expect.
 */
public enum ColourSpace implements Labelled {
  /**
   * Hue, saturation, value. Hue is treated as a plain number: its two ends, both red, lie apart.
   */
  HSV(3),
  /** CIE L*a*b* of sRGB under D65: L* times 2.55, a* and b* plus 128. */
  LAB(3),
  /** The chromaticities r and g, and intensity: r = R / (R + G + B), g = G / (R + G + B). */
  RGI(3),
  /** The hue alone. */
  HUE(1),
  /** The intensity alone, with the luma weights 0.299, 0.587, 0.114. */
  INTENSITY(1);

  private final int channels;

  ColourSpace(int channels) {
    this.channels = channels;
  }

  /** Number of channels, 1 or 3. */
  public int channels() {
    return channels;
  }
}
