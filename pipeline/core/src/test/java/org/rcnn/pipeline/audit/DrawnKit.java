package org.rcnn.pipeline.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;
import org.rcnn.data.voc.VocAnnotationWriter;
import org.rcnn.pipeline.draw.Picture;

/** Draws pictures of bright rectangles on a grainy grey, in the layout of VOC. */
final class DrawnKit {

  private final Path folder;

  DrawnKit(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("JPEGImages"));
    Files.createDirectories(folder.resolve("Annotations"));
    Files.createDirectories(folder.resolve("ImageSets/Main"));
  }

  Path folder() {
    return folder;
  }

  static GroundTruth object(String className, Box box) {
    return new GroundTruth(className, box, false, false);
  }

  void add(String id, int width, int height, List<GroundTruth> objects) throws IOException {
    byte[] rgb = new byte[3 * width * height];
    Random grain = new Random(id.hashCode());
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (90 + grain.nextInt(9));
    }
    for (GroundTruth object : objects) {
      Box box = object.box();
      for (int y = (int) box.yMin(); y < box.yMax(); y++) {
        for (int x = (int) box.xMin(); x < box.xMax(); x++) {
          rgb[3 * (y * width + x)] = (byte) (200 + grain.nextInt(9));
        }
      }
    }
    Picture.of(new RgbImage(width, height, rgb)).write(folder.resolve("JPEGImages/" + id + ".png"));
    VocAnnotationWriter.write(
        folder.resolve("Annotations/" + id + ".xml"),
        "drawn",
        id + ".png",
        new Annotation(id, width, height, objects));
  }

  void split(String name, String... ids) throws IOException {
    Files.writeString(
        folder.resolve("ImageSets/Main/" + name + ".txt"), String.join("\n", ids) + "\n");
  }
}
