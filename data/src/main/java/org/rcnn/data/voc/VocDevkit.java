package org.rcnn.data.voc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormat;

/**
 * A folder in the layout of the PASCAL VOC development kit: {@code JPEGImages/ID.jpg}, {@code
 * Annotations/ID.xml} and {@code ImageSets/Main/SPLIT.txt}.
 *
 * <p>The images are listed once, when the folder is opened. The object is immutable and
 * thread-safe.
 */
public final class VocDevkit implements Dataset {

  /** Recognises a development kit, with images or without. */
  public static final class Format implements DatasetFormat {

    @Override
    public String name() {
      return "VOC-style folder";
    }

    @Override
    public String needs() {
      return "Annotations/ with XML files, JPEGImages/ with the images, and usually"
          + " ImageSets/Main/ with the splits";
    }

    @Override
    public boolean recognises(Path folder) {
      return Files.isDirectory(folder.resolve("Annotations"))
          && (Files.isDirectory(folder.resolve("JPEGImages"))
              || Files.isDirectory(folder.resolve("ImageSets").resolve("Main")));
    }

    @Override
    public Dataset open(Path folder) throws IOException {
      return new VocDevkit(folder, imagesIn(folder));
    }
  }

  /** Image endings in order of preference: of a.jpg and a.png, the first is used. */
  private static final List<String> IMAGE_ENDINGS = List.of("jpg", "jpeg", "png");

  /**
   * A line of a per-class list: image id, then 1 (present), −1 (absent) or 0 (difficult objects
   * only).
   */
  private static final Pattern CLASS_LINE = Pattern.compile("(\\S+)\\s+(-1|0|1)");

  private final Path root;
  private final Map<String, Path> images;

  private VocDevkit(Path root, Map<String, Path> images) {
    this.root = root;
    this.images = images;
  }

  private static Map<String, Path> imagesIn(Path root) throws IOException {
    Map<String, Path> images = new HashMap<>();
    Path folder = root.resolve("JPEGImages");
    if (!Files.isDirectory(folder)) {
      return Map.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        int rank = IMAGE_ENDINGS.indexOf(ending(file).toLowerCase(Locale.ROOT));
        if (rank >= 0) {
          images.merge(
              stem(file),
              file,
              (old, now) ->
                  IMAGE_ENDINGS.indexOf(ending(old).toLowerCase(Locale.ROOT)) <= rank ? old : now);
        }
      }
    }
    return images;
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  @Override
  public Path root() {
    return root;
  }

  @Override
  public String splitAdvice() {
    return "write trainval.txt and test.txt into ImageSets/Main";
  }

  @Override
  public List<String> splits() throws IOException {
    Path folder = imageSets();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        if (ending(file).equals("txt") && !isClassList(linesOf(file))) {
          names.add(stem(file));
        }
      }
    }
    return List.copyOf(names);
  }

  /**
   * Whether every line is an image id and a number. An id may itself end in a blank and a number,
   * so a line does not count if there is an image of that name, or, in a folder without images, an
   * annotation.
   */
  private boolean isClassList(List<String> lines) {
    return !lines.isEmpty()
        && lines.stream().allMatch(line -> CLASS_LINE.matcher(line).matches() && !isImage(line));
  }

  private boolean isImage(String name) {
    return images.isEmpty()
        ? Files.exists(root.resolve("Annotations").resolve(name + ".xml"))
        : images.containsKey(name);
  }

  /** The split may also be a per-class list, CLASS_SPLIT. */
  @Override
  public List<String> imageIds(String split) throws IOException {
    Set<String> ids = new LinkedHashSet<>();
    List<String> lines = linesOf(splitFile(split));
    boolean classList = isClassList(lines);
    for (String line : lines) {
      Matcher classLine = CLASS_LINE.matcher(line);
      ids.add(classList && classLine.matches() ? classLine.group(1) : line);
    }
    if (ids.isEmpty()) {
      throw new IOException("The split '%s' of %s names no image.".formatted(split, root));
    }
    return List.copyOf(ids);
  }

  private Path splitFile(String split) throws IOException {
    Path file = inside(imageSets(), split + ".txt");
    if (Files.isRegularFile(file)) {
      return file;
    }
    List<String> existing = splits();
    throw new IOException(
        "There is no split '%s' in %s: %s; splits can also be made at random with a seed."
            .formatted(
                split,
                imageSets(),
                existing.isEmpty()
                    ? "the folder has no split files"
                    : "it has " + String.join(", ", existing)));
  }

  private Path imageSets() {
    return root.resolve("ImageSets").resolve("Main");
  }

  /** The lines that are not blank, without surrounding white space and byte order mark. */
  private static List<String> linesOf(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return text.replace("\uFEFF", "")
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  @Override
  public List<String> annotatedIds() throws IOException {
    TreeSet<String> ids = new TreeSet<>();
    try (Stream<Path> files = Files.list(root.resolve("Annotations"))) {
      files
          .filter(file -> ending(file).equalsIgnoreCase("xml"))
          .map(VocDevkit::stem)
          .filter(id -> images.isEmpty() || images.containsKey(id))
          // Split files and result files lose blanks at the ends of an id.
          .filter(id -> id.equals(id.strip()))
          .forEach(ids::add);
    }
    return List.copyOf(ids);
  }

  /** The ending is jpg, jpeg or png, in any case. */
  @Override
  public Path image(String id) throws IOException {
    Path file = images.get(id);
    if (file == null) {
      throw new IOException(
          "There is no image '%s' (.jpg, .jpeg or .png) in %s."
              .formatted(id, root.resolve("JPEGImages")));
    }
    return file;
  }

  @Override
  public AnnotationReading readAnnotation(String id) throws IOException {
    Path file;
    try {
      file = annotationFile(id);
    } catch (IOException e) {
      throw VocAnnotationReader.unusable(id, "cannot be located: " + e.getMessage(), e);
    }
    return VocAnnotationReader.read(file);
  }

  /** The annotation file of an image: ID.xml, or ID.XML if only that exists. */
  private Path annotationFile(String id) throws IOException {
    Path usual = inside(root.resolve("Annotations"), id + ".xml");
    Path capitals = inside(root.resolve("Annotations"), id + ".XML");
    return !Files.exists(usual) && Files.exists(capitals) ? capitals : usual;
  }

  /** Split files may come from strangers, so an id must not lead out of the folder. */
  private static Path inside(Path folder, String name) throws IOException {
    Path file;
    try {
      file = folder.resolve(name).normalize();
    } catch (InvalidPathException e) {
      throw new IOException(
          "The name '%s' is not a valid file name: %s. If the locale lacks its letters, set LC_ALL=C.UTF-8."
              .formatted(name, e.getReason()),
          e);
    }
    if (!file.startsWith(folder.normalize())) {
      throw new IOException("The name '%s' leads out of the folder %s.".formatted(name, folder));
    }
    return file;
  }
}
