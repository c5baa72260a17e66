package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The formats that are tried for a folder.
 *
 * @param formats in the order in which they are tried; the first that recognises a folder reads it
 */
public record DatasetFormats(List<DatasetFormat> formats) {

  /** How many levels of subfolders are searched: archives often unpack to VOCdevkit/VOC2007. */
  private static final int DEEPEST = 2;

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there is no format
   */
  public DatasetFormats {
    formats = List.copyOf(formats);
    if (formats.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no dataset format: META-INF/services/%s on the class path must name one."
              .formatted(DatasetFormat.class.getName()));
    }
  }

  /**
   * The formats on the class path, the project's own and those of other libraries, sorted by name:
   * the order of the class path must not decide how a folder is read.
   */
  public static DatasetFormats installed() {
    return new DatasetFormats(
        ServiceLoader.load(DatasetFormat.class).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparing(DatasetFormat::name))
            .toList());
  }

  /**
   * Opens a dataset. The folder may be the dataset itself or hold exactly one, directly or one
   * level deeper.
   *
   * @throws IOException with a one-sentence message, if there is no dataset or more than one
   */
  public Dataset open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("There is no folder %s.".formatted(folder));
    }
    List<Path> level = List.of(folder);
    for (int depth = 0; depth <= DEEPEST; depth++) {
      Map<Path, DatasetFormat> found = recognised(level);
      if (found.size() > 1) {
        throw new IOException(
            "The folder %s holds more than one %s (%s); name one of them."
                .formatted(
                    folder,
                    joined(" or ", found.values().stream().map(DatasetFormat::name).distinct()),
                    joined(", ", found.keySet().stream().map(Path::toString))));
      }
      if (!found.isEmpty()) {
        Path only = found.keySet().iterator().next();
        return found.get(only).open(only);
      }
      level = subfolders(level);
    }
    throw new IOException(
        "The folder %s is not %s.%s"
            .formatted(
                folder,
                joined(
                    "; nor ",
                    formats.stream().map(f -> "a %s: it needs %s".formatted(f.name(), f.needs()))),
                FolderDiagnosis.of(folder).map(sentence -> " " + sentence).orElse("")));
  }

  private Map<Path, DatasetFormat> recognised(List<Path> folders) throws IOException {
    Map<Path, DatasetFormat> found = new LinkedHashMap<>();
    for (Path folder : folders) {
      for (DatasetFormat format : formats) {
        if (format.recognises(folder)) {
          found.put(folder, format);
          break;
        }
      }
    }
    return found;
  }

  private static List<Path> subfolders(List<Path> folders) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> children = Files.list(folder)) {
        children.filter(Files::isDirectory).sorted().forEach(found::add);
      }
    }
    return found;
  }

  private static String joined(String between, Stream<String> parts) {
    return parts.collect(Collectors.joining(between));
  }
}
