package org.rcnn.data.scenes;

import java.util.random.RandomGenerator;

/**
 * A texture in two colours that covers one object or one part of the background.
 *
 * @param texture the pattern
 * @param cos cosine of the pattern's angle divided by its period, the length of one repetition in
 *     units of the coordinates
 * @param sin sine of the angle divided by the period
 * @param seed distinguishes this instance of the pattern from others
 * @param first colour where the pattern is 0: red, green, blue from 0 to 255
 * @param second colour where it is 1
 * @param mottling additional variation of the brightness, from 0
 */
record Material(
    Texture texture,
    double cos,
    double sin,
    int seed,
    double[] first,
    double[] second,
    double mottling) {

  /**
   * A random material. All textures draw their colours from one distribution, so colours do not
   * reveal the texture.
   *
   * @param period the length of one repetition, in units of the coordinates
   * @param angle the pattern's rotation in radians
   * @param contrast the least difference in brightness between the two colours, from 0 to 120
   */
  static Material random(
      RandomGenerator random, Texture texture, double period, double angle, double contrast) {
    double[] first = colour(random);
    double[] second = colour(random);
    while (Math.abs(brightness(first) - brightness(second)) < contrast) {
      first = colour(random);
      second = colour(random);
    }
    double mottling = 0.1 + 0.35 * random.nextDouble();
    return new Material(
        texture,
        Math.cos(angle) / period,
        Math.sin(angle) / period,
        random.nextInt(),
        first,
        second,
        mottling);
  }

  private static double[] colour(RandomGenerator random) {
    double hue = 6 * random.nextDouble();
    double saturation = 0.75 * Math.sqrt(random.nextDouble());
    double value = 35 + 205 * random.nextDouble();
    double[] colour = new double[3];
    for (int channel = 0; channel < 3; channel++) {
      double distance = Math.abs((hue - 2 * channel + 9) % 6 - 3);
      double share = Noise.clamp(2 - distance);
      colour[channel] = value * (1 - saturation * (1 - share));
    }
    return colour;
  }

  private static double brightness(double[] colour) {
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
  }

  /** Adds the colour at a point to a sum. */
  void addColour(double x, double y, double weight, double[] sum) {
    double u = x * cos + y * sin;
    double v = y * cos - x * sin;
    double pattern = texture.at(u, v, seed);
    double light = 1 + mottling * Noise.octaves(1.3 * u, 1.3 * v, 4, seed + 31);
    for (int channel = 0; channel < 3; channel++) {
      sum[channel] += weight * light * Noise.mix(first[channel], second[channel], pattern);
    }
  }
}
