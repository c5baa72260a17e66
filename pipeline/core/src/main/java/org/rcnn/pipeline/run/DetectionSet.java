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
 * The readable images of one split, with their annotations.
 *
 * @param split the split's name
 * @param samples the images in the split's order
 * @param fingerprint of all image and annotation bytes
 */
public record DetectionSet(String split, List<Sample> samples, String fingerprint) {

  /**
   * One image.
   *
   * @param id its name in the split
   * @param image its file
   * @param annotation its objects
   * @param width the image file's width in pixels, which may differ from the annotation's
   * @param height the image file's height in pixels
   */
  public record Sample(String id, Path image, Annotation annotation, int width, int height) {}

  /** Keeps its own copy. */
  public DetectionSet {
    samples = List.copyOf(samples);
  }

  /**
   * Reads a split; images without a readable annotation or file are reported and left out.
   *
   * @param limit the most images, from the start of the split; 0 for all
   * @param problems receives a sentence for each problem with an image or annotation
   * @throws IOException if the split is missing, none of its images is usable, or {@code problems}
   *     is strict and there is a problem
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
          "%s has %d x %d pixels, but its annotation says %d x %d; check whether its boxes fit."
              .formatted(image, size[0], size[1], annotation.width(), annotation.height()));
    }
  }

  /** The classes of the annotated objects, sorted. */
  public List<String> classes() {
    return samples.stream()
        .flatMap(sample -> sample.annotation().objects().stream())
        .map(object -> object.className())
        .distinct()
        .sorted()
        .toList();
  }

  /** The annotations, in the order of the images. */
  public List<Annotation> annotations() {
    return samples.stream().map(Sample::annotation).toList();
  }

  /** The images by id. */
  public Map<String, Sample> byId() {
    return samples.stream().collect(Collectors.toMap(Sample::id, Function.identity()));
  }
}
