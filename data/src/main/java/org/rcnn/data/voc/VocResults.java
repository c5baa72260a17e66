package org.rcnn.data.voc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.RegularFile;
import org.rcnn.data.dataset.TextFile;

/**
 * The detections of one split in the development kit's text form: one file {@code
 * comp4_det_SPLIT_CLASS.txt} per class, one line {@code image score xmin ymin xmax ymax} per
 * detection, corners 1-based and inclusive.
 *
 * <p>Lines keep the order of their file, because the development kit's evaluation breaks ties
 * between equal scores by it. The last five fields of a line are numbers; the text before them is
 * the image id, which may contain blanks. A file in UTF-16 is read if it begins with its mark; one
 * that is not valid UTF-8 is read as ISO 8859-1.
 */
public final class VocResults {

  /**
   * One line of a result file.
   *
   * @param imageId the image
   * @param detection an object found in it
   */
  public record Line(String imageId, Detection detection) {}

  private final Map<String, List<Line>> lines;

  /**
   * Detections to be written or scored.
   *
   * @param lines per class, in the order in which they are written
   */
  public VocResults(Map<String, List<Line>> lines) {
    Map<String, List<Line>> copy = new TreeMap<>();
    lines.forEach((name, list) -> copy.put(name, List.copyOf(list)));
    this.lines = Collections.unmodifiableMap(copy);
  }

  /**
   * Detections grouped by image, as a detector returns them.
   *
   * @param classes every class that gets a file, even one without detections
   * @param detections per image id; the files follow this map's order
   * @throws IllegalArgumentException if a detection's class is not among the classes
   */
  public static VocResults ofImages(
      Collection<String> classes, Map<String, ? extends Collection<Detection>> detections) {
    Map<String, List<Line>> lines = new TreeMap<>();
    classes.forEach(name -> lines.put(name, new ArrayList<>()));
    detections.forEach(
        (imageId, found) -> {
          for (Detection detection : found) {
            List<Line> ofClass = lines.get(detection.className());
            if (ofClass == null) {
              throw new IllegalArgumentException(
                  "Image %s has a detection of '%s', which is not among the classes."
                      .formatted(imageId, detection.className()));
            }
            ofClass.add(new Line(imageId, detection));
          }
        });
    return new VocResults(lines);
  }

  /** The classes that have a file, sorted. */
  public List<String> classes() {
    return List.copyOf(lines.keySet());
  }

  /** The lines of a class in file order; empty for a class without a file. */
  public List<Line> lines(String className) {
    return lines.getOrDefault(className, List.of());
  }

  /** The same without the detections in some images. */
  public VocResults without(Set<String> imageIds) {
    Map<String, List<Line>> kept = new TreeMap<>();
    lines.forEach(
        (name, list) ->
            kept.put(
                name, list.stream().filter(line -> !imageIds.contains(line.imageId())).toList()));
    return new VocResults(kept);
  }

  /** The detections of all classes by image, ordered by class and then as in the files. */
  public Map<String, List<Detection>> byImage() {
    Map<String, List<Detection>> images = new LinkedHashMap<>();
    for (String className : classes()) {
      for (Line line : lines(className)) {
        images.computeIfAbsent(line.imageId(), id -> new ArrayList<>()).add(line.detection());
      }
    }
    return images;
  }

  /**
   * Reads every file {@code *_det_SPLIT_CLASS.txt} of a folder; any text may stand before {@code
   * _det_}.
   *
   * @throws IOException with a one-sentence message, if there is no such file, two for one class,
   *     or a malformed line; the message then has the file and the line number
   */
  public static VocResults read(Path folder, String split) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("There is no folder %s to read detections from.".formatted(folder));
    }
    String infix = "_det_" + split + "_";
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> listed = Files.list(folder)) {
      for (Path file : (Iterable<Path>) listed.sorted()::iterator) {
        String name = file.getFileName().toString();
        int at = name.indexOf(infix);
        if (at < 0 || !name.endsWith(".txt")) {
          continue;
        }
        String className = name.substring(at + infix.length(), name.length() - ".txt".length());
        Path other = files.put(className, file);
        if (other != null) {
          throw new IOException(
              "The folder %s has two result files for class '%s': %s and %s."
                  .formatted(folder, className, other.getFileName(), name));
        }
      }
    }
    if (files.isEmpty()) {
      throw new IOException(
          "The folder %s holds no result file *%sCLASS.txt.".formatted(folder, infix));
    }
    Map<String, List<Line>> lines = new TreeMap<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      lines.put(file.getKey(), linesOf(file.getValue(), file.getKey()));
    }
    return new VocResults(lines);
  }

  private static List<Line> linesOf(Path file, String className) throws IOException {
    byte[] start;
    RegularFile.require(file);
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(64);
    }
    try {
      return linesOf(file, className, TextFile.charset(start, file));
    } catch (CharacterCodingException e) {
      // ISO 8859-1 maps every byte to a character, so a stray byte makes a line malformed at worst.
      return linesOf(file, className, StandardCharsets.ISO_8859_1);
    }
  }

  private static List<Line> linesOf(Path file, String className, Charset charset)
      throws IOException {
    List<Line> lines = new ArrayList<>();
    // All lines of an image share one string: there are thousands of images and millions of lines.
    Map<String, String> ids = new HashMap<>();
    int number = 0;
    try (BufferedReader reader = Files.newBufferedReader(file, charset)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        line = number++ == 0 && line.startsWith("\uFEFF") ? line.substring(1) : line;
        if (!line.isBlank()) {
          lines.add(parse(line.strip(), className, ids, file, number));
        }
      }
    }
    return lines;
  }

  private static Line parse(
      String line, String className, Map<String, String> ids, Path file, int number)
      throws IOException {
    int end = line.length();
    String[] fields = new String[5];
    for (int i = 4; i >= 0; i--) {
      int begin = end;
      while (begin > 0 && !Character.isWhitespace(line.charAt(begin - 1))) {
        begin--;
      }
      fields[i] = line.substring(begin, end);
      end = begin;
      while (end > 0 && Character.isWhitespace(line.charAt(end - 1))) {
        end--;
      }
    }
    if (end == 0) {
      throw new IOException(
          "%s:%d: a line needs image, score, xmin, ymin, xmax and ymax, but this one has %d fields."
              .formatted(file, number, new StringTokenizer(line).countTokens()));
    }
    String imageId = ids.computeIfAbsent(line.substring(0, end), id -> id);
    double[] values = new double[5];
    for (int i = 0; i < 5; i++) {
      String field = fields[i];
      try {
        values[i] = Double.parseDouble(field);
      } catch (NumberFormatException e) {
        throw new IOException("%s:%d: '%s' is not a number.".formatted(file, number, field), e);
      }
    }
    try {
      return new Line(
          imageId,
          new Detection(
              className, values[0], Box.ofVoc(values[1], values[2], values[3], values[4])));
    } catch (IllegalArgumentException e) {
      throw new IOException("%s:%d: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  /**
   * Writes one file {@code comp4_det_SPLIT_CLASS.txt} per class. Scores and whole coordinates are
   * read back exactly, fractional coordinates up to the rounding of adding 1.
   */
  public void write(Path folder, String split) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, List<Line>> ofClass : lines.entrySet()) {
      String name = "comp4_det_%s_%s.txt".formatted(split, ofClass.getKey());
      try (AtomicFile file = AtomicFile.create(folder.resolve(name))) {
        Writer writer = file.writer();
        for (Line line : ofClass.getValue()) {
          writer.write(text(line));
          writer.write('\n');
        }
        file.commit();
      }
    }
  }

  private static String text(Line line) {
    double[] corners = line.detection().box().toVoc();
    return line.imageId()
        + " "
        + line.detection().score()
        + " "
        + corners[0]
        + " "
        + corners[1]
        + " "
        + corners[2]
        + " "
        + corners[3];
  }
}
