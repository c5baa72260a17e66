package org.rcnn.data.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.RgbImage;
import org.rcnn.data.SharedData;

class ImageFolderTest {

  @TempDir Path folder;

  @Test
  void trainAndValFoldersAreTheSplits() throws IOException {
    images("set", "train/dog/1.png", "train/cat/2.png", "train/cat/1.JPG", "val/cat/9.png");
    try (ImageFolder set = ImageFolder.open(folder.resolve("set"))) {
      assertEquals(List.of("cat", "dog"), set.classes());
      assertEquals(
          List.of("train/cat/1.JPG", "train/cat/2.png", "train/dog/1.png"), names(set.train()));
      assertEquals(0, set.train().label(1));
      assertEquals(1, set.train().label(2));
      assertEquals(List.of("val/cat/9.png"), names(set.validation()));
      assertEquals(8, set.train().read(2).width());
    }
  }

  @Test
  void zipReadsTheSameAsTheFolder() throws IOException {
    String[] names = {"train/cat/1.png", "train/dog/1.png", "val/dog/2.png"};
    images("set", names);
    Path zip = zip("set.zip", "outer/", names);
    try (ImageFolder fromFolder = ImageFolder.open(folder.resolve("set"));
        ImageFolder fromZip = ImageFolder.open(zip)) {
      assertEquals(fromFolder.classes(), fromZip.classes());
      assertEquals(
          List.of("outer/train/cat/1.png", "outer/train/dog/1.png"), names(fromZip.train()));
      assertEquals(fromFolder.train().read(0), fromZip.train().read(0));
      assertEquals(List.of("outer/val/dog/2.png"), names(fromZip.validation()));
    }
  }

  @Test
  void plainClassFoldersAreSplitBySeedWithinEachClass() throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      names.add("photos/cat/images/%d.png".formatted(i));
      names.add("photos/dog/%d.png".formatted(i));
    }
    images("set", names.toArray(String[]::new));
    Path root = folder.resolve("set");
    try (ImageFolder set = ImageFolder.open(root, 0.2, 3);
        ImageFolder again = ImageFolder.open(root, 0.2, 3)) {
      assertEquals(List.of("cat", "dog"), set.classes());
      assertEquals(16, set.train().size());
      assertEquals(
          List.of(0, 0, 1, 1), IntStream.range(0, 4).mapToObj(set.validation()::label).toList());
      TreeSet<String> all = new TreeSet<>(names(set.train()));
      all.addAll(names(set.validation()));
      assertEquals(new TreeSet<>(names), all);
      assertEquals(names(set.validation()), names(again.validation()));
    }
  }

  @Test
  void trainWithoutValIsSplitBySeed() throws IOException {
    images("set", "train/a/1.png", "train/a/2.png", "train/b/1.png", "train/b/2.png");
    try (ImageFolder set = ImageFolder.open(folder.resolve("set"), 0.5, 0)) {
      assertEquals(2, set.train().size());
      assertEquals(2, set.validation().size());
    }
  }

  @Test
  void validationClassWithoutTrainingImagesIsReportedAndLeftOut() throws IOException {
    images("set", "train/a/1.png", "train/b/1.png", "val/a/1.png", "val/images/1.png");
    try (ImageFolder set = ImageFolder.open(folder.resolve("set"))) {
      assertEquals(List.of("val/a/1.png"), names(set.validation()));
      assertEquals(1, set.problems().size());
      assertTrue(set.problems().get(0).contains("val/images"), set.problems().get(0));
    }
  }

  @Test
  void aClassFolderWithALineBreakInItsNameIsReportedAndLeftOut() throws IOException {
    Path zip = zip("set.zip", "", "train/cat/1.png", "train/dog/1.png", "train/a\nb/1.png");
    try (ImageFolder set = ImageFolder.open(zip)) {
      assertEquals(List.of("cat", "dog"), set.classes());
      assertEquals(2, set.train().size());
      assertEquals(1, set.problems().size());
      assertTrue(set.problems().get(0).contains("a<U+000A>b"), set.problems().get(0));
    }
  }

  @Test
  void aClassMayBeCalledTrain() throws IOException {
    images("set", "train/1.png", "train/2.png", "tram/1.png");
    try (ImageFolder set = ImageFolder.open(folder.resolve("set"), 0, 0)) {
      assertEquals(List.of("train", "tram"), set.classes());
      assertEquals(3, set.train().size());
    }
  }

  @Test
  void linksAreFollowed() throws IOException {
    images("set", "a/1.png");
    images("elsewhere", "1.png");
    Files.createSymbolicLink(folder.resolve("set/b"), folder.resolve("elsewhere"));
    Files.createSymbolicLink(folder.resolve("set/a/loop"), folder.resolve("set"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("set"));
    try (ImageFolder set = ImageFolder.open(link, 0, 0)) {
      assertEquals(List.of("a/1.png", "b/1.png"), names(set.train()));
    }
  }

  @Test
  void whatIsNoSetIsRefusedInASentence() throws IOException {
    Path gone = folder.resolve("gone");
    assertEquals("There is no folder or zip " + gone + ".", refusal(gone));
    Path text = folder.resolve("text.zip");
    Files.writeString(text, "no zip");
    assertTrue(refusal(text).startsWith("The file " + text + " is not a readable zip"));
    images("flat", "1.png", "2.png");
    assertTrue(refusal(folder.resolve("flat")).contains("needs at least two class folders"));
  }

  @Test
  void packingSkipsAndReportsWhatCannotBeDecodedAndKeepsTheOrder() throws IOException {
    images("set", "train/a/1.png", "train/a/3.png", "train/b/1.png");
    Files.writeString(folder.resolve("set/train/a/2.png"), "broken");
    List<String> problems = new ArrayList<>();
    List<Integer> progress = new ArrayList<>();
    Path file = folder.resolve("packed");
    try (ImageFolder set = ImageFolder.open(folder.resolve("set"), 0, 0);
        PackedImages packed =
            PackedImages.pack(set.train(), 8, file, 2, progress::add, problems::add)) {
      assertEquals(1, problems.size());
      assertTrue(problems.get(0).contains("train/a/2.png"), problems.get(0));
      assertEquals(List.of(4), progress);
      assertEquals(3, packed.count());
      assertEquals("train/a/3.png", packed.name(1));
      assertEquals(1, packed.label(2));
      assertEquals(List.of("a", "b"), packed.classes());
      byte[] pixels = new byte[3 * 8 * 8];
      packed.copyPixels(1, pixels);
      assertArrayEquals(set.train().read(2).rgb(), pixels);
    }
  }

  @Test
  void packedFileIsTheSameForAnyNumberOfThreads() throws IOException {
    images("set", "train/a/1.png", "train/a/2.png", "train/b/1.png", "train/b/2.png");
    try (ImageFolder set = ImageFolder.open(folder.resolve("set"), 0, 0)) {
      Path one = folder.resolve("one");
      Path three = folder.resolve("three");
      Path other = folder.resolve("other");
      try (PackedImages a = PackedImages.pack(set.train(), 5, one, 1, n -> {}, p -> {});
          PackedImages b = PackedImages.pack(set.train(), 5, three, 3, n -> {}, p -> {});
          PackedImages c = PackedImages.pack(set.train(), 6, other, 1, n -> {}, p -> {})) {
        assertEquals(a.fingerprint(), b.fingerprint());
        assertNotEquals(a.fingerprint(), c.fingerprint());
      }
      assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(three));
    }
  }

  @Test
  void middleSquareIsKeptAndShrinkingByTwoAverages() {
    // 8 x 4: the middle 4 x 4 is grey 100 left and 200 right; the flanks are 0.
    byte[] rgb = new byte[3 * 8 * 4];
    for (int y = 0; y < 4; y++) {
      for (int x = 2; x < 6; x++) {
        for (int channel = 0; channel < 3; channel++) {
          rgb[3 * (y * 8 + x) + channel] = (byte) (x < 4 ? 100 : 200);
        }
      }
    }
    byte[] square = PackedImages.square(new RgbImage(8, 4, rgb), 2);
    // Triangle of radius 2 about 2.5: pixels 1..4 with weights 1, 3, 3, 1 eighths.
    assertEquals(Math.round((3 * 100 + 3 * 100 + 200) / 8.0), square[0] & 0xff);
    assertEquals(Math.round((100 + 3 * 200 + 3 * 200) / 8.0), square[3] & 0xff);
  }

  @Test
  void constantImageStaysConstantAtAnySize() {
    byte[] rgb = new byte[3 * 13 * 7];
    Arrays.fill(rgb, (byte) 77);
    for (int size : new int[] {1, 2, 5, 7, 20}) {
      for (byte value : PackedImages.square(new RgbImage(13, 7, rgb), size)) {
        assertEquals(77, value);
      }
    }
  }

  @Test
  void tinyImageNetIsReadFromItsZip() throws IOException {
    Path file = folder.resolve("val");
    List<String> problems = new ArrayList<>();
    try (ImageFolder set = ImageFolder.open(SharedData.find("tiny-imagenet-65k.zip"))) {
      assertEquals(200, set.classes().size());
      assertEquals(60_000, set.train().size());
      assertEquals(5_000, set.validation().size());
      Random random = new Random(1);
      for (int i = 0; i < 200; i++) {
        RgbImage image = set.train().read(random.nextInt(set.train().size()));
        assertEquals(64, image.width());
        assertEquals(64, image.height());
      }
      try (PackedImages packed =
          PackedImages.pack(set.validation(), 64, file, 2, n -> {}, problems::add)) {
        assertEquals(5_000, packed.count());
        assertEquals(List.of(), problems);
        byte[] pixels = new byte[3 * 64 * 64];
        packed.copyPixels(4_999, pixels);
        assertArrayEquals(set.validation().read(4_999).rgb(), pixels);
        assertEquals(199, packed.label(4_999));
      }
    }
  }

  @Test
  void aLayoutThousandsOfFoldersDeepIsFound() throws IOException {
    String deep = "a/".repeat(30_000);
    String[] names = new String[400];
    for (int i = 0; i < names.length; i++) {
      names[i] = (i % 2 == 0 ? "cat/" : "dog/") + i + ".png";
    }
    Path zip = zip("deep.zip", deep, names);
    // Copying the folders before each of them takes minutes.
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          try (ImageFolder set = ImageFolder.open(zip)) {
            assertEquals(List.of("cat", "dog"), set.classes());
          }
        });
  }

  @Test
  void aTallImageTakesTheMemoryOfItsMiddle() {
    int height = 12_000_000;
    byte[] rgb = new byte[3 * height];
    Arrays.fill(rgb, (byte) 50);
    for (byte value : PackedImages.square(new RgbImage(1, height, rgb), 64)) {
      assertEquals(50, value);
    }
  }

  @Test
  void theMiddleOfATallImageIsKeptAsItIs() {
    // 2 x 6, each row of its own colour: the middle two rows, at their own size.
    byte[] rgb = new byte[3 * 2 * 6];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (10 * (i / 6));
    }
    byte[] expected = new byte[12];
    Arrays.fill(expected, 0, 6, (byte) 20);
    Arrays.fill(expected, 6, 12, (byte) 30);
    assertArrayEquals(expected, PackedImages.square(new RgbImage(2, 6, rgb), 2));
  }

  @Test
  void anImageOfAZipInWhichABitHasChangedIsRefused() throws IOException {
    byte[] picture = image("a.png");
    Path zip = folder.resolve("stored.zip");
    try (ZipOutputStream output = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : List.of("cat/a.png", "dog/a.png")) {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(picture);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(picture.length);
        entry.setCrc(crc.getValue());
        output.putNextEntry(entry);
        output.write(picture);
        output.closeEntry();
      }
    }
    byte[] bytes = Files.readAllBytes(zip);
    bytes["PK..".length() + 26 + "cat/a.png".length() + picture.length - 20] ^= 1;
    Files.write(zip, bytes);
    try (ImageFolder set = ImageFolder.open(zip, 0, 1)) {
      String refusal = assertThrows(IOException.class, () -> set.train().read(0)).getMessage();
      assertTrue(
          refusal.endsWith(
              "cat/a.png does not match its checksum in the zip; copy or download the file again."),
          refusal);
      assertEquals(8, set.train().read(1).width());
    }
  }

  private static List<String> names(ImageFolder.Split split) {
    return IntStream.range(0, split.size()).mapToObj(split::name).toList();
  }

  private String refusal(Path root) {
    return assertThrows(IOException.class, () -> ImageFolder.open(root)).getMessage();
  }

  private void images(String set, String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(set).resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, image(name));
    }
  }

  private Path zip(String zipName, String prefix, String... names) throws IOException {
    Path zip = folder.resolve(zipName);
    try (ZipOutputStream output = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : names) {
        output.putNextEntry(new ZipEntry(prefix + name));
        output.write(image(name));
        output.closeEntry();
      }
      output.putNextEntry(new ZipEntry(prefix + "readme.txt"));
      output.write("about".getBytes(StandardCharsets.UTF_8));
      output.closeEntry();
    }
    return zip;
  }

  /** 8 × 8 random pixels that depend on the name. */
  private static byte[] image(String name) throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(name.hashCode());
    for (int i = 0; i < 64; i++) {
      image.setRGB(i % 8, i / 8, random.nextInt(1 << 24));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, name.endsWith("png") ? "png" : "jpg", bytes));
    return bytes.toByteArray();
  }
}
