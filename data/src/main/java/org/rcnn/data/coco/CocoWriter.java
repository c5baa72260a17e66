package org.rcnn.data.coco;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.data.Annotation;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

/** Writes COCO's JSON. Category ids count from 1, in the order of the classes. */
public final class CocoWriter {

  /**
   * An image of a description.
   *
   * @param fileName its path below the images' folder
   * @param annotation its size and objects
   */
  public record Described(String fileName, Annotation annotation) {}

  private CocoWriter() {}

  /**
   * Writes the description of annotated images. A difficult object is written as a crowd, which
   * COCO's evaluation neither rewards nor punishes; both flags stand under attributes too.
   *
   * @param classes every class, in the order of their ids
   * @param images in the order of their ids, which count from 1
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, List<String> classes, List<Described> images)
      throws IOException {
    try (AtomicFile aside = AtomicFile.create(file)) {
      JsonGenerator json = generator(aside);
      json.writeStartObject();
      json.writeArrayFieldStart("images");
      for (int i = 0; i < images.size(); i++) {
        Annotation annotation = images.get(i).annotation();
        json.writeStartObject();
        json.writeNumberField("id", i + 1);
        json.writeStringField("file_name", images.get(i).fileName());
        json.writeNumberField("width", annotation.width());
        json.writeNumberField("height", annotation.height());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("annotations");
      int id = 0;
      for (int i = 0; i < images.size(); i++) {
        for (GroundTruth object : images.get(i).annotation().objects()) {
          write(json, ++id, i + 1, classes.indexOf(object.className()) + 1, object);
        }
      }
      json.writeEndArray();
      json.writeArrayFieldStart("categories");
      for (int i = 0; i < classes.size(); i++) {
        json.writeStartObject();
        json.writeNumberField("id", i + 1);
        json.writeStringField("name", classes.get(i));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
      json.flush();
      aside.commit();
    }
  }

  private static void write(JsonGenerator json, int id, int image, int category, GroundTruth object)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", id);
    json.writeNumberField("image_id", image);
    json.writeNumberField("category_id", category);
    write(json, object.box());
    json.writeNumberField("area", object.box().area());
    json.writeNumberField("iscrowd", object.difficult() ? 1 : 0);
    json.writeObjectFieldStart("attributes");
    json.writeBooleanField("difficult", object.difficult());
    json.writeBooleanField("truncated", object.truncated());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Box box) throws IOException {
    json.writeArrayFieldStart("bbox");
    json.writeNumber(box.xMin());
    json.writeNumber(box.yMin());
    json.writeNumber(box.width());
    json.writeNumber(box.height());
    json.writeEndArray();
  }

  /** A generator of COCO's JSON that leaves its file to be committed. */
  public static JsonGenerator generator(AtomicFile file) throws IOException {
    JsonGenerator json = JsonFactory.builder().build().createGenerator(file.writer());
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.setPrettyPrinter(new DefaultPrettyPrinter());
    return json;
  }

  /**
   * Writes one detection of a results file, an array.
   *
   * @param image the image's id: a number if its name is one, as COCO's are, else the name
   * @param category the class's id
   */
  public static void write(JsonGenerator json, String image, int category, Detection detection)
      throws IOException {
    json.writeStartObject();
    if (image.matches("\\d{1,18}")) {
      json.writeNumberField("image_id", Long.parseLong(image));
    } else {
      json.writeStringField("image_id", image);
    }
    json.writeNumberField("category_id", category);
    write(json, detection.box());
    json.writeNumberField("score", detection.score());
    json.writeStringField("category", detection.className());
    json.writeEndObject();
  }
}
