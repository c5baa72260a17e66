package org.rcnn.data.coco;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ParsedLine;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.ObjectRules;
import org.rcnn.data.dataset.Outlines;

/**
 * Reads a description in COCO's JSON. Its {@code bbox} is x, y, width and height, 0-based, so that
 * it is the project's own convention.
 *
 * <p>A crowd ({@code iscrowd}, or {@code ignore}) is an object that evaluations neither reward nor
 * punish, which VOC calls difficult, and so it is read. A box that CVAT marks as rotated, and a
 * polygon without a {@code bbox}, become their bounding boxes.
 *
 * <p>The file is read element by element, so that memory grows with the boxes and not with masks.
 */
final class CocoReader {

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  /** An object before its category and image are known. */
  private record Row(
      String number,
      String category,
      double[] box,
      String problem,
      boolean difficult,
      boolean truncated) {}

  /** An image of the description, with what was found for it. */
  static final class Picture {
    private final String fileName;
    private final int width;
    private final int height;
    private final List<GroundTruth> objects = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();

    private Picture(String fileName, int width, int height) {
      this.fileName = fileName;
      this.width = width;
      this.height = height;
    }

    String fileName() {
      return fileName;
    }

    AnnotationReading reading(String id) {
      return new AnnotationReading(
          new Annotation(id, width, height, objects), problems, List.copyOf(notes));
    }
  }

  private final Path file;
  private final Map<String, Picture> pictures = new LinkedHashMap<>();
  private final Map<String, String> categories = new HashMap<>();
  private final Map<String, List<Row>> rows = new LinkedHashMap<>();
  private final Map<String, Set<String>> notes = new HashMap<>();

  private CocoReader(Path file) {
    this.file = file;
  }

  /**
   * The images of a description, in its order.
   *
   * @throws IOException with a one-sentence message, if the file cannot be read or is not COCO's
   */
  static Collection<Picture> read(Path file) throws IOException {
    CocoReader reader = new CocoReader(file);
    try (InputStream in = Files.newInputStream(file);
        JsonParser json = MAPPER.createParser(in)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("%s is not in COCO's form: it is no JSON object.".formatted(file));
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        reader.take(json.currentName(), json);
      }
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s is not valid JSON (%s%s)."
              .formatted(file, ParsedLine.prefix(e), e.getOriginalMessage().replaceAll("\\.$", "")),
          e);
    } catch (CharConversionException e) {
      throw new IOException("%s is not valid JSON: it is not text.".formatted(file), e);
    }
    reader.join();
    return reader.pictures.values();
  }

  private void take(String name, JsonParser json) throws IOException {
    JsonToken value = json.nextToken();
    boolean known = Set.of("images", "annotations", "categories").contains(name);
    if (!known || value != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    int number = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      JsonNode node = MAPPER.readTree(json);
      number++;
      switch (name) {
        case "images" -> takePicture(node);
        case "categories" ->
            categories.put(node.path("id").asText(), node.path("name").asText().strip());
        default -> takeObject(node, number);
      }
    }
  }

  private void takePicture(JsonNode node) {
    pictures.put(
        node.path("id").asText(),
        new Picture(
            node.path("file_name").asText(),
            Math.max(0, node.path("width").asInt()),
            Math.max(0, node.path("height").asInt())));
  }

  private void takeObject(JsonNode node, int number) {
    String image = node.path("image_id").asText();
    JsonNode attributes = node.path("attributes");
    JsonNode segmentation = node.path("segmentation");
    double[] box = numbers(node.path("bbox"));
    double rotation = attributes.path("rotation").asDouble();
    if (box.length == 4) {
      box = new double[] {box[0], box[1], box[0] + box[2], box[1] + box[3]};
      if (rotation % 180 != 0) {
        box = rotated(box, Math.toRadians(rotation));
        note(image, Outlines.ROTATED);
      }
    } else if (box.length == 0 && segmentation.isArray() && !segmentation.isEmpty()) {
      double[] points = numbers(segmentation.get(0).isArray() ? flat(segmentation) : segmentation);
      box = points.length >= 4 ? Outlines.around(points) : points;
    }
    if (segmentation.isArray() && !segmentation.isEmpty() || segmentation.isObject()) {
      note(image, Outlines.POLYGONS);
    }
    rows.computeIfAbsent(image, i -> new ArrayList<>())
        .add(
            new Row(
                node.path("id").asText(Integer.toString(number)),
                node.path("category_id").asText(),
                box,
                problem(box),
                isSet(node.path("iscrowd"))
                    || isSet(node.path("ignore"))
                    || isSet(attributes.path("difficult")),
                isSet(attributes.path("truncated"))));
  }

  private static boolean isSet(JsonNode flag) {
    return flag.asBoolean() || flag.asInt() == 1;
  }

  private void note(String image, String note) {
    notes.computeIfAbsent(image, i -> new LinkedHashSet<>()).add(note);
  }

  private static JsonNode flat(JsonNode polygons) {
    var all = MAPPER.createArrayNode();
    polygons.forEach(polygon -> polygon.forEach(all::add));
    return all;
  }

  private static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.isArray() ? array.size() : 0];
    for (int i = 0; i < numbers.length; i++) {
      JsonNode each = array.get(i);
      // Some tools write numbers as texts.
      numbers[i] = each.isNumber() ? each.doubleValue() : each.asDouble(Double.NaN);
    }
    return numbers;
  }

  private static double[] rotated(double[] box, double angle) {
    double x = (box[0] + box[2]) / 2;
    double y = (box[1] + box[3]) / 2;
    double w = box[2] - box[0];
    double h = box[3] - box[1];
    double right = (Math.abs(w * Math.cos(angle)) + Math.abs(h * Math.sin(angle))) / 2;
    double down = (Math.abs(w * Math.sin(angle)) + Math.abs(h * Math.cos(angle))) / 2;
    return new double[] {x - right, y - down, x + right, y + down};
  }

  /** What is wrong with a box, or null. */
  private static String problem(double[] box) {
    if (box.length != 4) {
      return "has no bbox of four numbers";
    }
    for (double each : box) {
      if (!Double.isFinite(each)) {
        return "has a bbox with something that is not a number";
      }
    }
    return ObjectRules.boxProblem(box).orElse(null);
  }

  private void join() throws IOException {
    if (pictures.isEmpty()) {
      throw new IOException("%s names no images.".formatted(file));
    }
    for (Map.Entry<String, List<Row>> ofImage : rows.entrySet()) {
      Picture picture = pictures.get(ofImage.getKey());
      if (picture == null) {
        // Told with the first image, because there is none that it belongs to.
        pictures
            .values()
            .iterator()
            .next()
            .problems
            .add(
                "In %s, %d annotations are of the image with id %s, which is not described; they are left out."
                    .formatted(file, ofImage.getValue().size(), ofImage.getKey()));
        continue;
      }
      picture.notes.addAll(notes.getOrDefault(ofImage.getKey(), Set.of()));
      ofImage.getValue().forEach(row -> put(picture, row));
    }
  }

  private void put(Picture picture, Row row) {
    String name = categories.get(row.category);
    Optional<String> problem =
        name == null
            ? Optional.of("has the category_id %s, which is not described".formatted(row.category))
            : ObjectRules.nameProblem(name).or(() -> Optional.ofNullable(row.problem));
    if (problem.isPresent()) {
      picture.problems.add(
          "In %s, annotation %s%s of image %s %s; it is left out."
              .formatted(
                  file,
                  row.number,
                  name == null ? "" : " (" + ObjectRules.shown(name) + ")",
                  picture.fileName,
                  problem.get()));
      return;
    }
    Box box = new Box(row.box[0], row.box[1], row.box[2], row.box[3]);
    picture.objects.add(new GroundTruth(name, box, row.difficult, row.truncated));
  }
}
