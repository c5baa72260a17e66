package org.rcnn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.Detector;
import org.rcnn.svm.LinearModel;

/** Every example on generated scenes; those with a trained detector share one tiny training. */
@TestInstance(Lifecycle.PER_CLASS)
class ExamplesTest {

  private static final Map<String, String> TINY =
      Map.of(
          "proposals.mode", "authors-fast",
          "proposals.max-boxes", "40",
          "finetune.enabled", "false",
          "features.layer", "fc7");

  private Path folder;
  private Path data;
  private Path run;
  private Path photo;
  private EvaluationResult trained;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    folder = temporary;
    data = folder.resolve("scenes");
    run = folder.resolve("run");
    new SceneGenerator(3).writeDevkit(data, 3, 3, 2);
    trained = TrainOnFolder.train(data, run, TINY);
    Dataset dataset = DatasetFormats.installed().open(data);
    photo = dataset.image(dataset.imageIds("test").get(0));
  }

  @Test
  void trainingLeavesADetectorAndAReport() {
    assertTrue(trained.meanAp() >= 0 && trained.meanAp() <= 1);
    assertEquals(2, trained.images());
    assertTrue(Files.exists(run.resolve("detector.rcnn")));
    assertTrue(Files.exists(run.resolve("report.html")));
  }

  @Test
  void aPhotosDetectionsAreTheBestOfAllClasses() throws IOException {
    List<Detection> found = DetectInPhoto.detect(run, photo);
    try (Detector detector = Detector.load(run)) {
      List<Detection> all = detector.detect(photo, Detector.Cut.probability(0.3), 100);
      assertEquals(all.subList(0, Math.min(10, all.size())), found);
    }
  }

  @Test
  void aQueueGivesWhatEachPhotoAloneGivesAndPassesOverWhatIsNone() throws Exception {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    Files.copy(photo, photos.resolve("a.jpg"));
    Files.writeString(photos.resolve("b.txt"), "no photo");
    for (int i = 0; i < 5; i++) {
      Files.copy(photo, photos.resolve("c" + i + ".jpg"));
    }
    Map<String, List<Detection>> found = DetectInMany.detect(run, photos);
    assertEquals(
        List.of("a.jpg", "c0.jpg", "c1.jpg", "c2.jpg", "c3.jpg", "c4.jpg"),
        List.copyOf(found.keySet()));
    try (Detector detector = Detector.load(run)) {
      List<Detection> alone = detector.detect(photo);
      found.values().forEach(each -> assertEquals(alone, each));
    }
  }

  @Test
  void selectiveSearchGivesSoManyBoxesInsideThePhoto() throws IOException {
    List<Box> boxes = ProposeBoxes.propose(photo, 25);
    RgbImage image = ImageFiles.read(photo);
    assertEquals(25, boxes.size());
    boxes.forEach(box -> assertEquals(box, box.clip(image.width(), image.height())));
  }

  @Test
  void anotherDetectorThatFindsEveryObjectScoresOne() throws IOException {
    Dataset dataset = DatasetFormats.installed().open(data);
    Map<String, List<Detection>> perfect = new HashMap<>();
    dataset
        .annotations("test")
        .forEach(
            annotation ->
                perfect.put(
                    annotation.imageId(),
                    annotation.objects().stream()
                        .map(object -> new Detection(object.className(), 1, object.box()))
                        .toList()));
    Path results = folder.resolve("results");
    VocResults.ofImages(SceneGenerator.classes(), perfect).write(results, "test");
    EvaluationResult result = EvaluateDetections.evaluate(data, "test", results);
    assertEquals(1, result.meanAp(), 1e-12);
    assertEquals(2, result.images());
  }

  @Test
  void boxesInMemoryHaveTheAveragePrecisionWorkedOutByHand() {
    EvaluationResult result = MeanAveragePrecision.evaluate();
    // One of two cars is found, by the better of two claims: half of the recall at precision 1.
    assertEquals(Map.of("car", 0.5, "dog", 1.0), result.apByClass());
    assertEquals(0.75, result.meanAp());
  }

  @Test
  void aGridsDetectionsComeFromItsWindows() throws IOException {
    OwnProposals.Grid grid = new OwnProposals.Grid(List.of(128, 64));
    Map<String, String> settings = new HashMap<>(TINY);
    settings.put("bbox.enabled", "false");
    settings.put("thresholds.enabled", "false");
    Path own = folder.resolve("own");
    List<Detection> found = OwnProposals.trainAndDetect(grid, data, own, photo, settings);
    List<Box> windows = grid.propose("", ImageFiles.read(photo));
    assertFalse(windows.isEmpty());
    found.forEach(each -> assertTrue(windows.contains(each.box()), each.toString()));
    // There are such detections: without a cut each window has a score.
    Detector.Options options = Detector.Options.standard().withProposals(grid);
    try (Detector detector = Detector.load(own, options)) {
      List<Detection> all = detector.detect(photo, Detector.Cut.NONE, 5);
      assertFalse(all.isEmpty());
      all.forEach(each -> assertTrue(windows.contains(each.box()), each.toString()));
    }
  }

  @Test
  void svmsLearnTheColoursOfTrainingObjects() throws IOException {
    LinearModel model = SvmsOnOwnFeatures.train(data, "trainval");
    assertEquals(SvmsOnOwnFeatures.DIMENSION, model.dimension());
    Dataset dataset = DatasetFormats.installed().open(data);
    int right = 0;
    int objects = 0;
    for (var annotation : dataset.annotations("trainval")) {
      List<Box> boxes = annotation.objects().stream().map(GroundTruth::box).toList();
      RgbImage image = ImageFiles.read(dataset.image(annotation.imageId()));
      float[] scores = model.score(SvmsOnOwnFeatures.features(image, boxes), boxes.size());
      for (int i = 0; i < boxes.size(); i++, objects++) {
        int best = 0;
        for (int c = 1; c < model.classes().size(); c++) {
          best =
              scores[i * model.classes().size() + c] > scores[i * model.classes().size() + best]
                  ? c
                  : best;
        }
        right += model.classes().get(best).equals(annotation.objects().get(i).className()) ? 1 : 0;
      }
    }
    assertTrue(2 * right > objects, right + " of " + objects);
  }

  @Test
  void everyExampleHasAMain() throws Exception {
    Path sources = Path.of("src/main/java/org/rcnn/examples");
    try (Stream<Path> files = Files.list(sources)) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .filter(name -> !name.equals("package-info"))
              .collect(Collectors.toList());
      assertEquals(8, names.size());
      for (String name : names) {
        Class.forName("org.rcnn.examples." + name).getMethod("main", String[].class);
      }
    }
  }
}
