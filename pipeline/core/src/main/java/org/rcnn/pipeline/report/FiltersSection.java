package org.rcnn.pipeline.report;

import org.rcnn.pipeline.learned.FirstFilters;

/** The filters of the first convolution before and after fine-tuning, and what changed. */
final class FiltersSection {

  static final String LEAD =
      "Each square is a filter, drawn in the colours that it looks for; mid-grey is 0. A filter is"
          + " drawn as strong as it can be, on one scale before and after, so weak filters show too.";

  private final FirstFilters filters;

  FiltersSection(FirstFilters filters) {
    this.filters = filters;
  }

  void appendTo(Html html) {
    html.leaf("p", sentence(), "class", "lead");
    html.open("div", "class", "filters");
    if (filters.isUnchanged()) {
      picture(filters.beforePicture().png(), "Before and after fine-tuning")
          .appendTo(html, alt(""));
    } else {
      picture(filters.beforePicture().png(), "Before fine-tuning")
          .appendTo(html, alt(" before fine-tuning"));
      picture(filters.afterPicture().png(), "After fine-tuning")
          .appendTo(html, alt(" after fine-tuning"));
      picture(
              filters.differencePicture().png(),
              "What fine-tuning added, %s times as strong, all filters on one scale: those that"
                      .formatted(amplification())
                  + " stay grey did not move")
          .appendTo(html, "The changes of the filters of " + filters.layer());
    }
    html.close();
  }

  private String amplification() {
    double times = filters.amplification();
    return times < 10 ? Numbers.decimals(times, 1) : Numbers.count(Math.round(times));
  }

  private static PageImage picture(byte[] png, String caption) {
    return new PageImage(png, caption);
  }

  private String alt(String when) {
    return "%d filters of %d x %d pixels of %s%s"
        .formatted(filters.drawn(), filters.kernel(), filters.kernel(), filters.layer(), when);
  }

  private String sentence() {
    String which =
        filters.drawn() < filters.filters()
            ? "The first %d of %d filters".formatted(filters.drawn(), filters.filters())
            : "The %d filters".formatted(filters.filters());
    String of =
        "%s of %s, %d x %d pixels"
            .formatted(which, filters.layer(), filters.kernel(), filters.kernel());
    return filters.isUnchanged()
        ? of + ". Fine-tuning left them as they were."
        : of
            + ". Fine-tuning moved their weights by %s %% of their length."
                .formatted(Numbers.decimals(100 * filters.distance(), 2));
  }
}
