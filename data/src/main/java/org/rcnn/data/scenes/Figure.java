package org.rcnn.data.scenes;

import java.util.random.RandomGenerator;

/**
 * A shape of one material at a position in the picture: an object, a distractor or an occluder.
 *
 * <p>It knows its coverage of every pixel, so that the drawing and the annotation follow from the
 * same numbers.
 */
final class Figure {

  /** Coverage is counted in sixteenths: each pixel is sampled at 4 × 4 points. */
  private static final int GRID = 4;

  static final int FULL = GRID * GRID;

  /** The class that the figure is an object of, or null if it is none. */
  final String className;

  final int left;
  final int top;
  final int right;
  final int bottom;
  private final Shape shape;
  private final Material material;
  private final double centreX;
  private final double centreY;
  private final double halfWidth;
  private final double halfHeight;
  private final double cos;
  private final double sin;
  private final double lightX;
  private final double lightY;
  private final byte[] coverage;
  private final double wholeArea;

  /**
   * Places a figure.
   *
   * @param halfWidth half the width of the shape's square in pixels; negative mirrors it
   * @param halfHeight half its height in pixels
   * @param angle its rotation in radians
   * @param width the picture's width
   * @param height the picture's height
   */
  Figure(
      String className,
      Shape shape,
      Material material,
      double centreX,
      double centreY,
      double halfWidth,
      double halfHeight,
      double angle,
      RandomGenerator random,
      int width,
      int height) {
    this.className = className;
    this.shape = shape;
    this.material = material;
    this.centreX = centreX;
    this.centreY = centreY;
    this.halfWidth = halfWidth;
    this.halfHeight = halfHeight;
    this.cos = Math.cos(angle);
    this.sin = Math.sin(angle);
    double lightAngle = 2 * Math.PI * random.nextDouble();
    double lightStrength = 0.35 * random.nextDouble();
    this.lightX = lightStrength * Math.cos(lightAngle);
    this.lightY = lightStrength * Math.sin(lightAngle);

    double reachX = Math.abs(halfWidth * cos) + Math.abs(halfHeight * sin);
    double reachY = Math.abs(halfWidth * sin) + Math.abs(halfHeight * cos);
    int x0 = (int) Math.floor(centreX - reachX);
    int x1 = (int) Math.ceil(centreX + reachX) + 1;
    int y0 = (int) Math.floor(centreY - reachY);
    int y1 = (int) Math.ceil(centreY + reachY) + 1;
    left = Math.max(0, Math.min(width, x0));
    right = Math.max(left, Math.min(width, x1));
    top = Math.max(0, Math.min(height, y0));
    bottom = Math.max(top, Math.min(height, y1));
    coverage = new byte[(right - left) * (bottom - top)];
    long whole = 0;
    for (int y = y0; y < y1; y++) {
      for (int x = x0; x < x1; x++) {
        int covered = count(x, y);
        whole += covered;
        if (x >= left && x < right && y >= top && y < bottom) {
          coverage[(y - top) * (right - left) + x - left] = (byte) covered;
        }
      }
    }
    wholeArea = (double) whole / FULL;
  }

  private int count(int x, int y) {
    int covered = 0;
    for (int i = 0; i < FULL; i++) {
      double px = x + (i % GRID + 0.5) / GRID;
      double py = y + (i / GRID + 0.5) / GRID;
      if (containsPixel(px, py)) {
        covered++;
      }
    }
    return covered;
  }

  private boolean containsPixel(double px, double py) {
    return shape.contains(localX(px, py), localY(px, py));
  }

  private double localX(double px, double py) {
    return ((px - centreX) * cos + (py - centreY) * sin) / halfWidth;
  }

  private double localY(double px, double py) {
    return ((py - centreY) * cos - (px - centreX) * sin) / halfHeight;
  }

  /** How much of a pixel the figure covers, in sixteenths. */
  int coverage(int x, int y) {
    return x < left || x >= right || y < top || y >= bottom
        ? 0
        : coverage[(y - top) * (right - left) + x - left];
  }

  /** The figure's area in pixels, parts outside the picture included. */
  double wholeArea() {
    return wholeArea;
  }

  /** The share of the figure that lies in the picture, hidden or not. */
  double shareInPicture() {
    long inside = 0;
    for (byte covered : coverage) {
      inside += covered;
    }
    return wholeArea == 0 ? 0 : inside / (FULL * wholeArea);
  }

  /** Draws the figure over the existing picture. */
  void draw(Canvas canvas) {
    double[] colour = new double[3];
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int covered = coverage(x, y);
        if (covered > 0) {
          colourAt(x, y, colour);
          canvas.blend(x, y, colour, (double) covered / FULL);
        }
      }
    }
  }

  /** The mean of four points, so that a fine pattern on a small figure turns grey, not jagged. */
  private void colourAt(int x, int y, double[] colour) {
    colour[0] = 0;
    colour[1] = 0;
    colour[2] = 0;
    for (int i = 0; i < 4; i++) {
      double px = x + 0.25 + 0.5 * (i & 1);
      double py = y + 0.25 + 0.5 * (i >> 1);
      double u = localX(px, py);
      double v = localY(px, py);
      double rim = 1.08 - 0.3 * Math.min(1.2, u * u + v * v);
      material.addColour(u, v, 0.25 * rim * (1 + lightX * u + lightY * v), colour);
    }
  }

  /** Darkens the existing picture where the figure's shadow falls. */
  void castShadow(Canvas canvas, double offsetX, double offsetY, double strength) {
    double softness = 0.12 * Math.min(Math.abs(halfWidth), halfHeight) + 1;
    int reach = (int) Math.ceil(Math.max(Math.abs(offsetX), Math.abs(offsetY)) + 2 * softness);
    for (int y = Math.max(0, top - reach); y < Math.min(canvas.height(), bottom + reach); y++) {
      for (int x = Math.max(0, left - reach); x < Math.min(canvas.width(), right + reach); x++) {
        int hits = 0;
        for (int i = 0; i < 9; i++) {
          double px = x + 0.5 - offsetX + softness * (i % 3 - 1);
          double py = y + 0.5 - offsetY + softness * (i / 3 - 1);
          hits += containsPixel(px, py) ? 1 : 0;
        }
        if (hits > 0) {
          canvas.darken(x, y, 1 - strength * hits / 9);
        }
      }
    }
  }
}
