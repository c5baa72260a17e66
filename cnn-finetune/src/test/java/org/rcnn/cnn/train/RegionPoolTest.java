package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

/** Classes: cat is 1, dog is 2, background 0. */
class RegionPoolTest {

  private static final List<String> CLASSES = List.of("cat", "dog");

  private static GroundTruth object(String name, double x, double y, double right, double bottom) {
    return new GroundTruth(name, new Box(x, y, right, bottom), false, false);
  }

  private static Annotation annotation(GroundTruth... objects) {
    return new Annotation("000001", 100, 100, List.of(objects));
  }

  private static int label(Annotation annotation, Box box) {
    return RegionPool.builder(CLASSES, 0.5).label(annotation, box);
  }

  @Test
  void halfOverlapIsAPositiveAndJustBelowIsBackground() {
    Annotation cat = annotation(object("cat", 0, 0, 10, 10));
    // 100 of 200 pixels shared; 100 of 201.
    assertEquals(1, label(cat, new Box(0, 0, 10, 20)));
    assertEquals(RegionPool.BACKGROUND, label(cat, new Box(0, 0, 10, 20.1)));
    assertEquals(RegionPool.BACKGROUND, label(cat, new Box(50, 50, 60, 60)));
    assertEquals(RegionPool.BACKGROUND, label(annotation(), new Box(0, 0, 10, 10)));
  }

  @Test
  void largestOverlapGivesTheClassInWhateverOrder() {
    // Box of rows 0 to 10: the cat covers rows 0 to 12 (10/12), the dog 0 to 15 (10/15).
    GroundTruth cat = object("cat", 0, 0, 10, 12);
    GroundTruth dog = object("dog", 0, 0, 10, 15);
    Box box = new Box(0, 0, 10, 10);
    assertEquals(1, label(annotation(cat, dog), box));
    assertEquals(1, label(annotation(dog, cat), box));
    // Rows 0 to 14: cat 12/14, dog 14/15.
    assertEquals(2, label(annotation(cat, dog), new Box(0, 0, 10, 14)));
  }

  @Test
  void firstOfTwoEqualOverlapsCounts() {
    Box box = new Box(0, 0, 10, 10);
    assertEquals(
        2, label(annotation(object("dog", 0, 0, 10, 10), object("cat", 0, 0, 10, 10)), box));
  }

  @Test
  void objectsOfUnknownClassesAreIgnored() {
    Annotation both = annotation(object("tree", 0, 0, 10, 10), object("dog", 0, 0, 10, 15));
    RegionPool pool =
        RegionPool.builder(CLASSES, 0.5).add(0, both, List.of(new Box(0, 0, 10, 10))).build();
    // The dog and the proposal, which overlaps the tree fully and the dog by 2/3.
    assertArrayEquals(new int[] {0, 0, 2}, pool.labelCounts(2));
    assertEquals(0, label(annotation(object("tree", 0, 0, 10, 10)), new Box(0, 0, 10, 10)));
  }

  @Test
  void groundTruthIsInThePoolBeforeTheProposals() throws IOException {
    RegionPool pool =
        RegionPool.builder(CLASSES, 0.5)
            .add(7, annotation(object("dog", 1, 2, 30, 40)), List.of(new Box(50, 60, 70, 80)))
            .add(9, annotation(object("cat", 3, 4, 5, 6)), List.of())
            .build();
    assertEquals(3, pool.size());
    assertRegion(pool, pool.positive(0), 7, 2, new Box(1, 2, 30, 40));
    assertRegion(pool, pool.background(0), 7, 0, new Box(50, 60, 70, 80));
    assertRegion(pool, pool.positive(1), 9, 1, new Box(3, 4, 5, 6));
  }

  private static void assertRegion(RegionPool pool, int region, int image, int label, Box box)
      throws IOException {
    assertEquals(image, pool.image(region));
    assertEquals(label, pool.label(region));
    assertEquals(box, pool.box(region));
  }

  @Test
  void countsAddUpAlsoWhenThePoolHasGrown() throws IOException {
    Annotation cat = annotation(object("cat", 0, 0, 10, 10));
    List<Box> proposals =
        Stream.iterate(0, i -> i < 1500, i -> i + 1)
            .map(i -> i % 3 == 0 ? new Box(0, 0, 10, 10) : new Box(i, 20, i + 10, 30))
            .toList();
    RegionPool pool =
        RegionPool.builder(CLASSES, 0.5).add(0, cat, proposals).add(1, cat, proposals).build();
    assertEquals(2 * 1501, pool.size());
    assertEquals(2 * 501, pool.positiveCount());
    assertEquals(2 * 1000, pool.backgroundCount());
    assertArrayEquals(new int[] {2000, 1002, 0}, pool.labelCounts(2));
    assertEquals(new Box(1499, 20, 1509, 30), pool.box(pool.background(1999)));
    assertEquals(1, pool.image(pool.background(1000)));
  }

  @Test
  void boxesThatOthersKeepAreAskedForByImage() throws IOException {
    Annotation cat = annotation(object("cat", 0, 0, 10, 10));
    List<Box> proposals = List.of(new Box(40, 40, 50.1, 50), new Box(0, 0, 10, 12));
    List<Integer> asked = new ArrayList<>();
    RegionPool.Boxes boxes =
        image -> {
          asked.add(image);
          return List.of(cat.objects().get(0).box(), proposals.get(0), proposals.get(1));
        };
    RegionPool pool =
        RegionPool.builder(CLASSES, 0.5, boxes)
            .add(4, cat, proposals)
            .add(6, annotation(), List.of())
            .add(8, cat, proposals)
            .build();
    assertEquals(List.of(), asked);
    assertEquals(new Box(40, 40, 50.1f, 50), pool.box(pool.background(1)));
    assertEquals(new Box(0, 0, 10, 12), pool.box(pool.positive(1)));
    assertEquals(List.of(8, 4), asked);
    assertThrows(IndexOutOfBoundsException.class, () -> pool.background(2));
    assertThrows(IndexOutOfBoundsException.class, () -> pool.box(6));
  }

  @Test
  void regionsOfAnImageComeTogether() {
    RegionPool.Builder builder =
        RegionPool.builder(CLASSES, 0.5)
            .add(0, annotation(), List.of(new Box(0, 0, 9, 9)))
            .add(1, annotation(), List.of(new Box(0, 0, 9, 9)));
    List<Box> late = List.of(new Box(1, 1, 9, 9));
    assertThrows(IllegalArgumentException.class, () -> builder.addProposals(0, annotation(), late));
  }

  @Test
  void everyRegionIsEitherAPositiveOrABackgroundInItsOrder() {
    Random random = new Random(5);
    Annotation cat = annotation(object("cat", 0, 0, 10, 10));
    for (int trial = 0; trial < 50; trial++) {
      RegionPool.Builder builder = RegionPool.builder(CLASSES, 0.5);
      List<Integer> positives = new ArrayList<>();
      List<Integer> backgrounds = new ArrayList<>();
      int regions = random.nextInt(40);
      for (int i = 0; i < regions; i++) {
        boolean positive = random.nextBoolean();
        Box box = positive ? new Box(0, 0, 10, 10) : new Box(50, 50, 60, 60);
        builder.addProposals(i / 3, cat, List.of(box));
        (positive ? positives : backgrounds).add(i);
      }
      RegionPool pool = builder.build();
      assertEquals(
          positives, IntStream.range(0, pool.positiveCount()).map(pool::positive).boxed().toList());
      assertEquals(
          backgrounds,
          IntStream.range(0, pool.backgroundCount()).map(pool::background).boxed().toList());
      positives.forEach(region -> assertEquals(1, pool.label(region)));
      backgrounds.forEach(region -> assertEquals(0, pool.label(region)));
      IntStream.range(0, regions).forEach(region -> assertEquals(region / 3, pool.image(region)));
    }
  }

  @Test
  void thresholdsThatMakeNoSenseAreRefused() {
    for (double iou : new double[] {0, -0.1, 1.1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> RegionPool.builder(CLASSES, iou));
    }
  }
}
