package org.rcnn.data.voc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rcnn.data.Annotation;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.GroundTruth;

/**
 * A folder in the layout of the PASCAL VOC development kit: {@code JPEGImages/ID.jpg}, {@code
 * Annotations/ID.xml} and {@code ImageSets/Main/SPLIT.txt}.
 *
 * <p>The folder is looked at once, when it is opened; after that the object is immutable and any
 * number of threads may use it.
 */
public final class VocDevkit {

  /** Image endings, best first: a folder that holds both a.jpg and a.png means the first. */
  private static final List<String> IMAGE_ENDINGS = List.of("jpg", "jpeg", "png");

  /** A line of a per-class list: image id, then 1 present, −1 absent, 0 only difficult ones. */
  private static final Pattern CLASS_LINE = Pattern.compile("(\\S+)\\s+(-1|0|1)");

  private final Path root;
  private final Map<String, Path> images;
  private final Splits seeded;

  private VocDevkit(Path root, Map<String, Path> images, Splits seeded) {
    this.root = root;
    this.images = images;
    this.seeded = seeded;
  }

  /**
   * Opens a development kit. The folder may be the kit itself or hold exactly one, directly or one
   * level deeper ({@code VOCdevkit/VOC2007}). A kit without images can be opened too, for there are
   * uses, such as evaluation, that need none.
   *
   * @throws IOException in one sentence, if there is no kit or more than one
   */
  public static VocDevkit open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("There is no folder %s.".formatted(folder));
    }
    List<Path> level = List.of(folder);
    for (int depth = 0; depth <= 2; depth++) {
      List<Path> kits = level.stream().filter(VocDevkit::isDevkit).toList();
      if (kits.size() == 1) {
        return new VocDevkit(kits.get(0), imagesIn(kits.get(0)), null);
      }
      if (kits.size() > 1) {
        throw new IOException(
            "The folder %s holds more than one VOC-style folder (%s); name one of them."
                .formatted(folder, String.join(", ", kits.stream().map(Path::toString).toList())));
      }
      level = subfolders(level);
    }
    throw new IOException(
        "The folder %s is not a VOC-style folder: it needs Annotations/ with XML files, JPEGImages/ with the images, and usually ImageSets/Main/ with the splits."
            .formatted(folder));
  }

  private static boolean isDevkit(Path folder) {
    return Files.isDirectory(folder.resolve("Annotations"))
        && (Files.isDirectory(folder.resolve("JPEGImages"))
            || Files.isDirectory(folder.resolve("ImageSets").resolve("Main")));
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

  /** The folder that holds {@code Annotations/}. */
  public Path root() {
    return root;
  }

  /** The same folder with splits made by the program instead of those in its files. */
  public VocDevkit withSplits(Splits splits) {
    return new VocDevkit(root, images, splits);
  }

  /** The names of the splits, sorted; empty if the folder has none. */
  public List<String> splits() throws IOException {
    if (seeded != null) {
      return Splits.NAMES;
    }
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
   * Whether each line is an image and a number. Names may end so, too: then an image of the whole
   * line's name tells, or in a folder without images an annotation.
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

  /**
   * The image ids of a split, in the order of its file, each once.
   *
   * @throws IOException in one sentence, if the folder has no such split or the split is empty
   */
  public List<String> imageIds(String split) throws IOException {
    Set<String> ids = new LinkedHashSet<>();
    if (seeded != null && Splits.NAMES.contains(split)) {
      ids.addAll(seeded.ids(split));
    } else {
      List<String> lines = linesOf(splitFile(split));
      boolean classList = isClassList(lines);
      for (String line : lines) {
        Matcher classLine = CLASS_LINE.matcher(line);
        ids.add(classList && classLine.matches() ? classLine.group(1) : line);
      }
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

  /** Non-blank lines without the white space around them, nor a byte order mark. */
  private static List<String> linesOf(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return text.replace("\uFEFF", "")
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /**
   * A per-class list {@code CLASS_SPLIT.txt}.
   *
   * @return per image id, in file order: 1 the class is there, −1 it is not, 0 only difficult
   *     objects of it are
   * @throws IOException in one sentence, if there is no such list or a line of it is malformed
   */
  public Map<String, Integer> classList(String className, String split) throws IOException {
    Path file = inside(imageSets(), className + "_" + split + ".txt");
    if (!Files.isRegularFile(file)) {
      throw new IOException("There is no list %s.".formatted(file));
    }
    Map<String, Integer> list = new LinkedHashMap<>();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      Matcher fields = CLASS_LINE.matcher(line.replace("\uFEFF", "").strip());
      if (!fields.matches()) {
        throw new IOException(
            "%s:%d: '%s' is not an image id followed by -1, 0 or 1."
                .formatted(file, number, line.strip()));
      }
      list.put(fields.group(1), Integer.valueOf(fields.group(2)));
    }
    return Collections.unmodifiableMap(list);
  }

  /** Every image id with an annotation and, where the folder has images, an image; sorted. */
  public List<String> annotatedIds() throws IOException {
    TreeSet<String> ids = new TreeSet<>();
    try (Stream<Path> files = Files.list(root.resolve("Annotations"))) {
      files
          .filter(file -> ending(file).equalsIgnoreCase("xml"))
          .map(VocDevkit::stem)
          .filter(id -> images.isEmpty() || images.containsKey(id))
          // Lists of images and result files do not keep blanks at the ends.
          .filter(id -> id.equals(id.strip()))
          .forEach(ids::add);
    }
    return List.copyOf(ids);
  }

  /** How many image files the folder holds. */
  public int imageCount() {
    return images.size();
  }

  /**
   * The file of an image: ending jpg, jpeg or png in any case.
   *
   * @throws IOException if there is none
   */
  public Path image(String id) throws IOException {
    Path file = images.get(id);
    if (file == null) {
      throw new IOException(
          "There is no image '%s' (.jpg, .jpeg or .png) in %s."
              .formatted(id, root.resolve("JPEGImages")));
    }
    return file;
  }

  /**
   * What is known of an image. Problems with single objects are dropped silently; {@link
   * #readAnnotation} tells them.
   *
   * @throws AnnotationException if the file is missing or no VOC annotation
   */
  public Annotation annotation(String id) throws AnnotationException {
    return readAnnotation(id).annotation();
  }

  /**
   * What is known of an image, with what is wrong in its annotation file.
   *
   * @throws AnnotationException if the file is missing or no VOC annotation
   */
  public AnnotationReading readAnnotation(String id) throws AnnotationException {
    Path file;
    try {
      file = annotationFile(id);
    } catch (IOException e) {
      throw new AnnotationException(id, "cannot be looked for: " + e.getMessage(), e);
    }
    return VocAnnotationReader.read(file);
  }

  /**
   * Names the content of some images: the same for the same ids in the same order with the same
   * annotation and image files, wherever the folder lies. Missing files count as empty.
   *
   * @return a SHA-256 in hexadecimal
   * @throws IOException if a file that is there cannot be read
   */
  public String fingerprint(Collection<String> imageIds) throws IOException {
    Fingerprint fingerprint = new Fingerprint();
    for (String id : imageIds) {
      Path annotation = annotationFile(id);
      fingerprint.add(id);
      fingerprint.add(bytesOrNone(annotation));
      fingerprint.add(bytesOrNone(images.get(id)));
    }
    return fingerprint.hex();
  }

  private static byte[] bytesOrNone(Path file) throws IOException {
    return file != null && Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];
  }

  /** The annotation of an image, its ending in capitals if there is no other. */
  private Path annotationFile(String id) throws IOException {
    Path usual = inside(root.resolve("Annotations"), id + ".xml");
    Path capitals = inside(root.resolve("Annotations"), id + ".XML");
    return !Files.exists(usual) && Files.exists(capitals) ? capitals : usual;
  }

  /** Split files come from anywhere, so an id must not lead out of the folder. */
  private static Path inside(Path folder, String name) throws IOException {
    Path file;
    try {
      file = folder.resolve(name).normalize();
    } catch (InvalidPathException e) {
      throw new IOException(
          "The name '%s' cannot be a file's: %s. Does the locale know its letters (LC_ALL=C.UTF-8)?"
              .formatted(name, e.getReason()),
          e);
    }
    if (!file.startsWith(folder.normalize())) {
      throw new IOException("The name '%s' leads out of the folder %s.".formatted(name, folder));
    }
    return file;
  }

  /**
   * The classes that the annotations of the given images name, sorted. Images whose annotation
   * cannot be read count as empty.
   */
  public List<String> classes(Collection<String> imageIds) {
    TreeSet<String> classes = new TreeSet<>();
    for (String id : imageIds) {
      try {
        annotation(id).objects().stream().map(GroundTruth::className).forEach(classes::add);
      } catch (AnnotationException e) {
        // Whoever reads this image's annotation next is told; a class list needs only the others.
        continue;
      }
    }
    return List.copyOf(classes);
  }
}
