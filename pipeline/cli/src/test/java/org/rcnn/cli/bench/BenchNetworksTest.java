package org.rcnn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cli.Session;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.speed.ForwardPeer;
import org.rcnn.cnn.speed.OwnTraining;
import org.rcnn.cnn.speed.TrainingTask;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.Judging;
import org.rcnn.cnn.train.Phase;

/** The benchmarks at their smallest: what they tell, not how fast anything is. */
class BenchNetworksTest {

  @TempDir Path folder;

  private static List<String> whats(JsonNode rows) {
    List<String> whats = new ArrayList<>();
    rows.forEach(row -> whats.add(row.get("what").asText()));
    return whats;
  }

  @Test
  void benchCnnTimesOursAndSaysThatPeersAreMissing() throws IOException {
    Path json = folder.resolve("cnn.json");
    Session done =
        Session.of(
                "bench",
                "cnn",
                "--architecture",
                "alexnet64",
                "--batch",
                "2",
                "--passes",
                "1",
                "--threads",
                "1,2",
                "--without",
                "ONNX,OpenCV,Python",
                "--json",
                json)
            .done();
    assertTrue(done.out().contains("alexnet64 to fc7, batches of 2, 0.1"), done.out());
    assertEquals(
        BenchOutput.peers(ForwardPeer.class, new PrintWriter(Writer.nullWriter()), "").isEmpty(),
        done.out().contains("No peers are on the class path"),
        done.out());

    JsonNode tree = Session.json(json);
    List<String> whats = whats(tree.get("rows"));
    assertEquals(
        List.of(
            "ours, plain",
            "ours, plain, photo to features",
            "ours, fused",
            "ours, fused, photo to features"),
        whats.subList(0, 4));
    assertTrue(whats.contains("ours, fused, a batch for each core"), whats.toString());
    for (JsonNode row : tree.get("rows")) {
      double seconds = row.get("median_seconds").asDouble();
      assertEquals(2 / seconds, row.get("crops_per_s").asDouble(), 1e-6 / seconds);
      assertTrue(row.get("share_of_peak").asDouble() > 0, row.toString());
    }
    assertTrue(tree.get("rows").get(2).get("difference").asDouble() < 1e-5);
    assertEquals(2, tree.get("matrix_product").size());
    assertTrue(tree.get("matrix_product").get(1).get("product_gflops").asDouble() > 0);
  }

  @Test
  void benchImageTimesEveryStepColdAndWarm() throws IOException {
    Path json = folder.resolve("image.json");
    Session done =
        Session.of(
                "bench",
                "image",
                "--max-boxes",
                "30",
                "--repeats",
                "2",
                "--execution",
                "plain",
                "--json",
                json)
            .done();
    assertTrue(done.out().contains("480 x 360 pixels, network alexnet64, plain,"), done.out());
    List<String> expected = new ArrayList<>(List.of("network made ready, cold"));
    for (String state : List.of("cold", "warm")) {
      for (String step :
          List.of("decode", "propose", "warp", "forward", "score", "suppress", "whole")) {
        expected.add(step + ", " + state);
      }
    }
    JsonNode tree = Session.json(json);
    assertEquals(expected, whats(tree.get("rows")));
    assertTrue(tree.get("detections").asInt() >= 20, "each class keeps its best region");
    double warm = tree.get("rows").get(14).get("median_seconds").asDouble();
    assertTrue(warm > 0);
  }

  @Test
  void benchTrainTimesEveryPartWithItsBatchesAndTheNetworkAlone() throws IOException {
    Path json = folder.resolve("train.json");
    Session done =
        Session.of(
                "bench",
                "train",
                "--networks",
                "alexnet64",
                "--batch",
                "4",
                "--iterations",
                "1",
                "--repeats",
                "1",
                "--threads",
                "1",
                "--without",
                "Python",
                "--json",
                json)
            .done();
    assertTrue(done.out().contains("alexnet64, all layers: batches of 4, "), done.out());
    JsonNode tree = Session.json(json);
    assertEquals(
        List.of(
            "alexnet64, all layers, ours, warps included",
            "alexnet64, all layers, ours, network alone",
            "alexnet64, suffix, prefix frozen, ours, warps included",
            "alexnet64, suffix, prefix frozen, ours, network alone",
            "alexnet64, suffix, prefix kept, ours, kept values copied",
            "alexnet64, pre-training, ours, views included",
            "alexnet64, pre-training, ours, network alone"),
        whats(tree.get("rows")));
    for (JsonNode row : tree.get("rows")) {
      double seconds = row.get("median_seconds").asDouble();
      assertEquals(1 / seconds, row.get("iterations_per_second").asDouble(), 1e-6 / seconds);
    }
  }

  @Test
  void aPeerThatLearnsTheSameHasNoDifference() {
    NetworkDefinition network = Architectures.byName("alexnet64", 3);
    FineTuningSettings settings =
        new FineTuningSettings(
            List.of(Phase.ofAllLayers(1)),
            1,
            3,
            0.5,
            true,
            0.9,
            0.0005,
            10,
            20,
            2,
            0.5,
            Set.of("conv1"),
            Map.of(),
            Judging.OFF,
            1);
    TrainingTask task = TrainingTask.fineTuning(network, settings).comparable();
    Map<String, Double> figures = new HashMap<>();
    try (OwnTraining same = new OwnTraining(task)) {
      same.train(1);
      Weights learned = same.weights();
      assertEquals(
          task.weights().tensors().get("conv1.weight"), learned.tensors().get("conv1.weight"));
      BenchTrainCommand.Judge judge = new BenchTrainCommand.Judge(task);
      judge.add(learned, figures);
      assertEquals(Map.of("weights_difference", 0.0, "step_difference", 0.0), figures);
      // Who has not learned at all is a whole step away.
      judge.add(task.weights(), figures);
      assertEquals(1, figures.get("step_difference"));
      assertTrue(figures.get("weights_difference") > 1e-3, figures.toString());
    }
  }

  @Test
  void wrongUseIsRefused() {
    Session.of("bench", "train", "--iterations", "0").refused(2, "must be at least 1");
    Session.of("bench", "train", "--networks", "lenet")
        .refused(2, "--networks: There is no network 'lenet'");
    Session.of("bench", "train", "--parts", "head").refused(2, "--parts takes all, suffix,");
    for (String part : List.of("suffix", "kept")) {
      Session.of("bench", "train", "--networks", "alexnet64,squeezenet1_0", "--parts", part)
          .refused(2, "network squeezenet1_0 has none behind its convolutions");
    }
    Session.of("bench", "cnn", "--batch", "0").refused(2, "must be at least 1");
    Session.of("bench", "cnn", "--architecture", "lenet").refused(2, "There is no network 'lenet'");
    Session.of("bench", "image", "--repeats", "0").refused(2, "must be at least 1");
    Session.of("bench", "image", "--architecture", "lenet").refused(2, "There is no network");
    Session.of("bench", "image", "--execution", "fast")
        .refused(2, "--execution must be one of auto, plain, fused, bf16, onnx; it is fast.");
    Session.of("bench", "growth", "--images", "100,2")
        .refused(2, "--scenes and --boxes must be at least 1, and --images at least 4.");
    Session.of("bench", "image", "--model", folder).refused(1, "There is no detector");
  }

  @Test
  void aDifferenceIsAShareOfTheLargestValue() {
    float[] expected = {1, -4, 2};
    assertEquals(0.25, BenchCnnCommand.difference(expected, new float[] {1, -3, 2.5f}));
    assertThrows(
        IllegalStateException.class, () -> BenchCnnCommand.difference(expected, new float[2]));
  }
}
