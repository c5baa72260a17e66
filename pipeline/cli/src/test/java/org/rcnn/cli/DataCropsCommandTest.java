package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.folder.ImageFolder;

class DataCropsCommandTest {

  @TempDir Path folder;

  @Test
  void objectsBecomeAClassificationSet() throws IOException {
    Path devkit = SmallDevkit.in(folder.resolve("devkit"));
    Path out = folder.resolve("crops");
    Path json = folder.resolve("crops.json");
    Session.of(
            "data", "crops", "--data", devkit, "--out", out, "--train", "test", "--val", "test",
            "--scale", "1.5", "--json", json)
        .done();

    assertEquals(1, Session.json(json).get("train").get("cat").asInt());
    try (ImageFolder set = ImageFolder.open(out)) {
      assertEquals(List.of("cat", "dog"), set.classes());
      assertEquals(2, set.train().size());
      assertEquals(2, set.validation().size());
    }
    // The cat, 40 x 30 pixels, with 10 and 7.5 pixels around it: from (0, 2.5) to (60, 47.5).
    RgbImage cat = ImageFiles.read(out.resolve("train/cat/a-1.jpg"));
    assertEquals(60, cat.width());
    assertEquals(45, cat.height());
    assertEquals(230, cat.rgb()[3 * (22 * 60 + 30)] & 0xff, 6);
    assertEquals(90, cat.rgb()[3 * 60] & 0xff, 6);
  }

  @Test
  void aCropEndsWithTheImage() {
    byte[] rgb = new byte[3 * 4 * 3];
    for (int i = 0; i < 12; i++) {
      rgb[3 * i] = (byte) i;
    }
    RgbImage crop = DataCropsCommand.crop(new RgbImage(4, 3, rgb), new Box(2, 1, 4, 3), 2);
    // Columns 1 to 3 and rows 0 to 2 are what the image has of it.
    assertEquals(3, crop.width());
    assertEquals(3, crop.height());
    assertEquals(1, crop.rgb()[0]);
    assertEquals(11, crop.rgb()[3 * 8]);
  }

  @Test
  void objectsTooSmallAreLeftOutAndWrongUseIsRefused() throws IOException {
    Path devkit = SmallDevkit.in(folder.resolve("devkit"));
    Path json = folder.resolve("crops.json");
    Session.of(
            "data",
            "crops",
            "--data",
            devkit,
            "--out",
            folder.resolve("large"),
            "--train",
            "test",
            "--val",
            "test",
            "--least-side",
            "35",
            "--json",
            json)
        .done();
    // The cat is 30 pixels high, the dog 45.
    assertEquals(1, Session.json(json).get("train").size());
    assertEquals(1, Session.json(json).get("train").get("dog").asInt());

    Session.of("data", "crops", "--data", devkit, "--out", devkit)
        .refused(1, "is not empty; name a new one");
    Session.of("data", "crops", "--data", devkit, "--out", folder.resolve("x"), "--scale", "0.5")
        .refused(2, "--scale must lie between 1 and 4");
  }
}
