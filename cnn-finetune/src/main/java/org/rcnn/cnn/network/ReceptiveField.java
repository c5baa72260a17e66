package org.rcnn.cnn.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rcnn.cnn.network.Layer.Aside;
import org.rcnn.cnn.network.Layer.AveragePool;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.GlobalAverage;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Parallel;
import org.rcnn.data.Box;

/**
 * The pixels of the input that the values at a tap depend on, from the layers' kernels, steps and
 * paddings alone.
 *
 * <p>Each place of a tap's maps sees a square, cut off where it reaches beyond the input. In the
 * paper's network (section 3.1) a unit of pool5 in the middle sees 195 x 195 of the 227 x 227
 * pixels, one near the border less. Kernels, maps and input are square, so both axes are alike and
 * one is followed. At every layer a window is cut off at the border of the maps, because padding
 * tells nothing of the input. Where a layer steps over places, such as a 1 x 1 convolution with a
 * step of 2, the field is the smallest square that holds all places that are seen.
 *
 * <p>A value of a fully connected layer sees all that the layers before it saw.
 */
public final class ReceptiveField {

  /** The places {@code begin <= i < end} of an axis; empty if {@code end <= begin}. */
  private record Span(int begin, int end) {
    boolean isEmpty() {
      return end <= begin;
    }

    Span with(Span other) {
      if (isEmpty()) {
        return other;
      }
      return other.isEmpty()
          ? this
          : new Span(Math.min(begin, other.begin), Math.max(end, other.end));
    }
  }

  private final List<Span> places;
  private final int channels;

  private ReceptiveField(List<Span> places, int channels) {
    this.places = places;
    this.channels = channels;
  }

  /**
   * The fields of the values at a tap.
   *
   * @throws IllegalArgumentException if the network has no such tap
   */
  public static ReceptiveField of(NetworkDefinition network, Tap tap) {
    String wanted = network.taps().get(tap);
    if (wanted == null) {
      throw new IllegalArgumentException(network.lacks(tap));
    }
    List<Span> places = new ArrayList<>();
    for (int i = 0; i < network.inputSize(); i++) {
      places.add(new Span(i, i + 1));
    }
    for (Layer layer : network.layers()) {
      boolean last = layer.name().equals(wanted);
      if (layer instanceof Aside aside) {
        if (last) {
          places = through(aside.layers(), places);
        }
      } else {
        places = through(layer, places);
      }
      if (last) {
        break;
      }
    }
    int area = places.size() * places.size();
    return new ReceptiveField(List.copyOf(places), network.tapDimensions().get(tap) / area);
  }

  private static List<Span> through(List<Layer> layers, List<Span> places) {
    List<Span> spans = places;
    for (Layer layer : layers) {
      spans = through(layer, spans);
    }
    return spans;
  }

  /** What each place of a layer's output sees, from what each place of its input sees. */
  private static List<Span> through(Layer layer, List<Span> places) {
    if (layer instanceof Convolution c) {
      return windows(places, c.kernel(), c.stride(), c.padding(), false);
    } else if (layer instanceof MaxPool p) {
      return windows(places, p.kernel(), p.stride(), p.padding(), p.ceil());
    } else if (layer instanceof AveragePool p) {
      return windows(places, p.kernel(), p.stride(), p.padding(), false);
    } else if (layer instanceof GlobalAverage || layer instanceof Linear) {
      return List.of(union(places));
    } else if (layer instanceof Parallel p) {
      return joined(p.branches().stream().map(branch -> through(branch, places)).toList());
    }
    // What is left works place by place.
    return places;
  }

  private static List<Span> windows(
      List<Span> places, int kernel, int stride, int padding, boolean ceil) {
    int side = places.size();
    int border = ceil ? stride - 1 : 0;
    int count = (side + 2 * padding - kernel + border) / stride + 1;
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int begin = Math.max(0, i * stride - padding);
      int end = Math.min(side, i * stride - padding + kernel);
      spans.add(begin < end ? union(places.subList(begin, end)) : new Span(0, 0));
    }
    return spans;
  }

  private static Span union(List<Span> spans) {
    return spans.stream().reduce(new Span(0, 0), Span::with);
  }

  private static List<Span> joined(List<List<Span>> branches) {
    Span[] all = new Span[branches.get(0).size()];
    Arrays.fill(all, new Span(0, 0));
    for (List<Span> branch : branches) {
      for (int i = 0; i < all.length; i++) {
        all[i] = all[i].with(branch.get(i));
      }
    }
    return List.of(all);
  }

  /** The side of the tap's maps, in places; 1 behind a fully connected layer. */
  public int side() {
    return places.size();
  }

  /** The number of the tap's maps; behind a fully connected layer, of its values. */
  public int channels() {
    return channels;
  }

  /**
   * The map that a unit belongs to. A unit is a position in the tap's feature vector, whose order
   * is map, row, column.
   */
  public int channel(int unit) {
    requireUnit(unit);
    return unit / (side() * side());
  }

  /**
   * The pixels of the network's input that a unit depends on: no pixel outside changes its value.
   *
   * @param unit a position in the tap's feature vector
   * @throws IllegalArgumentException if the tap has no such unit
   */
  public Box of(int unit) {
    requireUnit(unit);
    Span x = places.get(unit % side());
    Span y = places.get(unit / side() % side());
    return new Box(x.begin(), y.begin(), x.end(), y.end());
  }

  private void requireUnit(int unit) {
    int units = channels * side() * side();
    if (unit < 0 || unit >= units) {
      throw new IllegalArgumentException(
          "There are units 0 to %d, and no unit %d.".formatted(units - 1, unit));
    }
  }
}
