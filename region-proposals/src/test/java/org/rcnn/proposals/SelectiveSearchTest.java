package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
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
            TestImages.scene(1500, 3, random),
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
  void hugeImagesAreSearchedAtABoundedSize() {
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
      double best = ProposalRecall.bestOverlap(new Box(50, 40, 110, 90), boxes);
      assertTrue(best > 0.9, "best overlap " + best);
    }
  }

  @Test
  void boxesBelowTheLeastSideAreDropped() {
    RgbImage image = TestImages.scene(200, 150, new Random(7));
    SelectiveSearchConfig config = SelectiveSearchConfig.builder().minBoxSide(30).build();
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
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      images.add(TestImages.scene(60 + 23 * i % 140, 40 + 31 * i % 120, new Random(i)));
    }
    List<List<Box>> fresh =
        images.stream()
            .map(image -> new SelectiveSearch(SelectiveSearchConfig.fast()).propose(image))
            .toList();
    SelectiveSearch shared = new SelectiveSearch(SelectiveSearchConfig.fast());
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
    assertEquals("Each scale k must be at least 1, not [50, 0].", message);
    SelectiveSearchConfig.Builder emptySet =
        SelectiveSearchConfig.builder().similaritySets(List.of(EnumSet.noneOf(Similarity.class)));
    assertThrows(IllegalArgumentException.class, emptySet::build);
    assertThrows(IllegalArgumentException.class, () -> WorkingSize.width(0));
  }
}
