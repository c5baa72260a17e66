package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

class SelectiveSearchTest {

  private static final List<SelectiveSearchConfig> MODES =
      List.of(
          SelectiveSearchConfig.fast(),
          SelectiveSearchConfig.authorsFast(),
          SelectiveSearchConfig.quality(),
          SelectiveSearchConfig.openCvFast());

  @Test
  void oddImagesGiveValidBoxesInEveryMode() {
    Random random = new Random(3);
    List<RgbImage> images =
        List.of(
            TestImages.noise(1, 1, random),
            TestImages.noise(1, 2, random),
            TestImages.noise(1, 700, random),
            TestImages.noise(700, 1, random),
            TestImages.scene(2, 2000, random),
            TestImages.scene(3000, 3, random),
            TestImages.noise(1000, 1, random),
            TestImages.constant(120, 80, 0, 0, 0),
            TestImages.constant(80, 120, 255, 255, 255),
            TestImages.scene(19, 19, random),
            TestImages.noise(64, 48, random));
    for (SelectiveSearchConfig mode : MODES) {
      SelectiveSearch search = new SelectiveSearch(mode);
      for (RgbImage image : images) {
        check(search.propose(image), image);
      }
    }
  }

  @Test
  void theWholeImageIsTheOneBoxThatIsLeftWhenOnlyOneIsWanted() {
    Random random = new Random(12);
    List<RgbImage> images =
        List.of(
            TestImages.noise(1, 1, random),
            TestImages.noise(1, 9, random),
            TestImages.scene(1300, 2, random),
            TestImages.constant(50, 40, 9, 9, 9),
            TestImages.scene(90, 70, random));
    for (SelectiveSearchConfig mode : MODES) {
      for (Ranking ranking : Ranking.values()) {
        SelectiveSearch search =
            new SelectiveSearch(mode.toBuilder().ranking(ranking).maxBoxes(1).build());
        for (RgbImage image : images) {
          Box whole = new Box(0, 0, image.width(), image.height());
          assertEquals(List.of(whole), search.propose(image));
        }
      }
    }
  }

  @Test
  void anyImageAndAnySettingGiveValidBoxesAndTheSameOnesAgain() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      SelectiveSearchConfig config = anySettings(random);
      RgbImage image = anyImage(random);
      String message = "seed " + seed;
      List<Box> boxes = new SelectiveSearch(config).propose(image);
      check(boxes, image);
      assertTrue(boxes.size() <= config.maxBoxes(), message);
      assertEquals(boxes, new SelectiveSearch(config).propose(image), message);
    }
  }

  private static SelectiveSearchConfig anySettings(Random random) {
    List<Set<Similarity>> sets = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      Set<Similarity> set = EnumSet.of(any(random, Similarity.values()));
      set.add(any(random, Similarity.values()));
      sets.add(set);
    }
    return SelectiveSearchConfig.builder()
        .colourSpaces(List.of(any(random, ColourSpace.values()), any(random, ColourSpace.values())))
        .scales(List.of(1 + random.nextInt(500), 1 + random.nextInt(20)))
        .similaritySets(sets)
        .sigma(random.nextInt(4) * 0.6)
        .variant(any(random, Variant.values()))
        .minSide(1 + random.nextInt(30))
        .workingSize(
            any(
                random,
                WorkingSize.original(),
                WorkingSize.width(1 + random.nextInt(90)),
                WorkingSize.longerSide(1 + random.nextInt(90))))
        .maxPixels(1 + random.nextInt(9_000))
        .maxBoxes(1 + random.nextInt(300))
        .ranking(any(random, Ranking.values()))
        .seed(random.nextLong())
        .build();
  }

  private static RgbImage anyImage(Random random) {
    int width = 1 + random.nextInt(90);
    int height = 1 + random.nextInt(90);
    return switch (random.nextInt(6)) {
      case 0 -> TestImages.noise(width, height, random);
      case 1 -> TestImages.constant(width, height, 0, width, 255);
      case 2 -> TestImages.scene(1, height, random);
      case 3 -> TestImages.scene(width, 1, random);
      default -> TestImages.scene(width, height, random);
    };
  }

  @SafeVarargs
  private static <T> T any(Random random, T... values) {
    return values[random.nextInt(values.length)];
  }

  @Test
  void imagesOfTwelveMegapixelsAreSearchedAtABoundedSize() {
    RgbImage image = TestImages.scene(4000, 3000, new Random(4));
    for (WorkingSize size : List.of(WorkingSize.original(), WorkingSize.width(500))) {
      SelectiveSearchConfig config =
          SelectiveSearchConfig.builder()
              .colourSpaces(List.of(ColourSpace.HSV))
              .workingSize(size)
              .build();
      check(new SelectiveSearch(config).propose(image), image);
    }
  }

  @Test
  void aLargerLimitSearchesLargeImagesAtTheirOwnSize() {
    RgbImage image = TestImages.scene(1400, 1000, new Random(10));
    SelectiveSearchConfig config =
        SelectiveSearchConfig.builder()
            .colourSpaces(List.of(ColourSpace.HSV))
            .workingSize(WorkingSize.original())
            .maxPixels(1400 * 1000)
            .build();
    check(new SelectiveSearch(config).propose(image), image);
  }

  @Test
  void widthOf500DoesNotBlowUpATallStrip() {
    RgbImage image = TestImages.scene(2, 2000, new Random(5));
    SelectiveSearchConfig config =
        SelectiveSearchConfig.builder().workingSize(WorkingSize.width(500)).build();
    check(new SelectiveSearch(config).propose(image), image);
  }

  @Test
  void anEnlargedImageGivesNoBoxTwice() {
    RgbImage image = TestImages.scene(60, 45, new Random(6));
    SelectiveSearchConfig config =
        SelectiveSearchConfig.builder().workingSize(WorkingSize.width(400)).build();
    List<Box> boxes = new SelectiveSearch(config).propose(image);
    check(boxes, image);
    assertTrue(boxes.size() > 5, boxes.size() + " boxes");
  }

  private static void check(List<Box> boxes, RgbImage image) {
    String name = image.toString();
    Box whole = new Box(0, 0, image.width(), image.height());
    assertTrue(boxes.contains(whole), name + " without the whole image");
    assertEquals(boxes.size(), new HashSet<>(boxes).size(), name);
    for (Box box : boxes) {
      assertTrue(!box.isEmpty(), name + box);
      assertEquals(box.clip(image.width(), image.height()), box, name);
      for (double side : box.toVoc()) {
        assertEquals(Math.rint(side), side, name + box);
      }
    }
  }

  @Test
  void aPlainObjectOnAPlainGroundIsFound() {
    byte[] rgb = new byte[3 * 200 * 150];
    for (int p = 0; p < 200 * 150; p++) {
      boolean inside = p % 200 >= 50 && p % 200 < 110 && p / 200 >= 40 && p / 200 < 90;
      rgb[3 * p] = (byte) (inside ? 200 : 40);
      rgb[3 * p + 1] = (byte) (inside ? 60 : 120);
      rgb[3 * p + 2] = (byte) 70;
    }
    RgbImage image = new RgbImage(200, 150, rgb);
    for (SelectiveSearchConfig mode : MODES) {
      List<Box> boxes = new SelectiveSearch(mode).propose(image);
      double best = boxes.stream().mapToDouble(new Box(50, 40, 110, 90)::iou).max().orElse(0);
      assertTrue(best > 0.9, "best overlap " + best);
    }
  }

  @Test
  void boxesBelowTheLeastSideAreDropped() {
    RgbImage image = TestImages.scene(200, 150, new Random(7));
    SelectiveSearchConfig config = SelectiveSearchConfig.builder().minSide(30).build();
    for (Box box : new SelectiveSearch(config).propose(image)) {
      assertTrue(box.width() >= 30 && box.height() >= 30, box.toString());
    }
  }

  @Test
  void aSmallerLimitReturnsTheFirstOfTheSameBoxes() {
    RgbImage image = TestImages.scene(200, 150, new Random(8));
    for (Ranking ranking : Ranking.values()) {
      SelectiveSearchConfig.Builder config = SelectiveSearchConfig.builder().ranking(ranking);
      List<Box> all = new SelectiveSearch(config.build()).propose(image);
      List<Box> ten = new SelectiveSearch(config.maxBoxes(10).build()).propose(image);
      assertEquals(all.subList(0, 10), ten);
      assertEquals(new Box(0, 0, 200, 150), ten.get(0));
    }
  }

  @Test
  void theSeedChangesTheAuthorsOrderAndNothingElse() {
    RgbImage image = TestImages.scene(200, 150, new Random(9));
    SelectiveSearchConfig config = SelectiveSearchConfig.authorsFast();
    List<Box> one = new SelectiveSearch(config).propose(image);
    List<Box> two = new SelectiveSearch(config.toBuilder().seed(2).build()).propose(image);
    assertEquals(new HashSet<>(one), new HashSet<>(two));
    assertNotEquals(one, two);
  }

  @Test
  void sameBoxesInTheSameOrderOnAnyThreadAndAfterAnyImage() throws Exception {
    sameBoxesInTheSameOrder(SelectiveSearchConfig.fast(), 12);
    sameBoxesInTheSameOrder(SelectiveSearchConfig.authorsFast(), 12);
    sameBoxesInTheSameOrder(SelectiveSearchConfig.quality(), 4);
    sameBoxesInTheSameOrder(SelectiveSearchConfig.openCvFast(), 12);
  }

  @Test
  void colourSpacesSideBySideGiveTheSameBoxesInTheSameOrder() {
    Random random = new Random(21);
    List<RgbImage> images =
        List.of(
            TestImages.scene(130, 90, random),
            TestImages.noise(1, 2, random),
            TestImages.scene(61, 700, random));
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      for (SelectiveSearchConfig mode : MODES) {
        for (Ranking ranking : Ranking.values()) {
          SelectiveSearch search = new SelectiveSearch(mode.toBuilder().ranking(ranking).build());
          for (RgbImage image : images) {
            List<Box> expected = search.propose(image);
            assertEquals(expected, search.propose(image, pool));
            assertEquals(expected, search.propose(image, Runnable::run));
          }
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static void sameBoxesInTheSameOrder(SelectiveSearchConfig mode, int count)
      throws Exception {
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(TestImages.scene(60 + 23 * i % 140, 40 + 31 * i % 120, new Random(i)));
    }
    List<List<Box>> fresh =
        images.stream().map(image -> new SelectiveSearch(mode).propose(image)).toList();
    SelectiveSearch shared = new SelectiveSearch(mode);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      for (int round = 0; round < 3; round++) {
        List<Callable<List<Box>>> calls = new ArrayList<>();
        for (RgbImage image : images) {
          calls.add(() -> shared.propose(image));
        }
        List<Future<List<Box>>> results = threads.invokeAll(calls);
        for (int i = 0; i < fresh.size(); i++) {
          assertEquals(fresh.get(i), results.get(i).get(), "image " + i);
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  /**
   * All that a first search allocates, what it drops again included, is more than what it holds at
   * any time. The images are the largest that each rule lets through: 500 × 500 pixels by the
   * longer side, 400,000 at the original size.
   */
  @Test
  void aThreadNeedsLessThan64MebibytesBesideTheImage() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (SelectiveSearchConfig mode : MODES) {
      boolean original = mode.workingSize().rule() == WorkingSize.Rule.ORIGINAL;
      RgbImage image =
          original
              ? TestImages.scene(800, 500, new Random(14))
              : TestImages.scene(500, 500, new Random(14));
      SelectiveSearch search = new SelectiveSearch(mode);
      long before = threads.getCurrentThreadAllocatedBytes();
      List<Box> boxes = search.propose(image);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(boxes.size() > 1);
      assertTrue(allocated < 64L << 20, allocated + " bytes");
    }
  }

  @Test
  void everyInitialRegionThatIsLargeEnoughIsProposed() {
    RgbImage image = TestImages.scene(160, 120, new Random(15));
    for (SelectiveSearchConfig mode :
        List.of(SelectiveSearchConfig.authorsFast(), SelectiveSearchConfig.openCvFast())) {
      SelectiveSearch search = new SelectiveSearch(mode);
      Set<Box> boxes = new HashSet<>(search.propose(image));
      RgbImage working = search.workingImage(image);
      for (ColourSpace space : mode.colourSpaces()) {
        for (int k : mode.scales()) {
          for (Box region : boxesOf(search.segmentation(working, space, k))) {
            boolean large = Math.min(region.width(), region.height()) >= mode.minSide();
            assertTrue(!large || boxes.contains(region), mode + ": " + region);
          }
        }
      }
    }
  }

  private static List<Box> boxesOf(Segmentation segmentation) {
    List<Box> boxes = new ArrayList<>(Collections.nCopies(segmentation.regions(), null));
    for (int p = 0; p < segmentation.labels().length; p++) {
      double x = p % segmentation.width();
      double y = Math.floor(p / (double) segmentation.width());
      Box pixel = new Box(x, y, x + 1, y + 1);
      int region = segmentation.labels()[p];
      Box box = boxes.get(region);
      boxes.set(region, box == null ? pixel : around(box, pixel));
    }
    return boxes;
  }

  private static Box around(Box a, Box b) {
    return new Box(
        Math.min(a.xMin(), b.xMin()),
        Math.min(a.yMin(), b.yMin()),
        Math.max(a.xMax(), b.xMax()),
        Math.max(a.yMax(), b.yMax()));
  }

  @Test
  void theModesHaveTheHierarchiesThatTheyAreKnownFor() {
    assertEquals(16, SelectiveSearchConfig.fast().hierarchies());
    assertEquals(8, SelectiveSearchConfig.authorsFast().hierarchies());
    assertEquals(80, SelectiveSearchConfig.quality().hierarchies());
    assertEquals(12, SelectiveSearchConfig.openCvFast().hierarchies());
    for (SelectiveSearchConfig mode : MODES) {
      assertEquals(mode, mode.toBuilder().build());
    }
  }

  @Test
  void unusableSettingsAreRefusedInASentence() {
    SelectiveSearchConfig.Builder noScale = SelectiveSearchConfig.builder().scales(List.of());
    assertThrows(IllegalArgumentException.class, noScale::build);
    SelectiveSearchConfig.Builder zero = SelectiveSearchConfig.builder().scales(List.of(50, 0));
    String message = assertThrows(IllegalArgumentException.class, zero::build).getMessage();
    assertEquals("each of scales must be at least 1; it is 0.", message);
    SelectiveSearchConfig.Builder emptySet =
        SelectiveSearchConfig.builder().similaritySets(List.of(EnumSet.noneOf(Similarity.class)));
    assertThrows(IllegalArgumentException.class, emptySet::build);
    assertThrows(IllegalArgumentException.class, () -> WorkingSize.width(0));
  }
}
