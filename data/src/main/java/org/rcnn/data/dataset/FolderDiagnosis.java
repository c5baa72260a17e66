package org.rcnn.data.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What lies in a folder that no format recognises, and the nearest thing that would work: the forms
 * in which labelling tools save their work, which they can all export in another one.
 */
final class FolderDiagnosis {

  private static final String AS_VOC = "export it as \"Pascal VOC\" or \"COCO\"";
  private static final int LOOKED_AT_BYTES = 4096;

  /** What a file of some ending looks like, what it is, and what to do. */
  private record Kind(String ending, Predicate<String> begins, String is, String advice) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "json",
              text -> text.contains("\"shapes\"") || text.contains("\"imagePath\""),
              "labelme's JSON, one file an image",
              "convert it with labelme2coco or labelme's labelme2voc"),
          new Kind(
              "json",
              text -> text.contains("\"region_attributes\"") || text.contains("_via_"),
              "the VGG Image Annotator's JSON",
              "export it as COCO"),
          new Kind(
              "json",
              text ->
                  text.contains("\"completions\"")
                      || text.contains("\"predictions\"")
                      || text.contains("\"rectanglelabels\""),
              "Label Studio's own JSON",
              "export it as COCO, Pascal VOC or YOLO"),
          new Kind(
              "json",
              text -> text.contains("\"annotations\"") && text.contains("\"image\""),
              "Create ML's JSON",
              AS_VOC),
          new Kind("xml", text -> text.contains("<annotations"), "CVAT's own XML", AS_VOC),
          new Kind(
              "csv",
              text -> text.startsWith("filename") || text.contains("xmin"),
              "a CSV table of boxes",
              AS_VOC),
          new Kind("tfrecord", text -> true, "TensorFlow's records", AS_VOC),
          new Kind("zip", text -> true, "an archive", "unpack it first"),
          new Kind("parquet", text -> true, "a table in Parquet", AS_VOC));

  private FolderDiagnosis() {}

  /** A sentence on what was found; empty if there is nothing to tell. */
  static Optional<String> of(Path folder) throws IOException {
    List<Path> files = FileIndex.filesBelow(folder);
    FileIndex images = FileIndex.among(folder, files, FileIndex.IMAGES);
    Map<String, Path> firstOfEnding = new LinkedHashMap<>();
    files.stream()
        .filter(Files::isRegularFile)
        .forEach(file -> firstOfEnding.putIfAbsent(FileIndex.ending(file), file));
    for (Kind kind : KINDS) {
      Path file = firstOfEnding.get(kind.ending);
      if (file != null && kind.begins.test(start(file))) {
        return Optional.of(
            "It holds %s (%s); %s.".formatted(kind.is, folder.relativize(file), kind.advice));
      }
    }
    FileIndex labels = FileIndex.paired(folder, files, List.of("txt"));
    if (FileIndex.paired(folder, files, FileIndex.IMAGES).names().stream()
        .anyMatch(name -> labels.find(name).isPresent())) {
      return Optional.of(
          "It holds images with text files of the same names, but no list of classes; write their names into classes.txt, one a line, in the order of their numbers.");
    }
    if (firstOfEnding.containsKey("xml")) {
      return Optional.of(
          images.isEmpty()
              ? "It holds XML files, but no images; put them into the same folder."
              : "It holds XML files that are not VOC's (%s); %s."
                  .formatted(folder.relativize(firstOfEnding.get("xml")), AS_VOC));
    }
    if (!images.isEmpty()) {
      return Optional.of(
          "It holds %d images, but no annotations; draw boxes with a labelling tool such as labelImg or CVAT, or name the folder that holds both."
              .formatted(images.names().size()));
    }
    return Optional.empty();
  }

  private static String start(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(LOOKED_AT_BYTES), StandardCharsets.UTF_8).strip();
    }
  }
}
