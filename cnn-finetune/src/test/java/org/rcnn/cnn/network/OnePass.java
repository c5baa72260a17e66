package org.rcnn.cnn.network;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.rcnn.cnn.network.FusedNetwork.Numbers;

/** A program that makes a network ready, prints a line, and runs it once. */
final class OnePass {

  /** What it prints before the pass. */
  static final String READY = "The network is ready.";

  private OnePass() {}

  /**
   * Runs a network.
   *
   * @param arguments its name, and images in the pass
   */
  public static void main(String[] arguments) {
    NetworkDefinition definition = Architectures.byName(arguments[0], 6);
    Weights weights = Weights.initial(definition, 3);
    int side = definition.inputSize();
    try (FusedNetwork network =
            new FusedNetwork(definition, weights, definition.taps().keySet(), Numbers.FLOAT32);
        NDManager scratch = network.manager().newSubManager()) {
      Shape shape = new Shape(Integer.parseInt(arguments[1]), side, side, 3);
      System.out.println(READY);
      network.forward(scratch.ones(shape).transpose(0, 3, 1, 2));
    }
  }
}
