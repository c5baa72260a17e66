package org.rcnn.pipeline.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.data.Annotation;
import org.rcnn.data.Detection;
import org.rcnn.data.RgbImage;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.draw.DetectionPainter;
import org.rcnn.pipeline.report.Contrast.Step;
import org.rcnn.pipeline.report.PhotoPairSection.PhotoPair;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;

/**
 * Collects an ablation's rows into the page that says what fine-tuning and other steps are worth.
 */
final class AblationPage {

  /** So many detections of a photo are shown where none reaches even odds. */
  private static final int BEST = 3;

  /** The section of all figures, the first that is only looked up. */
  static final String RANGES = "ranges";

  private final Experiment experiment;
  private final List<ResampledRow> rows;
  private final SeedRecord seeds;

  /**
   * The page of an experiment.
   *
   * @param rows in the order of the table
   * @param seeds what other seeds of fine-tuning gave
   */
  AblationPage(Experiment experiment, List<ResampledRow> rows, SeedRecord seeds) {
    this.experiment = experiment;
    this.rows = List.copyOf(rows);
    this.seeds = seeds;
  }

  ReportPage page() throws IOException {
    Run run = experiment.run();
    List<Section> sections = new ArrayList<>();
    List<Contrast> contrasts = new ArrayList<>();
    for (Step step : Step.values()) {
      contrasts.addAll(Contrast.plain(step, rows));
    }
    if (!contrasts.isEmpty()) {
      sections.add(
          new Section(
              "steps",
              "What each step is worth",
              "The change of the mAP, in points, between rows that differ in nothing else, and the"
                  + " range that holds it for 95 % of resamples of the test images. Both rows see"
                  + " the same resamples. A hollow dot: the range leaves open whether the step"
                  + " helps.",
              new ContrastSection(contrasts)::appendTo));
    }
    boolean withPaper =
        PaperTable.isBeside(
            run.source(), experiment.scoredClasses(), run.config().evaluation().metric());
    sections.add(
        new Section(
            "table", "The ablation", "", new AblationSection(rows, seeds, withPaper)::appendTo));
    Optional<Contrast> shown = shown();
    if (shown.isPresent()) {
      beforeAndAfter(shown.get(), sections);
      sections.addAll(LearnedSections.of(experiment, shown.get().with().row()));
    }
    sections.add(
        new Section(
                RANGES,
                "Every AP with its range",
                "AP in per cent and, small, the range that holds it for 95 % of resamples of the"
                    + " test images.",
                new RangeSection(rows)::appendTo)
            .fold());
    sections.addAll(RunFindings.settings(experiment));
    sections.add(
        new Section(
                "files",
                "Result files",
                "The detections of each row, in the format of the VOC development kit.",
                new PairSection(files())::appendTo)
            .fold());
    return new ReportPage(
        shown.isPresent() ? "What fine-tuning does" : "The ablation",
        "R-CNN with " + experiment.backbone().definition().name() + " on " + run.source(),
        new AblationFindings(rows, seeds).sentences(),
        shown.flatMap(contrast -> headline(contrast, seeds)),
        RunFindings.sizes(experiment),
        Manifest.problems(run),
        sections,
        "");
  }

  /** Where each row's result files are, from the run's folder. */
  private Map<String, String> files() throws IOException {
    Path root = experiment.run().folder().root();
    Map<String, String> files = new LinkedHashMap<>();
    for (ResampledRow row : rows) {
      Path place = experiment.detections(row.row()).place();
      files.put(row.row().label(), root.relativize(place).toString().replace('\\', '/'));
    }
    return files;
  }

  /** The contrast that curves and photos show: fine-tuning, SVMs, no box regression, last layer. */
  private Optional<Contrast> shown() {
    Comparator<Contrast> svmsOnTheLastLayer =
        Comparator.comparing((Contrast one) -> one.with().row().head() != Heads.SVM)
            .thenComparing(one -> one.with().row().layer(), Comparator.reverseOrder());
    return Contrast.plain(Step.FINE_TUNING, rows).stream().min(svmsOnTheLastLayer);
  }

  /**
   * What fine-tuning adds: with several seeds the mean over them, and then what it adds with the
   * one of this page. Empty if nothing can be scored.
   */
  static Optional<ReportPage.Headline> headline(Contrast shown, SeedRecord seeds) {
    Interval gain = shown.gain();
    if (Double.isNaN(gain.estimate())) {
      return Optional.empty();
    }
    String scored =
        "mAP from %s to %s %%; %s"
            .formatted(
                Numbers.percent(shown.without().meanAp()),
                Numbers.percent(shown.with().meanAp()),
                RunFindings.metric(shown.with().result()));
    Optional<Interval> overSeeds = seeds.meanGain(shown);
    if (overSeeds.isEmpty()) {
      return Optional.of(
          new ReportPage.Headline(
              "fine-tuning, on " + shown.name(),
              Ranges.sign(gain.estimate()),
              ReportPage.Headline.points(gain),
              ReportPage.Headline.remark(gain, scored)));
    }
    Interval mean = overSeeds.get();
    String range =
        Ranges.isKnown(gain)
            ? " (95 %% of resamples of the test images: %s)".formatted(Ranges.ends(gain))
            : "";
    return Optional.of(
        new ReportPage.Headline(
            "mean of %d seeds of fine-tuning, on %s"
                .formatted(seeds.gains(shown).size(), shown.name()),
            Ranges.sign(mean.estimate()),
            ReportPage.Headline.points(mean),
            "in brackets %d %% %s; the seed that ran last: %s%s, %s"
                .formatted(
                    Interval.PERCENT,
                    SeedRecord.over(shown),
                    Ranges.sign(gain.estimate()),
                    range,
                    scored)));
  }

  private void beforeAndAfter(Contrast shown, List<Section> sections) throws IOException {
    sections.add(
        new Section(
            "curves",
            "Precision and recall before and after fine-tuning",
            "Precision (upwards) over recall; AP in per cent, before → after. Shaded: the area that"
                + " the AP after fine-tuning measures.",
            new CurvePairSection(shown)::appendTo));
    List<Change> changes = changes(shown, true);
    boolean sure = !changes.isEmpty();
    if (!sure) {
      changes = changes(shown, false);
    }
    if (!changes.isEmpty()) {
      PhotoChoice<Change> choice = PhotoChoice.ofChanges(changes, Change::better);
      List<PhotoPair> pairs = new ArrayList<>();
      for (Change change : choice.photos()) {
        pairs.add(pair(change));
      }
      sections.add(
          new Section(
              "photos",
              "The same photos before and after",
              "Left %s, right %s, with %s; annotated objects are dashed. %s"
                  .formatted(
                      shown.without().name(),
                      shown.with().name(),
                      sure
                          ? "what each finds at even odds or better"
                          : "the %d best detections of each photo, for none is as likely right as wrong"
                              .formatted(BEST),
                      choice.sentence()),
              new PhotoPairSection(pairs)::appendTo));
    }
  }

  /** A photo, what each row finds in it, and by how much the later row is better. */
  private record Change(Sample sample, List<Detection> before, List<Detection> after, int better) {}

  /** The photos in which either row finds something. */
  private List<Change> changes(Contrast shown, boolean sure) throws IOException {
    Map<String, List<Detection>> before = found(shown.without().row(), sure);
    Map<String, List<Detection>> after = found(shown.with().row(), sure);
    List<Change> changes = new ArrayList<>();
    for (Sample sample : experiment.run().test().samples()) {
      List<Detection> first = before.getOrDefault(sample.id(), List.of());
      List<Detection> second = after.getOrDefault(sample.id(), List.of());
      if (!first.isEmpty() || !second.isEmpty()) {
        int better = balance(sample.annotation(), second) - balance(sample.annotation(), first);
        changes.add(new Change(sample, first, second, better));
      }
    }
    return changes;
  }

  /** A row's detections by image: those at even odds or better, or else the few best of each. */
  private Map<String, List<Detection>> found(Row row, boolean sure) throws IOException {
    double least = row.effectiveHead().evenOdds();
    Map<String, List<Detection>> found = new LinkedHashMap<>();
    new Evidence(experiment)
        .detections(row)
        .forEach((id, all) -> found.put(id, sure ? sure(all, least) : best(all)));
    return found;
  }

  private static List<Detection> sure(List<Detection> all, double least) {
    return all.stream().filter(one -> one.score() >= least).toList();
  }

  private static List<Detection> best(List<Detection> all) {
    return all.stream()
        .sorted(Comparator.comparingDouble(Detection::score).reversed())
        .limit(BEST)
        .toList();
  }

  /** How many detections of an image are right, less those that are wrong. */
  private int balance(Annotation image, List<Detection> found) {
    return DetectionEvaluator.voc07()
        .evaluate(experiment.scoredClasses(), List.of(image), Map.of(image.imageId(), found))
        .classes()
        .stream()
        .mapToInt(one -> one.truePositives() - one.falsePositives())
        .sum();
  }

  private static PhotoPair pair(Change change) throws IOException {
    Sample sample = change.sample();
    RgbImage photo = sample.read();
    String name = sample.id();
    return new PhotoPair(
        painted(photo, change.before(), sample, name + ", before"),
        painted(photo, change.after(), sample, name + ", after"),
        name);
  }

  private static PageImage painted(
      RgbImage photo, List<Detection> found, Sample sample, String caption) {
    byte[] picture =
        new DetectionPainter().paint(photo, found, sample.annotation().objects()).jpeg(0.85f);
    return new PageImage(picture, caption);
  }
}
