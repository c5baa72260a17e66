package org.rcnn.pipeline.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.rcnn.data.Annotation;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;

/**
 * The images of one split with their annotations, those that can be read.
 *
 * @param split the split's name
 * @param samples the images in the split file's order
 * @param fingerprint of all image and annotation bytes
 */
public record DetectionSet(String split, List<Sample> samples, String fingerprint) {

  /**
   * One image.
   *
   * @param id its name in the split file
   * @param image its file
   * @param annotation what is in it
   * @param width the image's own width in pixels, whatever the annotation says
   * @param height the image's own height in pixels
   */
  public record Sample(String id, Path image, Annotation annotation, int width, int height) {}

  /** Keeps its own copy. */
  public DetectionSet {
    samples = List.copyOf(samples);
  }

  /**
   * Reads a split; images without a readable annotation or file are reported and left out.
   *
   * @param limit images at most, 0 for all
   * @throws IOException if the split is missing or nothing of it can be used
   */
  public static DetectionSet read(Dataset dataset, String split, int limit, Problems problems)
      throws IOException {
    List<String> ids = dataset.imageIds(split);
    if (limit > 0 && limit < ids.size()) {
      ids = ids.subList(0, limit);
    }
    List<Sample> samples = new ArrayList<>();
    Fingerprint fingerprint = new Fingerprint();
    for (String id : ids) {
      try {
        Path image = dataset.image(id);
        AnnotationReading reading = dataset.readAnnotation(id);
        for (String problem : reading.problems()) {
          problems.report(problem);
        }
        fingerprint.add(Files.readAllBytes(image)).add(reading.annotation().toString());
        int[] size = ImageFiles.size(image);
        reportMismatch(image, size, reading.annotation(), problems);
        samples.add(new Sample(id, image, reading.annotation(), size[0], size[1]));
      } catch (IOException e) {
        problems.report(e.getMessage());
      }
    }
    if (samples.isEmpty()) {
      throw new IOException(
          "Split '%s' of %s has no usable image; `data check` lists what is wrong."
              .formatted(split, dataset.root()));
    }
    return new DetectionSet(split, samples, fingerprint.hex());
  }

  private static void reportMismatch(
      Path image, int[] size, Annotation annotation, Problems problems) throws IOException {
    boolean known = annotation.width() > 0 && annotation.height() > 0;
    if (known && (size[0] != annotation.width() || size[1] != annotation.height())) {
      problems.report(
          "%s is %d x %d pixels, and its annotation says %d x %d; its boxes may be misplaced."
              .formatted(image, size[0], size[1], annotation.width(), annotation.height()));
    }
  }

  /** The classes that occur, sorted. */
  public List<String> classes() {
    return samples.stream()
        .flatMap(sample -> sample.annotation().objects().stream())
        .map(object -> object.className())
        .distinct()
        .sorted()
        .toList();
  }

  /** What is annotated, image by image. */
  public List<Annotation> annotations() {
    return samples.stream().map(Sample::annotation).toList();
  }

  /** The images by id. */
  public Map<String, Sample> byId() {
    return samples.stream().collect(Collectors.toMap(Sample::id, Function.identity()));
  }
}
