package org.rcnn.proposals;

import org.rcnn.data.Check;
import org.rcnn.data.Labelled;
import org.rcnn.data.RgbImage;

/**
 * The size at which an image is searched; boxes are mapped back to the original pixels.
 *
 * <p>The scales k, the smallest region and the smallest box side were chosen for VOC photos, whose
 * longer side is 500 pixels. Other photos give comparable proposals if they are searched at a
 * similar size.
 *
 * @param rule how the size is computed from the image's
 * @param pixels the side that the rule needs; ignored by {@link Rule#ORIGINAL}
 */
public record WorkingSize(Rule rule, int pixels) {

  /** How the size is computed from the image's. */
  public enum Rule implements Labelled {
    /** The original size. */
    ORIGINAL,
    /** The width is scaled to the given one, up or down: the R-CNN authors' detection option. */
    WIDTH,
    /** The longer side is scaled down to the given one if it is longer. */
    LONGER_SIDE
  }

  /** Refuses a side below 1; the message names the rule. */
  public WorkingSize {
    Check.given("rule", rule);
    if (rule != Rule.ORIGINAL) {
      Check.atLeast(rule.label(), pixels, 1);
    }
  }

  /** The original size. */
  public static WorkingSize original() {
    return new WorkingSize(Rule.ORIGINAL, 0);
  }

  /** Scaled, up or down, to a width. */
  public static WorkingSize width(int pixels) {
    return new WorkingSize(Rule.WIDTH, pixels);
  }

  /** Scaled down so that neither side is longer. */
  public static WorkingSize longerSide(int pixels) {
    return new WorkingSize(Rule.LONGER_SIDE, pixels);
  }

  /** The factor for an image, so that the result has at most {@code mostPixels} pixels. */
  double factor(RgbImage image, int mostPixels) {
    return factor(image.width(), image.height(), mostPixels);
  }

  /** The factor for an image of a width and height. */
  double factor(int width, int height, int mostPixels) {
    double asked =
        switch (rule) {
          case ORIGINAL -> 1;
          case WIDTH -> pixels / (double) width;
          case LONGER_SIDE -> Math.min(1, pixels / (double) Math.max(width, height));
        };
    double area = (double) width * height;
    return Math.min(asked, Math.sqrt(mostPixels / area));
  }
}
