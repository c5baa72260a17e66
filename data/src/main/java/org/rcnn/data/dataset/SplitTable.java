package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.rcnn.data.AtomicFile;

/**
 * The splits of a set that was read as a whole: image ids by name.
 *
 * <p>The names of practice differ, so a split that is not there may be made of those that are: val
 * is also called valid or validation, and trainval is train and val together.
 *
 * <p>Immutable.
 */
public final class SplitTable {

  private static final Set<String> VALIDATION =
      Collections.unmodifiableSet(new LinkedHashSet<>(List.of("val", "valid", "validation")));

  /** The names that folders of splits have. */
  static final Set<String> USUAL =
      Set.of("train", "val", "valid", "validation", "trainval", "test");

  private static final String LISTS = "ImageSets/Main";

  private final Path root;
  private final Map<String, List<String>> ids;

  /**
   * The splits of a set.
   *
   * @param root its folder, for errors
   * @param ids image ids by name of the split, in the split's order
   */
  public SplitTable(Path root, Map<String, ? extends Collection<String>> ids) {
    this.root = root;
    Map<String, List<String>> copy = new TreeMap<>();
    ids.forEach((name, list) -> copy.put(name, List.copyOf(new LinkedHashSet<>(list))));
    this.ids = Collections.unmodifiableMap(copy);
  }

  /**
   * The lists {@code ImageSets/Main/SPLIT.txt} of a folder, as {@link #write} leaves them.
   *
   * @throws IOException if they cannot be read
   */
  public static SplitTable read(Path folder) throws IOException {
    Map<String, List<String>> lists = new TreeMap<>();
    Path place = folder.resolve(LISTS);
    if (Files.isDirectory(place)) {
      for (Path file : FileIndex.filesBelow(place)) {
        if (FileIndex.ending(file).equals("txt")) {
          lists.put(FileIndex.name(place, file), TextFile.lines(file));
        }
      }
    }
    return new SplitTable(folder, lists);
  }

  /**
   * Writes every split as {@code ImageSets/Main/SPLIT.txt} into a folder, one id a line.
   *
   * @throws IOException if a list cannot be written
   */
  public void write(Path folder) throws IOException {
    for (Map.Entry<String, List<String>> split : ids.entrySet()) {
      AtomicFile.writeText(
          folder.resolve(LISTS).resolve(split.getKey() + ".txt"),
          split.getValue().stream().map(id -> id + "\n").collect(Collectors.joining()));
    }
  }

  /** The names, sorted. */
  public List<String> names() {
    return List.copyOf(ids.keySet());
  }

  /**
   * The ids of a split's images, in its order, each once.
   *
   * @throws IOException with a one-sentence message, if there is no such split or it is empty
   */
  public List<String> ids(String split) throws IOException {
    List<String> parts = partsOf(split, ids.keySet());
    if (parts.isEmpty()) {
      throw missing(split, root, names());
    }
    Set<String> all = new LinkedHashSet<>();
    parts.forEach(part -> all.addAll(ids.get(part)));
    if (all.isEmpty()) {
      throw new IOException("The split '%s' of %s names no image.".formatted(split, root));
    }
    return List.copyOf(all);
  }

  /**
   * The existing splits that a split consists of: itself if it exists; none if it cannot be made of
   * those that do.
   */
  public static List<String> partsOf(String split, Collection<String> existing) {
    if (existing.contains(split)) {
      return List.of(split);
    }
    List<String> parts = new ArrayList<>();
    if (split.equals("trainval") && existing.contains("train")) {
      parts.add("train");
    }
    if (VALIDATION.contains(split) || !parts.isEmpty()) {
      VALIDATION.stream().filter(existing::contains).findFirst().ifPresent(parts::add);
    }
    return parts;
  }

  /** The error for a split that does not exist. */
  public static IOException missing(String split, Path place, List<String> existing) {
    return new IOException(
        "There is no split '%s' in %s: %s; splits can also be made at random with a seed."
            .formatted(
                split,
                place,
                existing.isEmpty()
                    ? "the folder has no split files"
                    : "it has " + String.join(", ", existing)));
  }
}
