package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Printable;
import org.rcnn.eval.ApMetric;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.FinishedRun;
import org.rcnn.pipeline.stage.LearningCurve;

/**
 * Finished runs side by side: what differs between them, by how much each detects better than the
 * first, how they learned and what they took.
 *
 * <p>A difference of two runs on the same test images has a range of its own, from a bootstrap in
 * which both see the same resamples ({@link org.rcnn.eval.Bootstrap}); it is far narrower than the
 * ranges of the two figures. Where test images differ there is no such range, and the tables leave
 * the difference out.
 *
 * <p>All runs are scored with the metric of the first. Figures are fractions and seconds; pages
 * show per cent.
 */
public final class RunComparison {

  private final List<ComparedRun> runs;
  private final ApMetric metric;
  private final List<String> classes;

  RunComparison(List<ComparedRun> runs) {
    this.runs = List.copyOf(runs);
    this.metric = runs.get(0).result().metric();
    Set<String> names = new TreeSet<>();
    runs.forEach(run -> names.addAll(run.result().apByClass().keySet()));
    this.classes = List.copyOf(names);
  }

  /**
   * Scores runs.
   *
   * @param finished two runs or more; the first is what the others are compared with
   * @throws IllegalArgumentException if there are fewer
   * @throws IOException if an artifact of a run is missing or damaged
   */
  public static RunComparison of(List<FinishedRun> finished) throws IOException {
    if (finished.size() < 2) {
      throw new IllegalArgumentException("A comparison needs two runs, not " + finished.size());
    }
    FinishedRun first = finished.get(0);
    Set<String> scored = new TreeSet<>();
    finished.forEach(run -> scored.addAll(run.scoredClasses()));
    List<String> names = names(finished.stream().map(FinishedRun::folder).toList());
    List<ComparedRun> runs = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      FinishedRun run = finished.get(i);
      Optional<LearningCurve> curve =
          run.row().finetuned() ? Optional.of(new Evidence(run).learningCurve()) : Optional.empty();
      runs.add(
          new ComparedRun(
              names.get(i),
              run.folder(),
              run.row().label(),
              run.manifest(),
              run.resampled(
                  first.config().evaluation().metric(), List.copyOf(scored), first.config().seed()),
              same(first.test(), run.test()),
              curve));
    }
    return new RunComparison(runs);
  }

  private static boolean same(DetectionSet first, DetectionSet other) {
    return first.fingerprint().equals(other.fingerprint()) && ids(first).equals(ids(other));
  }

  private static List<String> ids(DetectionSet set) {
    return set.samples().stream().map(Sample::id).toList();
  }

  /**
   * The ends of paths, as long as it takes to tell them apart.
   *
   * @param paths of folders or files
   * @return the name of each, in their order; whole paths if one comes twice
   */
  public static List<String> names(List<Path> paths) {
    List<Path> whole = paths.stream().map(path -> path.toAbsolutePath().normalize()).toList();
    int longest = whole.stream().mapToInt(Path::getNameCount).max().orElse(0);
    for (int length = 1; length <= longest; length++) {
      List<String> names = new ArrayList<>();
      for (Path path : whole) {
        int count = path.getNameCount();
        names.add(
            count == 0
                ? path.toString()
                : path.subpath(Math.max(0, count - length), count).toString().replace('\\', '/'));
      }
      if (new HashSet<>(names).size() == names.size()) {
        return names;
      }
    }
    return whole.stream().map(Path::toString).toList();
  }

  List<ComparedRun> runs() {
    return runs;
  }

  /** The run that the others are compared with. */
  ComparedRun first() {
    return runs.get(0);
  }

  /** The runs that are compared with the first. */
  List<ComparedRun> others() {
    return runs.subList(1, runs.size());
  }

  /** How AP is computed, for all runs. */
  ApMetric metric() {
    return metric;
  }

  /** The classes that any run has an AP of, sorted. */
  List<String> classes() {
    return classes;
  }

  /** The settings that differ: key to the value of each run in their order. */
  Map<String, List<String>> differingSettings() {
    return RunFacts.differing(runs.stream().map(run -> run.facts().settings()).toList());
  }

  /** How many settings are equal. */
  int equalSettings() {
    Set<String> all = new HashSet<>();
    runs.forEach(run -> all.addAll(run.facts().settings().keySet()));
    return all.size() - differingSettings().size();
  }

  /** What else differs: data, versions, machine. */
  Map<String, List<String>> differingProvenance() {
    return RunFacts.differing(runs.stream().map(run -> run.facts().provenance()).toList());
  }

  private static <V> Set<String> keys(List<Map<String, V>> all) {
    Set<String> keys = new LinkedHashSet<>();
    all.forEach(one -> keys.addAll(one.keySet()));
    return keys;
  }

  /**
   * The stages of any run: name to the seconds of each run in their order; NaN where it has none.
   */
  Map<String, List<Double>> seconds() {
    List<Map<String, Double>> all = runs.stream().map(ComparedRun::seconds).toList();
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    for (String stage : keys(all)) {
      seconds.put(stage, all.stream().map(one -> one.getOrDefault(stage, Double.NaN)).toList());
    }
    return seconds;
  }

  /**
   * Writes {@code compare.html}, {@code .md}, {@code .csv} and {@code .json}.
   *
   * @param folder where to; created if missing
   * @return the comparison as JSON
   * @throws IOException if the folder cannot be written
   */
  public ObjectNode write(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
    ObjectNode tree = ComparisonJson.of(this);
    Json.write(folder.resolve("compare.json"), tree);
    AtomicFile.writeText(
        folder.resolve("compare.csv"), Printable.text(new ComparisonTable(this).toCsv()));
    AtomicFile.writeText(
        folder.resolve("compare.md"), Printable.text(new ComparisonTable(this).toMarkdown()));
    AtomicFile.writeText(
        folder.resolve("compare.html"), new ComparisonPage(this, folder).page().toHtml());
    return tree;
  }

  /** What was found, a sentence each, the most important first. */
  public List<String> findings() {
    return new ComparisonFindings(this).sentences();
  }

  /** The mean AP of each run, and what differs, for a console. */
  public String toText() {
    return new ComparisonTable(this).toText();
  }

  /** The problems of the runs' data, each once. */
  List<String> problems() {
    Set<String> all = new LinkedHashSet<>();
    runs.stream()
        .flatMap(run -> Stream.of(run.manifest().path("problems")))
        .forEach(problems -> problems.forEach(problem -> all.add(problem.asText())));
    return List.copyOf(all);
  }
}
