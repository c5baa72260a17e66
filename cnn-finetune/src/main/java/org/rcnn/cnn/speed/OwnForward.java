package org.rcnn.cnn.speed;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.FusedNetwork;
import org.rcnn.cnn.network.FusedNetwork.Numbers;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;

/** Our own network on a batch, from channels-last values outside the heap to values on it. */
public final class OwnForward implements ForwardPass {

  private final ForwardTask task;
  private final ByteBuffer input;
  private final NDManager manager;
  private final UnaryOperator<NDArray> forward;
  private final Runnable release;
  private float[] output;

  private OwnForward(
      ForwardTask task, NDManager manager, UnaryOperator<NDArray> forward, Runnable release) {
    this.task = task;
    this.manager = manager;
    this.forward = forward;
    this.release = release;
    float[] images = task.channelsLast();
    this.input =
        ByteBuffer.allocateDirect(images.length * Float.BYTES).order(ByteOrder.nativeOrder());
    input.asFloatBuffer().put(images);
  }

  /** The work, ready to run. */
  public static OwnForward open(ForwardTask task, Execution execution) {
    Set<Tap> taps = Set.of(task.tap());
    Execution way = execution.on(ComputeDevice.CPU, task.definition());
    if (way != Execution.PLAIN) {
      FusedNetwork fused =
          new FusedNetwork(
              task.definition(),
              task.weights(),
              taps,
              way == Execution.BF16 ? Numbers.BFLOAT16 : Numbers.FLOAT32);
      return new OwnForward(
          task, fused.manager(), images -> fused.forward(images).get(task.tap()), fused::close);
    }
    Network plain = new Network(task.definition(), task.weights(), Device.cpu());
    return new OwnForward(
        task, plain.manager(), images -> plain.forward(images, taps).get(task.tap()), plain::close);
  }

  @Override
  public double run() {
    TorchEngine.useThreads(task.threads());
    int side = task.definition().inputSize();
    Shape shape = new Shape(task.batch(), side, side, 3);
    long start = System.nanoTime();
    try (NDManager scratch = manager.newSubManager()) {
      NDArray stored = scratch.create(input.duplicate(), shape, DataType.FLOAT32);
      NDArray view = stored.transpose(0, 3, 1, 2);
      view.attach(scratch);
      output = forward.apply(view).toFloatArray();
    }
    return (System.nanoTime() - start) * 1e-9;
  }

  @Override
  public float[] output() {
    return output;
  }

  @Override
  public void close() {
    release.run();
  }
}
