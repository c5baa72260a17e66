package org.rcnn.data.voc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rcnn.data.Annotation;
import org.rcnn.data.GroundTruth;

/** Writes annotation files in the XML of the VOC development kit. */
public final class VocAnnotationWriter {

  private VocAnnotationWriter() {}

  /**
   * Writes a file.
   *
   * @param folder the development kit's name, for {@code <folder>}
   * @param imageFile the image's file name with its ending
   */
  public static void write(Path file, String folder, String imageFile, Annotation annotation)
      throws IOException {
    Files.write(file, xml(folder, imageFile, annotation).getBytes(StandardCharsets.UTF_8));
  }

  /** The text of the file. Whole coordinates are written without a fraction, as in the devkit. */
  static String xml(String folder, String imageFile, Annotation annotation) {
    StringBuilder xml = new StringBuilder(512);
    xml.append("<annotation>\n");
    element(xml, 1, "folder", folder);
    element(xml, 1, "filename", imageFile);
    xml.append("\t<size>\n");
    element(xml, 2, "width", Integer.toString(annotation.width()));
    element(xml, 2, "height", Integer.toString(annotation.height()));
    element(xml, 2, "depth", "3");
    xml.append("\t</size>\n");
    element(xml, 1, "segmented", "0");
    for (GroundTruth object : annotation.objects()) {
      append(xml, object);
    }
    return xml.append("</annotation>\n").toString();
  }

  private static void append(StringBuilder xml, GroundTruth object) {
    double[] corners = object.box().toVoc();
    xml.append("\t<object>\n");
    element(xml, 2, "name", object.className());
    element(xml, 2, "pose", "Unspecified");
    element(xml, 2, "truncated", object.truncated() ? "1" : "0");
    element(xml, 2, "difficult", object.difficult() ? "1" : "0");
    xml.append("\t\t<bndbox>\n");
    element(xml, 3, "xmin", number(corners[0]));
    element(xml, 3, "ymin", number(corners[1]));
    element(xml, 3, "xmax", number(corners[2]));
    element(xml, 3, "ymax", number(corners[3]));
    xml.append("\t\t</bndbox>\n");
    xml.append("\t</object>\n");
  }

  private static void element(StringBuilder xml, int depth, String name, String text) {
    xml.append("\t".repeat(depth)).append('<').append(name).append('>');
    xml.append(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    xml.append("</").append(name).append(">\n");
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
