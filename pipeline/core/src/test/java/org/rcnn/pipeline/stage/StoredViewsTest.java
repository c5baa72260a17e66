package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.Augmentation;
import org.rcnn.cnn.train.FixedViews;
import org.rcnn.cnn.train.LabelledImages;
import org.rcnn.pipeline.run.Progress;

/** Five images of 8 x 8 pixels of noise, pool5 of 64 values, files of two images. */
class StoredViewsTest {

  private static final NetworkDefinition NETWORK = network(16);
  private static final Augmentation AUGMENTATION = new Augmentation(0.5, 0.2);

  @TempDir Path folder;

  private static NetworkDefinition network(int width) {
    return NetworkDefinition.builder("small", 8, 0, Preprocessing.torchvision())
        .convolution("conv1", 4, 3, 1, 1)
        .maxPool("pool5", 2, 2, 0)
        .tap(Tap.POOL5)
        .linear("fc6", width)
        .scores("fc8", 2)
        .build();
  }

  /** Notes which images were read, and fails at one of them. */
  private record Noise(long seed, int fails, Set<Integer> read) implements LabelledImages {
    Noise(long seed, int fails) {
      this(seed, fails, new ConcurrentSkipListSet<>());
    }

    @Override
    public int count() {
      return 5;
    }

    @Override
    public int size() {
      return 8;
    }

    @Override
    public int label(int index) {
      return index % 2;
    }

    @Override
    public void copyPixels(int index, byte[] into) {
      if (index == fails) {
        throw new IllegalStateException("killed");
      }
      read.add(index);
      new Random(seed + index).nextBytes(into);
    }

    @Override
    public String fingerprint() {
      return "noise " + seed;
    }
  }

  private static Noise noise() {
    return new Noise(1, -1);
  }

  private static FixedViews views(Noise images) {
    return new FixedViews(images, NETWORK, AUGMENTATION, 3);
  }

  private static StoredViews.Prefix prefix(NetworkDefinition network, Weights weights) {
    return new StoredViews.Prefix(
        network, weights, Tap.POOL5, ComputeDevice.CPU, Execution.PLAIN, 2);
  }

  private static StoredViews.Prefix prefix() {
    return prefix(NETWORK, Weights.initial(NETWORK, 1));
  }

  private StoredViews stored(StoredViews.Prefix prefix, FixedViews images, int views)
      throws IOException {
    return StoredViews.of(prefix, images, views, folder, new Progress.Unseen(), 2);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private static float[] copied(StoredViews stored, int image, int view) throws IOException {
    float[] into = new float[3 + 64];
    stored.copy(image, view, into, 3);
    return into;
  }

  @Test
  void valuesAreThoseOfTheNetworkInHalfPrecision() throws IOException {
    FixedViews views = views(noise());
    try (StoredViews stored = stored(prefix(), views, 3);
        FeatureExtractor extractor =
            FeatureExtractor.onCpu(NETWORK, Weights.initial(NETWORK, 1), Set.of(Tap.POOL5), 1)) {
      assertEquals(List.of("0000.bin", "0001.bin", "0002.bin"), files());
      for (int image = 0; image < 5; image++) {
        for (int view = 0; view < 3; view++) {
          int[] wanted = {image, view};
          float[] expected =
              extractor
                  .extract(1, (number, into, at) -> views.put(wanted[0], wanted[1], into, at))
                  .at(Tap.POOL5);
          float[] actual = copied(stored, image, view);
          for (int i = 0; i < 64; i++) {
            assertEquals(expected[i], actual[3 + i], 1e-3f * (1 + expected[i]));
          }
        }
      }
    }
  }

  @Test
  void aKilledComputationGoesOnWhereItStopped() throws IOException {
    Noise killed = new Noise(1, 3);
    assertThrows(IllegalStateException.class, () -> stored(prefix(), views(killed), 2));
    assertEquals(List.of("0000.bin"), files());
    Noise rest = noise();
    float[] resumed;
    try (StoredViews stored = stored(prefix(), views(rest), 2)) {
      assertEquals(Set.of(2, 3, 4), rest.read());
      resumed = copied(stored, 4, 1);
    }
    Noise none = noise();
    try (StoredViews stored = stored(prefix(), views(none), 2)) {
      assertEquals(Set.of(), none.read());
      assertArrayEquals(resumed, copied(stored, 4, 1));
    }
  }

  private String fingerprint(StoredViews.Prefix prefix, FixedViews images, int views)
      throws IOException {
    try (StoredViews stored = stored(prefix, images, views)) {
      return stored.fingerprint();
    }
  }

  @Test
  void valuesAreSharedByWhatDoesNotChangeThemAlone() throws IOException {
    String usual = fingerprint(prefix(), views(noise()), 2);
    NetworkDefinition wider = network(32);
    Weights weights = Weights.initial(wider, 1);
    assertEquals(usual, fingerprint(prefix(wider, weights), views(noise()), 2), "fc6 comes after");
    FixedViews crops = new FixedViews(noise(), NETWORK, Augmentation.NONE, 4);
    assertEquals(usual, fingerprint(prefix(), crops, 2), "whole images are not cropped");

    assertNotEquals(usual, fingerprint(prefix(), views(noise()), 1));
    assertNotEquals(usual, fingerprint(prefix(), views(new Noise(2, -1)), 2));
    Map<String, Tensor> moved = new LinkedHashMap<>(Weights.initial(NETWORK, 1).tensors());
    moved.put("conv1.bias", new Tensor(new int[] {4}, new float[] {0, 0, 0, 1}));
    assertNotEquals(usual, fingerprint(prefix(NETWORK, new Weights(moved)), views(noise()), 2));
    assertNotEquals(
        fingerprint(prefix(), views(noise()), 3),
        fingerprint(prefix(), crops, 3),
        "the third view is a crop");
  }
}
