package org.rcnn.pipeline.report;

import java.util.List;

/** The report's section of pictures with detections. */
final class ExampleSection {

  private final List<PageImage> examples;

  /**
   * The section.
   *
   * @param examples the pictures, in the order of the page
   */
  ExampleSection(List<PageImage> examples) {
    this.examples = List.copyOf(examples);
  }

  void appendTo(Html html) {
    html.open("div", "class", "pictures");
    for (PageImage example : examples) {
      example.appendTo(
          html, example.caption().isEmpty() ? "Detections" : "Detections in " + example.caption());
    }
    html.close();
  }
}
