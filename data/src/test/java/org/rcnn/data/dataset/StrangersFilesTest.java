package org.rcnn.data.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.Pipes;
import org.rcnn.data.folder.ImageFolder;
import org.rcnn.data.folder.PackedImages;
import org.rcnn.data.voc.VocAnnotationReader;

/** Datasets with files that block, never end, nest without end, or unpack to far more. */
class StrangersFilesTest {

  /** What blocks would block for ever: the limit tells that from work. */
  private static final Duration FOR_EVER = Duration.ofMinutes(2);

  @TempDir Path folder;

  private static byte[] jpeg() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(32, 24, BufferedImage.TYPE_INT_RGB), "jpg", out);
    return out.toByteArray();
  }

  private static String xml(String inside) {
    return "<annotation><size><width>32</width><height>24</height></size>"
        + inside
        + "<object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax>"
        + "<ymax>9</ymax></bndbox></object></annotation>";
  }

  private void good(String name) throws IOException {
    Files.write(folder.resolve(name + ".jpg"), jpeg());
    Files.writeString(folder.resolve(name + ".xml"), xml(""));
  }

  private DatasetAudit audit() {
    return assertTimeoutPreemptively(
        FOR_EVER, () -> DatasetAudit.of(DatasetFormats.installed().open(folder)));
  }

  @Test
  void anAnnotationThatNestsDeepIsOneBadFile() throws IOException {
    good("a");
    good("c");
    Files.write(folder.resolve("b.jpg"), jpeg());
    String nested = "<name>".repeat(8000) + "</name>".repeat(8000);
    Files.writeString(folder.resolve("b.xml"), xml(nested));
    DatasetAudit audit = audit();
    assertEquals(
        List.of(
            "The annotation %s nests elements more than 32 deep (line 1)."
                .formatted(folder.resolve("b.xml"))),
        audit.problems());
    assertEquals(3, audit.images());
  }

  @Test
  void pipesAndDevicesAreBadFilesAndNotWaitedFor() throws Exception {
    good("a");
    Files.write(folder.resolve("b.jpg"), jpeg());
    Pipes.make(folder.resolve("b.xml"));
    Pipes.make(folder.resolve("c.jpg"));
    Files.writeString(folder.resolve("c.xml"), xml(""));
    Files.createSymbolicLink(folder.resolve("d.jpg"), Path.of("/dev/zero"));
    Files.writeString(folder.resolve("d.xml"), xml(""));
    String why = " a pipe or a device, and only regular files are read.";
    DatasetAudit audit = audit();
    assertEquals(
        List.of(
            "The image file %s cannot be read: it is%s".formatted(folder.resolve("c.jpg"), why),
            "The image file %s cannot be read: it is%s".formatted(folder.resolve("d.jpg"), why),
            "The annotation %s is%s".formatted(folder.resolve("b.xml"), why)),
        audit.problems());
    assertEquals(4, audit.images());
  }

  @Test
  void anAnnotationOfMoreBytesThanAreReadIsRefusedUnread() throws IOException {
    good("a");
    Files.write(folder.resolve("b.jpg"), jpeg());
    try (RandomAccessFile large = new RandomAccessFile(folder.resolve("b.xml").toFile(), "rw")) {
      large.setLength(VocAnnotationReader.MOST_BYTES + 1);
    }
    assertEquals(
        List.of(
            "The annotation %s has 4,194,305 bytes, and at most 4,194,304 are read."
                .formatted(folder.resolve("b.xml"))),
        audit().problems());
  }

  @Test
  void anImageOfMorePixelsThanAreReadIsRefusedByItsHeader() throws IOException {
    good("a");
    byte[] vast = jpeg();
    // The frame's header: FF C0, its length, 8 bits a sample, height, width.
    int at = 0;
    while (vast[at] != (byte) 0xff || vast[at + 1] != (byte) 0xc0) {
      at++;
    }
    ByteBuffer.wrap(vast).putShort(at + 5, (short) 20_000).putShort(at + 7, (short) 20_000);
    Path file = Files.write(folder.resolve("b.jpg"), vast);
    Files.writeString(folder.resolve("b.xml"), xml(""));
    String refusal =
        "The image %s cannot be decoded: it has 20,000 x 20,000 pixels, and at most 200,000,000 are read; scale it down."
            .formatted(file);
    assertEquals(
        refusal, assertThrows(IOException.class, () -> ImageFiles.size(file)).getMessage());
    assertEquals(List.of(refusal), audit().problems());
  }

  @Test
  void anImageOfMoreBytesThanAreReadIsRefusedUnread() throws IOException {
    Path file = folder.resolve("b.jpg");
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(ImageFiles.MOST_BYTES + 1);
    }
    assertEquals(
        "The image file %s cannot be read: it has 536,870,913 bytes, and at most 536,870,912 are read."
            .formatted(file),
        assertThrows(IOException.class, () -> ImageFiles.read(file)).getMessage());
  }

  @Test
  void linksThatMakeMillionsOfPathsAreRefused() throws IOException {
    good("a");
    for (int level = 0; level < 18; level++) {
      Path next = Files.createDirectory(folder.resolve("level" + level));
      Path before = level == 0 ? folder : folder.resolve("level" + (level - 1));
      Files.createSymbolicLink(before.resolve("left"), next);
      Files.createSymbolicLink(before.resolve("right"), next);
    }
    String refusal =
        assertTimeoutPreemptively(
            FOR_EVER,
            () -> assertThrows(IOException.class, () -> FileIndex.filesBelow(folder)).getMessage());
    assertTrue(
        refusal.matches("Links lead to the folder .*level\\d+ by more than 64 paths; .*"), refusal);
  }

  @Test
  void aFolderMayBeReachedTwiceAndALoopAddsNothing() throws IOException {
    Path train = Files.createDirectory(folder.resolve("train"));
    Files.write(train.resolve("a.jpg"), jpeg());
    Files.createSymbolicLink(folder.resolve("valid"), train);
    Files.createSymbolicLink(train.resolve("up"), folder);
    assertEquals(
        List.of(folder.resolve("train/a.jpg"), folder.resolve("valid/a.jpg")),
        FileIndex.filesBelow(folder).stream().filter(f -> !f.toString().contains("up")).toList());
  }

  @Test
  void anImageInAZipThatUnpacksToFarMoreIsOneBadImage() throws IOException {
    Path zip = folder.resolve("set.zip");
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (String name : List.of("train/cat/a.jpg", "train/dog/b.jpg")) {
        entries.putNextEntry(new ZipEntry(name));
        entries.write(jpeg());
      }
      entries.putNextEntry(new ZipEntry("train/dog/bomb.png"));
      for (int i = 0; i < 80; i++) {
        entries.write(new byte[1 << 20]);
      }
    }
    List<String> problems = new ArrayList<>();
    try (ImageFolder set = ImageFolder.open(zip, 0, 1);
        PackedImages packed =
            PackedImages.pack(
                set.train(), 8, folder.resolve("packed"), 2, done -> {}, problems::add)) {
      assertEquals(2, packed.count());
    }
    assertEquals(1, problems.size());
    assertTrue(
        problems
            .get(0)
            .matches(".*set.zip/train/dog/bomb.png unpacks from [0-9,]+ to 83,886,080 .*"),
        problems.get(0));
  }

  @Test
  void aPipeAmongImagesToClassifyIsOneBadImage() throws Exception {
    for (String name : List.of("cat", "dog")) {
      Files.createDirectories(folder.resolve("train/" + name));
      Files.write(folder.resolve("train/" + name + "/a.jpg"), jpeg());
    }
    Pipes.make(folder.resolve("train/dog/b.jpg"));
    List<String> problems = new ArrayList<>();
    assertTimeoutPreemptively(
        FOR_EVER,
        () -> {
          try (ImageFolder set = ImageFolder.open(folder, 0, 1);
              PackedImages packed =
                  PackedImages.pack(
                      set.train(), 8, folder.resolve("packed"), 2, done -> {}, problems::add)) {
            assertEquals(2, packed.count());
          }
        });
    assertEquals(1, problems.size());
    assertTrue(problems.get(0).contains("b.jpg cannot be read: it is a pipe"), problems.get(0));
  }

  @Test
  void anOutlineOfManyPointsIsRead() throws IOException {
    Files.write(folder.resolve("a.jpg"), jpeg());
    Files.writeString(folder.resolve("classes.txt"), "cat\n");
    Files.writeString(
        folder.resolve("a.txt"),
        "0 "
            + IntStream.range(0, 10_000)
                .mapToObj(i -> i % 2 == 0 ? "0.25" : "0.75")
                .collect(Collectors.joining(" ")));
    Files.writeString(folder.resolve("b.txt"), "0 0.1 0.1 0.2 0.2\n");
    assertEquals(List.of(), audit().badAnnotations());
    StringBuilder polygon = new StringBuilder("<object><name>cat</name><polygon>");
    for (int i = 1; i <= 5_000; i++) {
      polygon.append("<x%d>%d</x%d><y%d>%d</y%d>".formatted(i, i % 30, i, i, i % 20, i));
    }
    String text = xml(polygon + "</polygon></object>");
    assertEquals(
        2,
        VocAnnotationReader.read(text.getBytes(StandardCharsets.UTF_8), "a", "a.xml")
            .annotation()
            .objects()
            .size());
  }

  @Test
  void aListOfClassesThatNestsOrIsLongIsRefusedInASentence() throws IOException {
    Files.write(folder.resolve("a.jpg"), jpeg());
    Files.writeString(folder.resolve("a.txt"), "0 0.1 0.1 0.2 0.2\n");
    for (String text :
        List.of("[".repeat(2000), "a: " + "x".repeat(1 << 20), "&a [*a, *a]", "{a: &b")) {
      Files.writeString(folder.resolve("data.yaml"), text);
      String refusal =
          assertThrows(IOException.class, () -> DatasetFormats.installed().open(folder))
              .getMessage();
      assertTrue(refusal.contains(folder.toString()), refusal);
    }
  }

  @Test
  void listsThatNameThemselvesAndEachOtherAreReadOnce() throws IOException {
    Files.write(folder.resolve("a.jpg"), jpeg());
    Files.writeString(folder.resolve("a.txt"), "0 0.5 0.5 0.25 0.25\n");
    Files.writeString(folder.resolve("obj.names"), "cat\n");
    Files.writeString(folder.resolve("obj.data"), "train = data/train.txt\n");
    Files.writeString(folder.resolve("train.txt"), "train.txt\nmore.txt\nmore.txt\na.jpg\n");
    Files.writeString(folder.resolve("more.txt"), "train.txt\n" + "x/".repeat(20_000) + "a.jpg\n");
    assertEquals(List.of("a"), DatasetFormats.installed().open(folder).imageIds("train"));
  }

  @Test
  void aSplitThatNoFileNameCouldHaveIsMissing() throws IOException {
    Files.write(folder.resolve("a.jpg"), jpeg());
    Files.writeString(folder.resolve("a.txt"), "0 0.5 0.5 0.25 0.25\n");
    Files.writeString(folder.resolve("data.yaml"), "names: [cat]\ntrain: \"a\\0b\"\n");
    assertTrue(
        DatasetFormats.installed().open(folder).leftOut().toString().contains("is not there"));
  }

  @Test
  void aFolderThatAListNamesOftenIsLookedThroughOnce() throws IOException {
    int images = 3000;
    Files.createDirectories(folder.resolve("images"));
    for (int i = 0; i < images; i++) {
      Files.createFile(folder.resolve("images/" + i + ".jpg"));
    }
    Files.writeString(folder.resolve("images/0.txt"), "0 0.5 0.5 0.25 0.25\n");
    Files.writeString(folder.resolve("data.yaml"), "names: [cat]\ntrain: train.txt\n");
    Files.writeString(folder.resolve("train.txt"), "images\n".repeat(100_000));
    List<String> ids =
        assertTimeoutPreemptively(
            FOR_EVER, () -> DatasetFormats.installed().open(folder).imageIds("train"));
    assertEquals(images, ids.size());
  }

  @Test
  void anAnnotationIsToldOfAPictureOfAnotherKindWithItsNameAlone() throws IOException {
    good("z");
    for (String name : List.of("a-b.heic", "a.heic", "a0.heic", "c0.heic")) {
      Files.createFile(folder.resolve(name));
    }
    Files.writeString(folder.resolve("a.xml"), xml(""));
    Files.writeString(folder.resolve("c.xml"), xml(""));
    Map<String, String> leftOut = DatasetFormats.installed().open(folder).leftOut();
    assertTrue(leftOut.get("a").contains("only a.heic;"), leftOut.get("a"));
    assertTrue(leftOut.get("c").contains("has no image; it"), leftOut.get("c"));
  }

  @Test
  void aLabelFileOfNonsenseIsNotASentenceForEachLine() throws IOException {
    Files.write(folder.resolve("a.jpg"), jpeg());
    Files.writeString(folder.resolve("classes.txt"), "cat\n");
    Files.writeString(folder.resolve("a.txt"), "0 0.5 0.5 0.25 0.25\n" + "9\n".repeat(1_000_000));
    AnnotationReading reading = DatasetFormats.installed().open(folder).readAnnotation("a");
    assertEquals(1, reading.annotation().objects().size());
    assertEquals(1001, reading.problems().size());
    assertTrue(
        reading.problems().get(1000).endsWith("a.txt: 999,000 more objects are left out."),
        reading.problems().get(1000));
  }

  @Test
  void aLabelFileOfManyMegabytesIsOneBadFile() throws IOException {
    Files.write(folder.resolve("a.jpg"), jpeg());
    Files.write(folder.resolve("b.jpg"), jpeg());
    Files.writeString(folder.resolve("classes.txt"), "cat\n");
    Files.writeString(folder.resolve("a.txt"), "0 ".repeat(5_000_000));
    Files.writeString(folder.resolve("b.txt"), "0 0.5 0.5 0.25 0.25\n");
    DatasetAudit audit = audit();
    assertEquals(1, audit.badAnnotations().size());
    assertTrue(
        audit.badAnnotations().toString().contains("a.txt has 10,000,000 bytes"),
        audit.badAnnotations().toString());
  }
}
