package org.rcnn.pipeline.report;

import java.util.Map;
import org.rcnn.eval.CocoSummary;

/** The report's section with the twelve figures by which detectors are compared on COCO. */
final class CocoSection {

  private static final Map<String, String> MEANING =
      Map.ofEntries(
          Map.entry("AP", "mean over IoU 0.50, 0.55 ... 0.95"),
          Map.entry("AP50", "at IoU 0.50, with 101 recalls"),
          Map.entry("AP75", "at IoU 0.75"),
          Map.entry("APsmall", "AP of objects of at most 32 x 32 pixels"),
          Map.entry("APmedium", "AP of those up to 96 x 96"),
          Map.entry("APlarge", "AP of larger ones"),
          Map.entry(
              "AR1", "recall, mean over the same IoU, of an image's best detection of a class"),
          Map.entry("AR10", "of its best 10"),
          Map.entry("AR100", "of its best 100"),
          Map.entry("ARsmall", "AR100 of objects of at most 32 x 32 pixels"),
          Map.entry("ARmedium", "AR100 of those up to 96 x 96"),
          Map.entry("ARlarge", "AR100 of larger ones"));

  /** VOC annotates no outlines, whose areas COCO takes; the figures by area depend on this. */
  private static final String AREAS =
      "Areas are those of boxes, not of outlines, so objects count as larger than in COCO.";

  private final CocoSummary summary;

  CocoSection(CocoSummary summary) {
    this.summary = summary;
  }

  void appendTo(Html html) {
    html.scroll().open("table").open("thead").open("tr");
    html.leaf("th", "figure").leaf("th", "per cent", "class", "n").leaf("th", "meaning");
    html.close().close().open("tbody");
    summary
        .figures()
        .forEach(
            (name, value) ->
                html.open("tr")
                    .leaf("th", name)
                    .leaf("td", Numbers.percent(value), "class", "n")
                    .leaf("td", MEANING.get(name))
                    .close());
    html.close().close().close();
    html.leaf("p", summary.difficult().caveat() + " " + AREAS, "class", "lead");
  }
}
