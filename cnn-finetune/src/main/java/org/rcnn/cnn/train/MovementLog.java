package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;

/**
 * The movements of a training so far. Part of its checkpoint.
 *
 * <p>A measurement costs a copy of the learning layers' weights and one pass over them, and a sum
 * of squares over their gradients: less than a hundredth of the stretch of iterations that it
 * closes. It reads and changes nothing that the training depends on.
 */
final class MovementLog {

  private static final String KEY = "movements";

  private final Weights start;
  private final List<String> layers;
  private final List<Movement> movements = new ArrayList<>();

  /** Distance and length of layers that do not learn in the phase in progress. */
  private final Map<String, double[]> resting = new HashMap<>();

  /**
   * The movements of a training.
   *
   * @param start the weights that distances are measured from
   * @param saved its checkpoint; null at its begin
   */
  MovementLog(NetworkDefinition definition, Weights start, WeightFile saved) {
    this.start = start;
    this.layers =
        definition.parameterLayers().stream()
            .map(Layer::name)
            .filter(layer -> start.tensors().containsKey(weight(layer)))
            .toList();
    if (saved != null) {
      saved.metadata().getOrDefault(KEY, "").lines().map(this::movement).forEach(movements::add);
    }
  }

  private static String weight(String layer) {
    return layer + ".weight";
  }

  /** To be called where a phase begins or resumes: other layers rest, and may have been reset. */
  void beginPhase() {
    resting.clear();
  }

  /**
   * The lengths of the gradients that the last backward pass left.
   *
   * @param learning the names of the parameters that learn
   */
  Map<String, Double> gradients(Network network, Set<String> learning) {
    Map<String, Double> gradients = new LinkedHashMap<>();
    for (String layer : layers) {
      if (learning.contains(weight(layer))) {
        try (NDArray gradient = network.parameters().get(weight(layer)).getGradient();
            NDArray squares = gradient.square();
            NDArray sum = squares.sum()) {
          gradients.put(layer, Math.sqrt(sum.getFloat()));
        }
      }
    }
    return gradients;
  }

  /**
   * Measures after a step.
   *
   * @param learning the names of the parameters that learn
   * @param gradients what {@link #gradients} gave before the step
   * @return whether all weights are numbers
   */
  boolean add(int iteration, Network network, Set<String> learning, Map<String, Double> gradients) {
    Map<String, Double> distances = new LinkedHashMap<>();
    Map<String, Double> lengths = new LinkedHashMap<>();
    boolean finite = true;
    for (String layer : layers) {
      NDArray now = network.parameters().get(weight(layer));
      double[] measured =
          learning.contains(weight(layer))
              ? measure(layer, now)
              : resting.computeIfAbsent(layer, name -> measure(name, now));
      distances.put(layer, measured[0]);
      lengths.put(layer, measured[1]);
      finite &= Double.isFinite(measured[1]);
    }
    movements.add(new Movement(iteration, distances, lengths, gradients));
    return finite;
  }

  private double[] measure(String layer, NDArray now) {
    return measure(start.tensors().get(weight(layer)).values(), Network.read(now));
  }

  /** The distance between weights as a share of the first one's length, and the second's length. */
  static double[] measure(float[] before, float[] after) {
    double moved = 0;
    double length = 0;
    double lengthAfter = 0;
    for (int i = 0; i < before.length; i++) {
      double step = (double) after[i] - before[i];
      moved += step * step;
      length += (double) before[i] * before[i];
      lengthAfter += (double) after[i] * after[i];
    }
    return new double[] {
      Math.sqrt(moved / Math.max(length, Double.MIN_NORMAL)), Math.sqrt(lengthAfter)
    };
  }

  /** How far a training has brought each layer in the end. */
  Map<String, Double> distances(Weights end) {
    Map<String, Double> distances = new LinkedHashMap<>();
    for (String layer : layers) {
      float[] before = start.tensors().get(weight(layer)).values();
      distances.put(layer, measure(before, end.tensors().get(weight(layer)).values())[0]);
    }
    return distances;
  }

  List<Movement> movements() {
    return movements;
  }

  /** A checkpoint with this state added. */
  WeightFile addTo(WeightFile checkpoint) {
    Map<String, String> metadata = new HashMap<>(checkpoint.metadata());
    metadata.put(KEY, movements.stream().map(this::line).collect(Collectors.joining("\n")));
    return new WeightFile(checkpoint.weights(), metadata);
  }

  private String line(Movement movement) {
    StringBuilder line = new StringBuilder().append(movement.iteration());
    for (String layer : layers) {
      line.append(' ').append(movement.distances().get(layer));
      line.append(' ').append(movement.lengths().get(layer));
      line.append(' ').append(movement.gradients().getOrDefault(layer, Double.NaN));
    }
    return line.toString();
  }

  private Movement movement(String line) {
    String[] words = line.split(" ");
    Map<String, Double> distances = new LinkedHashMap<>();
    Map<String, Double> lengths = new LinkedHashMap<>();
    Map<String, Double> gradients = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      distances.put(layers.get(i), Double.parseDouble(words[1 + 3 * i]));
      lengths.put(layers.get(i), Double.parseDouble(words[2 + 3 * i]));
      double gradient = Double.parseDouble(words[3 + 3 * i]);
      if (!Double.isNaN(gradient)) {
        gradients.put(layers.get(i), gradient);
      }
    }
    return new Movement(Integer.parseInt(words[0]), distances, lengths, gradients);
  }
}
