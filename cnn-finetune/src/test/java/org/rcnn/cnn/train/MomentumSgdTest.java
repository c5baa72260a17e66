package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Layer.Affine;
import org.rcnn.cnn.network.Layer.BatchNorm;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.Solver.Cosine;
import org.rcnn.cnn.train.Solver.Steps;

/**
 * On {@code score = w . x + b} with x = (1, 2, 3) and the score itself as loss, the gradient is
 * always x for w and 1 for b.
 */
class MomentumSgdTest {

  private static final NetworkDefinition DOT = ToyNetworks.of(1, 1, new Linear("fc", 3, 1));
  private static final Solver SOLVER = new Solver(0.1f, new Steps(1000, 0.1), 0.5f, 0.1f);

  private static Network network() {
    return new Network(
        DOT,
        new Weights(
            Map.of(
                "fc.weight", new Tensor(new int[] {1, 3}, new float[] {1, -2, 0}),
                "fc.bias", new Tensor(new int[] {1}, new float[] {0}))),
        Device.cpu());
  }

  private static void step(Network network, MomentumSgd sgd, double factor) {
    try (NDManager scratch = network.manager().newSubManager()) {
      NDArray x = scratch.create(new float[] {1, 2, 3}, new Shape(1, 3, 1, 1));
      try (GradientCollector collector = TorchEngine.instance().newGradientCollector()) {
        collector.backward(network.forwardTraining(x).sum());
      }
      sgd.step(scratch, factor);
    }
  }

  @Test
  void anAffineMapStaysWhileTheLayersAroundItLearn() {
    NetworkDefinition definition =
        ToyNetworks.of(
            1,
            1,
            new Convolution("conv", 3, 2, 1, 1, 0, 1),
            new Affine("affine", 2),
            new Linear("fc", 2, 1));
    Weights weights = ToyNetworks.random(definition, 5);
    try (Network network = new Network(definition, weights, Device.cpu())) {
      MomentumSgd sgd = new MomentumSgd(network, SOLVER, name -> 1);
      assertEquals(Set.of("conv.weight", "conv.bias", "fc.weight", "fc.bias"), sgd.parameters());
      step(network, sgd, 1);
      weights
          .tensors()
          .forEach(
              (name, before) ->
                  assertEquals(
                      name.startsWith("affine"),
                      Arrays.equals(before.values(), values(network, name)),
                      name));
    }
  }

  private static float[] values(Network network, String name) {
    return network.parameters().get(name).toFloatArray();
  }

  @Test
  void threeStepsByHand() {
    try (Network network = network()) {
      MomentumSgd sgd = new MomentumSgd(network, SOLVER, name -> name.endsWith("bias") ? 2 : 1);
      // First weight: v = 0.1 (1 + 0.1 x 1) = 0.11.  Second: 0.1 (2 - 0.2).  Third: 0.1 x 3.
      // Bias: twice the rate and no decay, v = 0.2.
      step(network, sgd, 1);
      assertArrayEquals(new float[] {0.89f, -2.18f, -0.3f}, values(network, "fc.weight"), 1e-6f);
      assertArrayEquals(new float[] {-0.2f}, values(network, "fc.bias"), 1e-6f);
      // v = 0.5 x 0.11 + 0.1 (1 + 0.089) = 0.1639; 0.09 + 0.1 (2 - 0.218) = 0.2682;
      // 0.15 + 0.1 (3 - 0.03) = 0.447.  Bias: 0.1 + 0.2.
      step(network, sgd, 1);
      assertArrayEquals(
          new float[] {0.7261f, -2.4482f, -0.747f}, values(network, "fc.weight"), 1e-6f);
      assertArrayEquals(new float[] {-0.5f}, values(network, "fc.bias"), 1e-6f);
      // v = 0.08195 + 0.1 (1 + 0.07261) = 0.189211; 0.1341 + 0.1 (2 - 0.24482) = 0.309618;
      // 0.2235 + 0.1 (3 - 0.0747) = 0.51603.  Bias: 0.15 + 0.2.
      step(network, sgd, 1);
      assertArrayEquals(
          new float[] {0.536889f, -2.757818f, -1.26303f}, values(network, "fc.weight"), 1e-6f);
      assertArrayEquals(new float[] {-0.85f}, values(network, "fc.bias"), 1e-6f);
    }
  }

  @Test
  void afterADropOfTheRateTheOldVelocityGoesOn() {
    Solver noDecay = new Solver(0.1f, new Steps(1000, 0.1), 0.5f, 0);
    try (Network network = network()) {
      MomentumSgd sgd = new MomentumSgd(network, noDecay, name -> 1);
      step(network, sgd, 1);
      assertArrayEquals(new float[] {-0.1f}, values(network, "fc.bias"), 1e-6f);
      // The rate is now 0.01: v = 0.5 x 0.1 + 0.01. Torch would give 0.01 (0.5 + 1) = 0.015.
      step(network, sgd, 0.1);
      assertArrayEquals(new float[] {-0.16f}, values(network, "fc.bias"), 1e-6f);
    }
  }

  @Test
  void frozenParametersKeepTheirBits() {
    try (Network network = network()) {
      MomentumSgd sgd = new MomentumSgd(network, SOLVER, name -> name.endsWith("bias") ? 1 : 0);
      step(network, sgd, 1);
      step(network, sgd, 1);
      assertArrayEquals(new float[] {1, -2, 0}, values(network, "fc.weight"));
      assertArrayEquals(new float[] {-0.25f}, values(network, "fc.bias"), 1e-6f);
      assertEquals(Set.of("fc.bias"), sgd.velocities().tensors().keySet());
    }
  }

  @Test
  void restoredVelocitiesGoOnWhereTheyStopped() {
    try (Network whole = network();
        Network first = network()) {
      MomentumSgd sgd = new MomentumSgd(whole, SOLVER, name -> 1);
      MomentumSgd stopped = new MomentumSgd(first, SOLVER, name -> 1);
      for (int i = 0; i < 2; i++) {
        step(whole, sgd, 1);
        step(first, stopped, 1);
      }
      try (Network second = new Network(DOT, first.weights(), Device.cpu())) {
        MomentumSgd resumed = new MomentumSgd(second, SOLVER, name -> 1);
        resumed.restore(stopped.velocities());
        step(whole, sgd, 1);
        step(second, resumed, 1);
        assertEquals(whole.weights(), second.weights());
        assertEquals(sgd.velocities(), resumed.velocities());
      }
    }
  }

  @Test
  void runningStatisticsAreNotParametersToStep() {
    NetworkDefinition definition =
        ToyNetworks.of(1, 1, new BatchNorm("bn", 3), new Linear("fc", 3, 1));
    try (Network network =
        new Network(definition, ToyNetworks.random(definition, 1), Device.cpu())) {
      assertEquals(
          Set.of("bn.gamma", "bn.beta", "fc.weight", "fc.bias"),
          new MomentumSgd(network, SOLVER, name -> 1).velocities().tensors().keySet());
    }
  }

  @Test
  void stepsDropTheRateTenfold() {
    Steps paper = new Steps(20_000, 0.1);
    assertEquals(1, paper.factor(0, 70_000));
    assertEquals(1, paper.factor(19_999, 70_000));
    assertEquals(0.1, paper.factor(20_000, 70_000), 1e-12);
    assertEquals(0.001, paper.factor(69_999, 70_000), 1e-12);
  }

  @Test
  void cosineRisesAndFalls() {
    Cosine cosine = new Cosine(4);
    assertEquals(0.25, cosine.factor(0, 104), 1e-12);
    assertEquals(1, cosine.factor(3, 104), 1e-12);
    assertEquals(1, cosine.factor(4, 104), 1e-12);
    assertEquals(0.5, cosine.factor(54, 104), 1e-12);
    assertEquals(0, cosine.factor(104, 104), 1e-12);
  }
}
