package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.rcnn.svm.RegionLabels.IGNORED;
import static org.rcnn.svm.RegionLabels.NEGATIVE;
import static org.rcnn.svm.RegionLabels.POSITIVE;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

class RegionLabelsTest {

  private static final Box CAT = new Box(0, 0, 10, 10);
  private static final Box SEVEN_TENTHS = new Box(0, 0, 7, 10);
  private static final Box HALF = new Box(0, 0, 5, 10);
  private static final Box THREE_TENTHS = new Box(0, 0, 3, 10);
  private static final Box APART = new Box(50, 50, 60, 60);

  @Test
  void theHandMadeBoxesHaveTheOverlapsTheyAreNamedFor() {
    assertEquals(0.7, CAT.iou(SEVEN_TENTHS));
    assertEquals(0.5, CAT.iou(HALF));
    assertEquals(0.3, CAT.iou(THREE_TENTHS));
  }

  @Test
  void anOverlapAtTheNegativeThresholdIsNoNegative() {
    SampleSettings settings = SampleSettings.standard();
    List<Box> proposals =
        List.of(SEVEN_TENTHS, new Box(0, 0, 6.99, 10), new Box(0, 0, 7.01, 10), APART);
    assertLabels(settings, cats(CAT), proposals, POSITIVE, IGNORED, NEGATIVE, IGNORED, NEGATIVE);
    assertLabels(
        SampleSettings.paper(),
        cats(CAT),
        List.of(THREE_TENTHS, HALF, new Box(0, 0, 2.99, 10)),
        POSITIVE,
        IGNORED,
        IGNORED,
        NEGATIVE);
  }

  @Test
  void everyThresholdOfTheStudyIsExclusiveForNegatives() {
    for (int tenths : new int[] {1, 3, 5, 7}) {
      SampleSettings settings =
          new SampleSettings(0, tenths / 10.0, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
      Box exactly = new Box(0, 0, tenths, 10);
      Box below = new Box(0, 0, tenths - 1e-9, 10);
      assertEquals(tenths / 10.0, CAT.iou(exactly));
      assertLabels(settings, cats(CAT), List.of(exactly, below), POSITIVE, IGNORED, NEGATIVE);
    }
  }

  @Test
  void atZeroAnImageThatHoldsTheClassHasNoNegatives() {
    assertLabels(
        new SampleSettings(0.7, 0, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE),
        cats(CAT),
        List.of(APART, THREE_TENTHS, SEVEN_TENTHS),
        POSITIVE,
        IGNORED,
        IGNORED,
        POSITIVE);
  }

  @Test
  void anOverlapAtThePositiveThresholdIsAPositive() {
    SampleSettings settings =
        new SampleSettings(0.5, 0.3, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    List<Box> proposals = List.of(HALF, new Box(0, 0, 4.99, 10), THREE_TENTHS, APART);
    assertLabels(settings, cats(CAT), proposals, POSITIVE, POSITIVE, IGNORED, IGNORED, NEGATIVE);
  }

  @Test
  void whereBothThresholdsMeetNothingIsIgnored() {
    SampleSettings settings =
        new SampleSettings(0.7, 0.7, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    List<Box> proposals = List.of(SEVEN_TENTHS, new Box(0, 0, 6.99, 10));
    assertLabels(settings, cats(CAT), proposals, POSITIVE, POSITIVE, NEGATIVE);
  }

  @Test
  void aNegativeIsApartFromEveryObjectOfTheClass() {
    Box second = new Box(100, 0, 110, 10);
    assertLabels(
        SampleSettings.standard(),
        cats(CAT, second),
        List.of(new Box(100, 0, 109, 10)),
        POSITIVE,
        POSITIVE,
        IGNORED);
  }

  @Test
  void withoutTheClassEverythingIsANegativeWhateverTheThreshold() {
    List<GroundTruth> dog = List.of(InMemoryImages.object("dog", CAT));
    assertLabels(
        new SampleSettings(0, 0, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE),
        dog,
        List.of(SEVEN_TENTHS, APART),
        NEGATIVE,
        NEGATIVE,
        NEGATIVE);
  }

  @Test
  void anObjectOfAnotherClassIsARegionButNeverAPositive() {
    List<GroundTruth> objects =
        List.of(
            InMemoryImages.object("cat", CAT),
            InMemoryImages.object("dog", CAT),
            InMemoryImages.object("dog", APART));
    assertLabels(
        new SampleSettings(0.7, 0.7, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE),
        objects,
        List.of(),
        POSITIVE,
        IGNORED,
        NEGATIVE);
  }

  @Test
  void aDifficultObjectThatIsNoPositiveShieldsWhatCoversIt() {
    List<GroundTruth> objects = List.of(InMemoryImages.difficult("cat", CAT));
    SampleSettings without =
        new SampleSettings(0.7, 0.7, false, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    List<Box> proposals = List.of(CAT, SEVEN_TENTHS, HALF);
    assertLabels(without, objects, proposals, IGNORED, IGNORED, IGNORED, NEGATIVE);
    SampleSettings with =
        new SampleSettings(0.7, 0.7, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    assertLabels(with, objects, proposals, POSITIVE, POSITIVE, POSITIVE, NEGATIVE);
  }

  @Test
  void anObjectWithoutAreaIsIgnored() {
    assertLabels(
        SampleSettings.standard(), cats(new Box(5, 5, 5, 9)), List.of(APART), IGNORED, NEGATIVE);
  }

  @Test
  void thresholdsThatContradictAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new SampleSettings(0.5, 0.7, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SampleSettings(0, 1.1, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SampleSettings(0, Double.NaN, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SampleSettings(0, 0.7, true, 0, 1, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SampleSettings(0, 0.7, true, 1, 0, Integer.MAX_VALUE, Integer.MAX_VALUE));
  }

  private static List<GroundTruth> cats(Box... boxes) {
    return List.of(boxes).stream().map(box -> InMemoryImages.object("cat", box)).toList();
  }

  private static void assertLabels(
      SampleSettings settings, List<GroundTruth> objects, List<Box> proposals, int... expected) {
    int regions = objects.size() + proposals.size();
    TrainingImage image =
        new InMemoryImages().add("a", objects, proposals, new float[regions][1]).load("a");
    byte[] labels =
        RegionLabels.of(image, image.groundTruth(Set.of("cat", "dog")), "cat", settings);
    int[] actual = new int[labels.length];
    for (int i = 0; i < actual.length; i++) {
      actual[i] = labels[i];
    }
    assertArrayEquals(expected, actual);
  }
}
