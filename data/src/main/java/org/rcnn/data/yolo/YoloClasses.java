package org.rcnn.data.yolo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.rcnn.data.ParsedLine;
import org.rcnn.data.dataset.FileIndex;
import org.rcnn.data.dataset.TextFile;

/**
 * The classes of a folder of YOLO text, and its splits as far as they are named.
 *
 * @param file the file that names the classes
 * @param names class names by number
 * @param splits folders, lists or images by split; empty if none are named
 */
record YoloClasses(Path file, Map<Integer, String> names, Map<String, List<String>> splits) {

  /** Keys of data.yaml that are no splits. */
  private static final Set<String> NO_SPLITS =
      Set.of("path", "names", "nc", "download", "roboflow", "kpt_shape", "flip_idx", "names_file");

  /**
   * The most bytes of a YAML file that is read, ten thousand names: the time of its parser grows
   * with the square of a text.
   */
  private static final long MOST_BYTES = 1L << 19;

  /** The classes of a folder; empty if no file names them. */
  static Optional<YoloClasses> find(Path folder) throws IOException {
    List<Path> yaml = files(folder, "yaml", "yml");
    for (Path file : yaml) {
      Optional<YoloClasses> found = ofYaml(file);
      if (found.isPresent()) {
        return found;
      }
    }
    for (Path place : List.of(folder, folder.resolve("labels"))) {
      for (Path file : files(place, "names", "txt")) {
        String name = file.getFileName().toString();
        if (FileIndex.ending(file).equals("names") || name.equalsIgnoreCase("classes.txt")) {
          return Optional.of(
              new YoloClasses(file, numbered(TextFile.lines(file)), darknet(folder)));
        }
      }
    }
    return Optional.empty();
  }

  private static List<Path> files(Path folder, String... endings) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return inside
          .filter(Files::isRegularFile)
          .filter(file -> List.of(endings).contains(FileIndex.ending(file)))
          .sorted(
              Comparator.<Path, Boolean>comparing(
                      file -> !file.getFileName().toString().startsWith("data."))
                  .thenComparing(Comparator.naturalOrder()))
          .toList();
    }
  }

  private static Optional<YoloClasses> ofYaml(Path file) throws IOException {
    JsonNode tree;
    try {
      tree = new YAMLMapper().readTree(TextFile.text(file, MOST_BYTES));
    } catch (JsonProcessingException e) {
      if (!file.getFileName().toString().startsWith("data.")) {
        // Any other tool's file.
        return Optional.empty();
      }
      throw new IOException(
          "%s: %sthis is not valid YAML.".formatted(file, ParsedLine.prefix(e)), e);
    }
    JsonNode names = tree.path("names");
    if (!names.isArray() && !names.isObject()) {
      return Optional.empty();
    }
    Map<Integer, String> classes = new TreeMap<>();
    if (names.isArray()) {
      names.forEach(name -> classes.put(classes.size(), name.asText().strip()));
    } else {
      for (Map.Entry<String, JsonNode> name : names.properties()) {
        classes.put(number(name.getKey(), file), name.getValue().asText().strip());
      }
    }
    Map<String, List<String>> splits = new LinkedHashMap<>();
    String path = tree.path("path").asText("");
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      List<String> places = new ArrayList<>();
      JsonNode value = entry.getValue();
      if (value.isTextual()) {
        places.add(value.asText());
      } else if (value.isArray()) {
        value.forEach(each -> places.add(each.asText()));
      }
      places.removeIf(String::isBlank);
      if (!NO_SPLITS.contains(entry.getKey()) && !places.isEmpty()) {
        splits.put(
            entry.getKey(),
            places.stream()
                .map(place -> path.isEmpty() || path.equals(".") ? place : path + "/" + place)
                .toList());
      }
    }
    return Optional.of(new YoloClasses(file, classes, splits));
  }

  private static int number(String text, Path file) throws IOException {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new IOException(
          "%s: the names of classes stand under numbers, but one stands under '%s'."
              .formatted(file, text),
          e);
    }
  }

  private static Map<Integer, String> numbered(List<String> lines) {
    Map<Integer, String> names = new TreeMap<>();
    lines.forEach(line -> names.put(names.size(), line));
    return names;
  }

  /** The splits of Darknet's obj.data, lines such as {@code train = data/train.txt}. */
  private static Map<String, List<String>> darknet(Path folder) throws IOException {
    Map<String, List<String>> splits = new LinkedHashMap<>();
    Path file = folder.resolve("obj.data");
    if (!Files.isRegularFile(file)) {
      return splits;
    }
    for (String line : TextFile.lines(file)) {
      String[] parts = line.split("=", 2);
      String key = parts[0].strip();
      if (parts.length == 2 && FileIndex.splitOf(key + "/").isPresent()) {
        splits.put(key, List.of(parts[1].strip()));
      }
    }
    return splits;
  }
}
