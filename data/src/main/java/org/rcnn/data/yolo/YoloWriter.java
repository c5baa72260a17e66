package org.rcnn.data.yolo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.rcnn.data.Annotation;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

/** Writes YOLO's text. Class numbers count from 0, in the order of the classes. */
public final class YoloWriter {

  private YoloWriter() {}

  /**
   * A line of a label file: class number, centre, width and height as fractions of the picture, all
   * digits.
   *
   * @param number the class's number
   * @param width the picture's width in pixels
   * @param height the picture's height in pixels
   */
  public static String line(int number, Box box, int width, int height) {
    return number
        + " "
        + (box.xMin() + box.xMax()) / 2 / width
        + " "
        + (box.yMin() + box.yMax()) / 2 / height
        + " "
        + box.width() / width
        + " "
        + box.height() / height;
  }

  /**
   * The label file of an annotation with a size. Boxes end at the picture's edge: fractions beyond
   * 1 are no labels to most readers, this one's included.
   */
  public static String labels(Annotation annotation, List<String> classes) {
    StringBuilder text = new StringBuilder();
    for (GroundTruth object : annotation.objects()) {
      text.append(
              line(
                  classes.indexOf(object.className()),
                  object.box().clip(annotation.width(), annotation.height()),
                  annotation.width(),
                  annotation.height()))
          .append('\n');
    }
    return text.toString();
  }

  /**
   * Writes {@code data.yaml}, with lists for splits.
   *
   * @param lists by split, the path of its list of images below the folder
   * @throws IOException if it cannot be written
   */
  public static void writeYaml(Path file, List<String> classes, Map<String, String> lists)
      throws IOException {
    StringBuilder yaml = new StringBuilder();
    lists.forEach(
        (split, list) -> yaml.append(quoted(split)).append(": ").append(quoted(list)).append('\n'));
    yaml.append("nc: ").append(classes.size()).append("\nnames:\n");
    for (int i = 0; i < classes.size(); i++) {
      yaml.append("  ").append(i).append(": ").append(quoted(classes.get(i))).append('\n');
    }
    AtomicFile.writeText(file, yaml.toString());
  }

  /** Plain words as they are, anything else in single quotation marks. */
  private static String quoted(String text) {
    return text.matches("[A-Za-z][A-Za-z0-9_./-]*")
            && !text.matches("(?i)y|n|yes|no|on|off|true|false|null")
        ? text
        : "'" + text.replace("'", "''") + "'";
  }
}
