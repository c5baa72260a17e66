package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Box;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.learned.FeatureMap;
import org.rcnn.pipeline.learned.FeatureMap.Agreement;
import org.rcnn.pipeline.learned.FeatureMap.Plane;
import org.rcnn.pipeline.learned.FeatureMap.Point;
import org.rcnn.pipeline.learned.FirstFilters;
import org.rcnn.pipeline.learned.HeatMap;
import org.rcnn.pipeline.learned.OcclusionGallery;
import org.rcnn.pipeline.learned.OcclusionGallery.Hidden;
import org.rcnn.pipeline.learned.UnitGallery;
import org.rcnn.pipeline.learned.UnitGallery.Excited;
import org.rcnn.pipeline.learned.UnitGallery.Unit;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;

/**
 * A tiny network, fine-tuned for a few iterations on four scenes, and what the page shows of it.
 */
@TestInstance(Lifecycle.PER_CLASS)
class LearnedSectionsTest {

  private static final Row ROW = new Row(true, Tap.FC7, Heads.SVM, true);

  private Path folder;

  @BeforeAll
  void register(@TempDir Path temporary) {
    folder = temporary;
    Architectures.register("tiny-that-learns", LearnedSectionsTest::network);
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder("tiny-that-learns", 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 12, 3, 1, 1)
        .maxPool("pool5", 4, 4, 0)
        .tap(Tap.POOL5)
        .linear("fc7", 8)
        .tap(Tap.FC7)
        .scores("scores", classes)
        .build();
  }

  private interface Task<T> {
    T on(Experiment experiment) throws IOException;
  }

  private <T> T with(Task<T> task) throws IOException {
    Map<String, String> settings =
        Map.of(
            "data.demo-train", "4",
            "data.demo-test", "3",
            "proposals.mode", "authors-fast",
            "proposals.max-boxes", "100",
            "network.architecture", "tiny-that-learns",
            "network.weights", "none",
            "finetune.phases.1.iterations", "6",
            "finetune.phases.1.rate", "0.001",
            "svm.cost", "1");
    try (Run run =
        Run.onDemo(
            new ConfigLoader().preset("demo", settings), folder, true, Progress.Monitor.SILENT)) {
      return task.on(new Experiment(run));
    }
  }

  private static String html(List<Section> sections) {
    Html html = new Html();
    sections.forEach(section -> section.appendTo(html));
    return html.toString();
  }

  @Test
  void aFineTunedRowHasFourSectionsAndTheyAreTheSameEachTime() throws IOException {
    String first = with(experiment -> html(LearnedSections.of(experiment, ROW)));
    for (String id : List.of("filters", "units", "occlusion", "map")) {
      assertTrue(first.contains("<section id=\"" + id + "\">"), id);
    }
    assertEquals(first, with(experiment -> html(LearnedSections.of(experiment, ROW))));
  }

  @Test
  void aRowWithoutFineTuningHasNothingToCompare() throws IOException {
    Row before = new Row(false, Tap.FC7, Heads.SVM, false);
    List<String> ids =
        with(
            experiment ->
                LearnedSections.of(experiment, before).stream().map(Section::id).toList());
    assertEquals(List.of("units", "occlusion"), ids);
  }

  @Test
  void fineTuningMovesTheFilters() throws IOException {
    FirstFilters filters = with(experiment -> FirstFilters.of(experiment).orElseThrow());
    assertEquals("conv1", filters.layer());
    assertEquals(12, filters.filters());
    assertTrue(filters.distance() > 0 && filters.distance() < 1, () -> "" + filters.distance());
  }

  @Test
  void unitsAreOfDifferentMapsAndTheirRegionsInOrder() throws IOException {
    UnitGallery gallery = with(experiment -> UnitGallery.of(experiment, true));
    assertEquals(3, gallery.images());
    assertTrue(gallery.regions() > 100, () -> "" + gallery.regions());
    assertFalse(gallery.units().isEmpty());
    assertEquals(
        gallery.units().size(), gallery.units().stream().map(Unit::channel).distinct().count());
    for (Unit unit : gallery.units()) {
      // 4 x 4 places of a 3 x 3 convolution: 6 x 6 pixels, cut off at the border.
      Box field = unit.field();
      assertEquals(Math.max(0, 4 * unit.column() - 1), field.xMin());
      assertEquals(Math.min(16, 4 * unit.row() + 5), field.yMax());
      List<Float> activations = unit.after().stream().map(Excited::activation).toList();
      assertEquals(
          activations.stream().sorted((a, b) -> Float.compare(b, a)).toList(), activations);
      assertTrue(unit.after().stream().allMatch(region -> region.activation() > 0));
    }
  }

  @Test
  void theScoreWithNothingHiddenIsTheDetections() throws IOException {
    OcclusionGallery gallery =
        with(
            experiment ->
                OcclusionGallery.of(
                    experiment, List.of(new Row(false, Tap.FC7, Heads.SVM, false), ROW)));
    assertEquals(List.of("pre-trained fc7 svm", "fine-tuned fc7 svm"), gallery.rows());
    assertFalse(gallery.detections().isEmpty());
    for (Hidden hidden : gallery.detections()) {
      HeatMap map = hidden.maps().get(1);
      // Stored features and result files are rounded.
      assertEquals(hidden.detection().score(), map.score(), 0.02);
      assertTrue(map.largestChange() > 0);
    }
  }

  @Test
  void objectsAndBackgroundAreOnTheMapAtTheSamePlaceInBothLists() throws IOException {
    FeatureMap map = with(experiment -> FeatureMap.of(experiment).orElseThrow());
    assertEquals(Tap.FC7, map.layer());
    assertTrue(map.points().stream().anyMatch(FeatureMap.Point::isBackground));
    assertEquals(map.points().size(), map.before().x().length);
    assertEquals(map.points().size(), map.after().y().length);
    assertTrue(map.after().share() > 0 && map.after().share() <= 1);
    assertEquals(
        map.points().stream().filter(point -> !point.isBackground()).count(),
        map.after().agreement().objects());
  }

  @Test
  void whereNoOtherImageHasAnObjectNothingIsSaidOfNeighbours() {
    List<Point> points = List.of(new Point("a", "cat"), new Point("a", "dog"));
    assertFalse(map(points, new Agreement(Set.of(), 0, Double.NaN)).contains("neighbours"));
    List<Point> apart = List.of(new Point("a", "cat"), new Point("b", "cat"));
    String told = map(apart, new Agreement(Set.of(1), 2, 0.5));
    assertTrue(
        told.contains(
            "for each of 2 objects the object of another image that is nearest by fc7. It has the"
                + " same class for 50.0\u00a0% (1) before fine-tuning and for 50.0\u00a0% (1) after,"
                + " +0.0 points; of neighbours drawn"),
        told);
  }

  private static String map(List<Point> points, Agreement agreement) {
    Plane plane = new Plane(new double[] {0, 1}, new double[] {0, 1}, 0.5, agreement);
    Html html = new Html();
    new FeatureMapSection(new FeatureMap(Tap.FC7, points, plane, plane)).appendTo(html);
    return html.toString();
  }
}
