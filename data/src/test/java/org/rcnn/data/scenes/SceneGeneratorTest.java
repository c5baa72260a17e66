package org.rcnn.data.scenes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.folder.ImageFolder;
import org.rcnn.data.scenes.SceneGenerator.ObjectClass;

class SceneGeneratorTest {

  @TempDir Path folder;

  @Test
  void sameSeedDrawsTheSameSceneAndAnotherSeedAnother() {
    assertEquals(new SceneGenerator(7).scene(3), new SceneGenerator(7).scene(3));
    assertNotEquals(new SceneGenerator(7).scene(3), new SceneGenerator(8).scene(3));
    assertNotEquals(new SceneGenerator(7).scene(3), new SceneGenerator(7).scene(4));
  }

  @Test
  void sameSeedWritesTheSameBytes() throws IOException {
    for (String name : List.of("a/kit", "b/kit")) {
      new SceneGenerator(5).writeDevkit(folder.resolve(name), 2, 1, 1);
      new SceneGenerator(5).writeAuxiliarySet(folder.resolve(name).resolveSibling("aux"), 2, 1);
    }
    Map<String, byte[]> a = contents(folder.resolve("a"));
    Map<String, byte[]> b = contents(folder.resolve("b"));
    assertEquals(a.keySet(), b.keySet());
    assertEquals(4 + 4 + 4 * 7 + 20 * 3, a.size());
    a.forEach((name, bytes) -> assertArrayEquals(bytes, b.get(name), name));
  }

  @Test
  void devkitOpensCleanAndHoldsTheScenes() throws IOException {
    SceneGenerator generator = new SceneGenerator(5);
    generator.writeDevkit(folder, 6, 3, 4);
    Dataset devkit = DatasetFormats.installed().open(folder);
    assertEquals(List.of("test", "train", "trainval", "val"), devkit.splits());
    assertEquals(6, devkit.imageIds("train").size());
    assertEquals(9, devkit.imageIds("trainval").size());
    assertEquals(4, devkit.imageIds("test").size());
    DatasetAudit audit = DatasetAudit.of(devkit);
    assertEquals(13, audit.images());
    assertEquals(List.of(), audit.problems());
    assertEquals(generator.scene(10).annotation(), devkit.annotation("000011"));
    assertEquals(
        SceneGenerator.classes(), List.copyOf(audit.splits().get("train").classes().keySet()));
    for (String className : SceneGenerator.classes()) {
      Path list = folder.resolve("ImageSets/Main/" + className + "_train.txt");
      for (String line : Files.readAllLines(list)) {
        String[] fields = line.split(" +");
        Stream<GroundTruth> objects =
            devkit.annotation(fields[0]).objects().stream()
                .filter(object -> object.className().equals(className));
        int expected = objects.mapToInt(object -> object.difficult() ? 0 : 1).max().orElse(-1);
        assertEquals(expected, Integer.parseInt(fields[1]), className + " " + line);
      }
    }
  }

  @Test
  void auxiliarySetOpensWithItsTwentyClasses() throws IOException {
    new SceneGenerator(5).writeAuxiliarySet(folder, 2, 1);
    try (ImageFolder set = ImageFolder.open(folder)) {
      assertEquals(20, set.classes().size());
      assertEquals(SceneGenerator.auxiliaryClasses(), set.classes());
      assertEquals(40, set.train().size());
      assertEquals(20, set.validation().size());
      assertEquals(64, set.train().read(0).width());
      assertEquals(64, set.train().read(0).height());
    }
    assertThrows(
        IllegalArgumentException.class, () -> new SceneGenerator(5).auxiliaryImage("melon", 0));
  }

  @Test
  void boxOfAWholeFigureIsItsExtent() {
    // The cross reaches 0.95 of its half side to each side: from 120 − 95 to 120 + 95.
    List<GroundTruth> objects = SceneGenerator.groundTruth(List.of(cross("a", 120, 120)));
    assertEquals(List.of(new GroundTruth("a", new Box(25, 25, 215, 215), false, false)), objects);
  }

  @Test
  void boxOfAFigureBehindAnotherSurroundsWhatIsVisible() {
    // The cross in front begins at 248 − 95 = 153, where the hidden one's right arm begins.
    List<GroundTruth> objects =
        SceneGenerator.groundTruth(List.of(cross("behind", 120, 120), cross("front", 248, 120)));
    assertEquals(new Box(25, 25, 153, 215), objects.get(0).box());
    assertEquals(new Box(153, 25, 343, 215), objects.get(1).box());
    assertFalse(objects.get(0).difficult());
  }

  @Test
  void figureBeyondTheBorderIsTruncatedAndItsBoxEndsThere() {
    List<GroundTruth> objects = SceneGenerator.groundTruth(List.of(cross("a", 20, 120)));
    assertEquals(List.of(new GroundTruth("a", new Box(0, 25, 115, 215), false, true)), objects);
  }

  @Test
  void figureMostlyHiddenIsDifficult() {
    List<Figure> figures = List.of(cross("a", 120, 120), cross(null, 125, 125));
    List<GroundTruth> objects = SceneGenerator.groundTruth(figures);
    assertEquals(1, objects.size());
    assertTrue(objects.get(0).difficult());
    assertFalse(objects.get(0).truncated());
  }

  @Test
  void noShapeOrTextureAloneTellsAClass() {
    List<ObjectClass> all = new ArrayList<>(SceneGenerator.CLASSES);
    all.addAll(SceneGenerator.DISTRACTORS);
    for (ObjectClass kind : SceneGenerator.CLASSES) {
      assertEquals(1, all.stream().filter(other -> sameLook(kind, other)).count(), kind.name());
      assertTrue(
          all.stream().anyMatch(o -> o.shape() == kind.shape() && o.texture() != kind.texture()));
      assertTrue(
          all.stream().anyMatch(o -> o.shape() != kind.shape() && o.texture() == kind.texture()));
      assertTrue(
          SceneGenerator.AUXILIARY.stream()
              .noneMatch(o -> o.shape() == kind.shape() || o.texture() == kind.texture()));
    }
  }

  @Test
  void classesAreBalancedAndAllKindsOfDifficultyOccur() {
    SceneGenerator generator = new SceneGenerator(1);
    Map<String, Integer> counts = new TreeMap<>();
    int difficult = 0;
    int truncated = 0;
    int objects = 0;
    for (int i = 0; i < 60; i++) {
      Annotation annotation = generator.scene(i).annotation();
      for (GroundTruth object : annotation.objects()) {
        Box inside = object.box().clip(annotation.width(), annotation.height());
        assertEquals(inside, object.box());
        assertFalse(object.box().isEmpty());
        counts.merge(object.className(), 1, Integer::sum);
        difficult += object.difficult() ? 1 : 0;
        truncated += object.truncated() ? 1 : 0;
        objects++;
      }
    }
    assertEquals(SceneGenerator.classes(), List.copyOf(counts.keySet()));
    counts.forEach((name, count) -> assertTrue(count >= 10, name + " " + count));
    assertTrue(objects >= 120, "objects " + objects);
    assertTrue(difficult >= 3 && difficult < objects / 4, "difficult " + difficult);
    assertTrue(truncated >= 10 && truncated < objects / 2, "truncated " + truncated);
  }

  private static boolean sameLook(ObjectClass a, ObjectClass b) {
    return a.shape() == b.shape() && a.texture() == b.texture();
  }

  /** A cross with arms 190 long and 66 wide in a picture of 400 × 240. */
  private static Figure cross(String className, double x, double y) {
    SplittableRandom random = new SplittableRandom(1);
    Material material = Material.random(random, Texture.PLAIN, 1, 0, 0);
    return new Figure(className, Shape.CROSS, material, x, y, 100, 100, 0, random, 400, 240);
  }

  private static Map<String, byte[]> contents(Path root) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        contents.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }
}
