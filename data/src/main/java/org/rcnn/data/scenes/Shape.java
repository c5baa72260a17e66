package org.rcnn.data.scenes;

/** Outlines in the square from (−1, −1) to (1, 1), y downwards. */
enum Shape {
  ROUND {
    @Override
    boolean contains(double x, double y) {
      return x * x + y * y / 0.8 < 0.96;
    }
  },
  FISH {
    @Override
    boolean contains(double x, double y) {
      double body = sq((x + 0.22) / 0.76) + sq(y / 0.5);
      boolean tail = x > 0.4 && x < 0.98 && Math.abs(y) < 0.1 + 0.85 * (x - 0.4) && !notch(x, y);
      boolean fin = y < -0.2 && y > -0.72 && x > -0.35 && x < 0.25 + 0.5 * (y + 0.2);
      return body < 1 || tail || fin;
    }

    private boolean notch(double x, double y) {
      return x > 0.72 && Math.abs(y) < 0.9 * (x - 0.72);
    }
  },
  STAR {
    @Override
    boolean contains(double x, double y) {
      return polar(x, y, 5, 0.36, 0.98);
    }
  },
  LEAF {
    @Override
    boolean contains(double x, double y) {
      boolean blade = x > -0.75 && Math.abs(y) < 0.62 * Math.sqrt(1 - x) * (x + 0.75);
      return blade || x <= -0.6 && x > -0.98 && Math.abs(y) < 0.07;
    }
  },
  HEART {
    @Override
    boolean contains(double x, double y) {
      double u = 1.2 * x;
      double v = 0.12 - 1.15 * y;
      double r = u * u + v * v - 1;
      return r * r * r < u * u * v * v * v;
    }
  },
  CROSS {
    @Override
    boolean contains(double x, double y) {
      double a = Math.abs(x);
      double b = Math.abs(y);
      return Math.max(a, b) < 0.95 && Math.min(a, b) < 0.33;
    }
  },
  CRESCENT {
    @Override
    boolean contains(double x, double y) {
      return x * x + y * y < 0.95 && sq(x - 0.48) + y * y > 0.58;
    }
  },
  GEAR {
    @Override
    boolean contains(double x, double y) {
      double r = Math.sqrt(x * x + y * y);
      double tooth = Math.sin(9 * Math.atan2(y, x)) > 0 ? 0.97 : 0.76;
      return r < tooth && r > 0.24;
    }
  },
  DROP {
    @Override
    boolean contains(double x, double y) {
      boolean round = x * x + sq(y - 0.35) < 0.38;
      boolean point = y > -0.97 && y < 0.1 && Math.abs(x) < 0.52 * (y + 0.97);
      return round || point;
    }
  },
  HOUSE {
    @Override
    boolean contains(double x, double y) {
      boolean walls = Math.abs(x) < 0.68 && y > -0.1 && y < 0.93;
      boolean door = Math.abs(x - 0.2) < 0.17 && y > 0.4;
      boolean roof = y <= -0.1 && y > -0.95 && Math.abs(x) < 1.08 * (y + 0.95);
      return walls && !door || roof;
    }
  },
  ARROW {
    @Override
    boolean contains(double x, double y) {
      boolean shaft = x > -0.95 && x <= 0.1 && Math.abs(y) < 0.28;
      return shaft || x > 0.1 && Math.abs(y) < 0.9 * (0.97 - x);
    }
  },
  MUSHROOM {
    @Override
    boolean contains(double x, double y) {
      boolean cap = y < 0.1 && sq(x / 0.97) + sq((y - 0.1) / 1.02) < 1;
      return cap || y >= 0.1 && y < 0.95 && Math.abs(x) < 0.24 + 0.15 * y * y;
    }
  },
  /** A long bar, which hides and imitates edges. */
  BAR {
    @Override
    boolean contains(double x, double y) {
      return Math.abs(x) < 1 && Math.abs(y) < 0.09;
    }
  },
  /** An irregular stain. */
  BLOB {
    @Override
    boolean contains(double x, double y) {
      return x * x + y * y < 0.55 + 0.4 * Noise.value(2.2 * x + 9, 2.2 * y, 3);
    }
  };

  /** Whether the shape covers a point. */
  abstract boolean contains(double x, double y);

  private static double sq(double value) {
    return value * value;
  }

  /** A star-like outline with soft arms. */
  private static boolean polar(double x, double y, int arms, double inner, double outer) {
    double wave = 0.5 + 0.5 * Math.cos(arms * (Math.atan2(y, x) + Math.PI / 2));
    double radius = inner + (outer - inner) * Math.pow(wave, 1.3);
    return x * x + y * y < radius * radius;
  }
}
