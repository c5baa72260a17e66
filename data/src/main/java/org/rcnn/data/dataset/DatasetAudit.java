package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.rcnn.data.Annotation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;

/**
 * The contents of a dataset and its problems. Every list has one sentence per problem.
 *
 * @param root its folder
 * @param images how many images were checked: all that have an annotation or are in a split
 * @param missingImages images named by an annotation or a split that have no file
 * @param unreadableImages image files that cannot be decoded
 * @param badAnnotations annotations that are missing or cannot be read
 * @param badObjects objects left out or doubtful, as {@link Dataset#readAnnotation} reports them
 * @param sizeMismatches images whose annotation has another size than their file
 * @param splits counts per split, empty splits included
 */
public record DatasetAudit(
    Path root,
    int images,
    List<String> missingImages,
    List<String> unreadableImages,
    List<String> badAnnotations,
    List<String> badObjects,
    List<String> sizeMismatches,
    Map<String, SplitCount> splits) {

  /**
   * The counts of a split.
   *
   * @param images how many images the split names
   * @param classes counts per class, sorted by name
   */
  public record SplitCount(int images, Map<String, ClassCount> classes) {

    /** All usable objects of the split. */
    public int objects() {
      return classes.values().stream().mapToInt(ClassCount::objects).sum();
    }
  }

  /**
   * The counts of one class in a split.
   *
   * @param images images with at least one object of the class
   * @param objects objects of the class, difficult ones included
   * @param difficult those marked difficult
   * @param truncated those marked truncated
   */
  public record ClassCount(int images, int objects, int difficult, int truncated) {}

  /** Copies the collections. */
  public DatasetAudit {
    missingImages = List.copyOf(missingImages);
    unreadableImages = List.copyOf(unreadableImages);
    badAnnotations = List.copyOf(badAnnotations);
    badObjects = List.copyOf(badObjects);
    sizeMismatches = List.copyOf(sizeMismatches);
    splits = Collections.unmodifiableMap(new LinkedHashMap<>(splits));
  }

  /** Every problem, in the order of the components. */
  public List<String> problems() {
    List<String> all = new ArrayList<>(missingImages);
    all.addAll(unreadableImages);
    all.addAll(badAnnotations);
    all.addAll(badObjects);
    all.addAll(sizeMismatches);
    return all;
  }

  /** The findings on one image. */
  private record Finding(
      Annotation annotation,
      String missing,
      String unreadable,
      String badAnnotation,
      List<String> badObjects,
      String mismatch) {}

  /**
   * Checks every image and annotation of a dataset. All images are decoded, on all processors.
   *
   * @throws IOException if the dataset's lists cannot be read; problems with single files are part
   *     of the result
   */
  public static DatasetAudit of(Dataset dataset) throws IOException {
    Map<String, List<String>> idsOfSplit = new LinkedHashMap<>();
    TreeSet<String> ids = new TreeSet<>(dataset.annotatedIds());
    for (String split : dataset.splits()) {
      List<String> named = idsOrNone(dataset, split);
      idsOfSplit.put(split, named);
      ids.addAll(named);
    }
    List<String> ordered = List.copyOf(ids);
    List<Finding> findings = ordered.parallelStream().map(id -> lookAt(dataset, id)).toList();

    Map<String, Annotation> annotations = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    List<String> badAnnotations = new ArrayList<>();
    List<String> badObjects = new ArrayList<>();
    List<String> mismatches = new ArrayList<>();
    for (int i = 0; i < findings.size(); i++) {
      Finding finding = findings.get(i);
      addIfPresent(missing, finding.missing);
      addIfPresent(unreadable, finding.unreadable);
      addIfPresent(badAnnotations, finding.badAnnotation);
      badObjects.addAll(finding.badObjects);
      addIfPresent(mismatches, finding.mismatch);
      if (finding.annotation != null) {
        annotations.put(ordered.get(i), finding.annotation);
      }
    }
    Map<String, SplitCount> counts = new LinkedHashMap<>();
    idsOfSplit.forEach((split, named) -> counts.put(split, count(named, annotations)));
    return new DatasetAudit(
        dataset.root(),
        ordered.size(),
        missing,
        unreadable,
        badAnnotations,
        badObjects,
        mismatches,
        counts);
  }

  private static List<String> idsOrNone(Dataset dataset, String split) {
    try {
      return dataset.imageIds(split);
    } catch (IOException e) {
      // An empty split is shown as one with 0 images.
      return List.of();
    }
  }

  private static Finding lookAt(Dataset dataset, String id) {
    Annotation annotation = null;
    String badAnnotation = null;
    List<String> badObjects = List.of();
    try {
      AnnotationReading reading = dataset.readAnnotation(id);
      annotation = reading.annotation();
      badObjects = reading.problems();
    } catch (IOException e) {
      badAnnotation = e.getMessage();
    }
    Path file;
    try {
      file = dataset.image(id);
    } catch (IOException e) {
      return new Finding(annotation, e.getMessage(), null, badAnnotation, badObjects, null);
    }
    try {
      RgbImage image = ImageFiles.read(file);
      String mismatch = mismatch(annotation, image, file);
      return new Finding(annotation, null, null, badAnnotation, badObjects, mismatch);
    } catch (IOException e) {
      return new Finding(annotation, null, e.getMessage(), badAnnotation, badObjects, null);
    }
  }

  private static String mismatch(Annotation annotation, RgbImage image, Path file) {
    if (annotation == null
        || annotation.width() == 0
        || annotation.width() == image.width() && annotation.height() == image.height()) {
      return null;
    }
    return "The image %s has %d x %d pixels, but its annotation says %d x %d."
        .formatted(file, image.width(), image.height(), annotation.width(), annotation.height());
  }

  private static void addIfPresent(List<String> list, String sentence) {
    if (sentence != null) {
      list.add(sentence);
    }
  }

  private static SplitCount count(List<String> ids, Map<String, Annotation> annotations) {
    Map<String, ClassCount> classes = new TreeMap<>();
    for (String id : ids) {
      Annotation annotation = annotations.get(id);
      if (annotation == null) {
        continue;
      }
      for (GroundTruth object : annotation.objects()) {
        classes.merge(
            object.className(),
            new ClassCount(0, 1, object.difficult() ? 1 : 0, object.truncated() ? 1 : 0),
            DatasetAudit::sum);
      }
      annotation.objects().stream()
          .map(GroundTruth::className)
          .distinct()
          .forEach(name -> classes.merge(name, new ClassCount(1, 0, 0, 0), DatasetAudit::sum));
    }
    return new SplitCount(ids.size(), Collections.unmodifiableMap(classes));
  }

  private static ClassCount sum(ClassCount a, ClassCount b) {
    return new ClassCount(
        a.images + b.images,
        a.objects + b.objects,
        a.difficult + b.difficult,
        a.truncated + b.truncated);
  }
}
