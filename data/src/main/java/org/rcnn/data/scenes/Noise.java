package org.rcnn.data.scenes;

/** Smooth random functions of the plane, the raw material of every texture. */
final class Noise {

  private Noise() {}

  /** A random number from 0 to 1 for a lattice point. */
  static double hash(int x, int y, int seed) {
    int h = seed * 0x9e3779b9 + x * 0x85ebca6b + y * 0xc2b2ae35;
    h ^= h >>> 15;
    h *= 0x2c1b3c6d;
    h ^= h >>> 12;
    h *= 0x297a2d39;
    h ^= h >>> 15;
    return (h >>> 8) * 0x1p-24;
  }

  /** Value noise from −1 to 1: lattice numbers, smoothly joined; features are about 1 wide. */
  static double value(double x, double y, int seed) {
    double fx = Math.floor(x);
    double fy = Math.floor(y);
    int ix = (int) fx;
    int iy = (int) fy;
    double u = smooth(x - fx);
    double v = smooth(y - fy);
    double top = mix(hash(ix, iy, seed), hash(ix + 1, iy, seed), u);
    double bottom = mix(hash(ix, iy + 1, seed), hash(ix + 1, iy + 1, seed), u);
    return 2 * mix(top, bottom, v) - 1;
  }

  /** Octaves of value noise, each half as wide and half as strong: about −1 to 1. */
  static double octaves(double x, double y, int count, int seed) {
    double sum = 0;
    double weight = 0.5;
    for (int i = 0; i < count; i++) {
      sum += weight * value(x, y, seed + i);
      // Rotated a little each time, so that the lattices do not line up.
      double turned = 1.6 * x + 1.2 * y;
      y = 1.6 * y - 1.2 * x;
      x = turned;
      weight *= 0.5;
    }
    return sum;
  }

  static double mix(double a, double b, double t) {
    return a + (b - a) * t;
  }

  private static double smooth(double t) {
    return t * t * (3 - 2 * t);
  }

  static double clamp(double value) {
    return Math.min(1, Math.max(0, value));
  }
}
