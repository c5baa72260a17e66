package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.study.Studies;
import org.rcnn.pipeline.study.Study;

/** What bad input gets: one sentence, the right exit status, and the rest of the work done. */
class BadInputTest {

  @TempDir Path folder;
  private Path devkit;

  @BeforeEach
  void makeScenes() throws IOException {
    devkit = folder.resolve("scenes");
    new SceneGenerator(3).writeDevkit(devkit, 2, 2, 2);
  }

  private Session proposals(String... more) {
    String[] arguments = new String[5 + more.length];
    String[] fixed = {"proposals", "--data", devkit.toString(), "--split", "trainval"};
    System.arraycopy(fixed, 0, arguments, 0, 5);
    System.arraycopy(more, 0, arguments, 5, more.length);
    return Session.of((Object[]) arguments);
  }

  @Test
  void wrongUsageExitsWithTwo() {
    for (String[] usage :
        new String[][] {
          {"run", "--bogus"},
          {"run", "--preset", "imaginary"},
          {"run", "--set", "svm.negative-iou=7"},
          {"run", "--set", "svm.no-such-key=7"},
          {"run", "--set", "svm.head=forest"},
          {"run", "--set", "network.architecture=lenet"},
          {"run", "--set", ".=3"},
          {"run", "--set", "finetune.frozen-layers=null"},
          {"run", "--set", "network.weights="},
          {"data", "check", devkit.toString(), "--show", "-1"},
          {"data", "generate", "--out", "x", "--auxiliary", "x"},
          {"proposals", "--data", devkit.toString(), "--mode", "slow"},
          {"eval", "--data", devkit.toString(), "--detections", ".", "--metric", "f1"},
          {"ablate", "--study", "negative-iou=0.3,x"},
          {"ablate", "--study", "momentum=1"},
          {"ablate", "--study", "negative-iou=0.3", "--layers", "fc6"},
          {"ablate", "--study", "labels", "--positives", "proposals"},
          {"ablate", "--study", "seeds", "--set", "finetune.enabled=false"},
          {"ablate", "--positives", "proposals"},
          {"detect"},
          {"nonsense"}
        }) {
      Session wrong = Session.of((Object[]) usage);
      assertEquals(2, wrong.status(), String.join(" ", usage));
      assertFalse(wrong.err().contains("\tat "), wrong.err());
      assertFalse(wrong.err().isBlank(), String.join(" ", usage));
    }
  }

  @Test
  void theHelpOfAblateHasEveryStudyWithItsQuestionAndItsValues() {
    // Lines break at any place, so without spaces.
    String help = withoutSpaces(Session.of("ablate", "--help").done().out());
    for (Study study : Studies.installed().studies()) {
      String told = withoutSpaces(study.name() + study.question() + study.values() + "Default:");
      assertTrue(help.contains(told), help);
    }
    assertTrue(help.contains("Default:none,up:5,down:0.3,weight:4,up:5+down:0.3"), help);
  }

  private static String withoutSpaces(String text) {
    return text.replaceAll("\\s", "");
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command :
        new String[] {
          "run",
          "ablate",
          "pretrain",
          "finetune",
          "features",
          "svm",
          "bbox",
          "thresholds",
          "detect",
          "eval",
          "proposals",
          "bench",
          "bench proposals",
          "data check",
          "data convert",
          "data generate",
          "data download",
          "weights download",
          "weights inspect",
          "weights import"
        }) {
      Session help = Session.of((Object[]) (command + " --help").split(" ")).done();
      assertTrue(help.out().startsWith("Usage: rcnn " + command + " "), help.out());
    }
  }

  @Test
  void aMissingFolderIsToldInOneLine() {
    Session missing = Session.of("run", "--data", folder.resolve("nowhere").toString());
    assertEquals(1, missing.status());
    assertTrue(missing.err().contains("nowhere"), missing.err());
    assertFalse(missing.err().contains("\tat "), missing.err());
  }

  @Test
  void anEmptySplitIsNamed() throws IOException {
    Files.writeString(devkit.resolve("ImageSets/Main/trainval.txt"), "\n");
    Session empty = proposals();
    assertEquals(1, empty.status());
    assertTrue(empty.err().contains("trainval"), empty.err());
  }

  @Test
  void missingSplitsAreExplainedAndCanBeMadeBySeed() throws IOException {
    try (var lists = Files.list(devkit.resolve("ImageSets/Main"))) {
      for (Path list : lists.toList()) {
        Files.delete(list);
      }
    }
    Session refused = Session.of("features", "--data", devkit.toString(), "--out", folder + "/run");
    assertEquals(1, refused.status());
    assertTrue(refused.err().contains("--set data.split-test-share="), refused.err());

    Session split =
        Session.of(
            "features",
            "--data",
            devkit,
            "--out",
            folder + "/run",
            "--set",
            "data.split-test-share=0.5",
            "--set",
            "finetune.enabled=false",
            "--set",
            "proposals.max-boxes=5");
    assertEquals(0, split.status(), split.err());
    assertTrue(split.err().contains("3 training and 3 test images"), split.err());
    // The lists are written down, and the same on the next run.
    Path lists = folder.resolve("run/ImageSets/Main");
    List<String> train = Files.readAllLines(lists.resolve("trainval.txt"));
    List<String> test = Files.readAllLines(lists.resolve("test.txt"));
    assertEquals(3, train.size());
    assertEquals(3, test.size());
    assertTrue(train.stream().noneMatch(test::contains));
  }

  @Test
  void shareAppliesWhereTheSplitAskedForIsMissing() throws IOException {
    Files.delete(devkit.resolve("ImageSets/Main/test.txt"));
    Path run = folder.resolve("run");
    Object[] command = {
      "features",
      "--data",
      devkit,
      "--out",
      run,
      "--set",
      "finetune.enabled=false",
      "--set",
      "proposals.max-boxes=5"
    };
    Session.of(command).refused(1, "has no split 'test', only train, trainval, val");
    Object[] withShare = Arrays.copyOf(command, command.length + 2);
    withShare[command.length] = "--set";
    withShare[command.length + 1] = "data.split-test-share=0.25";
    Session split = Session.of(withShare).done();
    assertTrue(split.err().contains("3 training and 1 test images"), split.err());
    List<String> all = Files.readAllLines(devkit.resolve("ImageSets/Main/trainval.txt"));
    assertTrue(all.containsAll(Files.readAllLines(run.resolve("ImageSets/Main/test.txt"))));
  }

  @Test
  void imagesMayHaveBlanksAndNumbersInTheirNames() throws IOException {
    int number = 0;
    for (String split : List.of("train", "val", "trainval", "test")) {
      Path list = devkit.resolve("ImageSets/Main").resolve(split + ".txt");
      List<String> names = new ArrayList<>();
      for (String id : Files.readAllLines(list)) {
        String name = "photo " + Integer.parseInt(id.strip());
        names.add(name);
        Path image = devkit.resolve("JPEGImages").resolve(id.strip() + ".jpg");
        if (Files.exists(image)) {
          Files.move(image, image.resolveSibling(name + ".jpg"));
          Path annotation = devkit.resolve("Annotations").resolve(id.strip() + ".xml");
          Files.move(annotation, annotation.resolveSibling(name + ".xml"));
          number++;
        }
      }
      Files.write(list, names);
    }
    assertEquals(6, number);
    Path run = folder.resolve("run");
    Session.of(
            "run",
            "--data",
            devkit,
            "--out",
            run,
            "--set",
            "finetune.enabled=false",
            "--set",
            "proposals.max-boxes=5")
        .done();
    // The same detections, scored as files.
    Path found;
    try (Stream<Path> files = Files.list(run.resolve("detections"))) {
      found = files.filter(Files::isDirectory).findFirst().orElseThrow();
    }
    Session scored =
        Session.of("eval", "--data", devkit, "--split", "test", "--detections", found).done();
    assertTrue(scored.out().contains("2 images of split test"), scored.out());
  }

  @Test
  void anUnreadableImageIsReportedAndTheRestIsDone() throws IOException {
    String id = Files.readAllLines(devkit.resolve("ImageSets/Main/trainval.txt")).get(0).strip();
    Files.writeString(devkit.resolve("JPEGImages").resolve(id + ".jpg"), "not a picture");
    Path json = folder.resolve("result.json");
    Session done = proposals("--json", json.toString());
    assertEquals(0, done.status(), done.err());
    JsonNode result = new ObjectMapper().readTree(json.toFile());
    assertEquals(3, result.path("images").asInt());
  }

  @Test
  void aMalformedAnnotationIsReportedAndTheRestIsDone() throws IOException {
    String id = Files.readAllLines(devkit.resolve("ImageSets/Main/trainval.txt")).get(1).strip();
    Files.writeString(devkit.resolve("Annotations").resolve(id + ".xml"), "<annotation><object>");
    Path json = folder.resolve("result.json");
    Session done = proposals("--json", json.toString());
    assertEquals(0, done.status(), done.err());
    assertTrue(done.err().contains(id), done.err());
    assertEquals(4, new ObjectMapper().readTree(json.toFile()).path("images").asInt());
  }

  @Test
  void aMalformedResultLineIsToldWithFileAndLine() throws IOException {
    Path results = Files.createDirectories(folder.resolve("results"));
    Files.writeString(
        results.resolve("comp4_det_test_melon.txt"), "000001 0.5 1 1 20 20\n000001 0.5 1 1\n");
    Session refused =
        Session.of(
            "eval",
            "--data",
            devkit.toString(),
            "--split",
            "test",
            "--detections",
            results.toString());
    assertEquals(1, refused.status());
    assertTrue(refused.err().contains("comp4_det_test_melon.txt"), refused.err());
    assertTrue(refused.err().contains("2"), refused.err());
  }

  @Test
  void aDamagedDetectorIsToldInOneLine() throws IOException {
    Path model = Files.writeString(folder.resolve("detector.rcnn"), "no zip");
    Session refused = Session.of("detect", "--model", model.toString(), "a.jpg");
    assertEquals(1, refused.status());
    assertTrue(refused.err().contains("not a detector file"), refused.err());
  }

  @Test
  void aDeviceThatIsNotThereIsRefused() throws IOException {
    assumeFalse(ComputeDevice.GPU.isPresent(), "this machine has a GPU");
    Path devkit = SmallDevkit.in(folder.resolve("gpu-devkit"));
    Path out = folder.resolve("gpu-run");
    Session.of(
            "run",
            "--data",
            devkit,
            "--out",
            out,
            "--set",
            "network.device=gpu",
            "--set",
            "data.train=test")
        .refused(1, "The engine sees no GPU");
    assertTrue(Files.exists(out.resolve("proposals")), "what was computed stays");
  }
}
