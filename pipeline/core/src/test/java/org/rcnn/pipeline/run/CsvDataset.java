package org.rcnn.pipeline.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormat;

/**
 * A dataset format from outside the data module, to show that one file and one line of registration
 * are all it takes: the objects of all images stand in {@code boxes.csv}, the images beside it.
 *
 * <p>A line is {@code split,image,class,xMin,yMin,xMax,yMax}, 0-based and half-open; the split may
 * be empty. The file gives no image sizes, so they are 0, which counts as unknown.
 */
final class CsvDataset implements Dataset {

  /** Recognises a folder by its {@code boxes.csv}. */
  public static final class Format implements DatasetFormat {

    /** For {@link java.util.ServiceLoader}. */
    public Format() {
      // Nothing to set.
    }

    @Override
    public String name() {
      return "CSV folder";
    }

    @Override
    public String needs() {
      return "boxes.csv and the images";
    }

    @Override
    public boolean recognises(Path folder) {
      return Files.isRegularFile(folder.resolve("boxes.csv"));
    }

    @Override
    public Dataset open(Path folder) throws IOException {
      return new CsvDataset(folder);
    }
  }

  private final Path root;
  private final Map<String, List<String>> idsOfSplit = new TreeMap<>();
  private final Map<String, List<GroundTruth>> objects = new TreeMap<>();
  private final Map<String, List<String>> problems = new TreeMap<>();

  private CsvDataset(Path root) throws IOException {
    this.root = root;
    for (String line : Files.readAllLines(root.resolve("boxes.csv"))) {
      String[] fields = line.split(",");
      String id = fields[1];
      if (!fields[0].isEmpty()) {
        List<String> ids = idsOfSplit.computeIfAbsent(fields[0], split -> new ArrayList<>());
        if (!ids.contains(id)) {
          ids.add(id);
        }
      }
      Box box = new Box(number(fields, 3), number(fields, 4), number(fields, 5), number(fields, 6));
      objects.computeIfAbsent(id, name -> new ArrayList<>());
      if (box.isEmpty()) {
        String problem = "The line '%s' of boxes.csv has a box without area.".formatted(line);
        problems.computeIfAbsent(id, name -> new ArrayList<>()).add(problem);
      } else {
        objects.get(id).add(new GroundTruth(fields[2], box, false, false));
      }
    }
  }

  private static double number(String[] fields, int at) {
    return Double.parseDouble(fields[at]);
  }

  @Override
  public Path root() {
    return root;
  }

  @Override
  public List<String> splits() {
    return List.copyOf(idsOfSplit.keySet());
  }

  @Override
  public String splitAdvice() {
    return "name them in the first column of boxes.csv";
  }

  @Override
  public List<String> imageIds(String split) throws IOException {
    if (!idsOfSplit.containsKey(split)) {
      throw new IOException("There is no split '%s' in boxes.csv.".formatted(split));
    }
    return List.copyOf(idsOfSplit.get(split));
  }

  @Override
  public List<String> annotatedIds() {
    return List.copyOf(objects.keySet());
  }

  @Override
  public Path image(String id) throws IOException {
    Path file = root.resolve(id + ".png");
    if (!Files.isRegularFile(file)) {
      throw new IOException("There is no image '%s' in %s.".formatted(id, root));
    }
    return file;
  }

  @Override
  public AnnotationReading readAnnotation(String id) throws IOException {
    if (!objects.containsKey(id)) {
      throw new IOException("There is no line for image '%s' in boxes.csv.".formatted(id));
    }
    return new AnnotationReading(
        new Annotation(id, 0, 0, objects.get(id)), problems.getOrDefault(id, List.of()));
  }
}
