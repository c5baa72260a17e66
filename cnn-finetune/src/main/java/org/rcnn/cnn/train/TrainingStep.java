package org.rcnn.cnn.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.function.ToDoubleFunction;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;

/**
 * A network and its solver on the CPU, given one batch at a time: an iteration of {@link
 * Pretraining} or {@link FineTuning} without what makes the batches and follows the progress.
 */
public final class TrainingStep implements AutoCloseable {

  private final NetworkDefinition definition;
  private final Network network;
  private final MomentumSgd sgd;
  private final float labelSmoothing;

  /**
   * A network before its first step.
   *
   * @param definition the network as it trains
   * @param start its weights
   * @param solver how steps are taken; its schedule is left out, so the rate is constant
   * @param rate the factor on the rate by parameter name; 0 where it does not learn
   * @param labelSmoothing the share of each label that is spread over all classes
   */
  public TrainingStep(
      NetworkDefinition definition,
      Weights start,
      Solver solver,
      ToDoubleFunction<String> rate,
      double labelSmoothing) {
    this.definition = definition;
    this.network = new Network(definition, start, Device.cpu());
    this.sgd = new MomentumSgd(network, solver, rate);
    this.labelSmoothing = (float) labelSmoothing;
  }

  /**
   * Learns from one batch.
   *
   * @param images {@code batch x size x size x 3} values in a direct buffer of native order
   * @param labels a class for each image
   * @return the loss before the step
   */
  public double run(ByteBuffer images, long[] labels) {
    int side = definition.inputSize();
    try (NDManager scratch = network.manager().newSubManager()) {
      images.rewind();
      Shape shape = new Shape(labels.length, side, side, 3);
      NDArray view = scratch.create(images, shape, DataType.FLOAT32).transpose(0, 3, 1, 2);
      view.attach(scratch);
      double loss;
      try (GradientCollector collector = TorchEngine.instance().newGradientCollector()) {
        NDArray scores = network.forwardTraining(view);
        NDArray mean = SoftmaxLoss.of(scores, scratch.create(labels), labelSmoothing);
        collector.backward(mean);
        loss = mean.getFloat();
      }
      sgd.step(scratch, 1);
      return loss;
    }
  }

  /** A copy of the current weights. */
  public Weights weights() {
    return network.weights();
  }

  /** Frees the native memory. */
  @Override
  public void close() {
    network.close();
  }
}
