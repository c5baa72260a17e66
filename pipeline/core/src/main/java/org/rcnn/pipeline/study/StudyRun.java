package org.rcnn.pipeline.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.rcnn.cnn.train.DivergedException;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Printable;
import org.rcnn.eval.ErrorKind;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.report.Manifest;
import org.rcnn.pipeline.report.RunPages;
import org.rcnn.pipeline.report.StudyReport;
import org.rcnn.pipeline.report.StudyResult;
import org.rcnn.pipeline.report.StudyResult.Samples;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.PlannedStage;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Goal;
import org.rcnn.pipeline.stage.MiningEvidence;
import org.rcnn.pipeline.study.Study.Measured;
import org.rcnn.pipeline.study.Study.Point;
import org.rcnn.svm.SampleCounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link Study} in a run's folder and writes its report there: {@code study-NAME.json} (a
 * {@link StudyResult}), {@code .md}, {@code .html} and {@code .svg}. With other settings the same
 * study has files of its own, {@code study-NAME-2.json} and so on.
 */
public final class StudyRun {

  private static final Logger LOG = LoggerFactory.getLogger(StudyRun.class);

  private final Run run;
  private final Experiment experiment;
  private final Study study;
  private final List<Point> points;
  private final List<PlannedStage> stages;
  private final StudySettings settings;

  /**
   * A study in a run's folder. Nothing is computed yet, but every point is known to be possible.
   *
   * @throws org.rcnn.pipeline.config.ConfigException if a value of the study is invalid, or a point
   *     cannot have it
   * @throws IOException if a point starts from other weights, and they cannot be read
   */
  public StudyRun(Experiment experiment, Studies.Asked asked) throws IOException {
    this.run = experiment.run();
    this.experiment = experiment;
    this.study = asked.study();
    this.points = asked.points(run.config());
    this.stages = new ArrayList<>();
    for (Point point : points) {
      Experiment varied = experiment.with(point.config());
      study.requireStart(point, varied.backbone());
      stages.addAll(varied.plan(Goal.DETECTIONS, point.row()));
    }
    this.settings = new StudySettings(run.config());
  }

  /**
   * Evaluates every point, and writes the report.
   *
   * @throws IOException if a stage fails, or the report cannot be written
   */
  public StudyResult run() throws IOException {
    run.begin(stages);
    List<Measured> measured = new ArrayList<>();
    List<String> notes = new ArrayList<>(study.notes(run.config(), points));
    List<String> diverged = new ArrayList<>();
    for (Point point : points) {
      Experiment varied = experiment.with(point.config());
      try {
        measured.add(new Measured(point, varied, new Evidence(varied).resampled(point.row())));
      } catch (DivergedException e) {
        // A finding too, unless it is the only one.
        LOG.warn("{} {} {}: {}", study.name(), point.label(), point.series(), e.getMessage());
        notes.add(
            "%s is left out: training diverged at iteration %d."
                .formatted(named(point), e.iteration()));
        diverged.add(study.axis(run.config()).labels() + " " + named(point));
        if (measured.isEmpty() && point == points.get(points.size() - 1)) {
          throw e;
        }
        continue;
      }
      LOG.info(
          "{} {} {}: mAP {}",
          study.name(),
          point.label(),
          point.series(),
          Values.percent(measured.get(measured.size() - 1).meanAp()));
    }
    Path root = run.folder().root();
    String name = fileName(study.name());
    StudyResult result =
        new StudyResult(
            study.name(),
            name,
            study.question(),
            study.source(),
            subject(),
            finding(study, measured, diverged) + seeds(measured),
            study.axis(run.config()),
            notes,
            rows(measured),
            study.charts(measured),
            PeakMemory.bytes());
    StudyReport report = new StudyReport(result, settings.byKey());
    List<Artifact> artifacts =
        measured.stream().flatMap(point -> artifacts(point).values().stream()).toList();
    Json.write(root.resolve(name + ".json"), Manifest.of(experiment, artifacts, result.toTree()));
    AtomicFile.writeText(root.resolve(name + ".md"), Printable.text(report.toMarkdown()));
    AtomicFile.writeText(root.resolve(name + ".html"), report.toHtml());
    AtomicFile.writeText(
        root.resolve(name + ".svg"),
        study.answer(result.charts()).map(report::toSvg).orElseGet(report::toSvg));
    RunPages.link(root);
    return result;
  }

  /** The name of a study's files that has, or would have, these settings and images. */
  private String fileName(String other) {
    return settings.fileName(
        run.folder().root(),
        other,
        Map.of(
            "train_fingerprint", run.train().fingerprint(),
            "test_fingerprint", run.test().fingerprint()));
  }

  /**
   * What the ranges leave out where points have networks of their own: each was trained once. The
   * study of seeds says it itself.
   */
  private String seeds(List<Measured> measured) {
    long networks =
        measured.stream()
            .map(point -> artifacts(point).get(Experiment.FINE_TUNING))
            .filter(Objects::nonNull)
            .map(Artifact::place)
            .distinct()
            .count();
    boolean scored = measured.stream().anyMatch(point -> !Double.isNaN(point.meanAp()));
    if (networks < 2 || !scored || changedSettings().contains("finetune.seed")) {
      return "";
    }
    Set<String> layers =
        points.stream().map(point -> point.row().layer().label()).collect(Collectors.toSet());
    OptionalDouble difference =
        SeedSpread.largestDifference(
            run.folder().root().resolve(fileName(SeedsStudy.NAME) + ".json"), layers);
    if (difference.isEmpty()) {
      return " Each network was trained once; what another seed would change is not in the ranges"
          + " (study seeds).";
    }
    String size = Values.size(difference.getAsDouble());
    return size.equals(Values.size(0))
        ? " Each network was trained once; of the configured fine-tuning, another seed makes no"
            + " difference that the figures show (study seeds)."
        : " Each network was trained once; two of the configured fine-tuning may differ by %s by their seeds alone (study seeds)."
            .formatted(size);
  }

  private static String named(Point point) {
    return point.label() + (point.series().isEmpty() ? "" : " (" + point.series() + ")");
  }

  /**
   * The study's answer, and what it could not measure.
   *
   * @param diverged the points whose training diverged, in words
   */
  static String finding(Study study, List<Measured> measured, List<String> diverged)
      throws IOException {
    // All points have the same test images, so either all have a mean AP or none has.
    String answer =
        measured.stream().allMatch(point -> Double.isNaN(point.meanAp()))
            ? "The test images have no object that counts, so there is no mAP, and the question stays open."
            : study.finding(measured) + oneImage(measured.get(0).result().images());
    return diverged.isEmpty()
        ? answer
        : "%s Training diverged with %s.".formatted(answer, Values.list(diverged));
  }

  private static String oneImage(int images) {
    return images == 1
        ? " The test set has only one image, so no difference can be told from chance."
        : "";
  }

  /** What all points have in common, the images, and the settings. */
  private String subject() {
    Set<String> rows = new TreeSet<>();
    points.forEach(point -> rows.add(point.row().label()));
    return "%s, %s, %s; %s"
        .formatted(
            experiment.backbone().definition().name(),
            rows.size() == 1 ? rows.iterator().next() : rows.size() + " kinds of detectors",
            run.source(),
            settings.described(changedSettings()));
  }

  private List<StudyResult.Point> rows(List<Measured> measured) throws IOException {
    Set<Path> shared = shared(measured);
    Set<String> changed = changedSettings();
    TreeSet<Double> places = new TreeSet<>();
    measured.forEach(point -> places.add(point.point().at()));
    List<StudyResult.Point> rows = new ArrayList<>();
    for (Measured point : measured) {
      // An axis of names has no gap where a point is left out.
      double at =
          study.axis(run.config()).numeric()
              ? study.place(point)
              : places.headSet(point.point().at()).size();
      rows.add(row(point, at, shared, changed));
    }
    return rows;
  }

  /** What the stages of all points have made together; nothing if there is only one. */
  private static Set<Path> shared(List<Measured> measured) {
    Set<Path> shared = new HashSet<>();
    for (int i = 0; i < measured.size(); i++) {
      Set<Path> made = new HashSet<>();
      artifacts(measured.get(i)).values().forEach(artifact -> made.add(artifact.place()));
      if (i == 0) {
        shared.addAll(made);
      } else {
        shared.retainAll(made);
      }
    }
    return measured.size() == 1 ? Set.of() : shared;
  }

  private static Map<String, Artifact> artifacts(Measured measured) {
    return measured.experiment().artifacts(measured.point().row());
  }

  private StudyResult.Point row(Measured measured, double at, Set<Path> shared, Set<String> changed)
      throws IOException {
    Point point = measured.point();
    Map<String, Double> stageSeconds = new LinkedHashMap<>();
    double seconds = 0;
    for (Map.Entry<String, Artifact> stage : artifacts(measured).entrySet()) {
      double taken = run.folder().secondsOf(stage.getValue());
      // A study chooses no thresholds, and a stage of an older folder may have no time.
      if (!Double.isNaN(taken)) {
        stageSeconds.put(stage.getKey(), taken);
        seconds += shared.contains(stage.getValue().place()) ? 0 : taken;
      }
    }
    Evidence evidence = new Evidence(measured.experiment());
    Optional<MiningEvidence> mining = evidence.mining(point.row());
    Map<String, String> ofPoint = new StudySettings(point.config()).byKey();
    ofPoint.keySet().retainAll(changed);
    Interval range = measured.range();
    return new StudyResult.Point(
        point.series(),
        point.label(),
        at,
        point.row().label(),
        ofPoint,
        measured.meanAp(),
        range.low(),
        range.high(),
        measured.result().classesInMean(),
        measured.result().apByClass(),
        mining.map(m -> samples(m.totalSamples())).orElse(null),
        mining.map(MiningEvidence::misplacedShare).orElse(Double.NaN),
        localisation(evidence.errors(point.row()).topFalsePositives()),
        seconds,
        stageSeconds,
        study.figures(measured));
  }

  private static Samples samples(SampleCounts counts) {
    return new Samples(
        counts.groundTruthPositives(),
        counts.proposalPositives(),
        counts.positivesAfter(),
        counts.ignored(),
        counts.negatives(),
        counts.negativesAfter());
  }

  private static double localisation(Map<ErrorKind, Integer> kinds) {
    double all = kinds.values().stream().mapToInt(Integer::intValue).sum();
    return kinds.get(ErrorKind.LOCALISATION) / all;
  }

  /** The keys that any point has another value of than the run. */
  private Set<String> changedSettings() {
    Map<String, String> configured = settings.byKey();
    Set<String> changed = new TreeSet<>();
    for (Point point : points) {
      Map<String, String> ofPoint = new StudySettings(point.config()).byKey();
      Set<String> keys = new TreeSet<>(configured.keySet());
      keys.addAll(ofPoint.keySet());
      keys.stream()
          .filter(key -> !Objects.equals(ofPoint.get(key), configured.get(key)))
          .forEach(changed::add);
    }
    return changed;
  }
}
