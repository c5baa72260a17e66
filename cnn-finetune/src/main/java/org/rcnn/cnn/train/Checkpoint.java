package org.rcnn.cnn.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;

/** A training's state between two steps: weights, velocities and how far it has come. */
final class Checkpoint {

  private static final String VELOCITY = "velocity/";

  private Checkpoint() {}

  /**
   * The state as one weight file.
   *
   * @param done epochs or iterations behind it
   */
  static WeightFile of(Weights weights, Weights velocities, int done) {
    Map<String, Tensor> all = new LinkedHashMap<>(weights.tensors());
    velocities.tensors().forEach((name, tensor) -> all.put(VELOCITY + name, tensor));
    return new WeightFile(new Weights(all), Map.of("epoch", Integer.toString(done)));
  }

  /** The velocities in a checkpoint's tensors. */
  static Weights velocities(Weights checkpoint) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    checkpoint
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(VELOCITY)) {
                found.put(name.substring(VELOCITY.length()), tensor);
              }
            });
    return new Weights(found);
  }
}
