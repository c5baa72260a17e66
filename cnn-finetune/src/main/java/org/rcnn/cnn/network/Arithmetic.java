package org.rcnn.cnn.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.network.Layer.AveragePool;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.GlobalAverage;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Parallel;

/** Follows the side of the maps through a network and counts the products on the way. */
final class Arithmetic {

  private final Map<String, Integer> convolved = new HashMap<>();
  private int side;
  private long products;
  private long largest;

  private Arithmetic(int side) {
    this.side = side;
  }

  /** Multiplications of convolutions and fully connected layers up to a layer, for one image. */
  static long products(NetworkDefinition definition, String lastLayer) {
    Arithmetic count = new Arithmetic(definition.inputSize());
    for (Layer layer : definition.layers()) {
      count.add(layer);
      if (layer.name().equals(lastLayer)) {
        break;
      }
    }
    return count.products;
  }

  /** For each convolution, the side of the maps that it gets. */
  static Map<String, Integer> convolvedSides(NetworkDefinition definition) {
    Arithmetic count = new Arithmetic(definition.inputSize());
    definition.layers().forEach(count::add);
    return count.convolved;
  }

  /** The most values that a convolution's maps have together, or the input, for one image. */
  static long largestMaps(NetworkDefinition definition) {
    Arithmetic count = new Arithmetic(definition.inputSize());
    definition.layers().forEach(count::add);
    return Math.max(count.largest, 3L * definition.inputSize() * definition.inputSize());
  }

  private void add(Layer layer) {
    if (layer instanceof Convolution c) {
      convolved.put(c.name(), side);
      side = (side + 2 * c.padding() - c.kernel()) / c.stride() + 1;
      long kernel = (long) c.in() / c.groups() * c.kernel() * c.kernel();
      products += kernel * c.out() * side * side;
      largest = Math.max(largest, (long) c.out() * side * side);
    } else if (layer instanceof Linear l) {
      products += (long) l.in() * l.out();
    } else if (layer instanceof MaxPool p) {
      int border = p.ceil() ? p.stride() - 1 : 0;
      side = (side + 2 * p.padding() - p.kernel() + border) / p.stride() + 1;
    } else if (layer instanceof AveragePool p) {
      side = (side + 2 * p.padding() - p.kernel()) / p.stride() + 1;
    } else if (layer instanceof GlobalAverage) {
      side = 1;
    } else if (layer instanceof Parallel p) {
      int before = side;
      for (List<Layer> branch : p.branches()) {
        side = before;
        branch.forEach(this::add);
      }
    }
  }
}
