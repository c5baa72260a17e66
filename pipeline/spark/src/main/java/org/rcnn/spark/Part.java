package org.rcnn.spark;

import java.util.ArrayList;
import java.util.List;
import org.rcnn.data.Fingerprint;
import org.rcnn.pipeline.run.DetectionSet.Sample;

/**
 * Some images that follow one another, one task's work.
 *
 * @param name its place among the parts, and a hash of its images: so parts of other images never
 *     have its name
 * @param first the place of its first image among all
 * @param images its images
 */
record Part(String name, int first, List<Sample> images) {

  /** Cuts images into parts; the last one may be smaller. */
  static List<Part> cut(List<Sample> images, int size) {
    List<Part> parts = new ArrayList<>();
    for (int first = 0; first < images.size(); first += size) {
      List<Sample> own = List.copyOf(images.subList(first, Math.min(images.size(), first + size)));
      Fingerprint ids = new Fingerprint();
      own.forEach(image -> ids.add(image.id()).add(image.sha256()));
      String hash = ids.hex().substring(0, 12);
      parts.add(new Part("%06d-%s".formatted(parts.size(), hash), first, own));
    }
    return parts;
  }

  /** Its images as lines of its inputs. */
  List<String> lines() {
    return images.stream()
        .map(
            image ->
                new PartTask.ImageLine(
                        image.width(),
                        image.height(),
                        image.exif(),
                        image.sha256(),
                        image.id(),
                        image.image().toAbsolutePath().toString())
                    .text())
        .toList();
  }
}
