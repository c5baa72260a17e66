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
    if (row.finetuned()) {
      filters(experiment).ifPresent(sections::add);
    }
    units(experiment, row.finetuned()).ifPresent(sections::add);
    occlusion(experiment, row).ifPresent(sections::add);
    if (row.finetuned()) {
      map(experiment).ifPresent(sections::add);
    }
    return sections;
  }

  private static Optional<Section> filters(Experiment experiment) throws IOException {
    return FirstFilters.of(experiment)
        .map(
            filters ->
                new Section(
                    "filters",
                    "The first filters",
                    FiltersSection.LEAD,
                    new FiltersSection(filters)::appendTo));
  }

  private static Optional<Section> units(Experiment experiment, boolean finetuned)
      throws IOException {
    if (!experiment.backbone().definition().featureTaps().contains(Tap.POOL5)) {
      return Optional.empty();
    }
    UnitGallery units = UnitGallery.of(experiment, finetuned);
    return units.units().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Section(
                "units",
                "What single units respond to",
                UnitsSection.LEAD,
                new UnitsSection(units)::appendTo));
  }

  private static Optional<Section> occlusion(Experiment experiment, Row row) throws IOException {
    List<Row> rows = new ArrayList<>();
    if (row.finetuned()) {
      rows.add(new Row(false, row.layer(), row.head(), false));
    }
    rows.add(row);
    OcclusionGallery occlusion = OcclusionGallery.of(experiment, rows);
    return occlusion.detections().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Section(
                "occlusion",
                "Which parts carry the score",
                OcclusionSection.LEAD,
                new OcclusionSection(occlusion)::appendTo));
  }

  private static Optional<Section> map(Experiment experiment) throws IOException {
    return FeatureMap.of(experiment)
        .map(
            map ->
                new Section(
                    "map",
                    "Where the classes lie",
                    FeatureMapSection.LEAD,
                    new FeatureMapSection(map)::appendTo));
  }
}
