package org.rcnn.data.coco;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.rcnn.data.dataset.FileIndex;

/** Finds the files that {@code file_name} means; every tool counts it from another folder. */
final class ImageFinder {

  private final Path root;
  private final Map<String, Path> byPath = new TreeMap<>();
  private final Map<String, List<Path>> byName = new TreeMap<>();

  /**
   * A finder.
   *
   * @param root the set's folder
   * @param files its images
   */
  ImageFinder(Path root, Map<Path, String> files) {
    this.root = root;
    for (Path file : files.keySet()) {
      String path = FileIndex.composed(root.relativize(file).toString().replace('\\', '/'));
      byPath.put(path, file);
      byName.merge(last(path), List.of(file), (a, b) -> List.of(a.get(0), b.get(0)));
    }
  }

  /** The image of a name in a description: beside it, in the usual folders, or anywhere alone. */
  Optional<Path> find(Path description, Optional<String> split, String fileName) {
    String name = FileIndex.composed(fileName.replace('\\', '/'));
    String beside;
    try {
      Path place = description.resolveSibling(name).normalize();
      beside = place.startsWith(root) ? FileIndex.composed(root.relativize(place).toString()) : "";
    } catch (InvalidPathException e) {
      beside = "";
    }
    String inSplit = split.orElse("") + "/" + name;
    for (String path :
        List.of(
            beside.replace('\\', '/'),
            name,
            "images/" + name,
            inSplit,
            "images/" + inSplit,
            "JPEGImages/" + name)) {
      if (byPath.containsKey(path)) {
        return Optional.of(byPath.get(path));
      }
    }
    List<Path> ofName = byName.getOrDefault(last(name), List.of());
    return ofName.size() == 1 ? Optional.of(ofName.get(0)) : Optional.empty();
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** A file name without its ending, in Unicode's composed form. */
  static String stem(String fileName) {
    String name = FileIndex.composed(fileName.replace('\\', '/'));
    int dot = name.lastIndexOf('.');
    return dot <= name.lastIndexOf('/') ? name : name.substring(0, dot);
  }
}
