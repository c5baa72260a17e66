package org.rcnn.pipeline.learned;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.pipeline.draw.FilterGrid;
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.pipeline.stage.Experiment;

/**
 * The filters of a network's first convolution before and after fine-tuning. Only there do weights
 * stand for colours of pixels, so only there do they look like something: edges, spots, colours.
 *
 * @param layer the convolution's name
 * @param filters number of filters
 * @param kernel side of a filter in pixels
 * @param before {@code filters x 3 x kernel x kernel} weights, in red, green and blue; not copied
 * @param after the same after fine-tuning
 */
public record FirstFilters(String layer, int filters, int kernel, float[] before, float[] after) {

  /** Filters that are drawn; the rest of a wide layer is left out. */
  static final int MOST_DRAWN = 128;

  private static final int COLUMNS = 16;

  /**
   * The filters of an experiment; empty if the first convolution does not see three colours.
   *
   * @throws IOException if fine-tuning fails or its weights cannot be read
   */
  public static Optional<FirstFilters> of(Experiment experiment) throws IOException {
    NetworkDefinition network = experiment.backbone().definition();
    Optional<Convolution> first = first(network);
    if (first.isEmpty()) {
      return Optional.empty();
    }
    Weights before = experiment.weights(false);
    return Optional.of(between(network, first.get(), before, experiment.weights(true)));
  }

  /** The first convolution, if it sees the three colours of the input. */
  static Optional<Convolution> first(NetworkDefinition network) {
    return network
        .leaves()
        .filter(Convolution.class::isInstance)
        .map(Convolution.class::cast)
        .findFirst()
        .filter(convolution -> convolution.in() == 3 && convolution.groups() == 1);
  }

  static FirstFilters between(
      NetworkDefinition network, Convolution layer, Weights before, Weights after) {
    boolean reversed = network.preprocessing().order() == ColourOrder.BGR;
    return new FirstFilters(
        layer.name(),
        layer.out(),
        layer.kernel(),
        inRgb(layer, before, reversed),
        inRgb(layer, after, reversed));
  }

  private static float[] inRgb(Layer layer, Weights weights, boolean reversed) {
    Tensor tensor = weights.tensors().get(layer.name() + ".weight");
    if (!reversed) {
      return tensor.values();
    }
    int area = tensor.shape()[2] * tensor.shape()[3];
    float[] turned = new float[tensor.values().length];
    for (int map = 0; map < 3 * tensor.shape()[0]; map++) {
      int from = map - map % 3 + (2 - map % 3);
      System.arraycopy(tensor.values(), from * area, turned, map * area, area);
    }
    return turned;
  }

  /** How far the weights moved, as a share of their length at the start. */
  public double distance() {
    return Math.sqrt(squares(difference()) / squares(before));
  }

  /** Whether fine-tuning changed no weight. */
  public boolean isUnchanged() {
    return squares(difference()) == 0;
  }

  private static double squares(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return sum;
  }

  private float[] difference() {
    float[] difference = new float[before.length];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = after[i] - before[i];
    }
    return difference;
  }

  /**
   * How much more strongly than the filters their difference is drawn: the largest weight at the
   * start through the largest change; 1 if nothing changed.
   */
  public double amplification() {
    return isUnchanged() ? 1 : largest(before, 0, before.length) / largestChange();
  }

  private double largestChange() {
    return largest(difference(), 0, before.length);
  }

  private static double largest(float[] values, int from, int count) {
    double largest = 0;
    for (int i = from; i < from + count; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  /** How many filters the pictures show. */
  public int drawn() {
    return Math.min(filters, MOST_DRAWN);
  }

  /**
   * The filters before fine-tuning; each is as strong as the larger of itself and its successor.
   */
  public Picture beforePicture() {
    return FilterGrid.of(before, kernel, scales(), COLUMNS);
  }

  /** The filters after fine-tuning, on the scale of {@link #beforePicture}. */
  public Picture afterPicture() {
    return FilterGrid.of(after, kernel, scales(), COLUMNS);
  }

  /** What fine-tuning added to each filter, all of them on one scale: the largest change. */
  public Picture differencePicture() {
    double[] scales = new double[drawn()];
    Arrays.fill(scales, largestChange());
    return FilterGrid.of(difference(), kernel, scales, COLUMNS);
  }

  private double[] scales() {
    int size = 3 * kernel * kernel;
    double[] scales = new double[drawn()];
    for (int f = 0; f < scales.length; f++) {
      scales[f] = Math.max(largest(before, f * size, size), largest(after, f * size, size));
    }
    return scales;
  }
}
