package org.rcnn.data.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFormatsTest {

  /** A dataset is a folder with a certain file in it. */
  private record Marked(String name, String file) implements DatasetFormat {

    @Override
    public String needs() {
      return file;
    }

    @Override
    public boolean recognises(Path folder) {
      return Files.exists(folder.resolve(file));
    }

    @Override
    public Dataset open(Path folder) {
      return new Empty(folder.resolve(file));
    }
  }

  /** Nothing but a root, which names the format's file so that a test can tell formats apart. */
  private record Empty(Path root) implements Dataset {

    @Override
    public List<String> splits() {
      return List.of();
    }

    @Override
    public String splitAdvice() {
      return "use another format";
    }

    @Override
    public List<String> imageIds(String split) throws IOException {
      throw new IOException("There is no split.");
    }

    @Override
    public List<String> annotatedIds() {
      return List.of();
    }

    @Override
    public Path image(String id) throws IOException {
      throw new IOException("There is no image.");
    }

    @Override
    public AnnotationReading readAnnotation(String id) throws IOException {
      throw new IOException("There is no annotation.");
    }
  }

  private static final DatasetFormats FORMATS =
      new DatasetFormats(
          List.of(new Marked("red folder", "red.txt"), new Marked("blue folder", "blue.txt")));

  @TempDir Path folder;

  @Test
  void datasetOfAnyFormatIsFoundDirectlyOneLevelAndTwoLevelsDeep() throws IOException {
    Path blue = mark("outer/inner/blue.txt");
    for (Path place : List.of(folder.resolve("outer/inner"), folder.resolve("outer"), folder)) {
      assertEquals(blue, FORMATS.open(place).root());
    }
  }

  @Test
  void firstFormatThatRecognisesAFolderReadsIt() throws IOException {
    mark("blue.txt");
    Path red = mark("red.txt");
    assertEquals(red, FORMATS.open(folder).root());
  }

  @Test
  void datasetIsTakenBeforeThoseInsideIt() throws IOException {
    Path blue = mark("blue.txt");
    mark("inner/red.txt");
    assertEquals(blue, FORMATS.open(folder).root());
  }

  @Test
  void twoDatasetsSideBySideAreRefusedByName() throws IOException {
    mark("a/blue.txt");
    mark("b/red.txt");
    assertEquals(
        "The folder %s holds more than one blue folder or red folder (%s, %s); name one of them."
            .formatted(folder, folder.resolve("a"), folder.resolve("b")),
        refusal(folder));
  }

  @Test
  void folderOfNoFormatIsToldWhatEachWouldNeed() {
    assertEquals(
        "The folder %s is not a red folder: it needs red.txt; nor a blue folder: it needs blue.txt."
            .formatted(folder),
        refusal(folder));
  }

  @Test
  void missingFolderIsNamed() {
    Path gone = folder.resolve("gone");
    assertEquals("There is no folder " + gone + ".", refusal(gone));
  }

  @Test
  void formatsAreFoundOnTheClassPath() {
    assertEquals(
        List.of(
            "VOC-style folder",
            "folder of COCO JSON",
            "folder of VOC XML files beside images",
            "folder of YOLO text"),
        DatasetFormats.installed().formats().stream().map(DatasetFormat::name).toList());
  }

  @Test
  void programWithoutFormatsIsToldWhereOneIsNamed() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new DatasetFormats(List.of()))
            .getMessage();
    assertTrue(message.contains("META-INF/services/org.rcnn.data.dataset.DatasetFormat"), message);
  }

  private Path mark(String file) throws IOException {
    Path place = folder.resolve(file);
    Files.createDirectories(place.getParent());
    return Files.createFile(place);
  }

  private static String refusal(Path folder) {
    return assertThrows(IOException.class, () -> FORMATS.open(folder)).getMessage();
  }
}
