package org.rcnn.data.yolo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormat;
import org.rcnn.data.dataset.FileIndex;
import org.rcnn.data.dataset.IndexedDataset;
import org.rcnn.data.dataset.SplitTable;
import org.rcnn.data.dataset.TextFile;

/**
 * A folder of images with labels in YOLO's text, and the names of the classes in {@code data.yaml}
 * (Ultralytics, Roboflow), {@code obj.names} (Darknet, CVAT) or {@code classes.txt} (labelImg).
 *
 * <p>The labels of {@code images/a.jpg} are in {@code labels/a.txt}, or beside it. An image without
 * a label file is one without objects. {@code data.yaml} and {@code obj.data} say which images are
 * in which split; without them, folders named train, val, valid and test do.
 */
public final class YoloFolder {

  /** Recognises a folder by its list of classes. */
  public static final class Format implements DatasetFormat {

    @Override
    public String name() {
      return "folder of YOLO text";
    }

    @Override
    public String needs() {
      return "data.yaml, obj.names or classes.txt with the names of the classes, images, and .txt"
          + " files of the same names";
    }

    @Override
    public boolean recognises(Path folder) throws IOException {
      return YoloClasses.find(folder).isPresent() && hasLabel(folder);
    }

    @Override
    public Dataset open(Path folder) throws IOException {
      return YoloFolder.open(folder);
    }
  }

  /** Folders that are left out at the beginning of a place: as many as a home folder is deep. */
  private static final int MOST_LEFT_OUT = 32;

  /** The longest place: no system has longer paths. */
  private static final int LONGEST_PLACE = 4096;

  private YoloFolder() {}

  /** Whether a text file below the folder has the name of an image. */
  private static boolean hasLabel(Path folder) throws IOException {
    List<Path> files = FileIndex.filesBelow(folder);
    FileIndex labels = FileIndex.paired(folder, files, List.of("txt"));
    return FileIndex.paired(folder, files, FileIndex.IMAGES).names().stream()
        .anyMatch(name -> labels.find(name).isPresent());
  }

  private static Dataset open(Path root) throws IOException {
    YoloClasses classes = YoloClasses.find(root).orElseThrow();
    List<Path> files = FileIndex.filesBelow(root);
    FileIndex images = FileIndex.paired(root, files, FileIndex.IMAGES);
    FileIndex labels = FileIndex.paired(root, files, List.of("txt"));
    Map<String, String> ids = FileIndex.ids(images.names());
    Map<String, Path> imageOf = new LinkedHashMap<>();
    Map<String, Path> labelOf = new TreeMap<>();
    ids.forEach(
        (name, id) -> {
          imageOf.put(id, images.find(name).orElseThrow());
          labels.find(name).ifPresent(file -> labelOf.put(id, file));
        });
    Map<String, List<String>> splits = new TreeMap<>();
    Map<String, String> leftOut = new TreeMap<>(images.unused());
    if (classes.splits().isEmpty()) {
      ids.forEach(
          (name, id) ->
              FileIndex.splitOf(name)
                  .ifPresent(
                      split -> splits.computeIfAbsent(split, s -> new ArrayList<>()).add(id)));
    } else {
      Map<Path, String> idOf = new LinkedHashMap<>();
      imageOf.forEach((id, file) -> idOf.put(file.normalize(), id));
      for (Map.Entry<String, List<String>> split : classes.splits().entrySet()) {
        List<String> listed = new ArrayList<>();
        addIds(split.getValue(), root, idOf, split.getKey(), leftOut, listed, new HashSet<>());
        splits.put(split.getKey(), listed);
      }
    }
    for (String name : labels.names()) {
      Path file = labels.find(name).orElseThrow();
      if (images.find(name).isEmpty() && YoloLabels.looksLikeLabels(file)) {
        leftOut.put(name, "The labels %s have no image; they are left out.".formatted(file));
      }
    }
    return new IndexedDataset(
        root,
        new SplitTable(root, splits),
        imageOf,
        List.copyOf(imageOf.keySet()),
        (id, image, exif) -> YoloLabels.read(id, image, labelOf.get(id), classes, exif),
        leftOut,
        "name their folders or lists in data.yaml");
  }

  /**
   * Adds the ids of the images in the folders and lists of a split.
   *
   * @param read the split's folders and lists so far: a list may name one again, and itself
   */
  private static void addIds(
      List<String> places,
      Path root,
      Map<Path, String> idOf,
      String split,
      Map<String, String> leftOut,
      List<String> ids,
      Set<Path> read)
      throws IOException {
    for (String place : places) {
      Optional<Path> found = resolve(root, place);
      if (found.isEmpty()) {
        leftOut.put(
            place,
            "The split %s of %s names %s, which is not there.".formatted(split, root, place));
      } else if (Files.isDirectory(found.get())) {
        Path folder = found.get();
        if (read.add(folder)) {
          idOf.forEach(
              (file, id) -> {
                if (file.startsWith(folder)) {
                  ids.add(id);
                }
              });
        }
      } else if (FileIndex.ending(found.get()).equals("txt")) {
        if (read.add(found.get())) {
          addIds(TextFile.lines(found.get()), root, idOf, split, leftOut, ids, read);
        }
      } else if (idOf.containsKey(found.get())) {
        ids.add(idOf.get(found.get()));
      }
    }
  }

  /**
   * A place as it is named, or with folders at its beginning left out: Roboflow writes {@code
   * ../train/images} and CVAT {@code data/train.txt} for what lies in the folder itself.
   */
  private static Optional<Path> resolve(Path root, String place) {
    if (place.length() > LONGEST_PLACE) {
      return Optional.empty();
    }
    String name = place.replace('\\', '/').replaceAll("^(\\./)+", "");
    for (int left = 0; left <= MOST_LEFT_OUT && !name.isEmpty(); left++) {
      Path path;
      try {
        path = root.resolve(name).normalize();
      } catch (InvalidPathException e) {
        return Optional.empty();
      }
      if (path.startsWith(root.normalize()) && Files.exists(path)) {
        return Optional.of(path);
      }
      int slash = name.indexOf('/');
      name = slash < 0 ? "" : name.substring(slash + 1);
    }
    return Optional.empty();
  }
}
