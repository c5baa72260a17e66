package org.rcnn.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.spark.ClusterModel.Stage;

class ClusterModelTest {

  /** A task of 32 images takes 0.5 + 32 · 0.25 = 8.5 s. */
  private static final ClusterModel MODEL = new ClusterModel(0.5, 0.01, 0.02, 1000);

  @Test
  void computingCountsInWholeWaves() {
    // 10 parts on 4 cores are 3 waves.
    assertEquals(3 * 8.5, MODEL.seconds(new Stage("a", 320, 0.25, 0, 0), 4), 1e-9);
    assertEquals(10 * 8.5, MODEL.seconds(new Stage("a", 320, 0.25, 0, 0), 1), 1e-9);
  }

  @Test
  void collectingCountsWhereItTakesLonger() {
    // 320 images of 1000 bytes at 1000 bytes a second, and the last part again.
    assertEquals(320 + 32, MODEL.seconds(new Stage("a", 320, 0.25, 1000, 0), 100), 1e-9);
  }

  @Test
  void commitsCountWhereThereAreManyCores() {
    // 1000 commits of 0.02 s are longer than one task of 0.5 + 32 · 0.01 s.
    assertEquals(20, MODEL.seconds(new Stage("a", 32_000, 0.01, 0, 0), 1000), 1e-9);
  }

  @Test
  void whatIsDoneOnTheDriverIsAdded() {
    assertEquals(8.5 + 7, MODEL.seconds(new Stage("a", 32, 0.25, 0, 7), 1000), 1e-9);
    assertEquals(7, MODEL.seconds(new Stage("a", 0, 0.25, 0, 7), 1), 1e-9);
  }

  @Test
  void theDiskHoldsStoresAndParts() {
    assertEquals(2 * 320 * 10, ClusterModel.bytes(List.of(new Stage("a", 320, 1, 10, 0))), 1e-9);
  }

  @Test
  void equalMachinesTakeWhatTheFormulaSays() {
    Stage stage = new Stage("a", 3200, 0.25, 0, 0);
    ClusterModel free = new ClusterModel(0.5, 0, 0, 1e12);
    ClusterSimulation even = new ClusterSimulation(free, 0, 0, 1, false);
    for (int executors : new int[] {1, 3, 10, 25}) {
      assertEquals(
          free.seconds(stage, 4 * executors), even.run(stage, executors, 4, 1).seconds(), 1e-6);
    }
  }

  @Test
  void speculationShortensTheWaitForSlowMachines() {
    Stage stage = new Stage("a", 32_000, 0.25, 0, 0);
    ClusterSimulation without = new ClusterSimulation(MODEL, 0.1, 0.1, 5, false);
    ClusterSimulation with = new ClusterSimulation(MODEL, 0.1, 0.1, 5, true);
    ClusterSimulation.Outcome slow = without.run(stage, 50, 4, 1);
    ClusterSimulation.Outcome fast = with.run(stage, 50, 4, 1);
    assertEquals(0, slow.speculative());
    assertTrue(fast.speculative() > 0);
    assertTrue(fast.seconds() < slow.seconds(), fast + " against " + slow);
  }

  @Test
  void theSameSeedGivesTheSameCourse() {
    Stage stage = new Stage("a", 3_200, 0.25, 100, 0);
    ClusterSimulation simulation = new ClusterSimulation(MODEL, 0.3, 0.1, 5, true);
    assertEquals(simulation.run(stage, 20, 4, 7), simulation.run(stage, 20, 4, 7));
  }

  @Test
  void noCoreIsFasterThanItsWork() {
    Stage stage = new Stage("a", 32_000, 0.25, 100, 3);
    for (int seed = 0; seed < 20; seed++) {
      ClusterSimulation simulation = new ClusterSimulation(MODEL, 0.2, 0.05, 4, seed % 2 == 0);
      double seconds = simulation.run(stage, 100, 4, seed).seconds();
      double collected = 32_000 * 100 / 1000.0;
      assertTrue(seconds >= collected + 3, "the driver collects one part after the other");
    }
  }

  @Test
  void theTableHasARowForEachClusterAndEndsAtAThousandExecutors() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ScalingTable.print(new PrintStream(printed, true, StandardCharsets.UTF_8), "0.2", "100");
    String text = printed.toString(StandardCharsets.UTF_8);
    assertEquals(22, text.lines().filter(line -> line.matches("\\| [\\d,]+ \\|.*")).count());
    assertTrue(text.contains("| 1,000 |"), text);
    assertTrue(text.contains("395,909 images, 12,373 parts"), text);
  }
}
