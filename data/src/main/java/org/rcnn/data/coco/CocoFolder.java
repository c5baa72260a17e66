package org.rcnn.data.coco;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormat;
import org.rcnn.data.dataset.FileIndex;
import org.rcnn.data.dataset.IndexedDataset;
import org.rcnn.data.dataset.SplitTable;

/**
 * A folder of images with annotations in COCO's JSON: {@code annotations/instances_SPLIT.json} as
 * COCO and CVAT have it, {@code SPLIT/_annotations.coco.json} as Roboflow exports it, or one file
 * beside the images. Each file is a split, unless there is one alone whose name tells none.
 */
public final class CocoFolder {

  /** Recognises a folder by a JSON file of COCO's in it or in its sub-folders. */
  public static final class Format implements DatasetFormat {

    @Override
    public String name() {
      return "folder of COCO JSON";
    }

    @Override
    public String needs() {
      return "a .json file with \"images\", \"annotations\" and \"categories\", in the folder, its"
          + " annotations/ or its train/, valid/ and test/";
    }

    @Override
    public boolean recognises(Path folder) throws IOException {
      return !descriptions(folder).isEmpty();
    }

    @Override
    public Dataset open(Path folder) throws IOException {
      return CocoFolder.open(folder);
    }
  }

  private static final String INSTANCES = "instances_";

  private CocoFolder() {}

  /** The JSON files of the set: where there are instances_..., captions and key points are not. */
  private static List<Path> descriptions(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path place : places(folder)) {
      try (Stream<Path> files = Files.list(place)) {
        for (Path file : (Iterable<Path>) files.sorted()::iterator) {
          if (FileIndex.ending(file).equals("json")
              && Files.isRegularFile(file)
              && isDescription(file)) {
            found.add(file);
          }
        }
      }
    }
    List<Path> instances =
        found.stream().filter(f -> f.getFileName().toString().startsWith(INSTANCES)).toList();
    return instances.isEmpty() ? found : instances;
  }

  private static List<Path> places(Path folder) throws IOException {
    List<Path> places = new ArrayList<>(List.of(folder));
    try (Stream<Path> inside = Files.list(folder)) {
      inside
          .filter(Files::isDirectory)
          .filter(
              inner -> {
                String name = inner.getFileName().toString();
                return name.equalsIgnoreCase("annotations")
                    || FileIndex.splitOf(name + "/").isPresent();
              })
          .sorted()
          .forEach(places::add);
    }
    return places;
  }

  /** Whether the file is an object with an array of images that have a file_name. */
  private static boolean isDescription(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        JsonParser json = new JsonFactory().createParser(in)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("images")) {
          return value == JsonToken.START_ARRAY
              && (json.nextToken() == JsonToken.END_ARRAY || hasFileName(json));
        }
        json.skipChildren();
      }
    } catch (IOException e) {
      // Not JSON, or cut short: if it is the only one, the folder is refused by name.
      return false;
    }
    return false;
  }

  private static boolean hasFileName(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      if (json.currentName().equals("file_name")) {
        return true;
      }
      json.nextToken();
      json.skipChildren();
    }
    return false;
  }

  private static Dataset open(Path root) throws IOException {
    List<Path> files = FileIndex.filesBelow(root);
    FileIndex images = FileIndex.among(root, files, FileIndex.IMAGES);
    Map<Path, String> idOfFile = new LinkedHashMap<>();
    FileIndex.ids(images.names())
        .forEach((name, id) -> idOfFile.put(images.find(name).orElseThrow(), id));
    ImageFinder finder = new ImageFinder(root, idOfFile);

    Map<String, AnnotationReading> readings = new TreeMap<>();
    Map<String, Path> imageOf = new TreeMap<>();
    Map<String, List<String>> splits = new TreeMap<>();
    Map<String, String> leftOut = new TreeMap<>(images.unused());
    List<Path> descriptions = descriptions(root);
    for (Path description : descriptions) {
      Optional<String> split = splitOf(root, description, descriptions.size());
      List<String> ids = new ArrayList<>();
      for (CocoReader.Picture picture : CocoReader.read(description)) {
        Optional<Path> file = finder.find(description, split, picture.fileName());
        String id = file.map(idOfFile::get).orElse(ImageFinder.stem(picture.fileName()));
        file.ifPresent(f -> imageOf.put(id, f));
        readings.putIfAbsent(id, picture.reading(id));
        ids.add(id);
        if (file.isEmpty()) {
          leftOut.put(
              id,
              "%s names the image %s, which is not in %s; it is left out."
                  .formatted(description, picture.fileName(), root));
        }
      }
      split.ifPresent(name -> splits.put(name, ids));
    }
    Set<String> unnamed = new TreeSet<>(idOfFile.values());
    unnamed.removeAll(readings.keySet());
    unnamed.forEach(
        id ->
            leftOut.put(
                id,
                "No JSON file of %s names the image '%s'; it is left out.".formatted(root, id)));
    return new IndexedDataset(
        root,
        new SplitTable(root, splits),
        imageOf,
        List.copyOf(readings.keySet()),
        (id, image, exif) -> {
          AnnotationReading reading = readings.get(id);
          if (reading == null) {
            throw new IOException("No JSON file of %s names the image '%s'.".formatted(root, id));
          }
          return reading;
        },
        leftOut,
        "write one JSON file for each, such as annotations/instances_train.json");
  }

  /** The split that a file's name or folder tells; the name itself if there are several files. */
  private static Optional<String> splitOf(Path root, Path description, int count) {
    String name = FileIndex.name(root, description);
    Optional<String> byFolder = FileIndex.splitOf(name);
    if (byFolder.isPresent()) {
      return byFolder;
    }
    String own = name.substring(name.lastIndexOf('/') + 1);
    if (own.startsWith(INSTANCES)) {
      own = own.substring(INSTANCES.length());
    } else if (FileIndex.splitOf(own + "/").isEmpty() && count == 1) {
      return Optional.empty();
    }
    // CVAT's name for images that are in no split.
    return own.equals("default") && count == 1 ? Optional.empty() : Optional.of(own);
  }
}
