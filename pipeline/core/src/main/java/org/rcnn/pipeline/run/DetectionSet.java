package org.rcnn.pipeline.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.rcnn.data.Annotation;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.ImageHeader;
import org.rcnn.data.RgbImage;
import org.rcnn.data.dataset.AnnotationReading;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.PictureCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The readable images of one split, with their annotations.
 *
 * @param split the split's name
 * @param samples the images in the split's order
 * @param fingerprint of all image and annotation bytes
 */
public record DetectionSet(String split, List<Sample> samples, String fingerprint) {

  private static final Logger LOG = LoggerFactory.getLogger(DetectionSet.class);

  /**
   * One image.
   *
   * @param id its name in the split
   * @param image its file
   * @param annotation its objects
   * @param width the picture's width in pixels, which may differ from the annotation's
   * @param height the picture's height in pixels
   * @param exif whether the picture is turned upright
   * @param sha256 of the file's bytes
   */
  public record Sample(
      String id,
      Path image,
      Annotation annotation,
      int width,
      int height,
      ExifOrientation exif,
      String sha256) {

    /**
     * Decodes the picture.
     *
     * @throws IOException with a one-sentence message, if it cannot be read or decoded
     */
    public RgbImage read() throws IOException {
      return ImageFiles.read(image, exif);
    }
  }

  /** Keeps its own copy. */
  public DetectionSet {
    samples = List.copyOf(samples);
  }

  /**
   * Reads a split, with pictures turned upright.
   *
   * @param limit the most images, from the start of the split; 0 for all
   * @param problems receives a sentence for each problem with an image or annotation
   * @throws IOException as {@link #read(Dataset, String, int, ExifOrientation, Problems)} does
   */
  public static DetectionSet read(Dataset dataset, String split, int limit, Problems problems)
      throws IOException {
    return read(dataset, split, limit, ExifOrientation.APPLY, problems);
  }

  /**
   * Reads a split; images without a readable annotation or file are reported and left out.
   *
   * @param limit the most images, from the start of the split; 0 for all
   * @param exif whether pictures are turned upright
   * @param problems receives a sentence for each problem with an image or annotation
   * @throws IOException if the split is missing, none of its images is usable, or {@code problems}
   *     is strict and there is a problem
   */
  public static DetectionSet read(
      Dataset dataset, String split, int limit, ExifOrientation exif, Problems problems)
      throws IOException {
    List<String> ids = dataset.imageIds(split);
    if (limit > 0 && limit < ids.size()) {
      ids = ids.subList(0, limit);
    }
    List<Sample> samples = new ArrayList<>();
    Set<String> notes = new TreeSet<>();
    Fingerprint fingerprint = new Fingerprint();
    for (String id : ids) {
      try {
        Path image = dataset.image(id);
        byte[] bytes = ImageFiles.bytesOf(image);
        AnnotationReading reading = dataset.readAnnotation(id, exif);
        ImageHeader header = ImageFiles.header(bytes, image.toString());
        int width = header.width(exif);
        int height = header.height(exif);
        Optional<String> otherSize =
            PictureCheck.sizeProblem(reading.annotation(), image, header, exif);
        if (otherSize.isPresent()) {
          problems.report(otherSize.get());
        }
        reading = PictureCheck.inside(reading, width, height);
        for (String problem : reading.problems()) {
          problems.report(problem);
        }
        notes.addAll(reading.notes());
        fingerprint.add(bytes).add(reading.annotation().toString());
        if (header.isTurned() && exif == ExifOrientation.APPLY) {
          // The bytes alone would give pictures that are turned and those that are not one key.
          fingerprint.add("orientation " + header.orientation());
        }
        String sha256 = new Fingerprint().addPlain(bytes).hex();
        samples.add(new Sample(id, image, reading.annotation(), width, height, exif, sha256));
      } catch (IOException e) {
        problems.report(e.getMessage());
      }
    }
    if (samples.isEmpty()) {
      throw new IOException(
          "Split '%s' of %s has no usable image; `data check` lists what is wrong."
              .formatted(split, dataset.root()));
    }
    notes.forEach(LOG::info);
    return new DetectionSet(split, samples, fingerprint.hex());
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
