package org.rcnn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;
import org.rcnn.data.voc.VocAnnotationWriter;
import org.rcnn.pipeline.draw.Picture;

/**
 * Two photos of 80 × 60 pixels with a bright object each on grey: a cat at (10, 10)–(50, 40) in the
 * first, a dog at (20, 5)–(60, 50) in the second. Split test names both, split empty none.
 */
public final class SmallDevkit {

  public static final Box CAT = new Box(10, 10, 50, 40);
  public static final Box DOG = new Box(20, 5, 60, 50);

  private SmallDevkit() {}

  public static Path in(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("JPEGImages"));
    Files.createDirectories(folder.resolve("Annotations"));
    Path sets = Files.createDirectories(folder.resolve("ImageSets/Main"));
    add(folder, "a", "cat", CAT);
    add(folder, "b", "dog", DOG);
    Files.writeString(sets.resolve("test.txt"), "a\nb\n");
    Files.writeString(sets.resolve("empty.txt"), "\n");
    return folder;
  }

  private static void add(Path folder, String id, String className, Box box) throws IOException {
    byte[] rgb = new byte[3 * 80 * 60];
    Arrays.fill(rgb, (byte) 90);
    for (int y = (int) box.yMin(); y < box.yMax(); y++) {
      for (int x = (int) box.xMin(); x < box.xMax(); x++) {
        rgb[3 * (y * 80 + x)] = (byte) 230;
      }
    }
    Picture.of(new RgbImage(80, 60, rgb)).write(folder.resolve("JPEGImages/" + id + ".png"));
    VocAnnotationWriter.write(
        folder.resolve("Annotations/" + id + ".xml"),
        "small",
        id + ".png",
        new Annotation(id, 80, 60, List.of(new GroundTruth(className, box, false, false))));
  }
}
