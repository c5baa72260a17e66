package org.rcnn.pipeline.draw;

import java.awt.Color;
import java.util.Locale;

/**
 * One colour for each class, which depends on the class name alone.
 *
 * <p>So a class looks the same in every picture of every run, whatever the other classes. Two names
 * may get similar colours, so pictures always show the name too.
 */
public final class ClassColours {

  private static final int HUES = 24;
  private static final float[] SATURATIONS = {0.95f, 0.62f};
  private static final float[] BRIGHTNESSES = {1.0f, 0.82f};

  // The best of a few hundred seeds: it gives the twenty VOC classes clearly different colours.
  private static final int SEED = 0x398e9241;

  private ClassColours() {}

  /** The colour of a class: saturated and bright enough to stand out on a photograph. */
  public static Color of(String className) {
    int hash = mix(className.hashCode() ^ SEED);
    float hue = (hash >>> 8) % HUES / (float) HUES;
    return Color.getHSBColor(hue, SATURATIONS[hash & 1], BRIGHTNESSES[hash >>> 1 & 1]);
  }

  /** Black or white, whichever is easier to read on the given colour. */
  public static Color inkOn(Color background) {
    double luminance =
        0.2126 * linear(background.getRed())
            + 0.7152 * linear(background.getGreen())
            + 0.0722 * linear(background.getBlue());
    // Where black and white have the same WCAG contrast: (L + 0.05)^2 = 1.05 * 0.05.
    return luminance > 0.179 ? Color.BLACK : Color.WHITE;
  }

  /** The colour as CSS writes it, {@code #rrggbb}. */
  public static String css(Color colour) {
    return String.format(Locale.ROOT, "#%06x", colour.getRGB() & 0xffffff);
  }

  private static double linear(int channel) {
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  }

  /** Spreads the near-equal hash codes of similar names (the finaliser of MurmurHash3). */
  private static int mix(int hash) {
    int h = hash;
    h = (h ^ h >>> 16) * 0x85ebca6b;
    h = (h ^ h >>> 13) * 0xc2b2ae35;
    return h ^ h >>> 16;
  }
}
