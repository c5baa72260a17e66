package org.rcnn.data.voc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormat;
import org.rcnn.data.dataset.FileIndex;
import org.rcnn.data.dataset.SplitTable;
import org.rcnn.data.dataset.TextFile;

/**
 * A folder in the layout of the PASCAL VOC development kit: {@code JPEGImages/ID.jpg}, {@code
 * Annotations/ID.xml} and {@code ImageSets/Main/SPLIT.txt}. An ID may have sub-folders in it, such
 * as {@code cam0/0001}, if images and annotations have the same. CVAT exports this layout with the
 * one split {@code default}.
 *
 * <p>Images and annotations are listed once, when the folder is opened. The object is immutable and
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
      return new VocDevkit(
          folder,
          FileIndex.ofImages(folder.resolve("JPEGImages")),
          FileIndex.of(folder.resolve("Annotations"), List.of("xml")));
    }
  }

  /**
   * A line of a per-class list: image id, then 1 (present), −1 (absent) or 0 (difficult objects
   * only).
   */
  private static final Pattern CLASS_LINE = Pattern.compile("(\\S+)\\s+(-1|0|1)");

  private final Path root;
  private final FileIndex images;
  private final FileIndex annotations;

  private VocDevkit(Path root, FileIndex images, FileIndex annotations) {
    this.root = root;
    this.images = images;
    this.annotations = annotations;
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
        if (FileIndex.ending(file).equals("txt") && !isClassList(TextFile.lines(file))) {
          names.add(FileIndex.name(folder, file));
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
    return known().find(name).isPresent();
  }

  /** The images, or, in a folder without them, the annotations. */
  private FileIndex known() {
    return images.isEmpty() ? annotations : images;
  }

  /**
   * The split may also be a per-class list, CLASS_SPLIT. Names in a list may have the image's
   * ending, and quotation marks around them, as CVAT writes names with blanks.
   */
  @Override
  public List<String> imageIds(String split) throws IOException {
    Set<String> ids = new LinkedHashSet<>();
    for (Path file : splitFiles(split)) {
      List<String> lines = TextFile.lines(file);
      boolean classList = isClassList(lines);
      for (String line : lines) {
        Matcher classLine = CLASS_LINE.matcher(line);
        ids.add(id(classList && classLine.matches() ? classLine.group(1) : line));
      }
    }
    if (ids.isEmpty()) {
      throw new IOException("The split '%s' of %s names no image.".formatted(split, root));
    }
    return List.copyOf(ids);
  }

  /** The id that a list means; the listed name if there is no such image. */
  private String id(String listed) {
    String name = FileIndex.composed(listed);
    if (isImage(name)) {
      return name;
    }
    String unquoted = name.replaceAll("^\"(.+)\"$", "$1").replace('\\', '/');
    String bare = unquoted.replaceAll("\\.[A-Za-z]{3,4}$", "");
    return isImage(unquoted) ? unquoted : isImage(bare) ? bare : name;
  }

  private List<Path> splitFiles(String split) throws IOException {
    if (Files.isRegularFile(inside(imageSets(), split + ".txt"))) {
      return List.of(imageSets().resolve(split + ".txt"));
    }
    List<String> existing = splits();
    List<String> parts = SplitTable.partsOf(split, existing);
    if (parts.isEmpty()) {
      throw SplitTable.missing(split, imageSets(), existing);
    }
    return parts.stream().map(part -> imageSets().resolve(part + ".txt")).toList();
  }

  private Path imageSets() {
    return root.resolve("ImageSets").resolve("Main");
  }

  @Override
  public List<String> annotatedIds() {
    return annotations.names().stream()
        .filter(id -> images.isEmpty() || images.find(id).isPresent())
        // Split files and result files lose blanks at the ends of an id.
        .filter(id -> id.equals(id.strip()))
        .toList();
  }

  @Override
  public Map<String, String> leftOut() {
    return XmlPairs.leftOut(images, annotations);
  }

  /** The ending is one of {@link FileIndex#IMAGES}, in any case. */
  @Override
  public Path image(String id) throws IOException {
    return XmlPairs.image(images, id, root.resolve("JPEGImages"));
  }

  @Override
  public AnnotationReading readAnnotation(String id) throws IOException {
    Path file;
    try {
      Path usual = inside(root.resolve("Annotations"), id + ".xml");
      file = annotations.find(id).orElse(usual);
    } catch (IOException e) {
      throw VocAnnotationReader.unusable(id, "cannot be located: " + e.getMessage(), e);
    }
    return VocAnnotationReader.read(file, id);
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
