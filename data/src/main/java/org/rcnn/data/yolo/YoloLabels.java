package org.rcnn.data.yolo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.ImageHeader;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.ObjectRules;
import org.rcnn.data.dataset.Outlines;
import org.rcnn.data.dataset.TextFile;

/**
 * Reads a label file of YOLO's: a line is a class number, then centre, width and height, or the
 * points of a polygon, as fractions of the picture. There is no mark for difficult objects.
 */
final class YoloLabels {

  private static final String NO_FILE =
      "Images without a label file count as images without objects.";

  private static final Pattern CLASS = Pattern.compile("\\d+");
  private static final Pattern NUMBER = Pattern.compile("[-+.eE0-9]+");

  /** Fractions beyond this are pixels, or another format. */
  private static final double FARTHEST = 2;

  /** Tools write six digits after the point: an edge so close to a whole pixel was one. */
  private static final double ROUNDING = 1e-6;

  /** The most bytes of a label file that are read, as of any annotation. */
  private static final long MOST_BYTES = 4L << 20;

  /** A file that is no label file at all is not worth a sentence for each line. */
  private static final int MOST_PROBLEMS = 1000;

  private YoloLabels() {}

  /** Whether a text file's first line is a label. */
  static boolean looksLikeLabels(Path file) throws IOException {
    List<String> lines = TextFile.lines(file);
    if (lines.isEmpty()) {
      return false;
    }
    // Not one pattern for the line: the outline of a large object has thousands of numbers.
    String[] fields = lines.get(0).split("\\s+");
    return fields.length > 4
        && CLASS.matcher(fields[0]).matches()
        && Arrays.stream(fields).skip(1).allMatch(field -> NUMBER.matcher(field).matches());
  }

  /**
   * The annotation of an image.
   *
   * @param file the labels; null if there are none
   * @throws IOException with a one-sentence message, if labels or picture cannot be read
   */
  static AnnotationReading read(
      String id, Path image, Path file, YoloClasses classes, ExifOrientation exif)
      throws IOException {
    if (image == null) {
      throw new IOException(
          "There is no image '%s', so that the labels, fractions of its size, mean nothing."
              .formatted(id));
    }
    ImageHeader header = ImageFiles.header(ImageFiles.bytesOf(image), image.toString());
    int width = header.width(exif);
    int height = header.height(exif);
    List<GroundTruth> objects = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Set<String> notes = new LinkedHashSet<>();
    int leftOut = 0;
    List<String> lines = file == null ? List.of() : TextFile.lines(file, MOST_BYTES);
    if (file == null) {
      notes.add(NO_FILE);
    }
    for (int i = 0; i < lines.size(); i++) {
      String[] fields = lines.get(i).split("\\s+");
      double[] numbers = numbers(fields);
      String name =
          fields[0].matches("\\d{1,9}") ? classes.names().get(Integer.parseInt(fields[0])) : null;
      Optional<String> problem = problem(fields, numbers, name, classes);
      if (problem.isEmpty()) {
        if (numbers.length > 5) {
          notes.add(Outlines.POLYGONS);
        }
        double[] box = numbers.length > 5 ? Outlines.around(numbers) : aroundCentre(numbers);
        Box pixels =
            new Box(
                edge(box[0], width),
                edge(box[1], height),
                edge(box[2], width),
                edge(box[3], height));
        problem =
            ObjectRules.boxProblem(pixels.xMin(), pixels.yMin(), pixels.xMax(), pixels.yMax());
        if (problem.isEmpty()) {
          objects.add(new GroundTruth(name, pixels, false, false));
        }
      }
      if (problem.isPresent()) {
        leftOut++;
        if (leftOut <= MOST_PROBLEMS) {
          problems.add(
              "%s:%d: the object %s; it is left out.".formatted(file, i + 1, problem.get()));
        }
      }
    }
    if (leftOut > MOST_PROBLEMS) {
      problems.add("%s: %,d more objects are left out.".formatted(file, leftOut - MOST_PROBLEMS));
    }
    return new AnnotationReading(
        new Annotation(id, width, height, objects), problems, List.copyOf(notes));
  }

  /** The numbers behind the class; NaN for one that is none. */
  private static double[] numbers(String[] fields) {
    double[] numbers = new double[fields.length - 1];
    for (int i = 0; i < numbers.length; i++) {
      try {
        numbers[i] = Double.parseDouble(fields[i + 1]);
      } catch (NumberFormatException e) {
        numbers[i] = Double.NaN;
      }
    }
    return numbers;
  }

  private static Optional<String> problem(
      String[] fields, double[] numbers, String name, YoloClasses classes) {
    if (name == null) {
      return Optional.of(
          "has the class '%s', but %s names only 0 to %d"
              .formatted(fields[0], classes.file().getFileName(), classes.names().size() - 1));
    }
    // Four numbers are a box, five one with a score, an even number of six or more a polygon.
    if (numbers.length < 4 || numbers.length > 5 && numbers.length % 2 != 0) {
      return Optional.of("has %d numbers, neither a box nor a polygon".formatted(numbers.length));
    }
    for (double number : numbers) {
      if (!(Math.abs(number) <= FARTHEST)) {
        return Optional.of("has a number that is no fraction of the picture");
      }
    }
    return ObjectRules.nameProblem(name);
  }

  /** In pixels; boxes drawn on whole pixels are then those of other formats to the last digit. */
  private static double edge(double fraction, int side) {
    double pixels = fraction * side;
    double whole = Math.rint(pixels);
    return Math.abs(pixels - whole) <= ROUNDING * side ? whole : pixels;
  }

  private static double[] aroundCentre(double[] box) {
    return new double[] {
      box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2
    };
  }
}
