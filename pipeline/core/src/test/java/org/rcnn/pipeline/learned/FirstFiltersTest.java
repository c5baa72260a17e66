package org.rcnn.pipeline.learned;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/** Two filters of one pixel: their colours, how far they moved, and how they are drawn. */
class FirstFiltersTest {

  private static NetworkDefinition network(Preprocessing preprocessing) {
    return NetworkDefinition.builder("two-filters", 4, 0, preprocessing)
        .convolution("conv1", 2, 1, 1, 0)
        .tap(Tap.POOL5)
        .scores("scores", 2)
        .build();
  }

  private static Weights weights(float... values) {
    return new Weights(Map.of("conv1.weight", new Tensor(new int[] {2, 3, 1, 1}, values)));
  }

  private static FirstFilters filters(Preprocessing preprocessing, float... after) {
    NetworkDefinition network = network(preprocessing);
    return FirstFilters.between(
        network, FirstFilters.first(network).get(), weights(1, 2, 3, 4, 5, -6), weights(after));
  }

  @Test
  void coloursOfNetworksThatTakeBlueFirstAreTurnedRound() {
    float[] after = {0, 0, 0, 7, 8, 9};
    FirstFilters rgb = filters(Preprocessing.torchvision(), after);
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, -6}, rgb.before());
    FirstFilters bgr = filters(Preprocessing.caffe(), after);
    assertArrayEquals(new float[] {3, 2, 1, -6, 5, 4}, bgr.before());
    assertArrayEquals(new float[] {0, 0, 0, 9, 8, 7}, bgr.after());
  }

  @Test
  void theDistanceIsAShareOfTheLengthAtTheStart() {
    // The squares are 1, 4, 9, 16, 25 and 36, in sum 91; the change is 0.5 in one of them.
    FirstFilters moved = filters(Preprocessing.torchvision(), 1, 2, 3, 4, 5.5f, -6);
    assertEquals(0.5 / Math.sqrt(91), moved.distance(), 1e-9);
    assertEquals(12, moved.amplification());
    assertFalse(moved.isUnchanged());
    assertTrue(filters(Preprocessing.torchvision(), 1, 2, 3, 4, 5, -6).isUnchanged());
  }

  @Test
  void eachFilterIsDrawnAsStrongAsItIsBeforeOrAfter() {
    FirstFilters moved = filters(Preprocessing.torchvision(), 1, 2, 4, 4, 5, -6);
    // The first filter's scale is 4, that of its weight afterwards; 3 px lie between filters.
    assertEquals(rgb(0.25, 0.5, 0.75), moved.beforePicture().toBufferedImage().getRGB(5, 5));
    assertEquals(rgb(0.25, 0.5, 1), moved.afterPicture().toBufferedImage().getRGB(5, 5));
    assertEquals(rgb(0, 0, 1), moved.differencePicture().toBufferedImage().getRGB(5, 5));
    int second = 3 + 44 + 3 + 2;
    assertEquals(
        rgb(4 / 6.0, 5 / 6.0, -1), moved.beforePicture().toBufferedImage().getRGB(second, 5));
    assertEquals(rgb(0, 0, 0), moved.differencePicture().toBufferedImage().getRGB(second, 5));
  }

  private static int rgb(double red, double green, double blue) {
    return 0xff << 24 | level(red) << 16 | level(green) << 8 | level(blue);
  }

  private static int level(double share) {
    return (int) Math.round(127.5 + 127.5 * share);
  }

  @Test
  void theFirstConvolutionIsFoundBehindANormalisation() {
    Optional<Convolution> first = FirstFilters.first(Architectures.byName("resnet50v2_c4", 3));
    assertEquals("conv0", first.get().name());
  }
}
