package org.rcnn.pipeline.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.learned.FeatureMap;
import org.rcnn.pipeline.learned.FirstFilters;
import org.rcnn.pipeline.learned.OcclusionGallery;
import org.rcnn.pipeline.learned.UnitGallery;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;

/** The sections that show what a network has learned, and what fine-tuning made of it. */
final class LearnedSections {

  private LearnedSections() {}

  /**
   * The sections of an experiment; what they need of its stages is computed now unless it exists.
   *
   * <p>Of a fine-tuned row everything is shown before and after. A row without fine-tuning has
   * neither filters to compare nor two maps.
   *
   * @param row whose detections are looked at
   */
  static List<Section> of(Experiment experiment, Row row) throws IOException {
    List<Section> sections = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    if (row.finetuned()) {
      Optional<FirstFilters> filters = FirstFilters.of(experiment);
      filters.ifPresent(
          found ->
              sections.add(
                  new Section(
                      "filters",
                      "The first filters",
                      FiltersSection.LEAD,
                      new FiltersSection(found)::appendTo)));
      rows.add(new Row(false, row.layer(), row.head(), false));
    }
    if (experiment.backbone().definition().featureTaps().contains(Tap.POOL5)) {
      UnitGallery units = UnitGallery.of(experiment, row.finetuned());
      sections.add(
          new Section(
              "units",
              "What single units respond to",
              UnitsSection.LEAD,
              new UnitsSection(units)::appendTo));
    }
    rows.add(row);
    OcclusionGallery occlusion = OcclusionGallery.of(experiment, rows);
    if (!occlusion.detections().isEmpty()) {
      sections.add(
          new Section(
              "occlusion",
              "Which parts carry the score",
              OcclusionSection.LEAD,
              new OcclusionSection(occlusion)::appendTo));
    }
    if (row.finetuned()) {
      FeatureMap map = FeatureMap.of(experiment);
      sections.add(
          new Section(
              "map",
              "Where the classes lie",
              FeatureMapSection.LEAD,
              new FeatureMapSection(map)::appendTo));
    }
    return sections;
  }
}
