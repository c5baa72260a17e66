package org.rcnn.data.voc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.AnnotationReading;

class VocAnnotationTest {

  @Test
  void boxBecomesHalfOpenAndMissingFlagsCountAsUnset() throws Exception {
    AnnotationReading reading = read(object("cat", "", 1, 2, 30, 40));
    assertEquals(
        new Annotation(
            "x", 100, 80, List.of(new GroundTruth("cat", new Box(0, 1, 30, 40), false, false))),
        reading.annotation());
    assertEquals(List.of(), reading.problems());
  }

  @Test
  void flagsAreRead() throws Exception {
    GroundTruth cat =
        read(object("cat", "<difficult>1</difficult><truncated> 1 </truncated>", 1, 2, 30, 40))
            .annotation()
            .objects()
            .get(0);
    assertTrue(cat.difficult());
    assertTrue(cat.truncated());
  }

  @Test
  void fractionalCoordinatesAreKept() throws Exception {
    assertEquals(
        new Box(9.5, 10.25, 30.5, 40),
        read(object("cat", "", 10.5, 11.25, 30.5, 40)).annotation().objects().get(0).box());
  }

  @Test
  void partsAreNotObjectsAndTheirBoxesNotTheObjectsBox() throws Exception {
    String part =
        "<part><name>head</name><bndbox><xmin>3</xmin><ymin>3</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></part>";
    List<GroundTruth> objects = read(object("person", part, 1, 1, 30, 40)).annotation().objects();
    assertEquals(List.of(new GroundTruth("person", new Box(0, 0, 30, 40), false, false)), objects);
  }

  @Test
  void badObjectsAreReportedAndLeftOutTheOthersStay() throws Exception {
    AnnotationReading reading =
        read(
            object("a", "", 50, 50, 50, 50)
                + object("b", "", 30, 10, 20, 15)
                + object("c", "", 101, 10, 120, 15)
                + "<object><name>d</name></object>"
                + "<object><bndbox/></object>"
                + object("e", "", Double.NaN, 1, 2, 2)
                + object("car/van", "", 1, 1, 10, 10)
                + object("..", "", 1, 1, 10, 10)
                + object("f", "", 1, 1, 1.7e308, 10)
                + object("good", "", 1, 1, 10, 10));
    assertEquals(
        List.of("c", "good"),
        reading.annotation().objects().stream().map(GroundTruth::className).toList());
    assertEquals(
        List.of(
            "In the annotation x.xml, object 1 (a) has no area, 50,50..50,50; it is left out.",
            "In the annotation x.xml, object 2 (b) has swapped corners, 30,10..20,15; it is left out.",
            "In the annotation x.xml, object 4 (d) has no <bndbox>; it is left out.",
            "In the annotation x.xml, object 5 has no name; it is left out.",
            "In the annotation x.xml, object 6 (e) has the xmin 'NaN', which is not a number; it is left out.",
            "In the annotation x.xml, object 7 (car/van) has a class name that cannot be part of a file name; it is left out.",
            "In the annotation x.xml, object 8 (..) has a class name that cannot be part of a file name; it is left out.",
            "In the annotation x.xml, object 9 (f) has a coordinate beyond 1,000,000,000; it is left out."),
        reading.problems());
  }

  @Test
  void everyBoxOfAnObjectIsAnObject() throws Exception {
    String second =
        "<bndbox><xmin>50</xmin><ymin>10</ymin><xmax>60</xmax><ymax>20</ymax></bndbox>"
            + "<bndbox><xmin>5</xmin><ymin>9</ymin><xmax>5</xmax><ymax>20</ymax></bndbox>";
    AnnotationReading reading = read(object("cat", second, 1, 2, 30, 40));
    assertEquals(
        List.of(new Box(49, 9, 60, 20), new Box(0, 1, 30, 40)),
        reading.annotation().objects().stream().map(GroundTruth::box).toList());
    assertEquals(
        List.of(
            "In the annotation x.xml, object 1 (cat), box 2, has no area, 5,9..5,20; it is left out."),
        reading.problems());
  }

  @Test
  void ofElementsThatDisagreeTheFirstCountsAndTheOthersAreReported() throws Exception {
    String more = "<name>dog</name><difficult>1</difficult><difficult>0</difficult>";
    AnnotationReading reading = read(object("cat", more, 1, 2, 30, 40));
    assertEquals("cat", reading.annotation().objects().get(0).className());
    assertEquals(
        List.of(
            "In the annotation x.xml, object 1 has 2 different <name>; the first counts.",
            "In the annotation x.xml, object 1 (cat) has 2 different <difficult>; the first counts."),
        reading.problems());
  }

  @Test
  void flagThatIsNeitherZeroNorOneIsReported() throws Exception {
    AnnotationReading reading = read(object("cat", "<difficult>2</difficult>", 1, 2, 30, 40));
    assertEquals(false, reading.annotation().objects().get(0).difficult());
    assertEquals(
        List.of(
            "In the annotation x.xml, object 1 (cat) has the <difficult> '2', which is neither 0 nor 1; it counts as 0."),
        reading.problems());
  }

  @Test
  void classNameTooLongForAFileNameIsRefusedByItsBytes() throws Exception {
    AnnotationReading reading =
        read(object("ä".repeat(101), "", 1, 2, 30, 40) + object("a".repeat(200), "", 1, 2, 30, 40));
    assertEquals(1, reading.annotation().objects().size());
    assertTrue(
        reading
            .problems()
            .get(0)
            .endsWith(
                "has a class name of 202 bytes, too long for a file name (at most 200); it is left out."),
        reading.problems().get(0));
  }

  @Test
  void rotatedBoxesAndPolygonsBecomeBoundingBoxesWithANote() throws Exception {
    String rotated =
        "<object><name>cat</name><robndbox><cx>20</cx><cy>30</cy><w>10</w><h>6</h><angle>"
            + Math.PI / 2
            + "</angle></robndbox></object>";
    String polygon =
        "<object><name>dog</name><polygon><x1>4</x1><y1>9</y1><x2>12</x2><y2>3</y2><x3>8</x3><y3>20</y3></polygon></object>";
    AnnotationReading reading = read(rotated + polygon);
    Box turned = reading.annotation().objects().get(0).box();
    assertEquals(16, turned.xMin(), 1e-9);
    assertEquals(24, turned.yMin(), 1e-9);
    assertEquals(23, turned.xMax(), 1e-9);
    assertEquals(35, turned.yMax(), 1e-9);
    assertEquals(new Box(3, 2, 12, 20), reading.annotation().objects().get(1).box());
    assertEquals(List.of(), reading.problems());
    assertEquals(2, reading.notes().size());
  }

  @Test
  void utf16IsRead() throws Exception {
    String xml =
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><annotation>"
            + object("é", "", 1, 1, 3, 3)
            + "</annotation>";
    AnnotationReading reading =
        VocAnnotationReader.read(xml.getBytes(StandardCharsets.UTF_16), "x", "x.xml");
    assertEquals("é", reading.annotation().objects().get(0).className());
  }

  @Test
  void missingSizeIsZeroAndReported() throws Exception {
    String xml = "<annotation>" + object("cat", "", 500, 1, 900, 40) + "</annotation>";
    AnnotationReading reading = VocAnnotationReader.read(bytes(xml), "x", "x.xml");
    assertEquals(0, reading.annotation().width());
    assertEquals(1, reading.annotation().objects().size());
    assertEquals(
        List.of(
            "In the annotation x.xml, the image size is missing or invalid; boxes are compared with the picture alone."),
        reading.problems());
  }

  @Test
  void brokenXmlIsRefusedWithFileAndLine() {
    String message = refusal("<annotation>\n<object>\n</annotation>");
    assertTrue(
        message.startsWith("The annotation x.xml is not well-formed XML (line 3: "), message);
  }

  @Test
  void otherXmlIsRefused() {
    assertEquals(
        "The annotation x.xml has the root element <html> instead of <annotation>.",
        refusal("<html/>"));
  }

  @Test
  void emptyFileIsRefused() {
    assertTrue(refusal("").startsWith("The annotation x.xml is not well-formed XML"));
  }

  @Test
  void documentTypeDeclarationIsRefusedSoNoOtherFileIsPulledIn() {
    String message =
        refusal(
            "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><annotation>&e;</annotation>");
    assertTrue(message.contains("DOCTYPE"), message);
  }

  @Test
  void writtenAnnotationReadsBackEqual(@TempDir Path folder) throws Exception {
    Annotation annotation =
        new Annotation(
            "0001",
            320,
            240,
            List.of(
                new GroundTruth("a<b & c", new Box(0, 0, 320, 240), true, false),
                new GroundTruth("wheel", new Box(3.5, 4, 17.25, 30), false, true)));
    Path file = folder.resolve("0001.xml");
    VocAnnotationWriter.write(file, "scenes", "0001.jpg", annotation);
    AnnotationReading reading = VocAnnotationReader.read(file);
    assertEquals(annotation, reading.annotation());
    assertEquals(List.of(), reading.problems());
  }

  @Test
  void missingFileIsNamed(@TempDir Path folder) {
    Path file = folder.resolve("gone.xml");
    String message =
        assertThrows(IOException.class, () -> VocAnnotationReader.read(file)).getMessage();
    assertEquals("The annotation " + file + " does not exist.", message);
  }

  private static String refusal(String xml) {
    return assertThrows(IOException.class, () -> VocAnnotationReader.read(bytes(xml), "x", "x.xml"))
        .getMessage();
  }

  private static AnnotationReading read(String objects) throws IOException {
    String size = "<size><width>100</width><height>80</height><depth>3</depth></size>";
    String xml = "<annotation>" + size + objects + "</annotation>";
    return VocAnnotationReader.read(bytes(xml), "x", "x.xml");
  }

  private static String object(
      String name, String more, double xMin, double yMin, double xMax, double yMax) {
    return ("<object><name>%s</name>%s<bndbox><xmin>%s</xmin><ymin>%s</ymin><xmax>%s</xmax>"
            + "<ymax>%s</ymax></bndbox></object>")
        .formatted(name, more, xMin, yMin, xMax, yMax);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
