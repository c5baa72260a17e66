package org.rcnn.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Names that become files. Not every name can be a file everywhere: Windows keeps some letters for
 * itself, and there and on macOS two names that differ in upper and lower case alone are one file.
 */
public final class FileNames {

  private FileNames() {}

  /**
   * Whether names that differ in case alone are one file. Nothing is written: a name that is there
   * is looked up in the other case.
   *
   * @param folder an existing folder
   * @throws IOException if it cannot be looked up
   */
  public static boolean ignoreCase(Path folder) throws IOException {
    for (Path path = folder.toRealPath(); path.getFileName() != null; path = path.getParent()) {
      String name = path.getFileName().toString();
      String upper = name.toUpperCase(Locale.ROOT);
      String other = upper.equals(name) ? name.toLowerCase(Locale.ROOT) : upper;
      if (!other.equals(name)) {
        Path same = path.resolveSibling(other);
        return Files.exists(same) && Files.isSameFile(path, same);
      }
    }
    return false;
  }

  /**
   * Why names cannot each have a file in a folder, in a sentence; empty if they can.
   *
   * @param folder an existing folder
   * @param kind what the names are of, such as {@code "class"}
   * @throws IOException if the folder cannot be looked up
   */
  public static Optional<String> objection(Path folder, Collection<String> names, String kind)
      throws IOException {
    boolean ignoreCase = ignoreCase(folder);
    Map<String, String> seen = new TreeMap<>();
    for (String name : names) {
      if (!isPossible(folder, name)) {
        return Optional.of(
            "No file in %s can be named after the %s '%s'; rename it in the annotations."
                .formatted(folder, kind, name));
      }
      String other = seen.putIfAbsent(ignoreCase ? name.toLowerCase(Locale.ROOT) : name, name);
      if (other != null) {
        return Optional.of(
            "The %s names '%s' and '%s' differ in upper and lower case alone, and in %s both would have the same file; rename one in the annotations."
                .formatted(kind, other, name, folder));
      }
    }
    return Optional.empty();
  }

  /** As a part of a name, as in {@code NAME.txt}. */
  private static boolean isPossible(Path folder, String name) {
    String part = "x" + name + ".x";
    try {
      Path file = folder.resolve(part);
      return folder.equals(file.getParent()) && file.getFileName().toString().equals(part);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
