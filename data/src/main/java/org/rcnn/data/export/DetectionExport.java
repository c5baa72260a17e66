package org.rcnn.data.export;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.rcnn.data.Annotation;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Detection;
import org.rcnn.data.FileNames;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.coco.CocoWriter;
import org.rcnn.data.dataset.FileIndex;
import org.rcnn.data.voc.VocAnnotationWriter;
import org.rcnn.data.yolo.YoloWriter;

/**
 * Writes detections image by image, in one of the {@link DetectionFormat}s. A file of each image is
 * there as soon as the image is added; a single file of all appears with {@link #commit}.
 *
 * <p>Boxes are clipped to the picture. Not thread-safe.
 */
public final class DetectionExport implements Closeable {

  private static final String HEADER = "image,width,height,class,score,xmin,ymin,xmax,ymax\n";

  private final DetectionFormat format;
  private final Path place;
  private final List<String> classes;
  private final Set<String> names = new HashSet<>();
  // One file for all images; null where each has its own.
  private final AtomicFile all;
  private final JsonGenerator json;

  /** Whether files whose names differ in case alone are one. */
  private final boolean ignoreCase;

  /**
   * Starts to write.
   *
   * @param place the file of COCO and CSV, the folder of VOC and YOLO
   * @param classes every class, in the order of its numbers
   * @throws IOException if the place cannot be written
   */
  public DetectionExport(DetectionFormat format, Path place, List<String> classes)
      throws IOException {
    this.format = format;
    this.place = place;
    this.classes = List.copyOf(classes);
    boolean single = format == DetectionFormat.COCO || format == DetectionFormat.CSV;
    if (single && Files.isDirectory(place)) {
      throw new IOException("%s is a folder; name a file.".formatted(place));
    }
    if (!single && Files.exists(place) && !Files.isDirectory(place)) {
      throw new IOException("%s is a file; name a folder.".formatted(place));
    }
    this.all = single ? AtomicFile.create(place) : null;
    this.json = format == DetectionFormat.COCO ? CocoWriter.generator(all) : null;
    switch (format) {
      case COCO -> json.writeStartArray();
      case CSV -> all.writer().write(HEADER);
      case YOLO ->
          AtomicFile.writeText(place.resolve("classes.txt"), String.join("\n", classes) + "\n");
      case VOC -> Files.createDirectories(place);
    }
    this.ignoreCase = !single && FileNames.ignoreCase(place);
  }

  /**
   * Adds the detections in an image.
   *
   * @param image its file; two of the same name in different folders are told apart by a number
   * @param width the picture's width in pixels
   * @param height the picture's height in pixels
   * @throws IOException if they cannot be written
   */
  public void add(Path image, int width, int height, List<Detection> detections)
      throws IOException {
    List<Detection> inside =
        detections.stream()
            .map(d -> new Detection(d.className(), d.score(), d.box().clip(width, height)))
            .filter(d -> !d.box().isEmpty())
            .toList();
    switch (format) {
      case VOC -> addVoc(image, width, height, inside);
      case YOLO -> addYolo(image, width, height, inside);
      case COCO -> {
        for (Detection detection : inside) {
          CocoWriter.write(json, stem(image), category(detection) + 1, detection);
        }
      }
      case CSV -> {
        for (Detection detection : inside) {
          all.writer().write(csv(image, width, height, detection));
        }
      }
    }
  }

  private int category(Detection detection) {
    return classes.indexOf(detection.className());
  }

  private static String stem(Path image) {
    Path whole = image.toAbsolutePath();
    return FileIndex.name(whole.getParent(), whole);
  }

  private Path own(Path image, String ending) {
    String stem = stem(image);
    String free = stem;
    for (int i = 2; !names.add(ignoreCase ? free.toLowerCase(Locale.ROOT) : free); i++) {
      free = stem + "-" + i;
    }
    return place.resolve(free + ending);
  }

  private void addVoc(Path image, int width, int height, List<Detection> inside)
      throws IOException {
    List<GroundTruth> objects =
        inside.stream().map(d -> new GroundTruth(d.className(), d.box(), false, false)).toList();
    Path folder = image.toAbsolutePath().getParent();
    String name =
        folder == null || folder.getFileName() == null ? "" : folder.getFileName().toString();
    VocAnnotationWriter.write(
        own(image, ".xml"),
        name,
        image.getFileName().toString(),
        new Annotation(stem(image), width, height, objects));
  }

  private void addYolo(Path image, int width, int height, List<Detection> inside)
      throws IOException {
    StringBuilder text = new StringBuilder();
    for (Detection detection : inside) {
      text.append(YoloWriter.line(category(detection), detection.box(), width, height))
          .append(' ')
          .append(detection.score())
          .append('\n');
    }
    AtomicFile.writeText(own(image, ".txt"), text.toString());
  }

  private static String csv(Path image, int width, int height, Detection detection) {
    StringBuilder line = new StringBuilder();
    line.append(field(image.toString())).append(',').append(width).append(',').append(height);
    line.append(',').append(field(detection.className())).append(',').append(detection.score());
    for (double corner : detection.box().toVoc()) {
      line.append(',').append(corner);
    }
    return line.append('\n').toString();
  }

  /** A text as it is, or in quotation marks if it could be taken for several fields. */
  private static String field(String text) {
    return text.matches("(?s).*[\",\r\n].*") ? "\"" + text.replace("\"", "\"\"") + "\"" : text;
  }

  /**
   * Completes the file of all images.
   *
   * @throws IOException if it cannot be written
   */
  public void commit() throws IOException {
    if (json != null) {
      json.writeEndArray();
      json.flush();
    }
    if (all != null) {
      if (json != null) {
        all.writer().write('\n');
      }
      all.commit();
    }
  }

  /** Discards a file of all images that was not committed. */
  @Override
  public void close() throws IOException {
    if (all != null) {
      all.close();
    }
  }
}
