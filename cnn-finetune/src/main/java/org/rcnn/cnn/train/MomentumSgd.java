package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/**
 * Caffe's update rule: {@code v = momentum * v + rate * (gradient + decay * w)}, {@code w = w - v}.
 *
 * <p>The rate is inside the velocity, as in Caffe and unlike torch: after a drop of the rate the
 * old velocity keeps its size. Each parameter has its own multiplier of the rate; 0 freezes it.
 */
final class MomentumSgd implements AutoCloseable {

  private final Solver solver;
  private final Map<String, NDArray> parameters = new LinkedHashMap<>();
  private final Map<String, NDArray> velocities = new LinkedHashMap<>();
  private final Map<String, Double> multipliers = new LinkedHashMap<>();

  /**
   * Prepares a network's parameters for gradients; velocities begin at 0.
   *
   * @param multiplier the factor on the rate by parameter name; 0 for those that do not learn
   */
  MomentumSgd(Network network, Solver solver, ToDoubleFunction<String> multiplier) {
    this.solver = solver;
    network
        .parameters()
        .forEach(
            (name, parameter) -> {
              double factor = multiplier.applyAsDouble(name);
              boolean learns = factor > 0 && !Layer.isFixed(name);
              // The engine computes no gradients for the others, which saves most of a backward
              // pass if they are the lower layers.
              parameter.setRequiresGradient(learns);
              if (learns) {
                parameters.put(name, parameter);
                velocities.put(name, parameter.zerosLike());
                multipliers.put(name, factor);
              }
            });
  }

  /** The names of the parameters that learn at all. */
  Set<String> parameters() {
    return Collections.unmodifiableSet(parameters.keySet());
  }

  /** One step along the gradients that the last backward pass left. */
  void step(NDManager scratch, double factor) {
    parameters.forEach(
        (name, weight) -> {
          NDArray gradient = weight.getGradient();
          gradient.attach(scratch);
          float rate = (float) ((float) solver.rate() * factor * multipliers.get(name));
          NDArray velocity = velocities.get(name);
          velocity.muli((float) solver.momentum());
          if (name.endsWith(".weight") && solver.weightDecay() > 0) {
            try (NDArray decay = weight.mul((float) solver.weightDecay() * rate)) {
              velocity.addi(decay);
            }
          }
          try (NDArray step = gradient.mul(rate)) {
            velocity.addi(step);
          }
          weight.subi(velocity);
          // The engine adds the next gradient to the existing one.
          gradient.muli(0);
        });
  }

  /** The velocities by parameter name, for a checkpoint. */
  Weights velocities() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    velocities.forEach(
        (name, velocity) -> tensors.put(name, new Tensor(shape(velocity), Network.read(velocity))));
    return new Weights(tensors);
  }

  /** Resumes with a checkpoint's velocities. */
  void restore(Weights saved) {
    velocities.forEach(
        (name, velocity) -> {
          try (NDArray values =
              velocity
                  .getManager()
                  .create(saved.tensors().get(name).values(), velocity.getShape())) {
            values.copyTo(velocity);
          }
        });
  }

  /** Frees the velocities. */
  @Override
  public void close() {
    velocities.values().forEach(NDArray::close);
  }

  private static int[] shape(NDArray array) {
    long[] lengths = array.getShape().getShape();
    int[] shape = new int[lengths.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = (int) lengths[i];
    }
    return shape;
  }
}
