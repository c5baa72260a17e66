package org.rcnn.data.voc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormat;
import org.rcnn.data.dataset.FileIndex;
import org.rcnn.data.dataset.IndexedDataset;
import org.rcnn.data.dataset.SplitTable;

/**
 * Images and VOC's XML files without the development kit's folders: side by side, as labelImg
 * writes them; in {@code train/}, {@code valid/} and {@code test/}, as Roboflow exports them, which
 * then are the splits; in any sub-folders; or in {@code images/} and {@code annotations/}.
 */
public final class XmlFolder {

  /** Recognises a folder by an image and an XML file of VOC's in it or in its sub-folders. */
  public static final class Format implements DatasetFormat {

    @Override
    public String name() {
      return "folder of VOC XML files beside images";
    }

    @Override
    public String needs() {
      return "images, and for each a .xml file of the same name beside it, as labelImg writes";
    }

    @Override
    public boolean recognises(Path folder) throws IOException {
      return hasAnnotation(folder, 0) && !holdsDevkit(folder, 0);
    }

    @Override
    public Dataset open(Path folder) throws IOException {
      return XmlFolder.open(folder);
    }
  }

  /** Levels of sub-folders that are looked into: {@code train/annotations} is two. */
  private static final int DEEPEST = 2;

  /** VOC's root element; CVAT's own XML has {@code <annotations>}. */
  private static final Pattern ROOT = Pattern.compile("<annotation[\\s>/]");

  private static final int LOOKED_AT_BYTES = 2048;

  private XmlFolder() {}

  private static boolean hasAnnotation(Path folder, int depth) throws IOException {
    List<Path> inside = list(folder);
    for (Path file : inside) {
      if (FileIndex.ending(file).equals("xml") && Files.isRegularFile(file)) {
        return isAnnotation(file);
      }
    }
    if (depth < DEEPEST) {
      for (Path inner : inside) {
        if (Files.isDirectory(inner) && hasAnnotation(inner, depth + 1)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isAnnotation(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(LOOKED_AT_BYTES);
    }
    // UTF-16 has a zero beside every plain letter.
    String text = new String(start, StandardCharsets.ISO_8859_1).replace("\0", "");
    return ROOT.matcher(text).find();
  }

  /** Whether a development kit lies in the folder, which then is none of this kind. */
  private static boolean holdsDevkit(Path folder, int depth) throws IOException {
    if (new VocDevkit.Format().recognises(folder)) {
      return true;
    }
    if (depth < DEEPEST) {
      for (Path inner : list(folder)) {
        if (Files.isDirectory(inner) && holdsDevkit(inner, depth + 1)) {
          return true;
        }
      }
    }
    return false;
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> inside = Files.list(folder)) {
      return inside.sorted().toList();
    }
  }

  private static Dataset open(Path root) throws IOException {
    List<Path> files = FileIndex.filesBelow(root);
    FileIndex images = FileIndex.paired(root, files, FileIndex.IMAGES);
    FileIndex annotations = FileIndex.paired(root, files, List.of("xml"));
    List<String> names = new ArrayList<>(images.names());
    annotations.names().stream().filter(name -> images.find(name).isEmpty()).forEach(names::add);
    Map<String, String> ids = FileIndex.ids(names);
    Map<String, Path> imageOf = new TreeMap<>();
    Map<String, Path> annotationOf = new TreeMap<>();
    Map<String, List<String>> splits = new TreeMap<>();
    ids.forEach(
        (name, id) -> {
          images.find(name).ifPresent(file -> imageOf.put(id, file));
          annotations.find(name).ifPresent(file -> annotationOf.put(id, file));
          if (images.find(name).isPresent() && annotations.find(name).isPresent()) {
            FileIndex.splitOf(name)
                .ifPresent(split -> splits.computeIfAbsent(split, s -> new ArrayList<>()).add(id));
          }
        });
    return new IndexedDataset(
        root,
        new SplitTable(root, splits),
        imageOf,
        annotationOf.keySet().stream().filter(id -> id.equals(id.strip())).toList(),
        (id, image, exif) -> {
          Path file = annotationOf.get(id);
          if (file == null) {
            throw VocAnnotationReader.unusable(id + ".xml", "does not exist", null);
          }
          return VocAnnotationReader.read(file, id);
        },
        XmlPairs.leftOut(images, annotations),
        "put the images into folders train and test");
  }
}
