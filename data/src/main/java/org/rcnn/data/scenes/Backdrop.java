package org.rcnn.data.scenes;

import java.util.random.RandomGenerator;

/** The background: one textured surface, or two that meet at a horizon. */
final class Backdrop {

  private Backdrop() {}

  static void paint(Canvas canvas, RandomGenerator random) {
    Material near = surface(random);
    if (random.nextInt(3) > 0) {
      paintSurface(canvas, near);
    } else {
      paintHorizon(canvas, near, surface(random), random);
    }
    canvas.blur(random.nextDouble() < 0.5 ? 0 : 4 * random.nextDouble());
  }

  /** Any texture, the objects' own included, but mostly with less contrast than an object has. */
  private static Material surface(RandomGenerator random) {
    Texture[] all = Texture.values();
    Texture texture = random.nextInt(4) == 0 ? Texture.PLAIN : all[random.nextInt(all.length)];
    double period = 10 * Math.pow(5, random.nextDouble());
    double angle = Math.PI * random.nextDouble();
    Material vivid = Material.random(random, texture, period, angle, 0);
    double contrast = 0.2 + 0.6 * random.nextDouble();
    double[] second = new double[3];
    for (int channel = 0; channel < 3; channel++) {
      second[channel] = Noise.mix(vivid.first()[channel], vivid.second()[channel], contrast);
    }
    double mottling = 0.3 + 0.5 * random.nextDouble();
    return new Material(
        texture, vivid.cos(), vivid.sin(), vivid.seed(), vivid.first(), second, mottling);
  }

  private static void paintSurface(Canvas canvas, Material material) {
    double[] colour = new double[3];
    for (int y = 0; y < canvas.height(); y++) {
      for (int x = 0; x < canvas.width(); x++) {
        colour[0] = colour[1] = colour[2] = 0;
        material.addColour(x, y, 1, colour);
        canvas.blend(x, y, colour, 1);
      }
    }
  }

  private static void paintHorizon(
      Canvas canvas, Material ground, Material sky, RandomGenerator random) {
    double level = canvas.height() * (0.25 + 0.4 * random.nextDouble());
    double roughness = 0.12 * canvas.height() * random.nextDouble();
    int seed = random.nextInt();
    double[] colour = new double[3];
    for (int x = 0; x < canvas.width(); x++) {
      double horizon = level + roughness * Noise.octaves(x / 40.0, 0, 5, seed);
      for (int y = 0; y < canvas.height(); y++) {
        colour[0] = colour[1] = colour[2] = 0;
        if (y < horizon) {
          sky.addColour(x, y, 0.8 + 0.4 * y / canvas.height(), colour);
        } else {
          // A plane seen at an angle: the pattern is finer farther away.
          double depth = 60 / (y - horizon + 30);
          ground.addColour((x - canvas.width() / 2.0) * depth, 90 * depth, 1, colour);
        }
        canvas.blend(x, y, colour, 1);
      }
    }
  }
}
