package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The files of some kinds below a folder, found by name without ending.
 *
 * <p>A name is the path below the folder, with forward slashes, without the ending and in Unicode's
 * composed form (NFC): macOS writes an é as two characters, other systems as one, and both mean the
 * same file. The case of an ending does not matter. Hidden files are left out; links are followed.
 *
 * <p>Immutable: the folder is listed once.
 */
public final class FileIndex {

  /**
   * Endings of the images that are read, in order of preference: of a.jpg and a.png, the first is
   * used.
   */
  public static final List<String> IMAGES =
      List.of("jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff", "webp", "jfif", "jpe");

  /** Endings of images that labelling tools show, but that are not read. */
  private static final Set<String> OTHER_IMAGES =
      Set.of("heic", "heif", "avif", "jp2", "jxl", "psd", "dng", "cr2", "nef", "arw", "svg");

  /** Folders that tell images from annotations, and mean nothing else. */
  private static final Pattern LAYOUT =
      Pattern.compile(
          "(?i)(^|/)(images?|imgs?|jpegimages|annotations?|labels?|xmls?|obj_train_data)(?=/)");

  private final Map<String, Path> files;
  private final NavigableMap<String, String> unused;

  private FileIndex(Map<String, Path> files, NavigableMap<String, String> unused) {
    this.files = Collections.unmodifiableMap(files);
    this.unused = Collections.unmodifiableNavigableMap(unused);
  }

  /**
   * Lists the images below a folder.
   *
   * @param folder the folder; a missing one is taken as empty
   * @throws IOException if it cannot be listed
   */
  public static FileIndex ofImages(Path folder) throws IOException {
    return of(folder, IMAGES);
  }

  /**
   * Lists the files with some endings below a folder.
   *
   * @param folder the folder; a missing one is taken as empty
   * @param endings in lower case, the preferred first
   * @throws IOException if it cannot be listed
   */
  public static FileIndex of(Path folder, List<String> endings) throws IOException {
    return among(folder, filesBelow(folder), endings);
  }

  /**
   * Those of some files below a folder that have some endings.
   *
   * @param folder the folder, which the names begin below
   * @param endings in lower case, the preferred first
   */
  public static FileIndex among(Path folder, List<Path> files, List<String> endings) {
    return among(folder, files, endings, false);
  }

  /**
   * Those of some files below a folder that have some endings, under names without the folders that
   * tell images from annotations: {@code images/train/a} and {@code train/labels/a} are both {@code
   * train/a}.
   *
   * @param folder the folder, which the names begin below
   * @param endings in lower case, the preferred first
   */
  public static FileIndex paired(Path folder, List<Path> files, List<String> endings) {
    return among(folder, files, endings, true);
  }

  private static FileIndex among(
      Path folder, List<Path> files, List<String> endings, boolean paired) {
    Map<String, Path> found = new TreeMap<>();
    NavigableMap<String, String> unused = new TreeMap<>();
    for (Path file : files) {
      String ending = ending(file);
      String name = paired ? withoutLayout(name(folder, file)) : name(folder, file);
      if (endings.equals(IMAGES) && OTHER_IMAGES.contains(ending)) {
        unused.put(
            name + "." + ending,
            "The image %s is of a kind that is not read; save it as JPEG or PNG.".formatted(file));
      }
      int rank = endings.indexOf(ending);
      if (rank < 0) {
        continue;
      }
      if (name.codePoints().anyMatch(Character::isISOControl)) {
        unused.put(
            name + "." + ending,
            "The name of %s has a control character in it, such as a line break, which lists of images cannot hold; rename it."
                .formatted(file));
        continue;
      }
      Path before = found.get(name);
      boolean better = before == null || endings.indexOf(ending(before)) > rank;
      if (before != null) {
        Path dropped = better ? before : file;
        unused.put(
            name + "." + ending(dropped),
            "The file %s is not used, because %s has the same name."
                .formatted(dropped, better ? file : before));
      }
      if (better) {
        found.put(name, file);
      }
    }
    return new FileIndex(found, unused);
  }

  /**
   * All files below a folder but hidden ones, sorted; none if there is no such folder.
   *
   * @throws IOException as {@link LinkedFolders#files} does
   */
  public static List<Path> filesBelow(Path folder) throws IOException {
    return Files.isDirectory(folder)
        ? LinkedFolders.files(folder, FileIndex::isHidden)
        : new ArrayList<>();
  }

  /** Names that begin with a dot, and the folders that macOS and storage boxes leave. */
  private static boolean isHidden(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(".") || name.equals("__MACOSX") || name.equals("@eaDir");
  }

  /** A file's ending in lower case, without the dot; empty if it has none. */
  public static String ending(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /** A file's name, as this class describes. */
  public static String name(Path folder, Path file) {
    String path = folder.relativize(file).toString().replace('\\', '/');
    int dot = path.lastIndexOf('.');
    return composed(dot <= path.lastIndexOf('/') ? path : path.substring(0, dot));
  }

  private static String withoutLayout(String name) {
    return LAYOUT.matcher(name).replaceAll("").replaceAll("^/", "");
  }

  /** A text in Unicode's composed form. */
  public static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  /** The names, sorted. */
  public Set<String> names() {
    return files.keySet();
  }

  /** Whether there is no file. */
  public boolean isEmpty() {
    return files.isEmpty();
  }

  /** The file of a name, in whichever Unicode form it is given. */
  public Optional<Path> find(String name) {
    return Optional.ofNullable(files.get(composed(name)));
  }

  /** A name that differs from the given one in upper and lower case alone. */
  public Optional<String> similar(String name) {
    return files.keySet().stream().filter(composed(name)::equalsIgnoreCase).findFirst();
  }

  /** Files that are not used, by name with ending, sorted, with a sentence each. */
  public NavigableMap<String, String> unused() {
    return unused;
  }

  /**
   * Image ids by name: the last part of the name, as a labelling tool shows it, or the whole name
   * where that is not unique.
   */
  public static Map<String, String> ids(Collection<String> names) {
    Map<String, Integer> counts = new TreeMap<>();
    names.forEach(name -> counts.merge(last(name), 1, Integer::sum));
    Map<String, String> ids = new TreeMap<>();
    names.forEach(name -> ids.put(name, counts.get(last(name)) == 1 ? last(name) : name));
    return ids;
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** The split that a name's folders tell, such as {@code train} of {@code train/a}. */
  public static Optional<String> splitOf(String name) {
    for (String folder : name.substring(0, name.lastIndexOf('/') + 1).split("/")) {
      if (SplitTable.USUAL.contains(folder.toLowerCase(Locale.ROOT))) {
        return Optional.of(folder.toLowerCase(Locale.ROOT));
      }
    }
    return Optional.empty();
  }
}
