package org.rcnn.cnn.network;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How pixels become a network's input: {@code (value - mean[c]) * scale[c]}, channel by channel.
 *
 * @param order the order of the three channels
 * @param mean what is subtracted, on the scale 0 to 255, in the same order
 * @param scale what the differences are multiplied by, in the same order
 * @param antialias whether shrinking averages over the pixels that fall together. The authors' warp
 *     does not (MATLAB's bilinear with antialiasing off), which at 227 pixels matters little; at 64
 *     pixels most regions shrink threefold, and networks trained on averaged thumbnails need it.
 */
public record Preprocessing(ColourOrder order, float[] mean, float[] scale, boolean antialias) {

  private static final String ORDER = "colour-order";
  private static final String MEAN = "mean";
  private static final String SCALE = "scale";

  /** The order of an input's colour channels. */
  public enum ColourOrder {
    /** Red, green, blue: torchvision's networks and ours. */
    RGB,
    /** Blue, green, red: Caffe's networks. */
    BGR
  }

  /** Refuses means and scales that are not three finite numbers. */
  public Preprocessing {
    mean = three("mean", mean);
    scale = three("scale", scale);
  }

  /** One scale for all channels. */
  public Preprocessing(ColourOrder order, float[] mean, float scale, boolean antialias) {
    this(order, mean, new float[] {scale, scale, scale}, antialias);
  }

  /**
   * What torchvision's networks expect: red, green, blue; ImageNet's mean subtracted, divided by
   * its deviation.
   */
  public static Preprocessing torchvision() {
    return new Preprocessing(
        ColourOrder.RGB,
        new float[] {123.675f, 116.28f, 103.53f},
        new float[] {1 / 58.395f, 1 / 57.12f, 1 / 57.375f},
        false);
  }

  /**
   * What Caffe's networks expect: blue, green, red, ImageNet's mean colour subtracted. The authors
   * subtract a mean image; most files are published with its mean colour alone.
   */
  public static Preprocessing caffe() {
    return new Preprocessing(ColourOrder.BGR, new float[] {104, 117, 123}, 1, false);
  }

  private static float[] three(String what, float[] values) {
    if (values.length != 3) {
      throw new IllegalArgumentException(
          "A %s has three channels, not %d.".formatted(what, values.length));
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "A %s is a finite number, not %s.".formatted(what, value));
      }
    }
    return values.clone();
  }

  @Override
  public float[] mean() {
    return mean.clone();
  }

  @Override
  public float[] scale() {
    return scale.clone();
  }

  /** As notes of a weight file: {@code colour-order}, {@code mean} and {@code scale}. */
  public Map<String, String> notes() {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put(ORDER, order.name());
    notes.put(MEAN, text(mean));
    notes.put(SCALE, text(scale));
    return notes;
  }

  /**
   * The preprocessing that a weight file's notes describe; what they leave out is taken from this
   * one.
   *
   * @param notes as {@link #notes()} writes them; other keys do not matter
   * @throws IllegalArgumentException if a note is invalid; the message is a sentence
   */
  public Preprocessing noted(Map<String, String> notes) {
    return new Preprocessing(
        notes.containsKey(ORDER) ? order(notes.get(ORDER)) : order,
        notes.containsKey(MEAN) ? numbers(MEAN, notes.get(MEAN)) : mean,
        notes.containsKey(SCALE) ? numbers(SCALE, notes.get(SCALE)) : scale,
        antialias);
  }

  private static ColourOrder order(String text) {
    return switch (text.strip().toUpperCase(Locale.ROOT)) {
      case "RGB" -> ColourOrder.RGB;
      case "BGR" -> ColourOrder.BGR;
      default ->
          throw new IllegalArgumentException("%s is RGB or BGR, not '%s'.".formatted(ORDER, text));
    };
  }

  /** One number for all channels, or three separated by commas. */
  private static float[] numbers(String key, String text) {
    String[] parts = text.split(",", -1);
    float[] values = new float[parts.length];
    try {
      for (int i = 0; i < parts.length; i++) {
        values[i] = Float.parseFloat(parts[i].strip());
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s is one number or three with commas between them, not '%s'.".formatted(key, text), e);
    }
    return values.length == 1 ? new float[] {values[0], values[0], values[0]} : values;
  }

  private static String text(float[] values) {
    return Arrays.toString(values).replaceAll("[\\[\\] ]", "");
  }

  /** Same order, numbers and antialiasing. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Preprocessing p
        && order == p.order
        && Arrays.equals(mean, p.mean)
        && Arrays.equals(scale, p.scale)
        && antialias == p.antialias;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * order.hashCode() + Arrays.hashCode(mean)) + Arrays.hashCode(scale);
  }

  @Override
  public String toString() {
    return notes().entrySet().stream()
        .map(note -> note.getKey() + " " + note.getValue())
        .collect(Collectors.joining(", "));
  }
}
