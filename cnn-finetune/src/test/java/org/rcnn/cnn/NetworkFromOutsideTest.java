package org.rcnn.cnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.Judging;
import org.rcnn.cnn.train.Phase;
import org.rcnn.cnn.train.RegionPool;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;

/** A network that another package adds: one method, and one call that registers it. */
class NetworkFromOutsideTest {

  private static final String NAME = "outside";

  /** Branches of both kinds and a tap aside, on 16 pixels: pool5 16 x 4 x 4, fc7 16. */
  private static NetworkDefinition definition(int classes) {
    return definition(NAME, classes);
  }

  private static NetworkDefinition definition(String name, int classes) {
    return NetworkDefinition.builder(name, 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 8, 3, 1, 1)
        .maxPool("pool1", 2, 2, 0)
        .concatenate(
            "fire",
            one -> one.convolution("fire.one", 8, 1, 1, 0),
            three -> three.convolution("fire.three", 8, 3, 1, 1))
        .add("block", main -> main.bare("block.conv", 16, 3, 1, 1), past -> {})
        .relu("block.relu")
        .tapAside(Tap.POOL5, last -> last.averagePool("pool5.average", 2, 2, 0))
        .globalAverage("average")
        .tap(Tap.FC7)
        .scores("scores", classes)
        .build();
  }

  private static RgbImage image(int index) {
    byte[] rgb = new byte[3 * 32 * 32];
    new Random(index).nextBytes(rgb);
    return new RgbImage(32, 32, rgb);
  }

  private static RegionPool pool() {
    Box box = new Box(4, 4, 20, 20);
    RegionPool.Builder pool = RegionPool.builder(List.of("a", "b"), 0.5);
    for (int i = 0; i < 2; i++) {
      GroundTruth object = new GroundTruth(i == 0 ? "a" : "b", box, false, false);
      pool.add(
          i,
          new Annotation("image" + i, 32, 32, List.of(object)),
          List.of(box, new Box(0, 20, 10, 32)));
    }
    return pool.build();
  }

  @Test
  void isFoundByNameTrainedAndAskedForFeatures(@TempDir Path folder) throws Exception {
    TorchEngine.useThreads(1);
    Architectures.register(NAME, NetworkFromOutsideTest::definition);
    assertTrue(Architectures.names().contains(NAME));
    NetworkDefinition network = Architectures.byName(NAME, 3);
    assertEquals(definition(3), network);

    Weights start = Weights.initial(network, 1);
    FineTuningSettings settings =
        new FineTuningSettings(
            List.of(Phase.ofAllLayers(2)),
            2,
            6,
            0.5,
            true,
            0.9,
            5e-4,
            10,
            20,
            2,
            0.5,
            Set.of(),
            Map.of(),
            Judging.OFF,
            1);
    List<Double> losses = new ArrayList<>();
    Weights tuned =
        new FineTuning(network, settings, pool(), NetworkFromOutsideTest::image)
            .run(
                start,
                Set.of("scores"),
                folder.resolve("checkpoint"),
                new FineTuning.Listener() {
                  @Override
                  public void iteration(int done, int total, double loss) {
                    losses.add(loss);
                  }

                  @Override
                  public void progress(FineTuning.LearningPoint progress) {
                    assertEquals(2, progress.iteration());
                  }
                })
            .weights();
    assertEquals(2, losses.size());
    // Three scores of about 0 each: the first batch is guessed evenly.
    assertEquals(Math.log(3), losses.get(0), 0.1);
    start.tensors().forEach((name, old) -> assertNotEquals(old, tuned.tensors().get(name), name));

    Set<Tap> taps = Set.of(Tap.POOL5, Tap.FC7, Tap.SCORES);
    try (FeatureExtractor extractor = FeatureExtractor.onCpu(network, tuned, taps, 4)) {
      List<Box> regions = List.of(new Box(0, 0, 16, 16), new Box(8, 8, 32, 32));
      RegionFeatures features = extractor.extract(image(0), regions);
      assertEquals(2 * 16 * 4 * 4, features.at(Tap.POOL5).length);
      assertEquals(2 * 16, features.at(Tap.FC7).length);
      assertEquals(2 * 3, features.at(Tap.SCORES).length);
    }
  }

  @Test
  void isRegisteredOnceByAnyNumberOfThreads() {
    int before = Architectures.names().size();
    CompletableFuture.allOf(
            IntStream.range(0, 8)
                .mapToObj(
                    i ->
                        CompletableFuture.runAsync(
                            () -> Architectures.register("often", n -> definition("often", n))))
                .toArray(CompletableFuture[]::new))
        .join();
    assertEquals(before + 1, Architectures.names().size());
  }

  @Test
  void hasANameOfItsOwnAndTheScoresItIsAskedFor() {
    refused("blank name", " ", n -> definition(" ", n));
    refused("There is another network 'alexnet'", "alexnet", n -> definition("alexnet", n));
    refused("'mine' calls itself 'yours'", "mine", n -> definition("yours", n));
    refused("gives 7 class scores when asked for 2", "seven", n -> definition("seven", 7));
  }

  private static void refused(
      String words, String name, IntFunction<NetworkDefinition> definition) {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> Architectures.register(name, definition));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
  }
}
