package org.rcnn.pipeline.learned;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

/**
 * Whether a detection found an object, and if not, what it is on. The rule of the VOC development
 * kit: a class's detections in an image take their objects in order of score, each the object that
 * it overlaps most; an object is taken once.
 *
 * @param right whether it found an object
 * @param sentence what it is on, in a few words
 */
record Verdict(boolean right, String sentence) {

  private static final double MATCH_IOU = 0.5;

  /** An overlap from which a wrong detection is said to be on an object. */
  private static final double TOUCH_IOU = 0.1;

  /** A detection and what became of it. */
  record Judged(Detection detection, Verdict verdict) {}

  /** Judges an image's detections; those of difficult objects are left out. */
  static List<Judged> of(List<Detection> detections, Annotation annotation) {
    List<Judged> judged = new ArrayList<>();
    Set<GroundTruth> taken = new HashSet<>();
    detections.stream()
        .sorted(Comparator.comparingDouble(Detection::score).reversed())
        .forEach(
            detection ->
                of(detection, annotation, taken)
                    .ifPresent(verdict -> judged.add(new Judged(detection, verdict))));
    return judged;
  }

  private static Optional<Verdict> of(
      Detection detection, Annotation annotation, Set<GroundTruth> taken) {
    String name = detection.className();
    Box box = detection.box();
    Optional<GroundTruth> own = closest(annotation, box, name, true);
    double overlap = own.map(object -> object.box().iou(box)).orElse(0.0);
    if (overlap >= MATCH_IOU) {
      if (own.get().difficult()) {
        return Optional.empty();
      }
      return Optional.of(
          taken.add(own.get())
              ? new Verdict(true, text("right: overlap %.2f with the object", overlap))
              : new Verdict(false, "wrong: a second box on an object that is found"));
    }
    if (overlap >= TOUCH_IOU) {
      return Optional.of(
          new Verdict(false, text("wrong: overlap only %.2f with the object", overlap)));
    }
    Optional<GroundTruth> other = closest(annotation, box, name, false);
    double wrong = other.map(object -> object.box().iou(box)).orElse(0.0);
    return Optional.of(
        wrong >= TOUCH_IOU
            ? new Verdict(
                false,
                text("wrong: overlap %.2f with another class, ", wrong) + other.get().className())
            : new Verdict(false, "wrong: on background"));
  }

  private static Optional<GroundTruth> closest(
      Annotation annotation, Box box, String name, boolean same) {
    return annotation.objects().stream()
        .filter(object -> object.className().equals(name) == same)
        .max(Comparator.comparingDouble(object -> object.box().iou(box)));
  }

  private static String text(String form, double overlap) {
    return String.format(Locale.ROOT, form, overlap);
  }
}
