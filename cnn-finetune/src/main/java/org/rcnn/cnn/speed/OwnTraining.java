package org.rcnn.cnn.speed;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.TrainingStep;

/** Our own step on a batch outside the heap, without what makes batches. */
public final class OwnTraining implements TrainingRun {

  private final TrainingTask task;
  private final ByteBuffer images;
  private final TrainingStep step;

  /** The work, ready to run. */
  public OwnTraining(TrainingTask task) {
    this.task = task;
    this.images =
        ByteBuffer.allocateDirect(task.images().length * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    images.asFloatBuffer().put(task.images());
    this.step =
        new TrainingStep(
            task.definition(),
            task.weights(),
            task.solver(),
            task.rates()::get,
            task.labelSmoothing());
  }

  @Override
  public Took train(int iterations) {
    TorchEngine.useThreads(task.threads());
    double cpu = cpuSeconds();
    long start = System.nanoTime();
    for (int i = 0; i < iterations; i++) {
      step.run(images, task.labels());
    }
    return new Took((System.nanoTime() - start) * 1e-9, cpuSeconds() - cpu);
  }

  /** The CPU time of this process so far; 0 where the JVM does not tell. */
  private static double cpuSeconds() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getProcessCpuTime() * 1e-9
        : 0;
  }

  @Override
  public Weights weights() {
    return step.weights();
  }

  @Override
  public void close() {
    step.close();
  }
}
