package org.rcnn.cnn.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.warp.RegionWarper;
import org.rcnn.cnn.warp.SummedAreas;
import org.rcnn.data.Box;
import org.rcnn.data.Labelled;
import org.rcnn.data.RgbImage;

/** The tiny network has pool5 (64), fc6 (16) and 3 scores. */
class FeatureExtractorTest {

  private static final NetworkDefinition NETWORK = ToyNetworks.tiny(3);
  private static final Set<Tap> TAPS = Set.of(Tap.POOL5, Tap.FC6, Tap.SCORES);
  private static final RgbImage IMAGE = noise(60, 40, 1);

  @BeforeAll
  static void oneThread() {
    TorchEngine.useThreads(1);
  }

  private static RgbImage noise(int width, int height, long seed) {
    byte[] rgb = new byte[3 * width * height];
    new Random(seed).nextBytes(rgb);
    return new RgbImage(width, height, rgb);
  }

  private static FeatureExtractor extractor(int batch) {
    return FeatureExtractor.onCpu(NETWORK, ToyNetworks.random(NETWORK, 2), TAPS, batch);
  }

  private static List<Box> regions(int count, long seed) {
    Random random = new Random(seed);
    List<Box> regions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int x = random.nextInt(40);
      int y = random.nextInt(20);
      regions.add(new Box(x, y, x + 5 + random.nextInt(15), y + 5 + random.nextInt(15)));
    }
    return regions;
  }

  private static float[] row(RegionFeatures features, Tap tap, int row) {
    int dimension = NETWORK.tapDimensions().get(tap);
    return Arrays.copyOfRange(features.at(tap), row * dimension, (row + 1) * dimension);
  }

  @Test
  void rowsStandInTheOrderOfTheRegions() {
    List<Box> regions = regions(7, 3);
    try (FeatureExtractor extractor = extractor(3)) {
      RegionFeatures all = extractor.extract(IMAGE, regions);
      assertEquals(7, all.rows());
      for (int i = 0; i < 7; i++) {
        RegionFeatures alone = extractor.extract(IMAGE, List.of(regions.get(i)));
        for (Tap tap : TAPS) {
          assertArrayEquals(row(alone, tap, 0), row(all, tap, i), 1e-4f, tap + " row " + i);
        }
      }
      assertFalse(Arrays.equals(row(all, Tap.FC6, 0), row(all, Tap.FC6, 1)));
    }
  }

  @Test
  void inputsMadeOtherwiseGiveTheFeaturesOfTheRegionsThatTheyShow() throws IOException {
    List<Box> regions = regions(7, 3);
    for (Execution execution : List.of(Execution.PLAIN, Execution.FUSED)) {
      try (FeatureExtractor extractor =
              FeatureExtractor.onCpu(NETWORK, ToyNetworks.random(NETWORK, 2), TAPS, 3, execution);
          RegionWarper warper = new RegionWarper(IMAGE, NETWORK)) {
        RegionFeatures features =
            extractor.extract(
                7,
                (number, into, offset) ->
                    warper.warp(warper.geometry(regions.get(number)), false, into, offset));
        assertEquals(7, features.rows());
        for (Tap tap : TAPS) {
          assertArrayEquals(
              extractor.extract(IMAGE, regions).at(tap), features.at(tap), 1e-4f, tap.label());
        }
      }
    }
  }

  @Test
  void everyTapHasItsDimension() {
    try (FeatureExtractor extractor = extractor(4)) {
      RegionFeatures features = extractor.extract(IMAGE, regions(5, 3));
      assertEquals(TAPS, features.values().keySet());
      for (Tap tap : TAPS) {
        assertEquals(5 * extractor.dimension(tap), features.at(tap).length);
      }
    }
  }

  @Test
  void regionsOfTheSamePixelsHaveTheSameBits() {
    Box first = new Box(10, 10, 30, 26);
    Box other = new Box(0, 0, 20, 20);
    // Too little to change which pixels are shown.
    Box nearly = new Box(10.01, 10, 30, 26.01);
    try (FeatureExtractor extractor = extractor(2)) {
      RegionFeatures features =
          extractor.extract(IMAGE, List.of(first, other, first, nearly, other));
      for (Tap tap : TAPS) {
        assertArrayEquals(row(features, tap, 0), row(features, tap, 2));
        assertArrayEquals(row(features, tap, 0), row(features, tap, 3));
        assertArrayEquals(row(features, tap, 1), row(features, tap, 4));
        // Computed once, the five rows are the two of a call without duplicates.
        RegionFeatures two = extractor.extract(IMAGE, List.of(first, other));
        assertArrayEquals(row(two, tap, 0), row(features, tap, 0));
        assertArrayEquals(row(two, tap, 1), row(features, tap, 1));
      }
    }
  }

  @Test
  void noRegionsGiveNoRows() {
    try (FeatureExtractor extractor = extractor(2)) {
      RegionFeatures none = extractor.extract(IMAGE, List.of());
      assertEquals(0, none.rows());
      for (Tap tap : TAPS) {
        assertEquals(0, none.at(tap).length);
      }
    }
  }

  @Test
  void batchSizeDoesNotMatter() {
    List<Box> regions = regions(70, 4);
    try (FeatureExtractor one = extractor(1);
        FeatureExtractor many = extractor(64)) {
      RegionFeatures expected = one.extract(IMAGE, regions);
      RegionFeatures actual = many.extract(IMAGE, regions);
      for (Tap tap : TAPS) {
        assertArrayEquals(expected.at(tap), actual.at(tap), 1e-4f, tap.label());
      }
    }
  }

  @Test
  void severalThreadsMayShareAnExtractor() throws Exception {
    List<RgbImage> images = List.of(IMAGE, noise(50, 50, 8));
    List<Box> regions = regions(40, 5);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (FeatureExtractor extractor = extractor(8)) {
      List<RegionFeatures> expected =
          images.stream().map(image -> extractor.extract(image, regions)).toList();
      for (int round = 0; round < 20; round++) {
        CyclicBarrier together = new CyclicBarrier(2);
        List<Callable<RegionFeatures>> calls = new ArrayList<>();
        for (RgbImage image : images) {
          calls.add(
              () -> {
                together.await();
                return extractor.extract(image, regions);
              });
        }
        List<Future<RegionFeatures>> found = threads.invokeAll(calls);
        for (int i = 0; i < 2; i++) {
          for (Tap tap : TAPS) {
            assertArrayEquals(expected.get(i).at(tap), found.get(i).get().at(tap));
          }
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void batchesSideBySideGiveTheSameBits() {
    ExecutorService pool = Executors.newFixedThreadPool(3);
    AtomicInteger warped = new AtomicInteger();
    AtomicInteger forwarded = new AtomicInteger();
    FeatureExtractor.Clock clock =
        new FeatureExtractor.Clock() {
          @Override
          public void warped(long nanoseconds) {
            warped.incrementAndGet();
          }

          @Override
          public void forwarded(long nanoseconds) {
            forwarded.incrementAndGet();
          }
        };
    List<Box> regions = regions(41, 6);
    try (FeatureExtractor extractor = extractor(8)) {
      RegionFeatures expected = extractor.extract(IMAGE, regions);
      for (int threads = 1; threads <= 3; threads++) {
        RegionFeatures actual = extractor.extract(IMAGE, regions, pool, threads, clock);
        for (Tap tap : TAPS) {
          assertArrayEquals(expected.at(tap), actual.at(tap));
        }
      }
      // 41 regions in batches of 8, none of them twice, three times over; sums over the image
      // first.
      assertEquals(3 * (1 + 6), warped.get());
      assertEquals(3 * 6, forwarded.get());
      assertEquals(0, extractor.extract(IMAGE, List.of(), pool, 2, clock).rows());
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void anInterruptedThreadStopsBeforeItsNextBatch() {
    try (FeatureExtractor extractor = extractor(8)) {
      List<Box> regions = regions(20, 6);
      Thread.currentThread().interrupt();
      assertThrows(CancellationException.class, () -> extractor.extract(IMAGE, regions));
      assertTrue(Thread.interrupted(), "it stays interrupted");
    }
  }

  @Test
  void theFusedNetworksFeaturesAreThePlainOnes() {
    List<Box> regions = regions(20, 7);
    try (FeatureExtractor plain = extractor(8);
        FeatureExtractor fused =
            FeatureExtractor.onCpu(
                NETWORK, ToyNetworks.random(NETWORK, 2), TAPS, 8, Execution.FUSED)) {
      RegionFeatures expected = plain.extract(IMAGE, regions);
      RegionFeatures actual = fused.extract(IMAGE, regions);
      assertEquals(TAPS, actual.values().keySet());
      for (Tap tap : TAPS) {
        assertEquals(plain.dimension(tap), fused.dimension(tap));
        assertArrayEquals(expected.at(tap), actual.at(tap), 1e-4f, tap.label());
      }
    }
  }

  @Test
  void bfloat16IsNearAndTheGpuRunsPlainAlone() {
    List<Box> regions = regions(20, 7);
    Weights weights = ToyNetworks.random(NETWORK, 2);
    try (FeatureExtractor plain = extractor(8);
        FeatureExtractor half = FeatureExtractor.onCpu(NETWORK, weights, TAPS, 8, Execution.BF16)) {
      float[] expected = plain.extract(IMAGE, regions).at(Tap.POOL5);
      float[] actual = half.extract(IMAGE, regions).at(Tap.POOL5);
      assertArrayEquals(expected, actual, 0.1f);
      assertFalse(Arrays.equals(expected, actual), "nothing was rounded");
    }
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new FeatureExtractor(NETWORK, weights, TAPS, 8, ComputeDevice.GPU, Execution.BF16)
                    .close());
    assertEquals("On a GPU networks run plain.", e.getMessage());
  }

  @Test
  void anExtractorWithoutTapsOrBatchIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> extractor(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> FeatureExtractor.onCpu(NETWORK, ToyNetworks.random(NETWORK, 2), Set.of(), 8).close());
  }

  @Test
  void autoIsFusedOnX86AndPlainElsewhere() {
    assertEquals(Execution.FUSED, Execution.fastest(ComputeDevice.CPU, "amd64", NETWORK));
    assertEquals(Execution.FUSED, Execution.fastest(ComputeDevice.CPU, "x86_64", NETWORK));
    assertEquals(Execution.PLAIN, Execution.fastest(ComputeDevice.CPU, "aarch64", NETWORK));
    assertEquals(Execution.PLAIN, Execution.fastest(ComputeDevice.GPU, "amd64", NETWORK));
    assertEquals(Execution.AUTO, Labelled.named(Execution.class, "auto"));
  }

  @Test
  void autoRunsPlainWhereALayerCannotBeFused() {
    NetworkDefinition normalised = NETWORK.withBatchNorm();
    Weights weights = ToyNetworks.random(normalised, 2);
    try (FeatureExtractor auto =
            FeatureExtractor.onCpu(normalised, weights, TAPS, 8, Execution.AUTO);
        FeatureExtractor plain = FeatureExtractor.onCpu(normalised, weights, TAPS, 8)) {
      assertEquals(Execution.PLAIN, auto.execution());
      List<Box> regions = regions(3, 7);
      assertArrayEquals(
          plain.extract(IMAGE, regions).at(Tap.FC6), auto.extract(IMAGE, regions).at(Tap.FC6));
    }
  }

  @Test
  void onlyAutoIsResolvedAndItIsKnownBeforehandWhatItTakes() {
    for (Execution asked : List.of(Execution.PLAIN, Execution.FUSED, Execution.BF16)) {
      assertEquals(asked, asked.on(ComputeDevice.CPU, NETWORK));
    }
    try (FeatureExtractor auto =
        FeatureExtractor.onCpu(NETWORK, ToyNetworks.random(NETWORK, 2), TAPS, 8, Execution.AUTO)) {
      assertEquals(Execution.AUTO.on(ComputeDevice.CPU, NETWORK), auto.execution());
    }
    assertEquals(Execution.PLAIN, Execution.AUTO.on(ComputeDevice.GPU, NETWORK));
  }

  @Test
  void anImageTooLargeForSumsGivesTheFeaturesOfItsUpperPart() {
    // 8.44 million pixels, the region near the top: the sums of the cut image do for it.
    RgbImage tall = striped(2100, 4020);
    RgbImage cut = striped(2100, 500);
    assertFalse(SummedAreas.suits(tall));
    List<Box> regions = List.of(new Box(200, 100, 1100, 360));
    try (FeatureExtractor extractor = extractor(8)) {
      float[] expected = extractor.extract(cut, regions).at(Tap.POOL5);
      float[] actual = extractor.extract(tall, regions).at(Tap.POOL5);
      // A level of 255 here and there, divided by 64 before the network.
      assertArrayEquals(expected, actual, 0.02f);
    }
  }

  private static RgbImage striped(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      int column = i / 3 % width;
      int row = i / 3 / width;
      rgb[i] = (byte) (column * 7 / 40 % 120 + row * (i % 3) / 5 % 120);
    }
    return new RgbImage(width, height, rgb);
  }
}
