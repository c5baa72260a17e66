package org.rcnn.data.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.rcnn.data.Annotation;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.FileNames;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.ImageHeader;
import org.rcnn.data.coco.CocoWriter;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.FileIndex;
import org.rcnn.data.dataset.PictureCheck;
import org.rcnn.data.dataset.SplitTable;
import org.rcnn.data.voc.VocAnnotationWriter;
import org.rcnn.data.yolo.YoloWriter;

/**
 * Writes a dataset in another format. Image files are copied as they are, under their ids. The
 * sizes that are written are the pictures', and boxes are those that the project itself would use:
 * what is unusable is reported and left out.
 */
public final class DatasetExport {

  /** Receives a sentence for each problem with an image or annotation. */
  @FunctionalInterface
  public interface Problems {
    /**
     * Takes a problem.
     *
     * @throws IOException to end the export
     */
    void report(String sentence) throws IOException;
  }

  /**
   * What was written.
   *
   * @param images how many images
   * @param objects how many objects
   * @param classes the classes, in the order of their numbers
   * @param splits how many images by split
   * @param notes what the format cannot hold or the set did not have, a sentence each
   */
  public record Summary(
      int images,
      int objects,
      List<String> classes,
      Map<String, Integer> splits,
      List<String> notes) {}

  private record Item(String id, String fileName, Annotation annotation) {}

  private final Dataset dataset;
  private final ExifOrientation exif;
  private final Problems problems;
  private final Set<String> notes = new LinkedHashSet<>();

  /** The images copied, by their names in lower case. */
  private final Map<String, String> copied = new HashMap<>();

  private DatasetExport(Dataset dataset, ExifOrientation exif, Problems problems) {
    this.dataset = dataset;
    this.exif = exif;
    this.problems = problems;
  }

  /**
   * Writes a dataset with all its images and splits.
   *
   * @param place the folder to write; files of the same names are replaced
   * @param exif whether the boxes are those of upright pictures
   * @throws IOException if the set cannot be read, the place cannot be written, or {@code problems}
   *     throws it
   */
  public static Summary write(
      Dataset dataset, ExportFormat format, Path place, ExifOrientation exif, Problems problems)
      throws IOException {
    return new DatasetExport(dataset, exif, problems).write(format, place);
  }

  private Summary write(ExportFormat format, Path place) throws IOException {
    Map<String, List<String>> idsOf = new LinkedHashMap<>();
    TreeSet<String> ids = new TreeSet<>(dataset.annotatedIds());
    for (String split : dataset.splits()) {
      try {
        idsOf.put(split, dataset.imageIds(split));
      } catch (IOException e) {
        problems.report(e.getMessage());
      }
    }
    idsOf.values().forEach(ids::addAll);
    Map<String, String> others = new TreeMap<>(dataset.leftOut());
    others.keySet().removeAll(ids);
    for (String sentence : others.values()) {
      problems.report(sentence);
    }
    Path images = place.resolve(format == ExportFormat.VOC ? "JPEGImages" : "images");
    Map<String, Item> items = new LinkedHashMap<>();
    for (String id : ids) {
      try {
        items.put(id, item(id, images));
      } catch (IOException e) {
        problems.report(e.getMessage());
      }
    }
    if (items.isEmpty()) {
      throw new IOException("Nothing in %s can be converted.".formatted(dataset.root()));
    }
    Map<String, List<Item>> splits = new LinkedHashMap<>();
    idsOf.forEach(
        (split, named) ->
            splits.put(split, named.stream().filter(items::containsKey).map(items::get).toList()));
    List<String> classes =
        objects(items).stream().map(GroundTruth::className).distinct().sorted().toList();
    switch (format) {
      case VOC -> writeVoc(place, items, splits);
      case COCO -> writeCoco(place, classes, items, splits);
      case YOLO -> writeYolo(place, classes, items, splits);
    }
    Map<String, Integer> counts = new TreeMap<>();
    splits.forEach((split, list) -> counts.put(split, list.size()));
    return new Summary(items.size(), objects(items).size(), classes, counts, List.copyOf(notes));
  }

  private static List<GroundTruth> objects(Map<String, Item> items) {
    return items.values().stream().flatMap(item -> item.annotation.objects().stream()).toList();
  }

  /** Reads the image and its annotation, and copies the image. */
  private Item item(String id, Path images) throws IOException {
    Path file = dataset.image(id);
    byte[] bytes = ImageFiles.bytesOf(file);
    ImageHeader header = ImageFiles.header(bytes, file.toString());
    // The whole picture: one that is cut has a header, and would only be missed where it is used.
    ImageFiles.read(bytes, file.toString(), exif);
    int width = header.width(exif);
    int height = header.height(exif);
    AnnotationReading reading = dataset.readAnnotation(id, exif);
    var otherSize = PictureCheck.sizeProblem(reading.annotation(), file, header, exif);
    if (otherSize.isPresent()) {
      problems.report(otherSize.get());
    }
    reading = PictureCheck.inside(reading, width, height);
    for (String problem : reading.problems()) {
      problems.report(problem);
    }
    notes.addAll(reading.notes());
    String fileName = id + "." + FileIndex.ending(file);
    Path copy = images.resolve(fileName).normalize();
    if (!copy.startsWith(images.normalize())) {
      throw new IOException("The name '%s' leads out of the folder %s.".formatted(id, images));
    }
    Files.createDirectories(copy.getParent());
    String other = copied.putIfAbsent(id.toLowerCase(Locale.ROOT), id);
    if (other != null && FileNames.ignoreCase(copy.getParent())) {
      throw new IOException(
          "The image '%s' is left out: its name differs from '%s' in upper and lower case alone, and in %s both would be the same file; rename one."
              .formatted(id, other, images));
    }
    Files.write(copy, bytes);
    return new Item(
        id, fileName, new Annotation(id, width, height, reading.annotation().objects()));
  }

  private static void writeVoc(Path place, Map<String, Item> items, Map<String, List<Item>> splits)
      throws IOException {
    Path folder = Files.createDirectories(place.resolve("Annotations"));
    for (Item item : items.values()) {
      Path file = folder.resolve(item.id + ".xml");
      Files.createDirectories(file.getParent());
      VocAnnotationWriter.write(
          file,
          place.toAbsolutePath().normalize().getFileName().toString(),
          item.fileName,
          item.annotation);
    }
    Map<String, List<String>> lists = new TreeMap<>();
    splits.forEach((split, list) -> lists.put(split, list.stream().map(Item::id).toList()));
    new SplitTable(place, lists).write(place);
  }

  private void writeCoco(
      Path place, List<String> classes, Map<String, Item> items, Map<String, List<Item>> splits)
      throws IOException {
    Map<String, List<Item>> files = new LinkedHashMap<>(splits);
    Set<String> inSplits = new HashSet<>();
    splits.values().forEach(list -> list.forEach(item -> inSplits.add(item.id)));
    List<Item> others =
        items.values().stream().filter(item -> !inSplits.contains(item.id)).toList();
    if (!others.isEmpty()) {
      files.put("default", others);
      if (!splits.isEmpty()) {
        notes.add(
            "%d images are in no split; they are in annotations/instances_default.json."
                .formatted(others.size()));
      }
    }
    for (Map.Entry<String, List<Item>> split : files.entrySet()) {
      CocoWriter.write(
          place.resolve("annotations/instances_" + split.getKey() + ".json"),
          classes,
          split.getValue().stream()
              .map(item -> new CocoWriter.Described(item.fileName, item.annotation))
              .toList());
    }
  }

  private void writeYolo(
      Path place, List<String> classes, Map<String, Item> items, Map<String, List<Item>> splits)
      throws IOException {
    long flagged = objects(items).stream().filter(o -> o.difficult() || o.truncated()).count();
    if (flagged > 0) {
      notes.add(
          "YOLO's text has no marks: %d objects lose that they are difficult or truncated."
              .formatted(flagged));
    }
    for (Item item : items.values()) {
      AtomicFile.writeText(
          place.resolve("labels").resolve(item.id + ".txt"),
          YoloWriter.labels(item.annotation, classes));
    }
    Map<String, String> lists = new TreeMap<>();
    for (Map.Entry<String, List<Item>> split : splits.entrySet()) {
      lists.put(split.getKey(), split.getKey() + ".txt");
      AtomicFile.writeText(
          place.resolve(split.getKey() + ".txt"),
          split.getValue().stream()
              .map(item -> "./images/" + item.fileName + "\n")
              .collect(Collectors.joining()));
    }
    YoloWriter.writeYaml(place.resolve("data.yaml"), classes, lists);
  }
}
