package org.rcnn.data.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.Printable;
import org.rcnn.data.RgbImage;
import org.rcnn.data.dataset.FileIndex;

/**
 * A classification set: one folder per class, in a folder or in a zip.
 *
 * <p>Layouts: {@code train/CLASS/*} with {@code val/CLASS/*}; {@code train/CLASS/*} alone; or
 * {@code CLASS/*}. A folder that contains the whole layout is skipped, and folders inside a class
 * ({@code CLASS/images/*}) belong to the class. If there is no validation split, a share of every
 * class is drawn for it with the given seed.
 *
 * <p>Classes are numbered in the order of their folder names, and images are ordered by class, then
 * path, so that a label or an index means the same on every machine. Reading is thread-safe.
 */
public final class ImageFolder implements Closeable {

  private static final Set<String> ENDINGS = Set.copyOf(FileIndex.IMAGES);
  private static final Set<String> VALIDATION_NAMES = Set.of("val", "valid", "validation");

  private final Path root;
  private final FileTree source;
  private final List<String> classes;
  private final Split train;
  private final Split validation;
  private final List<String> problems;

  private ImageFolder(
      Path root,
      FileTree source,
      List<String> classes,
      List<Item> train,
      List<Item> validation,
      List<String> problems) {
    this.root = root;
    this.source = source;
    this.classes = classes;
    this.train = new Split(train);
    this.validation = new Split(validation);
    this.problems = List.copyOf(problems);
  }

  /** An image's path and label. */
  private record Item(String path, int label) {}

  /**
   * Opens a set. A tenth of each class becomes the validation split if the set has none, drawn with
   * seed 0.
   *
   * @param root a folder or a zip
   * @throws IOException with a one-sentence message, if there is none or it holds no classes
   */
  public static ImageFolder open(Path root) throws IOException {
    return open(root, 0.1, 0);
  }

  /**
   * Opens a set.
   *
   * @param root a folder or a zip
   * @param validationFraction the share of each class that becomes the validation split if the set
   *     has none, rounded to whole images; from 0 to below 1
   * @param seed the seed of that draw
   * @throws IOException with a one-sentence message, if there is none or it holds no classes
   */
  public static ImageFolder open(Path root, double validationFraction, long seed)
      throws IOException {
    if (!(validationFraction >= 0 && validationFraction < 1)) {
      throw new IllegalArgumentException(
          "The validation fraction must be from 0 to below 1, not %s."
              .formatted(validationFraction));
    }
    FileTree source = FileTree.open(root);
    try {
      return arrange(root, source, validationFraction, seed);
    } catch (IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static ImageFolder arrange(
      Path root, FileTree source, double validationFraction, long seed) throws IOException {
    List<String> images = source.paths().stream().filter(ImageFolder::isImage).toList();
    String prefix = commonPrefix(images);
    Map<String, List<String>> top = byFirstFolder(images, prefix);
    boolean hasTrain = hasTrainingSplit(top, prefix);
    List<String> problems = new ArrayList<>();

    Map<String, List<String>> trainPaths =
        hasTrain ? byFirstFolder(top.get("train"), prefix + "train/") : top;
    for (String unprintable :
        trainPaths.keySet().stream().filter(ImageFolder::hasControlCharacter).toList()) {
      problems.add(
          "The class folder %s of %s has a control character in its name, such as a line break, which lists of classes cannot hold; it is left out (images: %d)."
              .formatted(Printable.line(unprintable), root, trainPaths.remove(unprintable).size()));
    }
    if (trainPaths.size() < 2) {
      throw new IOException(
          "The set %s needs at least two class folders with images, as train/CLASS/* or CLASS/*, but has %d.%s"
              .formatted(
                  root,
                  trainPaths.size(),
                  problems.isEmpty() ? "" : " " + String.join(" ", problems)));
    }
    List<String> classes = List.copyOf(trainPaths.keySet());
    List<Item> train = items(trainPaths, classes);
    List<Item> validation = new ArrayList<>();
    if (hasTrain) {
      for (Map.Entry<String, List<String>> part : top.entrySet()) {
        if (VALIDATION_NAMES.contains(part.getKey())) {
          Map<String, List<String>> paths =
              byFirstFolder(part.getValue(), prefix + part.getKey() + "/");
          for (String unknown :
              paths.keySet().stream().filter(c -> !classes.contains(c)).toList()) {
            problems.add(
                "The folder %s%s/%s of %s is not among the training classes; it is left out (images: %d)."
                    .formatted(
                        prefix,
                        part.getKey(),
                        Printable.line(unknown),
                        root,
                        paths.get(unknown).size()));
          }
          paths.keySet().retainAll(classes);
          validation.addAll(items(paths, classes));
        }
      }
    }
    if (validation.isEmpty()) {
      validation = draw(train, validationFraction, seed);
      train.removeAll(Set.copyOf(validation));
    }
    return new ImageFolder(root, source, classes, train, validation, problems);
  }

  private static boolean hasControlCharacter(String name) {
    return name.codePoints().anyMatch(Character::isISOControl);
  }

  private static boolean isImage(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    // Archives made on macOS contain shadow files with the same ending.
    return ENDINGS.contains(ending) && !name.startsWith(".") && !path.startsWith("__MACOSX/");
  }

  /**
   * The path of the folders that contain the whole layout: it ends where folders branch, or at
   * "train".
   */
  private static String commonPrefix(List<String> paths) {
    if (paths.isEmpty()) {
      return "";
    }
    String first = paths.get(0);
    int end = 0;
    while (true) {
      int slash = first.indexOf('/', end);
      String folder = slash < 0 ? "" : first.substring(end, slash + 1);
      if (folder.isEmpty() || folder.equals("train/")) {
        return first.substring(0, end);
      }
      for (String path : paths) {
        // One more folder must follow, or the images would have no class.
        if (!path.startsWith(folder, end) || path.indexOf('/', slash + 1) < 0) {
          return first.substring(0, end);
        }
      }
      end = slash + 1;
    }
  }

  /** Paths grouped by the folder after the prefix; files without one belong to no class. */
  private static Map<String, List<String>> byFirstFolder(List<String> paths, String prefix) {
    Map<String, List<String>> groups = new TreeMap<>();
    for (String path : paths) {
      int slash = path.indexOf('/', prefix.length());
      if (slash > 0) {
        String folder = path.substring(prefix.length(), slash);
        groups.computeIfAbsent(folder, name -> new ArrayList<>()).add(path);
      }
    }
    return groups;
  }

  private static List<Item> items(Map<String, List<String>> paths, List<String> classes) {
    List<Item> items = new ArrayList<>();
    paths.forEach(
        (name, ofClass) -> {
          int label = Collections.binarySearch(classes, name);
          ofClass.forEach(path -> items.add(new Item(path, label)));
        });
    return items;
  }

  /** A share of each class, so that a rare class is in both splits. */
  private static List<Item> draw(List<Item> items, double fraction, long seed) {
    Map<Integer, List<Item>> byLabel = new TreeMap<>();
    items.forEach(
        item -> byLabel.computeIfAbsent(item.label, label -> new ArrayList<>()).add(item));
    Random random = new Random(seed);
    List<Item> drawn = new ArrayList<>();
    for (List<Item> ofClass : byLabel.values()) {
      List<Item> shuffled = new ArrayList<>(ofClass);
      Collections.shuffle(shuffled, random);
      int count = (int) Math.round(shuffled.size() * fraction);
      List<Item> chosen = new ArrayList<>(shuffled.subList(0, count));
      chosen.sort((a, b) -> a.path.compareTo(b.path));
      drawn.addAll(chosen);
    }
    return drawn;
  }

  /** Whether the folder train, if there is one, is the training split and not a class. */
  private static boolean hasTrainingSplit(Map<String, List<String>> top, String prefix) {
    if (!top.containsKey("train")) {
      return false;
    }
    Set<String> others = new HashSet<>(top.keySet());
    others.removeAll(VALIDATION_NAMES);
    others.removeAll(Set.of("train", "test"));
    return others.isEmpty() || byFirstFolder(top.get("train"), prefix + "train/").size() >= 2;
  }

  /** The folder or zip that was opened. */
  public Path root() {
    return root;
  }

  /** The class folders' names, sorted; a label is a position in this list. */
  public List<String> classes() {
    return classes;
  }

  /** The images to train on. */
  public Split train() {
    return train;
  }

  /** The images to validate on; empty if the set has none and the fraction was 0. */
  public Split validation() {
    return validation;
  }

  /** Sentences on what was left out when the set was opened. */
  public List<String> problems() {
    return problems;
  }

  /** Closes the zip, if it is one. */
  @Override
  public void close() throws IOException {
    source.close();
  }

  /** Some images of the set, in a fixed order. Usable until the set is closed. */
  public final class Split {

    private final List<Item> items;

    private Split(List<Item> items) {
      this.items = List.copyOf(items);
    }

    /** How many images there are. */
    public int size() {
      return items.size();
    }

    /** The classes of the whole set. */
    public List<String> classes() {
      return classes;
    }

    /** The class of an image, as a position in {@link ImageFolder#classes}. */
    public int label(int i) {
      return items.get(i).label;
    }

    /** The path of an image inside the folder or zip, with forward slashes. */
    public String name(int i) {
      return items.get(i).path;
    }

    /**
     * Decodes an image.
     *
     * @throws IOException with a one-sentence message, if it cannot be read or decoded
     */
    public RgbImage read(int i) throws IOException {
      String path = items.get(i).path;
      return ImageFiles.read(source.read(path), root + "/" + path);
    }
  }
}
