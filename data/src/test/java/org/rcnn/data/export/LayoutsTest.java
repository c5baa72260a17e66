package org.rcnn.data.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.data.dataset.DatasetFormats;

/** The same pictures and objects in every layout are read as the same annotations, exactly. */
class LayoutsTest {

  /**
   * Pictures, two of sizes that no fraction of six digits gives exactly; the third has no object.
   */
  private static final Map<String, int[]> SIZES =
      new TreeMap<>(
          Map.of("a", new int[] {40, 20}, "b 1", new int[] {21, 43}, "c", new int[] {43, 21}));

  private static final Map<String, List<GroundTruth>> OBJECTS =
      Map.of(
          "a",
          List.of(object("cat", 0, 0, 10, 5), object("dog", 3, 4, 40, 20)),
          "b 1",
          List.of(object("dog", 1, 2, 8, 30)),
          "c",
          List.of());

  @TempDir Path folder;

  private static GroundTruth object(
      String name, double xMin, double yMin, double xMax, double yMax) {
    return new GroundTruth(name, new Box(xMin, yMin, xMax, yMax), false, false);
  }

  private enum Layout {
    VOC_DEVKIT,
    CVAT_VOC,
    LABEL_IMG,
    ROBOFLOW_VOC,
    SUB_FOLDERS,
    IMAGES_AND_ANNOTATIONS,
    COCO,
    ROBOFLOW_COCO,
    CVAT_COCO,
    ULTRALYTICS,
    ROBOFLOW_YOLO,
    CVAT_YOLO,
    LABEL_IMG_YOLO
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void sameAnnotationsComeFromEveryLayout(Layout layout) throws IOException {
    make(layout);
    Dataset dataset = DatasetFormats.installed().open(folder);
    assertEquals(List.of("a", "b 1", "c"), dataset.annotatedIds());
    for (String id : SIZES.keySet()) {
      AnnotationReading reading = dataset.readAnnotation(id);
      assertEquals(List.of(), reading.problems());
      Annotation annotation = reading.annotation();
      assertEquals(id, annotation.imageId());
      assertEquals(SIZES.get(id)[0], annotation.width());
      assertEquals(SIZES.get(id)[1], annotation.height());
      assertSame(OBJECTS.get(id), annotation.objects());
      assertTrue(Files.exists(dataset.image(id)));
    }
    assertEquals(Map.of(), dataset.leftOut());
    assertEquals(List.of(), DatasetAudit.of(dataset).problems());
    switch (layout) {
      case CVAT_VOC -> assertEquals(List.of("default"), dataset.splits());
      case LABEL_IMG, SUB_FOLDERS, IMAGES_AND_ANNOTATIONS, CVAT_COCO, LABEL_IMG_YOLO ->
          assertEquals(List.of(), dataset.splits());
      default -> {
        assertEquals(List.of("a", "b 1"), dataset.imageIds("train"));
        assertEquals(List.of("c"), dataset.imageIds("val"));
        assertEquals(List.of("a", "b 1", "c"), dataset.imageIds("trainval"));
        String message =
            assertThrows(IOException.class, () -> dataset.imageIds("test")).getMessage();
        assertTrue(message.contains("There is no split 'test'"), message);
      }
    }
  }

  /** To the last bit: an IoU at a limit would fall on the other side, and all else with it. */
  private static void assertSame(List<GroundTruth> expected, List<GroundTruth> actual) {
    assertClose(expected, actual, 0);
  }

  private static void assertClose(
      List<GroundTruth> expected, List<GroundTruth> actual, double most) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      Box one = expected.get(i).box();
      Box two = actual.get(i).box();
      assertEquals(expected.get(i).className(), actual.get(i).className());
      assertEquals(one.xMin(), two.xMin(), most);
      assertEquals(one.yMin(), two.yMin(), most);
      assertEquals(one.xMax(), two.xMax(), most);
      assertEquals(one.yMax(), two.yMax(), most);
    }
  }

  private void make(Layout layout) throws IOException {
    switch (layout) {
      case VOC_DEVKIT, CVAT_VOC -> {
        for (String id : SIZES.keySet()) {
          image("VOC/JPEGImages/" + id + ".jpg");
          xml("VOC/Annotations/" + id + ".xml");
        }
        if (layout == Layout.CVAT_VOC) {
          text("VOC/ImageSets/Main/default.txt", "a\n\"b 1\"\nc\n");
          text("VOC/labelmap.txt", "# label:color_rgb:parts:actions\ncat:::\ndog:::\n");
        } else {
          text("VOC/ImageSets/Main/train.txt", "a\nb 1\n");
          text("VOC/ImageSets/Main/val.txt", "c\n");
        }
      }
      case LABEL_IMG -> inPlaces("%2$s", "%2$s");
      case ROBOFLOW_VOC -> inPlaces("%1$s/%2$s", "%1$s/%2$s");
      case SUB_FOLDERS -> {
        for (String id : SIZES.keySet()) {
          String place = id.equals("a") ? "monday/" : "tuesday/";
          image(place + id + ".jpg");
          xml(place + id + ".xml");
        }
      }
      case IMAGES_AND_ANNOTATIONS -> inPlaces("images/%2$s", "annotations/%2$s");
      case COCO -> {
        for (String id : SIZES.keySet()) {
          image((id.equals("c") ? "val" : "train") + "/" + id + ".jpg");
        }
        text("annotations/instances_train.json", coco(List.of("a", "b 1")));
        text("annotations/instances_val.json", coco(List.of("c")));
        text("annotations/captions_val.json", "{\"images\": [{\"file_name\": \"x.jpg\"}]}");
      }
      case ROBOFLOW_COCO -> {
        for (String id : SIZES.keySet()) {
          image((id.equals("c") ? "valid" : "train") + "/" + id + ".jpg");
        }
        text("train/_annotations.coco.json", coco(List.of("a", "b 1")));
        text("valid/_annotations.coco.json", coco(List.of("c")));
      }
      case CVAT_COCO -> {
        for (String id : SIZES.keySet()) {
          image("images/default/" + id + ".jpg");
        }
        text("annotations/instances_default.json", coco(List.of("a", "b 1", "c")));
      }
      case ULTRALYTICS -> {
        labelled("images/%1$s/%2$s", "labels/%1$s/%2$s", "val");
        text(
            "data.yaml",
            "path: ../datasets/mine\ntrain: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n");
      }
      case ROBOFLOW_YOLO -> {
        labelled("%1$s/images/%2$s", "%1$s/labels/%2$s", "valid");
        text(
            "data.yaml",
            "train: ../train/images\nval: ../valid/images\n\nnc: 2\nnames: ['cat', 'dog']\n");
      }
      case CVAT_YOLO -> {
        for (String id : SIZES.keySet()) {
          image("obj_train_data/" + id + ".jpg");
          text("obj_train_data/" + id + ".txt", yolo(id));
        }
        text("obj.names", "cat\ndog\n");
        text("obj.data", "classes = 2\ntrain = data/train.txt\nvalid = data/valid.txt\n");
        text("train.txt", "data/obj_train_data/a.jpg\ndata/obj_train_data/b 1.jpg\n");
        text("valid.txt", "data/obj_train_data/c.jpg\n");
      }
      case LABEL_IMG_YOLO -> {
        for (String id : SIZES.keySet()) {
          image(id + ".jpg");
          text(id + ".txt", yolo(id));
        }
        text("classes.txt", "cat\ndog\n");
      }
    }
  }

  private void inPlaces(String image, String annotation) throws IOException {
    for (String id : SIZES.keySet()) {
      String split = id.equals("c") ? "valid" : "train";
      image(image.formatted(split, id) + ".jpg");
      xml(annotation.formatted(split, id) + ".xml");
    }
  }

  /** The image without objects has no label file. */
  private void labelled(String image, String label, String validation) throws IOException {
    for (String id : SIZES.keySet()) {
      String split = id.equals("c") ? validation : "train";
      image(image.formatted(split, id) + ".jpg");
      if (!id.equals("c")) {
        text(label.formatted(split, id) + ".txt", yolo(id));
      }
    }
  }

  private void text(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String id(String name) {
    return name.substring(name.lastIndexOf('/') + 1, name.lastIndexOf('.'));
  }

  private void image(String name) throws IOException {
    int[] size = SIZES.get(id(name));
    BufferedImage image = new BufferedImage(size[0], size[1], BufferedImage.TYPE_INT_RGB);
    // Different in every picture, because repeated pictures are a problem.
    int grey = 0x101010 * (id(name).charAt(0) - 'a' + 1);
    for (int i = 0; i < size[0] * size[1]; i++) {
      image.setRGB(i % size[0], i / size[0], 3 * grey);
    }
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    assertTrue(ImageIO.write(image, "jpg", file.toFile()));
  }

  private void xml(String name) throws IOException {
    int[] size = SIZES.get(id(name));
    StringBuilder xml = new StringBuilder("<annotation><size><width>%d</width>".formatted(size[0]));
    xml.append("<height>%d</height><depth>3</depth></size>".formatted(size[1]));
    for (GroundTruth object : OBJECTS.get(id(name))) {
      double[] corners = object.box().toVoc();
      xml.append("<object><name>%s</name><bndbox>".formatted(object.className()));
      xml.append("<xmin>%s</xmin><ymin>%s</ymin>".formatted(corners[0], corners[1]));
      xml.append("<xmax>%s</xmax><ymax>%s</ymax>".formatted(corners[2], corners[3]));
      xml.append("</bndbox></object>");
    }
    text(name, xml.append("</annotation>").toString());
  }

  private static String coco(List<String> ids) {
    List<String> images = new ArrayList<>();
    List<String> annotations = new ArrayList<>();
    for (String id : ids) {
      int[] size = SIZES.get(id);
      images.add(
          "{\"id\": \"%s\", \"file_name\": \"%s.jpg\", \"width\": %d, \"height\": %d}"
              .formatted(id, id, size[0], size[1]));
      for (GroundTruth object : OBJECTS.get(id)) {
        Box box = object.box();
        annotations.add(
            "{\"id\": %d, \"image_id\": \"%s\", \"category_id\": %d, \"bbox\": [%s, %s, %s, %s]}"
                .formatted(
                    annotations.size(),
                    id,
                    object.className().equals("cat") ? 7 : 3,
                    box.xMin(),
                    box.yMin(),
                    box.width(),
                    box.height()));
      }
    }
    return "{\"annotations\": %s, \"images\": %s, \"categories\": [{\"id\": 7, \"name\": \"cat\"}, {\"id\": 3, \"name\": \"dog\"}]}"
        .formatted(annotations, images);
  }

  private static String yolo(String id) {
    int[] size = SIZES.get(id);
    StringBuilder lines = new StringBuilder();
    for (GroundTruth object : OBJECTS.get(id)) {
      Box box = object.box();
      lines
          .append(object.className().equals("cat") ? 0 : 1)
          .append(" %.6f".formatted((box.xMin() + box.xMax()) / 2 / size[0]))
          .append(" %.6f".formatted((box.yMin() + box.yMax()) / 2 / size[1]))
          .append(" %.6f".formatted(box.width() / size[0]))
          .append(" %.6f".formatted(box.height() / size[1]))
          .append("\n");
    }
    return lines.toString();
  }

  @ParameterizedTest
  @EnumSource(ExportFormat.class)
  void convertedThereAndBackItIsTheSame(ExportFormat format, @TempDir Path other)
      throws IOException {
    make(Layout.VOC_DEVKIT);
    xml("VOC/Annotations/a.xml");
    Dataset original = DatasetFormats.installed().open(folder);
    List<String> problems = new ArrayList<>();
    DatasetExport.Summary summary =
        DatasetExport.write(
            original, format, other.resolve("there"), ExifOrientation.APPLY, problems::add);
    assertEquals(List.of(), problems);
    assertEquals(3, summary.images());
    assertEquals(3, summary.objects());
    assertEquals(List.of("cat", "dog"), summary.classes());
    Dataset there = DatasetFormats.installed().open(other.resolve("there"));
    DatasetExport.write(
        there, ExportFormat.VOC, other.resolve("back"), ExifOrientation.APPLY, problems::add);
    Dataset back = DatasetFormats.installed().open(other.resolve("back"));
    assertEquals(List.of(), problems);
    assertEquals(original.splits(), back.splits());
    for (String split : original.splits()) {
      assertEquals(original.imageIds(split), back.imageIds(split));
    }
    for (String id : original.annotatedIds()) {
      assertSame(original.annotation(id).objects(), back.annotation(id).objects());
      assertEquals(-1, Files.mismatch(original.image(id), back.image(id)));
    }
  }

  @Test
  void boxesBeyondThePictureEndAtItsEdgeInYolo(@TempDir Path other) throws IOException {
    make(Layout.VOC_DEVKIT);
    Path xml = folder.resolve("VOC/Annotations/a.xml");
    Files.writeString(xml, Files.readString(xml).replace("<xmax>40.0</xmax>", "<xmax>9999</xmax>"));
    Dataset original = DatasetFormats.installed().open(folder);
    List<String> problems = new ArrayList<>();
    Path there = other.resolve("there");
    DatasetExport.write(original, ExportFormat.YOLO, there, ExifOrientation.APPLY, problems::add);
    assertEquals(1, problems.size(), problems::toString);
    Dataset read = DatasetFormats.installed().open(there);
    assertSame(OBJECTS.get("a"), read.annotation("a").objects());
  }

  @Test
  void marksSurviveVocAndCocoAndAreToldToBeLostInYolo(@TempDir Path other) throws IOException {
    make(Layout.VOC_DEVKIT);
    Path xml = folder.resolve("VOC/Annotations/a.xml");
    Files.writeString(
        xml,
        Files.readString(xml)
            .replaceFirst("</name>", "</name><difficult>1</difficult><truncated>1</truncated>"));
    Dataset original = DatasetFormats.installed().open(folder);
    for (ExportFormat format : ExportFormat.values()) {
      Path place = other.resolve(format.label());
      DatasetExport.Summary summary =
          DatasetExport.write(
              original, format, place, ExifOrientation.APPLY, problem -> assertEquals("", problem));
      GroundTruth cat = DatasetFormats.installed().open(place).annotation("a").objects().get(0);
      boolean kept = format != ExportFormat.YOLO;
      assertEquals(kept, cat.difficult());
      assertEquals(kept, cat.truncated());
      assertEquals(kept ? 0 : 1, summary.notes().size());
    }
  }

  @Test
  void faultsOfCocoAreToldAndTheRestIsRead() throws IOException {
    image("a.jpg");
    image("c.jpg");
    text(
        "labels.json",
        """
        {"images": [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 20},
                    {"id": 2, "file_name": "gone.jpg", "width": 4, "height": 2}],
         "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "a/b"}],
         "annotations": [
          {"id": 1, "image_id": 1, "category_id": 1, "bbox": [NaN, 1, 2, 3]},
          {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 1, 0, 3]},
          {"id": 3, "image_id": 1, "category_id": 9, "bbox": [1, 1, 2, 3]},
          {"id": 4, "image_id": 1, "category_id": 2, "bbox": [1, 1, 2, 3]},
          {"id": 5, "image_id": 8, "category_id": 1, "bbox": [1, 1, 2, 3]},
          {"id": 6, "image_id": 1, "category_id": 1},
          {"id": 7, "image_id": 1, "category_id": 1, "segmentation": [[1, 2, 9, 4, 5, 8]]},
          {"id": 8, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 4], "attributes": {"rotation": 90}},
          {"id": 9, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 3], "iscrowd": 1}]}
        """);
    Dataset dataset = DatasetFormats.installed().open(folder);
    AnnotationReading reading = dataset.readAnnotation("a");
    assertEquals(6, reading.problems().size(), reading.problems().toString());
    assertEquals(2, reading.notes().size());
    assertClose(
        List.of(object("cat", 1, 2, 9, 8), object("cat", 3, -3, 7, 7), object("cat", 1, 1, 3, 4)),
        reading.annotation().objects(),
        1e-9);
    assertTrue(reading.annotation().objects().get(2).difficult());
    assertEquals(List.of("a"), dataset.annotatedIds());
    assertEquals(2, dataset.leftOut().size(), dataset.leftOut().toString());
    assertTrue(dataset.leftOut().get("gone").contains("names the image gone.jpg"));
    assertTrue(dataset.leftOut().get("c").contains("No JSON file"));
  }

  @Test
  void faultsOfYoloAreToldWithFileAndLine() throws IOException {
    make(Layout.LABEL_IMG_YOLO);
    text("d.txt", "0 0.5 0.5 0.1 0.1\n");
    text(
        "a.txt",
        "0 0.5 0.5 0.5 0.5\n7 0.5 0.5 0.5 0.5\n0 12 12 30 30\n0 0.5 0.5 0.5\n0 0.5 x 0.5 1\n"
            + "0 0.5 0.5 0 0.5\n1 0.25 0.5 0.75 0.5 0.5 1\n0 0.5 0.5 0.5 0.5 0.9\n");
    Dataset dataset = DatasetFormats.installed().open(folder);
    AnnotationReading reading = dataset.readAnnotation("a");
    assertEquals(5, reading.problems().size(), reading.problems().toString());
    assertTrue(reading.problems().get(0).contains("a.txt:2: the object has the class '7'"));
    assertSame(
        List.of(
            object("cat", 10, 5, 30, 15),
            object("dog", 10, 10, 30, 20),
            object("cat", 10, 5, 30, 15)),
        reading.annotation().objects());
    assertEquals(1, reading.notes().size());
    assertTrue(dataset.leftOut().get("d").contains("d.txt have no image"));
  }

  @Test
  void sameNameInTwoSplitsIsTwoImages() throws IOException {
    for (String split : List.of("train", "test")) {
      image(split + "/a.jpg");
      xml(split + "/a.xml");
    }
    Dataset dataset = DatasetFormats.installed().open(folder);
    assertEquals(List.of("train/a"), dataset.imageIds("train"));
    assertEquals(List.of("test/a"), dataset.imageIds("test"));
  }

  @Test
  void folderThatNoFormatReadsIsToldWhatItHoldsAndWhatWouldWork() throws IOException {
    image("a.jpg");
    assertRefused("It holds 1 images, but no annotations");
    text("a.txt", "0 0.5 0.5 0.1 0.1\n");
    assertRefused("write their names into classes.txt");
    text("annotations.xml", "<annotations><version>1.1</version></annotations>");
    assertRefused("CVAT's own XML (annotations.xml); export it as");
    text("a.json", "{\"version\": \"5\", \"shapes\": []}");
    assertRefused("labelme's JSON");
  }

  private void assertRefused(String words) {
    String message =
        assertThrows(IOException.class, () -> DatasetFormats.installed().open(folder)).getMessage();
    assertTrue(message.contains(words), message);
  }
}
