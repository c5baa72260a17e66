package org.rcnn.pipeline.report;

import java.util.List;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.ErrorExample;
import org.rcnn.pipeline.draw.ClassColours;
import org.rcnn.pipeline.draw.ErrorPainter;

/** The report's section of pictures of errors, class by class. */
final class ErrorPictureSection {

  private final List<OfClass> classes;

  /**
   * The pictures of one class.
   *
   * @param className the class
   * @param pictures its errors, drawn, with captions
   */
  record OfClass(String className, List<PageImage> pictures) {

    OfClass {
      pictures = List.copyOf(pictures);
    }
  }

  /**
   * The section.
   *
   * @param classes the classes that have errors to show
   */
  ErrorPictureSection(List<OfClass> classes) {
    this.classes = List.copyOf(classes);
  }

  /** A line that says what an error is. */
  static String caption(ErrorExample error) {
    String score =
        error.detection().map(found -> "score " + Numbers.decimals(found.score(), 2)).orElse("");
    String overlap = Numbers.decimals(error.overlap(), 2);
    String object = error.object().map(GroundTruth::className).orElse("");
    String text =
        switch (error.reason()) {
          case POOR_FIT -> "False positive, %s: poor fit, IoU %s.".formatted(score, overlap);
          case DUPLICATE ->
              "False positive, %s: second on this object, IoU %s.".formatted(score, overlap);
          case OTHER_CLASS ->
              "False positive, %s: on %s, IoU %s.".formatted(score, object, overlap);
          case BACKGROUND -> "False positive, %s: on the background.".formatted(score);
          case MISSED -> "Missed. " + nearest(error, score, overlap);
          case LABEL_FORGOTTEN -> "Label forgotten? Nothing annotated, %s.".formatted(score);
          case LABEL_WRONG ->
              "Label wrong? Annotated as %s, %s, IoU %s.".formatted(object, score, overlap);
        };
    return text + " " + error.imageId();
  }

  /** What lies nearest has any score, even one at which nothing counts, so the score is said. */
  private static String nearest(ErrorExample error, String score, String overlap) {
    return error
        .detection()
        .map(Detection::className)
        .map(name -> "Nearest detection: %s, %s, IoU %s.".formatted(name, score, overlap))
        .orElse("No detection near it.");
  }

  void appendTo(Html html) {
    html.open("p", "class", "legend");
    legend(html, ClassColours.css(ErrorPainter.TRUTH), "left: what is annotated (others dashed)");
    legend(html, ClassColours.css(ErrorPainter.DETECTION), "right: what was detected");
    html.close();
    for (OfClass one : classes) {
      html.open("h3");
      ReportPage.swatch(html, one.className());
      html.text(one.className()).close();
      html.open("div", "class", "pictures mistakes");
      one.pictures()
          .forEach(picture -> picture.appendTo(html, one.className() + ": " + picture.caption()));
      html.close();
    }
  }

  private static void legend(Html html, String colour, String text) {
    html.open("span").leaf("i", "", "class", "swatch", "style", "background:" + colour);
    html.text(text).close();
  }
}
