package org.rcnn.data.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.voc.VocAnnotationReader;

class DetectionExportTest {

  private static final List<String> CLASSES = List.of("cat", "dog, big");
  private static final List<Detection> FOUND =
      List.of(
          new Detection("dog, big", 1.5, new Box(-4, 0, 10, 10)),
          new Detection("cat", -0.25, new Box(5, 5, 20, 10)));

  @TempDir Path folder;

  private Path write(DetectionFormat format, String name) throws IOException {
    Path place = folder.resolve(name);
    try (DetectionExport export = new DetectionExport(format, place, CLASSES)) {
      export.add(Path.of("photos/000000000139.jpg"), 20, 10, FOUND);
      export.add(Path.of("other/b.c.png"), 8, 8, List.of());
      export.add(Path.of("more/000000000139.png"), 20, 10, List.of(FOUND.get(1)));
      export.commit();
    }
    return place;
  }

  @Test
  void csvHasAHeaderAndQuotesWhatNeedsIt() throws IOException {
    assertEquals(
        """
        image,width,height,class,score,xmin,ymin,xmax,ymax
        photos/000000000139.jpg,20,10,"dog, big",1.5,1.0,1.0,10.0,10.0
        photos/000000000139.jpg,20,10,cat,-0.25,6.0,6.0,20.0,10.0
        more/000000000139.png,20,10,cat,-0.25,6.0,6.0,20.0,10.0
        """,
        Files.readString(write(DetectionFormat.CSV, "a.csv")));
  }

  @Test
  void cocoIsAnArrayOfResults() throws IOException {
    JsonNode tree = new ObjectMapper().readTree(write(DetectionFormat.COCO, "a.json").toFile());
    assertEquals(3, tree.size());
    assertEquals(139, tree.get(0).get("image_id").longValue());
    assertEquals(2, tree.get(0).get("category_id").intValue());
    assertEquals("[0.0,0.0,10.0,10.0]", tree.get(0).get("bbox").toString());
    assertEquals(-0.25, tree.get(1).get("score").doubleValue());
  }

  @Test
  void vocIsAnAnnotationOfEachImage() throws IOException {
    Path place = write(DetectionFormat.VOC, "xml");
    List<GroundTruth> objects =
        VocAnnotationReader.read(place.resolve("000000000139.xml")).annotation().objects();
    assertEquals("dog, big", objects.get(0).className());
    assertEquals(new Box(0, 0, 10, 10), objects.get(0).box());
    assertEquals(
        0, VocAnnotationReader.read(place.resolve("b.c.xml")).annotation().objects().size());
    assertEquals(
        1,
        VocAnnotationReader.read(place.resolve("000000000139-2.xml"))
            .annotation()
            .objects()
            .size());
  }

  @Test
  void yoloHasTheScoreLastAndTheClassesBeside() throws IOException {
    Path place = write(DetectionFormat.YOLO, "txt");
    assertEquals(
        "1 0.25 0.5 0.5 1.0 1.5\n0 0.625 0.75 0.75 0.5 -0.25\n",
        Files.readString(place.resolve("000000000139.txt")));
    assertEquals("cat\ndog, big\n", Files.readString(place.resolve("classes.txt")));
  }

  @Test
  void withoutCommitThereIsNoFileAndAFolderIsNoFile() throws IOException {
    Path file = folder.resolve("a.csv");
    new DetectionExport(DetectionFormat.CSV, file, CLASSES).close();
    assertFalse(Files.exists(file));
    assertThrows(
        IOException.class, () -> new DetectionExport(DetectionFormat.CSV, folder, CLASSES));
  }
}
