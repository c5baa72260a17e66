package org.rcnn.cnn.network;

/**
 * How pixels become a network's input: {@code (value - mean[c]) * scale}, channel by channel.
 *
 * @param order the order of the three channels
 * @param mean what is subtracted, on the scale 0 to 255, in the same order
 * @param scale what the difference is multiplied by
 * @param antialias whether shrinking averages over the pixels that fall together. The authors' warp
 *     does not (MATLAB's bilinear with antialiasing off), which at 227 pixels matters little; at 64
 *     pixels most regions shrink threefold, and networks trained on averaged thumbnails need it.
 */
public record Preprocessing(ColourOrder order, float[] mean, float scale, boolean antialias) {

  /** The order of an input's colour channels. */
  public enum ColourOrder {
    /** Red, green, blue: torchvision's networks and ours. */
    RGB,
    /** Blue, green, red: Caffe's networks. */
    BGR
  }

  /** Refuses a mean that is not three numbers. */
  public Preprocessing {
    if (mean.length != 3) {
      throw new IllegalArgumentException("A mean has three channels, not " + mean.length + ".");
    }
    mean = mean.clone();
  }

  @Override
  public float[] mean() {
    return mean.clone();
  }
}
