package org.rcnn.cnn.weights;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.AveragePool;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.LocalResponseNorm;
import org.rcnn.cnn.network.Layer.MaxPool;

/**
 * A file's description of a layer. The files of torch and NumPy have none; Caffe's are complete.
 *
 * @param name the layer's name in the file
 * @param kind what it is, in the words of {@link Layer#kind()} where there is such a layer
 * @param facts its settings by name, such as {@code stride}
 */
public record SourceLayer(String name, String kind, Map<String, Double> facts) {

  /** Keeps its own copy. */
  public SourceLayer {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /** A layer of this project, described in the same way. */
  static SourceLayer of(Layer layer) {
    Map<String, Double> facts = new LinkedHashMap<>();
    if (layer instanceof Convolution c) {
      facts.put("number of outputs", (double) c.out());
      facts.put("kernel", (double) c.kernel());
      facts.put("stride", (double) c.stride());
      facts.put("padding", (double) c.padding());
      facts.put("number of groups", (double) c.groups());
      facts.put("dilation", 1.0);
    } else if (layer instanceof Linear l) {
      facts.put("number of outputs", (double) l.out());
    } else if (layer instanceof MaxPool p) {
      facts.put("kernel", (double) p.kernel());
      facts.put("stride", (double) p.stride());
      facts.put("padding", (double) p.padding());
    } else if (layer instanceof AveragePool p) {
      facts.put("kernel", (double) p.kernel());
      facts.put("stride", (double) p.stride());
      facts.put("padding", (double) p.padding());
    } else if (layer instanceof LocalResponseNorm n) {
      facts.put("size", (double) n.size());
      facts.put("alpha", (double) n.alpha());
      facts.put("beta", (double) n.beta());
      facts.put("k", (double) n.k());
    }
    return new SourceLayer(layer.name(), layer.kind(), facts);
  }

  /** How this layer differs from one of this project's, if it does. */
  Optional<String> difference(Layer ours) {
    SourceLayer here = of(ours);
    if (!kind.equals(here.kind)) {
      return Optional.of("it is %s in the source and %s here".formatted(kind, here.kind));
    }
    for (Map.Entry<String, Double> fact : here.facts.entrySet()) {
      double there = facts.getOrDefault(fact.getKey(), Double.NaN);
      // Files write 0.0001 and keep it as a float: equal to seven digits is equal. NaN, such as for
      // a kernel of 3 x 1, is equal to nothing.
      boolean same = Math.abs(there - fact.getValue()) <= 1e-6 * Math.abs(fact.getValue());
      if (!same) {
        return Optional.of(
            "its %s is %s in the source and %s here"
                .formatted(fact.getKey(), number(there), number(fact.getValue())));
      }
    }
    return Optional.empty();
  }

  /** Its kind and settings as text, such as {@code MaxPool, kernel 3, stride 2, padding 0}. */
  public String settings() {
    StringBuilder text = new StringBuilder(kind);
    facts.forEach(
        (name, value) -> text.append(", ").append(name).append(' ').append(number(value)));
    return text.toString();
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "not one number";
    }
    return value == Math.rint(value) ? Long.toString((long) value) : Float.toString((float) value);
  }
}
