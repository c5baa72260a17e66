package org.rcnn.pipeline.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.rcnn.eval.ClassErrors;
import org.rcnn.eval.ClassExamples;
import org.rcnn.eval.CocoSummary;
import org.rcnn.eval.ConfusionMatrix;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.ErrorExample;
import org.rcnn.eval.TideDiagnosis;
import org.rcnn.pipeline.draw.ErrorPainter;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.stage.ErrorAnalysis;

/** The sections of a run's report that explain its errors. */
final class ErrorSections {

  /** The page's pictures of errors; at some 15 kB each they keep it below a few megabytes. */
  private static final int MOST_PICTURES = 80;

  private static final int MOST_OF_A_KIND = 3;
  private static final int KINDS = 3;
  private static final float JPEG_QUALITY = 0.8f;

  private ErrorSections() {}

  /** How many examples of each kind a class has room for. */
  static int examplesOfAKind(int classes) {
    int room = MOST_PICTURES / (KINDS * Math.max(1, classes));
    return Math.max(1, Math.min(MOST_OF_A_KIND, room));
  }

  /** What the errors are, what they depend on, and what they look like. */
  static List<Section> of(ErrorAnalysis analysis, DetectionSet test) throws IOException {
    List<Section> sections = new ArrayList<>();
    sections.addAll(coco(analysis.coco()));
    sections.addAll(tide(analysis.tide()));
    sections.addAll(sensitivity(analysis.diagnosis()));
    sections.addAll(confusion(analysis.confusion()));
    sections.addAll(pictures(draw(analysis, test)));
    return sections;
  }

  static List<Section> coco(CocoSummary summary) {
    return summary.apByClass().isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "coco",
                "By COCO's measures",
                "The twelve figures that pycocotools gives for these detections.",
                new CocoSection(summary)::appendTo));
  }

  static List<Section> tide(TideDiagnosis tide) {
    return Double.isNaN(tide.ap())
        ? List.of()
        : List.of(
            new Section(
                "tide",
                "What each kind of error costs",
                ("The AP that would be gained if all errors of a kind were mended (dAP, by TIDE)."
                        + " The kinds of false positives above count the most confident ones; these"
                        + " count all among the best %d detections of an image.")
                    .formatted(tide.detectionsPerImage()),
                new TideSection(tide)::appendTo));
  }

  static List<Section> sensitivity(ErrorDiagnosis errors) {
    return errors.classes().stream().allMatch(one -> one.positives() == 0)
        ? List.of()
        : List.of(
            new Section(
                "sensitivity",
                "Size and aspect ratio",
                "Normalised AP (AP_N, in per cent) of a class's objects in five groups by size and"
                    + " five by aspect ratio, as in Hoiem et al. 2012: AP of a group with the"
                    + " precision it would have if it held as many objects as the class.",
                new SensitivitySection(errors)::appendTo));
  }

  static List<Section> confusion(ConfusionMatrix matrix) {
    return matrix.classNames().isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "confusion",
                "What objects are taken for",
                ("Rows: annotated objects, the last: detections on none. Columns: the class of the"
                        + " best detection on the object. Detections with a score of at least %s,"
                        + " the score with the best F1 over all classes on these test images,"
                        + " so chosen with the answers known. IoU %s. Shaded by the share of the"
                        + " row.")
                    .formatted(
                        Numbers.significant(matrix.minScore()), Numbers.decimals(matrix.iou(), 1)),
                new ConfusionSection(matrix)::appendTo));
  }

  static List<Section> pictures(List<ErrorPictureSection.OfClass> classes) {
    return classes.isEmpty()
        ? List.of()
        : List.of(
            new Section(
                "mistakes",
                "Errors to look at",
                "By class: doubtful labels, the most confident false positives, and the largest"
                    + " objects missed at any score. A label is doubtful where a false positive"
                    + " scores above the median of the class's right detections (three or more)"
                    + " and is on no annotated"
                    + " object (IoU below 0.1 with every one) or squarely on one of another class"
                    + " (IoU at least 0.5, and below 0.1 with its own).",
                new ErrorPictureSection(classes)::appendTo));
  }

  private static List<ErrorPictureSection.OfClass> draw(ErrorAnalysis analysis, DetectionSet test)
      throws IOException {
    Map<String, Sample> samples = test.byId();
    Set<String> shown = shown(analysis.diagnosis());
    List<ErrorPictureSection.OfClass> classes = new ArrayList<>();
    for (ClassExamples examples : analysis.examples()) {
      if (!examples.isEmpty() && shown.contains(examples.className())) {
        List<PageImage> pictures = new ArrayList<>();
        for (ErrorExample error :
            Stream.of(examples.labelDoubts(), examples.falsePositives(), examples.missed())
                .flatMap(List::stream)
                .toList()) {
          pictures.add(draw(error, samples.get(error.imageId())));
        }
        classes.add(new ErrorPictureSection.OfClass(examples.className(), pictures));
      }
    }
    return classes;
  }

  /** The classes that there is room for: of many those with the lowest AP. */
  private static Set<String> shown(ErrorDiagnosis diagnosis) {
    Set<String> shown = new HashSet<>();
    diagnosis.classes().stream()
        .sorted(Comparator.comparingDouble(ClassErrors::ap)) // NaN, of no objects, last
        .limit(MOST_PICTURES / KINDS)
        .forEach(errors -> shown.add(errors.className()));
    return shown;
  }

  private static PageImage draw(ErrorExample error, Sample sample) throws IOException {
    return new PageImage(
        new ErrorPainter()
            .paint(sample.read(), sample.annotation().objects(), error)
            .jpeg(JPEG_QUALITY),
        ErrorPictureSection.caption(error));
  }
}
