package org.rcnn.data.voc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.SharedData;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.dataset.Splits;

class VocDevkitTest {

  @TempDir Path folder;
  private Path kit;

  @BeforeEach
  void twoImages() throws IOException {
    kit = folder.resolve("VOCdevkit/VOC2007");
    Files.createDirectories(kit.resolve("JPEGImages"));
    Files.createDirectories(kit.resolve("Annotations"));
    Files.createDirectories(kit.resolve("ImageSets/Main"));
    image("a.jpg", 20, 10);
    image("b.PNG", 20, 10);
    annotation("a", 20, 10, new GroundTruth("dog", new Box(0, 0, 5, 5), false, false));
    annotation(
        "b",
        20,
        10,
        new GroundTruth("cat", new Box(1, 1, 5, 5), true, false),
        new GroundTruth("cat", new Box(2, 1, 6, 5), false, true));
    split("train", "a\nb\n");
  }

  @Test
  void kitIsFoundDirectlyOneLevelAndTwoLevelsDeep() throws IOException {
    assertEquals(kit, open(kit).root());
    assertEquals(kit, open(kit.getParent()).root());
    assertEquals(kit, open(folder).root());
  }

  @Test
  void twoKitsInOneFolderAreRefusedByName() throws IOException {
    Files.createDirectories(folder.resolve("VOCdevkit/VOC2012/Annotations"));
    Files.createDirectories(folder.resolve("VOCdevkit/VOC2012/JPEGImages"));
    String message = refusal(() -> open(folder));
    assertTrue(message.contains("VOC2007") && message.contains("VOC2012"), message);
  }

  @Test
  void folderThatIsNoKitIsToldWhatItLacks() {
    String message = refusal(() -> open(kit.resolve("JPEGImages")));
    assertTrue(message.contains("needs Annotations/"), message);
  }

  @Test
  void missingFolderIsNamed() {
    Path gone = folder.resolve("gone");
    assertEquals("There is no folder " + gone + ".", refusal(() -> open(gone)));
  }

  @Test
  void splitMayHaveCarriageReturnsBlankLinesTrailingSpacesAndDuplicates() throws IOException {
    split("val", "\uFEFFb  \r\n\r\na\t\r\nb\r\n");
    assertEquals(List.of("b", "a"), open(kit).imageIds("val"));
  }

  @Test
  void perClassListsAreNoSplitsButCanBeReadAsOne() throws IOException {
    split("cat_train", "a -1\nb  0\n");
    Dataset devkit = open(kit);
    assertEquals(List.of("train"), devkit.splits());
    assertEquals(List.of("a", "b"), devkit.imageIds("cat_train"));
  }

  @Test
  void namesThatEndInANumberAreNoClassList() throws IOException {
    split("mixed", "frame 1\nframe 2\n");
    assertEquals(List.of("frame 1", "frame 2"), open(kit).imageIds("mixed"));
    // Each line could be of a class list, but for the image.
    split("only", "frame 0\nframe 1\n");
    image("frame 0.jpg", 20, 10);
    Dataset devkit = open(kit);
    assertEquals(List.of("frame 0", "frame 1"), devkit.imageIds("only"));
    assertEquals(List.of("mixed", "only", "train"), devkit.splits());
  }

  @Test
  void anAnnotationsEndingMayBeInCapitals() throws IOException {
    Path usual = kit.resolve("Annotations/a.xml");
    Files.move(usual, kit.resolve("Annotations/a.XML"));
    Dataset devkit = open(kit);
    assertEquals("a", devkit.annotation("a").imageId());
    assertTrue(devkit.annotatedIds().contains("a"));
  }

  @Test
  void listInUtf16IsRead() throws IOException {
    Files.write(
        kit.resolve("ImageSets/Main/val.txt"), "b\r\na\r\n".getBytes(StandardCharsets.UTF_16));
    assertEquals(List.of("b", "a"), open(kit).imageIds("val"));
  }

  @Test
  void listMayHaveEndingsAndQuotationMarks() throws IOException {
    image("c d.jpg", 20, 10);
    split("default", "a.jpg\n\"c d\"\n");
    assertEquals(List.of("a", "c d"), open(kit).imageIds("default"));
  }

  @Test
  void splitsOfOtherNamesAreTakenTogether() throws IOException {
    split("valid", "b\n");
    split("train", "a\n");
    assertEquals(List.of("a", "b"), open(kit).imageIds("trainval"));
    assertEquals(List.of("b"), open(kit).imageIds("val"));
  }

  @Test
  void imagesAndAnnotationsLieInTheSameSubFolders() throws IOException {
    Files.createDirectories(kit.resolve("JPEGImages/cam0"));
    Files.createDirectories(kit.resolve("Annotations/cam0"));
    image("cam0/a.jpg", 20, 10);
    annotation("cam0/a", 20, 10, new GroundTruth("cow", new Box(0, 0, 5, 5), false, false));
    split("train", "cam0/a\n");
    Dataset devkit = open(kit);
    assertEquals(List.of("a", "b", "cam0/a"), devkit.annotatedIds());
    assertEquals(kit.resolve("JPEGImages/cam0/a.jpg"), devkit.image("cam0/a"));
    assertEquals("cow", devkit.annotation("cam0/a").objects().get(0).className());
  }

  @Test
  void namesAreComparedInOneUnicodeForm() throws IOException {
    String composed = "\u00e91";
    String decomposed = "e\u03011";
    image(decomposed + ".jpg", 20, 10);
    annotation(composed, 20, 10, new GroundTruth("cow", new Box(0, 0, 5, 5), false, false));
    split("train", decomposed + "\n");
    Dataset devkit = open(kit);
    assertEquals(List.of(composed), devkit.imageIds("train"));
    assertEquals(composed, devkit.annotation(composed).imageId());
    assertTrue(Files.exists(devkit.image(composed)));
    assertTrue(Files.exists(devkit.image(decomposed)));
  }

  @Test
  void everyKindOfImageIsFoundAndEveryFileWithoutPartnerTold() throws IOException {
    GroundTruth cow = new GroundTruth("cow", new Box(0, 0, 5, 5), false, false);
    for (String name : List.of("c.bmp", "d.tif", "e.gif")) {
      image(name, 20, 10);
      annotation(name.substring(0, 1), 20, 10, cow);
    }
    Files.writeString(kit.resolve("JPEGImages/f.heic"), "x");
    annotation("f", 20, 10, cow);
    annotation("g", 20, 10, cow);
    image("h.jpg", 20, 10);
    image("a.png", 20, 10);
    DatasetAudit audit = DatasetAudit.of(open(kit));
    assertEquals(5, audit.images());
    assertEquals(audit.leftOut(), audit.problems());
    assertEquals(5, audit.leftOut().size(), audit.leftOut().toString());
    assertTrue(audit.leftOut().get(0).contains("a.png is not used"), audit.leftOut().get(0));
    assertTrue(audit.leftOut().get(1).contains("only f.heic"), audit.leftOut().get(1));
    assertTrue(audit.leftOut().get(2).contains("f.heic is of a kind"), audit.leftOut().get(2));
    assertTrue(audit.leftOut().get(3).contains("g.xml has no image"), audit.leftOut().get(3));
    assertTrue(audit.leftOut().get(4).contains("h.jpg has no annotation"));
  }

  @Test
  void boxesAreJudgedByThePictureNotByTheStatedSize() throws IOException {
    annotation(
        "a",
        0,
        0,
        new GroundTruth("out", new Box(30, 0, 40, 5), false, false),
        new GroundTruth("in", new Box(0, 0, 5, 5), false, false));
    annotation("b", 4, 4, new GroundTruth("in", new Box(10, 5, 15, 9), false, false));
    Dataset devkit = open(kit);
    assertEquals("in", devkit.annotation("a").objects().get(0).className());
    assertEquals(1, devkit.annotation("b").objects().size());
    DatasetAudit audit = DatasetAudit.of(devkit);
    assertEquals(1, audit.badObjects().stream().filter(s -> s.contains("is outside")).count());
    assertEquals(1, audit.sizeMismatches().size());
    Files.delete(kit.resolve("JPEGImages/b.PNG"));
    Files.delete(kit.resolve("JPEGImages/a.jpg"));
    assertEquals(0, open(kit).annotation("b").objects().size(), "without a picture");
  }

  @Test
  void samePictureInTwoSplitsIsTold() throws IOException {
    image("c.png", 20, 10);
    annotation("c", 20, 10, new GroundTruth("cow", new Box(0, 0, 5, 5), false, false));
    split("train", "a\nb\n");
    split("test", "c\nb\n");
    List<String> repeated = DatasetAudit.of(open(kit)).repeatedPictures();
    assertTrue(repeated.get(0).contains("share 1 images, such as 'b'"), repeated.get(0));
    assertTrue(repeated.get(1).contains("'a' (train) and 'c' (test)"), repeated.get(1));
  }

  @Test
  void classNamesThatLookAlikeAreTold() throws IOException {
    annotation(
        "a",
        20,
        10,
        new GroundTruth("cat\u200b", new Box(0, 0, 5, 5), false, false),
        new GroundTruth("Cat", new Box(0, 0, 5, 5), false, false));
    assertEquals(
        List.of(
            "The classes 'Cat', 'cat', 'cat<U+200B>' look alike, but are learned as 3 different ones; give them one name."),
        DatasetAudit.of(open(kit)).lookAlikes());
  }

  @Test
  void missingSplitTellsWhichExist() throws IOException {
    Dataset devkit = open(kit);
    String message = refusal(() -> devkit.imageIds("test"));
    assertTrue(message.contains("it has train; splits can also be made"), message);
  }

  @Test
  void emptySplitIsRefused() throws IOException {
    split("test", "\n \n");
    Dataset devkit = open(kit);
    assertTrue(refusal(() -> devkit.imageIds("test")).contains("names no image"));
  }

  @Test
  void imageIsFoundWhateverItsEnding() throws IOException {
    Dataset devkit = open(kit);
    assertEquals("b.PNG", devkit.image("b").getFileName().toString());
    assertTrue(refusal(() -> devkit.image("c")).startsWith("There is no image 'c'"));
  }

  @Test
  void jpegIsPreferredToPng() throws IOException {
    image("b.jpeg", 20, 10);
    assertEquals("b.jpeg", open(kit).image("b").getFileName().toString());
  }

  @Test
  void namesThatLeadOutOfTheFolderAreRefused() throws IOException {
    Dataset devkit = open(kit);
    assertTrue(refusal(() -> devkit.annotation("../../secret")).contains("leads out of"));
    assertTrue(refusal(() -> devkit.imageIds("../../x")).contains("leads out of"));
  }

  @Test
  void splitsMadeWithASeedStandInForFiles() throws IOException {
    Dataset devkit = open(kit);
    Dataset seeded = devkit.withSplits(Splits.of(devkit.annotatedIds(), 1, 0, 0.5));
    assertEquals(1, seeded.imageIds("trainval").size());
    assertEquals(1, seeded.imageIds("test").size());
    assertTrue(refusal(() -> seeded.imageIds("val")).contains("names no image"));
    assertEquals(devkit.image("a"), seeded.image("a"));
    assertEquals(devkit.annotation("b"), seeded.annotation("b"));
  }

  @Test
  void splitThatIsNotMadeIsReadFromItsFile() throws IOException {
    split("mine", "b\n");
    Dataset devkit = open(kit);
    Dataset seeded = devkit.withSplits(Splits.of(devkit.annotatedIds(), 1, 0, 0.5));
    assertEquals(List.of("b"), seeded.imageIds("mine"));
    String message = refusal(() -> seeded.imageIds("other"));
    assertTrue(message.contains("There is no split 'other'"), message);
    assertTrue(message.endsWith("made with a seed are train, val, trainval, test."), message);
  }

  @Test
  void auditOfACleanKitCountsPerSplitAndClass() throws IOException {
    DatasetAudit audit = DatasetAudit.of(open(kit));
    assertEquals(List.of(), audit.problems());
    assertEquals(2, audit.images());
    assertEquals(
        Map.of(
            "cat", new DatasetAudit.ClassCount(1, 2, 1, 1),
            "dog", new DatasetAudit.ClassCount(1, 1, 0, 0)),
        audit.splits().get("train").classes());
    assertEquals(3, audit.splits().get("train").objects());
  }

  @Test
  void auditFindsEveryKindOfProblemAndGoesOn() throws IOException {
    split("train", "a\nb\nnowhere\nbroken\n");
    Files.writeString(kit.resolve("JPEGImages/broken.jpg"), "no image");
    Files.writeString(kit.resolve("Annotations/broken.xml"), "<annotation>");
    annotation("a", 21, 10, new GroundTruth("dog", new Box(4, 4, 5, 5), false, false));
    DatasetAudit audit = DatasetAudit.of(open(kit));
    assertEquals(4, audit.images());
    assertEquals(1, audit.missingImages().size());
    assertEquals(1, audit.unreadableImages().size());
    assertEquals(2, audit.badAnnotations().size());
    assertEquals(1, audit.badObjects().size());
    assertEquals(1, audit.sizeMismatches().size());
    assertEquals(6, audit.problems().size());
  }

  @Test
  void voc2007SubsetIsClean() throws IOException {
    Dataset devkit = open(SharedData.find("VOCdevkit"));
    assertEquals(List.of("test", "train", "trainval", "val"), devkit.splits());
    assertEquals(1000, devkit.imageIds("trainval").size());
    assertEquals(500, devkit.imageIds("test").size());
    List<String> classes = classes(devkit, "trainval");
    assertEquals(20, classes.size());
    assertEquals("aeroplane", classes.get(0));
    assertEquals("tvmonitor", classes.get(19));
    for (String id : devkit.imageIds("test")) {
      assertEquals(List.of(), devkit.readAnnotation(id).problems());
    }
    Path cats = devkit.root().resolve("ImageSets/Main/cat_test.txt");
    for (String line : Files.readAllLines(cats)) {
      String id = line.split(" ")[0];
      boolean shown =
          devkit.annotation(id).objects().stream().anyMatch(o -> o.className().equals("cat"));
      assertEquals(!line.endsWith("-1"), shown, id);
    }
  }

  @Test
  void bloodCellsHaveExactlyTwoBoxesWithoutArea() throws IOException {
    Dataset devkit = open(SharedData.find("BCCD"));
    List<String> problems = DatasetAudit.of(devkit).problems();
    assertEquals(2, problems.size(), problems::toString);
    assertTrue(problems.get(0).contains("BloodImage_00338.xml, object"), problems.get(0));
    assertTrue(problems.get(1).contains("BloodImage_00343.xml, object"), problems.get(1));
    assertTrue(problems.stream().allMatch(problem -> problem.contains("has no area")));
    assertEquals(List.of("Platelets", "RBC", "WBC"), classes(devkit, "trainval"));
  }

  private static Dataset open(Path folder) throws IOException {
    return DatasetFormats.installed().open(folder);
  }

  private static List<String> classes(Dataset dataset, String split) throws IOException {
    TreeSet<String> classes = new TreeSet<>();
    for (String id : dataset.imageIds(split)) {
      dataset.annotation(id).objects().forEach(object -> classes.add(object.className()));
    }
    return List.copyOf(classes);
  }

  private interface Action {
    Object run() throws IOException;
  }

  private static String refusal(Action action) {
    return assertThrows(IOException.class, action::run).getMessage();
  }

  private void image(String name, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    String format = name.endsWith("PNG") ? "png" : "jpg";
    assertTrue(ImageIO.write(image, format, kit.resolve("JPEGImages").resolve(name).toFile()));
  }

  private void annotation(String id, int width, int height, GroundTruth... objects)
      throws IOException {
    VocAnnotationWriter.write(
        kit.resolve("Annotations").resolve(id + ".xml"),
        "VOC2007",
        id + ".jpg",
        new Annotation(id, width, height, List.of(objects)));
  }

  private void split(String name, String content) throws IOException {
    Files.writeString(kit.resolve("ImageSets/Main").resolve(name + ".txt"), content);
  }
}
