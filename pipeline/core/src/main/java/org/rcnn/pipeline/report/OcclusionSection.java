package org.rcnn.pipeline.report;

import java.util.Locale;
import org.rcnn.pipeline.learned.HeatMap;
import org.rcnn.pipeline.learned.OcclusionGallery;
import org.rcnn.pipeline.learned.OcclusionGallery.Hidden;

/** Which parts of a region carry its score: maps of what hiding each part takes from it. */
final class OcclusionSection {

  static final String LEAD =
      "A grey square is laid over one part of the region after the other, and the class's score"
          + " taken each time. Red: the score falls when this part is hidden, so the detector goes"
          + " by it. Blue: the score rises, so the part speaks against the class. Full colour is the"
          + " largest change of that map.";

  private static final float JPEG = 0.85f;

  private final OcclusionGallery gallery;

  OcclusionSection(OcclusionGallery gallery) {
    this.gallery = gallery;
  }

  void appendTo(Html html) {
    html.leaf(
        "p",
        String.format(
            Locale.ROOT,
            "The surest detections of %s, right and wrong, the best of each class first; boxes"
                + " before box regression. The square's side is %s %% of the region's.",
            gallery.rows().get(gallery.rows().size() - 1),
            Numbers.decimals(100 * gallery.squareShare(), 0)),
        "class",
        "lead");
    gallery.detections().forEach(hidden -> detection(html, hidden));
  }

  private void detection(Html html, Hidden hidden) {
    String name = hidden.detection().className();
    html.open("h3");
    ReportPage.swatch(html, name);
    html.text("%s in %s, %s".formatted(name, hidden.imageId(), hidden.verdict())).close();
    html.open("div", "class", "hidden");
    new PageImage(hidden.photo().jpeg(JPEG), "The detection").appendTo(html, "Detected " + name);
    new PageImage(hidden.region().jpeg(JPEG), "As the network sees it")
        .appendTo(html, "The region, stretched to a square");
    for (int i = 0; i < gallery.rows().size(); i++) {
      HeatMap map = hidden.maps().get(i);
      new PageImage(hidden.pictures().get(i).jpeg(JPEG), gallery.rows().get(i) + ": " + words(map))
          .appendTo(html, "What hiding parts takes from the score, " + gallery.rows().get(i));
    }
    html.close();
  }

  private static String words(HeatMap map) {
    String fall =
        map.largestDrop() > 0
            ? String.format(Locale.ROOT, "falls to %.2f", map.score() - map.largestDrop())
            : "never falls";
    String rise =
        map.largestRise() > 0
            ? String.format(Locale.ROOT, "rises to %.2f", map.score() + map.largestRise())
            : "never rises";
    return String.format(
        Locale.ROOT, "score %.2f; with a part hidden it %s and %s", map.score(), fall, rise);
  }
}
