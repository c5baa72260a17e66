package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.ImageHeader;

/**
 * Compares annotations with their pictures. The size that an annotation states may be missing or
 * wrong, so boxes are judged by the picture; by the stated size only where there is no picture.
 */
public final class PictureCheck {

  private PictureCheck() {}

  /**
   * The annotation of an image, with its boxes compared with the picture.
   *
   * @param exif whether pictures are turned upright
   * @throws IOException as {@link Dataset#readAnnotation} does
   */
  public static AnnotationReading read(Dataset dataset, String id, ExifOrientation exif)
      throws IOException {
    AnnotationReading reading = dataset.readAnnotation(id, exif);
    int width = reading.annotation().width();
    int height = reading.annotation().height();
    try {
      Path file = dataset.image(id);
      ImageHeader header = ImageFiles.header(ImageFiles.bytesOf(file), file.toString());
      width = header.width(exif);
      height = header.height(exif);
    } catch (IOException e) {
      // Without a picture there is only the stated size.
      return inside(reading, width, height);
    }
    return inside(reading, width, height);
  }

  /**
   * The reading without the objects that have no pixel inside the picture, which are reported. A
   * box that reaches beyond the picture is reported and kept unclipped, because the VOC protocol
   * scores boxes unclipped.
   *
   * @param width the picture's width in pixels; 0 if it is unknown, then nothing is compared
   * @param height its height
   */
  public static AnnotationReading inside(AnnotationReading reading, int width, int height) {
    if (width <= 0 || height <= 0) {
      return reading;
    }
    Annotation annotation = reading.annotation();
    List<String> problems = new ArrayList<>(reading.problems());
    List<GroundTruth> objects = new ArrayList<>();
    for (GroundTruth object : annotation.objects()) {
      Box clipped = object.box().clip(width, height);
      if (clipped.isEmpty()) {
        problems.add(sentence(annotation, object, "is outside", width, height, "left out"));
        continue;
      }
      if (!reachesInto(object.box(), width, height)) {
        problems.add(sentence(annotation, object, "reaches beyond", width, height, "kept"));
      }
      objects.add(object);
    }
    return new AnnotationReading(
        new Annotation(annotation.imageId(), annotation.width(), annotation.height(), objects),
        problems,
        reading.notes());
  }

  /** Whether the box lies in the picture, but for rounding where fractions were scaled. */
  private static boolean reachesInto(Box box, int width, int height) {
    double slack = 1e-6 * Math.max(width, height);
    return box.xMin() >= -slack
        && box.yMin() >= -slack
        && box.xMax() <= width + slack
        && box.yMax() <= height + slack;
  }

  private static String sentence(
      Annotation annotation, GroundTruth object, String lies, int width, int height, String done) {
    double[] corners = object.box().toVoc();
    return "Image '%s': the object '%s' at %s,%s..%s,%s %s the %d x %d picture; it is %s."
        .formatted(
            annotation.imageId(),
            object.className(),
            plain(corners[0]),
            plain(corners[1]),
            plain(corners[2]),
            plain(corners[3]),
            lies,
            width,
            height,
            done);
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /**
   * What is wrong if the annotation states another size than the picture has; empty if it states
   * the same or none.
   *
   * @param file the image
   * @param exif whether pictures are turned upright
   */
  public static Optional<String> sizeProblem(
      Annotation annotation, Path file, ImageHeader header, ExifOrientation exif) {
    int width = header.width(exif);
    int height = header.height(exif);
    int statedWidth = annotation.width();
    int statedHeight = annotation.height();
    if (statedWidth <= 0 || statedHeight <= 0 || statedWidth == width && statedHeight == height) {
      return Optional.empty();
    }
    boolean turned =
        header.isTurned() && statedWidth == height && statedHeight == width && width != height;
    String advice =
        !turned
            ? "check whether its boxes fit"
            : exif == ExifOrientation.APPLY
                ? "it seems to be made on the stored pixels, set data.exif-orientation to ignore"
                : "it seems to be made on the upright picture, set data.exif-orientation to apply";
    return Optional.of(
        "The image %s has %d x %d pixels%s, but its annotation says %d x %d; %s."
            .formatted(
                file,
                width,
                height,
                header.isTurned() && exif == ExifOrientation.APPLY ? " when turned upright" : "",
                statedWidth,
                statedHeight,
                advice));
  }
}
