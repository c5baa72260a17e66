package org.rcnn.data.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.rcnn.data.Annotation;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.ImageHeader;
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
 * @param leftOut files that belong to no checked image ({@link Dataset#leftOut})
 * @param lookAlikes class names that look the same but differ
 * @param repeatedPictures pictures of two splits that are the same or nearly so
 * @param notes what is no problem but must be known, each once
 * @param splits counts per split, empty splits included
 * @param whole counts of all checked images, in a split or not
 * @param overlaps how many pictures two splits have in common; pairs without any are left out
 * @param annotations the usable annotations by image id, with the picture's size instead of the
 *     stated one; the stated one where there is no readable picture
 */
public record DatasetAudit(
    Path root,
    int images,
    List<String> missingImages,
    List<String> unreadableImages,
    List<String> badAnnotations,
    List<String> badObjects,
    List<String> sizeMismatches,
    List<String> leftOut,
    List<String> lookAlikes,
    List<String> repeatedPictures,
    List<String> notes,
    Map<String, SplitCount> splits,
    SplitCount whole,
    List<SplitOverlap> overlaps,
    Map<String, Annotation> annotations) {

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

  /**
   * The pictures that two splits have in common. Splits of which one holds the other, such as train
   * and trainval, are meant to overlap and are no pair.
   *
   * @param first a split
   * @param second a split of a later name
   * @param shared images that both name
   * @param equal pairs of equal pictures, one in each and in no split of the other
   * @param near such pairs of nearly equal pictures
   */
  public record SplitOverlap(String first, String second, int shared, int equal, int near) {}

  /** Copies the collections. */
  public DatasetAudit {
    missingImages = List.copyOf(missingImages);
    unreadableImages = List.copyOf(unreadableImages);
    badAnnotations = List.copyOf(badAnnotations);
    badObjects = List.copyOf(badObjects);
    sizeMismatches = List.copyOf(sizeMismatches);
    leftOut = List.copyOf(leftOut);
    lookAlikes = List.copyOf(lookAlikes);
    repeatedPictures = List.copyOf(repeatedPictures);
    notes = List.copyOf(notes);
    splits = Collections.unmodifiableMap(new LinkedHashMap<>(splits));
    overlaps = List.copyOf(overlaps);
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }

  /** Every problem, in the order of the components. */
  public List<String> problems() {
    List<String> all = new ArrayList<>(missingImages);
    all.addAll(unreadableImages);
    all.addAll(badAnnotations);
    all.addAll(badObjects);
    all.addAll(sizeMismatches);
    all.addAll(leftOut);
    all.addAll(lookAlikes);
    all.addAll(repeatedPictures);
    return all;
  }

  /** The findings on one image. */
  private record Finding(
      Annotation annotation,
      String missing,
      String unreadable,
      String badAnnotation,
      List<String> badObjects,
      List<String> notes,
      String mismatch,
      Thumbnail thumbnail) {}

  /**
   * Checks every image and annotation of a dataset. All images are decoded, on all processors.
   *
   * @throws IOException if the dataset's lists cannot be read; problems with single files are part
   *     of the result
   */
  public static DatasetAudit of(Dataset dataset) throws IOException {
    return of(dataset, ExifOrientation.APPLY);
  }

  /**
   * Checks every image and annotation of a dataset.
   *
   * @param exif whether pictures are turned upright
   * @throws IOException as {@link #of(Dataset)} does
   */
  public static DatasetAudit of(Dataset dataset, ExifOrientation exif) throws IOException {
    Map<String, List<String>> idsOfSplit = new LinkedHashMap<>();
    TreeSet<String> ids = new TreeSet<>(dataset.annotatedIds());
    for (String split : dataset.splits()) {
      List<String> named = idsOrNone(dataset, split);
      idsOfSplit.put(split, named);
      ids.addAll(named);
    }
    List<String> ordered = List.copyOf(ids);
    List<Finding> findings = ordered.parallelStream().map(id -> lookAt(dataset, id, exif)).toList();

    Map<String, Annotation> annotations = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    List<String> badAnnotations = new ArrayList<>();
    List<String> badObjects = new ArrayList<>();
    List<String> mismatches = new ArrayList<>();
    Set<String> notes = new TreeSet<>();
    Map<String, Thumbnail> thumbnails = new HashMap<>();
    for (int i = 0; i < findings.size(); i++) {
      Finding finding = findings.get(i);
      addIfPresent(missing, finding.missing);
      addIfPresent(unreadable, finding.unreadable);
      addIfPresent(badAnnotations, finding.badAnnotation);
      badObjects.addAll(finding.badObjects);
      addIfPresent(mismatches, finding.mismatch);
      notes.addAll(finding.notes);
      if (finding.thumbnail != null) {
        thumbnails.put(ordered.get(i), finding.thumbnail);
      }
      if (finding.annotation != null) {
        annotations.put(ordered.get(i), finding.annotation);
      }
    }
    Map<String, SplitCount> counts = new LinkedHashMap<>();
    idsOfSplit.forEach((split, named) -> counts.put(split, count(named, annotations)));
    SplitRepetitions repetitions = SplitRepetitions.of(idsOfSplit, thumbnails);
    return new DatasetAudit(
        dataset.root(),
        ordered.size(),
        missing,
        unreadable,
        badAnnotations,
        badObjects,
        mismatches,
        leftOut(dataset, ids),
        ClassNames.lookAlikes(
            annotations.values().stream()
                .flatMap(annotation -> annotation.objects().stream())
                .map(GroundTruth::className)
                .toList()),
        repetitions.sentences(),
        List.copyOf(notes),
        counts,
        count(ordered, annotations),
        repetitions.overlaps(),
        annotations);
  }

  private static List<String> leftOut(Dataset dataset, Set<String> checked) throws IOException {
    Map<String, String> others = new TreeMap<>(dataset.leftOut());
    others.keySet().removeAll(checked);
    return List.copyOf(others.values());
  }

  private static List<String> idsOrNone(Dataset dataset, String split) {
    try {
      return dataset.imageIds(split);
    } catch (IOException e) {
      // An empty split is shown as one with 0 images.
      return List.of();
    }
  }

  private static Finding lookAt(Dataset dataset, String id, ExifOrientation exif) {
    AnnotationReading reading = null;
    String badAnnotation = null;
    try {
      reading = dataset.readAnnotation(id, exif);
    } catch (IOException e) {
      badAnnotation = e.getMessage();
    }
    Path file;
    try {
      file = dataset.image(id);
    } catch (IOException e) {
      return finding(byStatedSize(reading), e.getMessage(), null, badAnnotation, null, null);
    }
    try {
      byte[] bytes = ImageFiles.bytesOf(file);
      RgbImage image = ImageFiles.read(bytes, file.toString(), exif);
      String mismatch = null;
      if (reading != null) {
        ImageHeader header = ImageFiles.header(bytes, file.toString());
        mismatch = PictureCheck.sizeProblem(reading.annotation(), file, header, exif).orElse(null);
        reading =
            withSize(
                PictureCheck.inside(reading, image.width(), image.height()),
                image.width(),
                image.height());
      }
      return finding(reading, null, null, badAnnotation, mismatch, Thumbnail.of(image));
    } catch (IOException e) {
      return finding(byStatedSize(reading), null, e.getMessage(), badAnnotation, null, null);
    }
  }

  private static AnnotationReading withSize(AnnotationReading reading, int width, int height) {
    Annotation read = reading.annotation();
    return new AnnotationReading(
        new Annotation(read.imageId(), width, height, read.objects()),
        reading.problems(),
        reading.notes());
  }

  private static AnnotationReading byStatedSize(AnnotationReading reading) {
    return reading == null
        ? null
        : PictureCheck.inside(reading, reading.annotation().width(), reading.annotation().height());
  }

  private static Finding finding(
      AnnotationReading reading,
      String missing,
      String unreadable,
      String badAnnotation,
      String mismatch,
      Thumbnail thumbnail) {
    return new Finding(
        reading == null ? null : reading.annotation(),
        missing,
        unreadable,
        badAnnotation,
        reading == null ? List.of() : reading.problems(),
        reading == null ? List.of() : reading.notes(),
        mismatch,
        thumbnail);
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
