package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.pipeline.config.ConfigException;

/**
 * Writes proposals as text, image by image, as VOC's 1-based inclusive corners. It keeps no more
 * than one image's boxes in memory.
 *
 * <p>CSV: a heading, then {@code image,xmin,ymin,xmax,ymax}, best box first. JSON: a list, one
 * image per line, of {@code {"image", "width", "height", "boxes": [[xmin, ymin, xmax, ymax], …]}}.
 */
public final class BoxFile implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Writer writer;
  private final boolean asJson;
  private final AtomicFile file;
  private boolean empty = true;

  private BoxFile(Writer writer, boolean asJson, AtomicFile file) {
    this.writer = writer;
    this.asJson = asJson;
    this.file = file;
  }

  /** CSV to a writer that stays open. */
  public static BoxFile csv(Writer writer) {
    return new BoxFile(writer, false, null);
  }

  /**
   * A file, written aside until {@link #commit}.
   *
   * @param file its ending, {@code .csv} or {@code .json}, decides the form
   * @throws ConfigException if it has another ending
   * @throws IOException if the file cannot be created
   */
  public static BoxFile create(Path file) throws IOException {
    requireKnownEnding(file);
    AtomicFile aside = AtomicFile.create(file);
    return new BoxFile(aside.writer(), endsWith(file, ".json"), aside);
  }

  /**
   * Checks a file name.
   *
   * @throws ConfigException if it ends in neither {@code .csv} nor {@code .json}
   */
  public static void requireKnownEnding(Path file) {
    if (!endsWith(file, ".csv") && !endsWith(file, ".json")) {
      throw new ConfigException("--out: %s must end in .csv or .json.".formatted(file));
    }
  }

  private static boolean endsWith(Path file, String ending) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(ending);
  }

  /**
   * Adds an image's boxes, best first.
   *
   * @param width the image's width in pixels, which only JSON has
   * @param height the image's height in pixels, which only JSON has
   * @throws IOException if the file cannot be written
   */
  public void append(String image, int width, int height, List<Box> boxes) throws IOException {
    if (asJson) {
      ObjectNode tree = JsonNodeFactory.instance.objectNode();
      tree.put("image", image).put("width", width).put("height", height);
      ArrayNode list = tree.putArray("boxes");
      boxes.forEach(box -> putCorners(list.addArray(), box));
      writer.write((empty ? "[\n" : ",\n") + JSON.writeValueAsString(tree));
    } else {
      if (empty) {
        writer.write("image,xmin,ymin,xmax,ymax\n");
      }
      String name = quoted(image);
      for (Box box : boxes) {
        double[] corners = box.toVoc();
        StringBuilder line = new StringBuilder(name);
        for (double corner : corners) {
          line.append(',').append((long) corner);
        }
        writer.write(line.append('\n').toString());
      }
    }
    empty = false;
  }

  /** Adds a box's VOC corners to an array, as integers: proposals have whole pixels. */
  public static void putCorners(ArrayNode array, Box box) {
    for (double corner : box.toVoc()) {
      array.add((long) corner);
    }
  }

  /** RFC 4180: a field with a comma, quote or line break is quoted. */
  private static String quoted(String field) {
    return field.matches("[^,\"\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
  }

  /**
   * Completes the file and moves it to its place.
   *
   * @throws IOException if the file cannot be written
   */
  public void commit() throws IOException {
    if (asJson) {
      writer.write(empty ? "[]\n" : "\n]\n");
    }
    file.commit();
  }

  /** Deletes the file unless it was committed. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
