package org.rcnn.data.scenes;

import static org.rcnn.data.scenes.Noise.clamp;

/**
 * Patterns of the plane between two colours: 0 is the first, 1 the second. One repetition is about
 * one unit wide. Every pattern is irregular in its own way, so no two patches are alike.
 */
enum Texture {
  STRIPES {
    @Override
    double at(double x, double y, int seed) {
      double bent = x + 0.3 * Noise.value(0.6 * x, 0.6 * y, seed);
      return clamp(0.5 + 1.6 * Math.sin(2 * Math.PI * bent));
    }
  },
  SPOTS {
    @Override
    double at(double x, double y, int seed) {
      double nearest = nearestTwo(x, y, seed, 0.55)[0];
      double radius = 0.27 + 0.08 * Noise.value(0.5 * x, 0.5 * y, seed + 7);
      return clamp(0.5 + 9 * (radius - nearest));
    }
  },
  CELLS {
    @Override
    double at(double x, double y, int seed) {
      double[] nearest = nearestTwo(x, y, seed, 0.8);
      return clamp(1.5 - 9 * (nearest[1] - nearest[0]));
    }
  },
  CHECKS {
    @Override
    double at(double x, double y, int seed) {
      return clamp(0.5 + 4 * Math.sin(Math.PI * x) * Math.sin(Math.PI * y));
    }
  },
  BRICKS {
    @Override
    double at(double x, double y, int seed) {
      double row = Math.floor(1.6 * y);
      double across = x + 0.5 * (row % 2) + 0.1 * Noise.hash((int) row, 0, seed);
      double joint = Math.min(edge(across), edge(1.6 * y) / 1.6);
      double stone = 0.25 * Noise.hash((int) Math.floor(across), (int) row, seed + 1);
      return Math.max(stone, clamp(1.6 - 14 * joint));
    }
  },
  WEAVE {
    @Override
    double at(double x, double y, int seed) {
      boolean over = (((int) Math.floor(2 * x) + (int) Math.floor(2 * y)) & 1) == 0;
      double along = over ? edge(2 * x) : edge(2 * y);
      double across = over ? edge(2 * y) : edge(2 * x);
      return clamp(3 * across) * (0.35 + 1.3 * along);
    }
  },
  WOOD {
    @Override
    double at(double x, double y, int seed) {
      double ring = 1.4 * x + 1.6 * Noise.octaves(0.35 * x, 0.08 * y, 3, seed);
      double phase = ring - Math.floor(ring);
      return clamp(phase * phase * 1.2 + 0.15 * Noise.value(14 * x, 0.7 * y, seed + 5));
    }
  },
  WAVES {
    @Override
    double at(double x, double y, int seed) {
      double zigzag = x + 0.9 * edge(0.7 * y);
      return clamp(0.5 + 2 * Math.sin(2 * Math.PI * zigzag));
    }
  },
  HATCHING {
    @Override
    double at(double x, double y, int seed) {
      double wobble = 0.12 * Noise.value(x, y, seed);
      double line = Math.min(edge(1.3 * (x + y) + wobble), edge(1.3 * (x - y) - wobble));
      return clamp(1.4 - 8 * line);
    }
  },
  MARBLE {
    @Override
    double at(double x, double y, int seed) {
      double vein = Math.sin(Math.PI * (0.9 * x + 2.4 * Noise.octaves(0.7 * x, 0.7 * y, 4, seed)));
      return clamp(1.2 - 1.9 * Math.sqrt(Math.abs(vein)));
    }
  },
  RINGS {
    @Override
    double at(double x, double y, int seed) {
      double radius = Math.sqrt(x * x + y * y) + 0.12 * Noise.value(x, y, seed);
      return clamp(0.5 + 2 * Math.sin(2 * Math.PI * radius));
    }
  },
  PLAIN {
    @Override
    double at(double x, double y, int seed) {
      return clamp(0.4 + 0.8 * Noise.octaves(0.4 * x, 0.4 * y, 3, seed));
    }
  };

  /**
   * The pattern's value at a point.
   *
   * @param seed distinguishes one instance of the pattern from another
   * @return from 0 to 1
   */
  abstract double at(double x, double y, int seed);

  /** Distance to the nearest whole number. */
  private static double edge(double value) {
    return Math.abs(value - Math.rint(value));
  }

  /**
   * Distances to the nearest and second nearest of one random point per unit square.
   *
   * @param jitter how far a point may lie from its square's middle, 1 for anywhere in it
   */
  private static double[] nearestTwo(double x, double y, int seed, double jitter) {
    int ix = (int) Math.floor(x);
    int iy = (int) Math.floor(y);
    double first = Double.MAX_VALUE;
    double second = Double.MAX_VALUE;
    for (int cy = iy - 1; cy <= iy + 1; cy++) {
      for (int cx = ix - 1; cx <= ix + 1; cx++) {
        double dx = cx + 0.5 + jitter * (Noise.hash(cx, cy, seed) - 0.5) - x;
        double dy = cy + 0.5 + jitter * (Noise.hash(cx, cy, seed + 1) - 0.5) - y;
        double distance = dx * dx + dy * dy;
        if (distance < first) {
          second = first;
          first = distance;
        } else if (distance < second) {
          second = distance;
        }
      }
    }
    return new double[] {Math.sqrt(first), Math.sqrt(second)};
  }
}
