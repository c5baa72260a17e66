package org.rcnn.pipeline.report;

import java.util.List;
import java.util.Locale;
import org.rcnn.pipeline.learned.UnitGallery;
import org.rcnn.pipeline.learned.UnitGallery.Excited;
import org.rcnn.pipeline.learned.UnitGallery.Unit;

/** The regions that excite single units of pool5 most, as in the paper's figure. */
final class UnitsSection {

  static final String LEAD =
      "Each row is one unit of pool5, taken for a detector of its own: the regions of the test"
          + " images that excite it most, at most one of overlapping ones. A region is shown as the"
          + " network sees it, stretched to a square; the frame is what the unit sees, the figure"
          + " its activation. A unit that has learned a part or a class shows it again and again.";

  private static final float JPEG = 0.8f;

  private final UnitGallery gallery;

  UnitsSection(UnitGallery gallery) {
    this.gallery = gallery;
  }

  void appendTo(Html html) {
    html.leaf(
        "p",
        "%s regions of %s test images. %s Classes take turns, and no two units are of one map."
            .formatted(Numbers.count(gallery.regions()), Numbers.count(gallery.images()), rule()),
        "class",
        "lead");
    gallery.units().forEach(unit -> unit(html, unit));
  }

  private String rule() {
    return gallery.fromSvms()
        ? "Units were chosen by what they add to a class's SVM score on its objects, over background:"
            + " weight times the difference of the mean activations on training images."
        : "Without SVMs on pool5 in this run, units were chosen by how much more a class's objects"
            + " excite them than background does, on training images.";
  }

  private void unit(Html html, Unit unit) {
    html.open("h3").text("Chosen for ");
    ReportPage.swatch(html, unit.className());
    html.text(unit.className()).close();
    html.leaf("p", place(unit), "class", "lead");
    if (gallery.finetuned() && !unit.before().isEmpty()) {
      crops(html, "before fine-tuning", unit, unit.before());
      crops(html, "after fine-tuning", unit, unit.after());
    } else {
      crops(html, gallery.finetuned() ? "before and after fine-tuning" : "", unit, unit.after());
    }
  }

  private String place(Unit unit) {
    String where =
        "Map %d, row %d, column %d (value %s of the feature)"
            .formatted(
                unit.channel() + 1,
                unit.row() + 1,
                unit.column() + 1,
                Numbers.count(unit.number() + 1L));
    return gallery.fromSvms()
        ? where
            + String.format(
                Locale.ROOT,
                ": adds %.2f to the score of %s over background, on average.",
                unit.contribution(),
                unit.className())
        : where + ".";
  }

  private static void crops(Html html, String when, Unit unit, List<Excited> regions) {
    if (!when.isEmpty()) {
      html.leaf("p", when, "class", "strip");
    }
    if (regions.isEmpty()) {
      html.leaf("p", "No region excites it.", "class", "lead");
      return;
    }
    html.open("div", "class", "crops");
    for (Excited region : regions) {
      new PageImage(region.picture().jpeg(JPEG), "")
          .appendTo(
              html,
              String.format(
                  Locale.ROOT,
                  "Unit %d: activation %.1f on a region of image %s",
                  unit.number() + 1,
                  region.activation(),
                  region.imageId()));
    }
    html.close();
  }
}
