package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.rcnn.data.Fingerprint;
import org.rcnn.pipeline.config.FlatSettings;
import org.rcnn.pipeline.run.FinishedFolder;
import org.rcnn.pipeline.run.ImageList;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.MadeArtifact;
import org.rcnn.pipeline.stage.DetectorFile;

/**
 * Where two finished runs part: the first artifact, in the order of the stages, whose bytes differ,
 * and what may be behind it.
 *
 * <p>The runs are the same if every artifact, the detector file and the scores are. Settings,
 * versions and machines may differ all the same; then they had no effect. Both folders are only
 * read. An artifact that is no longer what its stage made counts as one that differs.
 */
public final class RunDifference {

  /** What packs the trained parts into one file; the last of what a run makes. */
  private static final String DETECTOR = "detector file";

  /** So many names of images stand in the text; the JSON has all. */
  private static final int SHOWN = 5;

  /** A line of the text is cut here: a key holds whole records of settings. */
  private static final int WIDEST = 160;

  /**
   * An artifact of the two runs.
   *
   * @param name its description in the manifests
   * @param places in the first and the second run; empty where a run has none
   * @param objections what is wrong with either: missing or damaged
   * @param files those that differ, by their names with HASH in place of the key's
   * @param madeFrom parts of the keys that differ, hashes of earlier artifacts among them, with
   *     both values
   */
  record Compared(
      String name,
      List<String> places,
      List<String> objections,
      Set<String> files,
      Map<String, List<String>> madeFrom) {

    boolean same() {
      return objections.isEmpty() && files.isEmpty() && places.stream().noneMatch(String::isEmpty);
    }
  }

  /**
   * The images of one split that differ.
   *
   * @param onlyFirst names that the first run alone has
   * @param onlySecond names that the second run alone has
   * @param pictures names of both, with other pictures
   * @param annotations names of both, with other annotations
   */
  record Images(
      List<String> onlyFirst,
      List<String> onlySecond,
      List<String> pictures,
      List<String> annotations) {

    static Images of(Map<String, ImageList.Content> first, Map<String, ImageList.Content> second) {
      List<String> onlyFirst = new ArrayList<>();
      List<String> pictures = new ArrayList<>();
      List<String> annotations = new ArrayList<>();
      first.forEach(
          (name, content) -> {
            ImageList.Content other = second.get(name);
            if (other == null) {
              onlyFirst.add(name);
              return;
            }
            if (!other.picture().equals(content.picture())) {
              pictures.add(name);
            }
            if (!other.annotation().equals(content.annotation())) {
              annotations.add(name);
            }
          });
      List<String> onlySecond =
          second.keySet().stream().filter(name -> !first.containsKey(name)).toList();
      return new Images(onlyFirst, onlySecond, pictures, annotations);
    }
  }

  private final List<Path> runs;
  private final List<Compared> artifacts;
  private final Map<String, List<String>> scores;
  private final Map<String, List<String>> settings;
  private final Map<String, List<String>> provenance;
  private final Optional<Images> train;
  private final Optional<Images> test;

  private RunDifference(FinishedFolder first, FinishedFolder second) throws IOException {
    runs = List.of(first.root(), second.root());
    artifacts = artifacts(first, second);
    scores = RunFacts.differing(List.of(scores(first.manifest()), scores(second.manifest())));
    List<RunFacts> facts = List.of(new RunFacts(first.manifest()), new RunFacts(second.manifest()));
    settings = RunFacts.differing(facts.stream().map(RunFacts::settings).toList());
    provenance = RunFacts.differing(facts.stream().map(RunFacts::provenance).toList());
    Optional<ImageList> ofFirst = ImageList.of(first);
    Optional<ImageList> ofSecond = ImageList.of(second);
    boolean known = ofFirst.isPresent() && ofSecond.isPresent();
    train =
        known && provenance.containsKey("training data")
            ? Optional.of(Images.of(ofFirst.get().train(), ofSecond.get().train()))
            : Optional.empty();
    test =
        known && provenance.containsKey("test data")
            ? Optional.of(Images.of(ofFirst.get().test(), ofSecond.get().test()))
            : Optional.empty();
  }

  /**
   * Compares two runs.
   *
   * @throws IOException if a file cannot be read, or a list of images is damaged
   */
  public static RunDifference of(FinishedFolder first, FinishedFolder second) throws IOException {
    return new RunDifference(first, second);
  }

  private static List<Compared> artifacts(FinishedFolder first, FinishedFolder second)
      throws IOException {
    List<Compared> all = new ArrayList<>();
    for (String name : inOrder(first.artifactNames(), second.artifactNames())) {
      all.add(compared(name, first, second));
    }
    detectors(first.root(), second.root()).ifPresent(all::add);
    return all;
  }

  /** The names of both in the order of the stages, which is that of either list. */
  private static List<String> inOrder(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    int at = 0;
    for (String name : second) {
      int place = all.indexOf(name);
      if (place < 0) {
        all.add(at++, name);
      } else {
        at = place + 1;
      }
    }
    return all;
  }

  private static Compared compared(String name, FinishedFolder first, FinishedFolder second) {
    List<String> objections = new ArrayList<>();
    List<String> places = new ArrayList<>();
    List<MadeArtifact> made = new ArrayList<>();
    for (FinishedFolder run : List.of(first, second)) {
      places.add(run.place(name));
      if (run.has(name)) {
        try {
          made.add(run.made(name));
        } catch (IOException e) {
          objections.add(e.getMessage());
        }
      }
    }
    if (made.size() < 2) {
      return new Compared(name, places, objections, Set.of(), Map.of());
    }
    Set<String> files = new TreeSet<>();
    for (int i = 0; i < 2; i++) {
      Map<String, String> other = made.get(1 - i).files();
      made.get(i)
          .files()
          .forEach(
              (file, sha256) -> {
                if (!sha256.equals(other.get(file))) {
                  files.add(file);
                }
              });
    }
    Map<String, List<String>> madeFrom =
        RunFacts.differing(
            made.stream().map(artifact -> FlatSettings.of(artifact.madeFrom())).toList());
    return new Compared(name, places, objections, files, madeFrom);
  }

  private static Optional<Compared> detectors(Path first, Path second) throws IOException {
    List<String> places = new ArrayList<>();
    Set<String> contents = new TreeSet<>();
    for (Path run : List.of(first, second)) {
      Path file = run.resolve(DetectorFile.NAME);
      boolean exists = Files.isRegularFile(file);
      places.add(exists ? DetectorFile.NAME : "");
      if (exists) {
        contents.add(new Fingerprint().addFile(file).hex());
      }
    }
    if (contents.isEmpty()) {
      return Optional.empty();
    }
    Set<String> files = contents.size() > 1 ? Set.of(DetectorFile.NAME) : Set.of();
    return Optional.of(new Compared(DETECTOR, places, List.of(), files, Map.of()));
  }

  /** What a run scored, without what it took. */
  private static Map<String, String> scores(JsonNode manifest) {
    JsonNode result = manifest.path("result");
    ObjectNode kept = Json.object();
    for (String key : List.of("row", "metric", "mAP", "ap")) {
      if (result.has(key)) {
        kept.set(key, result.get(key));
      }
    }
    return FlatSettings.of(kept);
  }

  /** Whether every artifact, the detector file and the scores are the same. */
  public boolean isSame() {
    return first().isEmpty() && scores.isEmpty();
  }

  private Optional<Compared> first() {
    return artifacts.stream().filter(artifact -> !artifact.same()).findFirst();
  }

  /** What differs, and what is behind it, for a console. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    Optional<Compared> first = first();
    if (isSame()) {
      text.append(
          "The same: %d artifacts and the scores of %s and %s.%n"
              .formatted(artifacts.size(), runs.get(0), runs.get(1)));
    } else if (first.isEmpty()) {
      text.append(
          "All %d artifacts are the same; the scores differ.%n".formatted(artifacts.size()));
    } else {
      describe(first.get(), text);
    }
    listed("scores", scores, text);
    boolean without = isSame();
    listed(without ? "settings, without an effect" : "settings", settings, text);
    listed(
        without ? "data, versions and machine, without an effect" : "data, versions and machine",
        provenance,
        text);
    train.ifPresent(images -> named("training images", images, text));
    test.ifPresent(images -> named("test images", images, text));
    return text.toString();
  }

  private void describe(Compared first, StringBuilder text) {
    long alike = artifacts.stream().takeWhile(artifact -> artifact != first).count();
    text.append("The first artifact that differs: %s".formatted(first.name()));
    text.append(
        alike == 0 ? ".%n".formatted() : " (%d before it are the same).%n".formatted(alike));
    for (int i = 0; i < 2; i++) {
      String place = first.places().get(i);
      text.append(
          "  %s%n"
              .formatted(
                  place.isEmpty()
                      ? "%s has none".formatted(runs.get(i))
                      : runs.get(i).resolve(place)));
    }
    first.objections().forEach(objection -> text.append("  %s%n".formatted(objection)));
    if (!first.files().isEmpty()) {
      text.append("  files that differ: %s%n".formatted(shown(List.copyOf(first.files()))));
      if (first.madeFrom().isEmpty()) {
        text.append(
            "  It was made from the same inputs and settings: versions, machine or threads are behind it, or one of the two is damaged.%n"
                .formatted());
      } else {
        listed("what it was made from", first.madeFrom(), text);
      }
    }
  }

  private static void listed(
      String title, Map<String, List<String>> differing, StringBuilder text) {
    if (differing.isEmpty()) {
      return;
    }
    text.append("%s:%n".formatted(title));
    differing.forEach(
        (key, values) ->
            text.append("  %s: %s | %s%n".formatted(key, cut(values.get(0)), cut(values.get(1)))));
  }

  private static String cut(String value) {
    String line = FlatSettings.isEmpty(value) ? RunFacts.NONE : value;
    return line.length() <= WIDEST ? line : line.substring(0, WIDEST) + "...";
  }

  private static void named(String title, Images images, StringBuilder text) {
    text.append("%s:%n".formatted(title));
    names("only in the first run", images.onlyFirst(), text);
    names("only in the second run", images.onlySecond(), text);
    names("other pictures", images.pictures(), text);
    names("other annotations", images.annotations(), text);
  }

  private static void names(String what, List<String> names, StringBuilder text) {
    if (!names.isEmpty()) {
      text.append("  %s: %s%n".formatted(what, shown(names)));
    }
  }

  private static String shown(List<String> names) {
    return names.size() <= SHOWN
        ? String.join(", ", names)
        : "%s and %d more"
            .formatted(String.join(", ", names.subList(0, SHOWN)), names.size() - SHOWN);
  }

  /** The comparison as JSON. */
  public ObjectNode toTree() {
    ObjectNode tree = Json.object();
    tree.put("same", isSame());
    tree.set("runs", Json.tree(runs.stream().map(Path::toString).toList()));
    tree.put("first_difference", first().map(Compared::name).orElse(null));
    ArrayNode list = tree.putArray("artifacts");
    for (Compared artifact : artifacts) {
      ObjectNode node = list.addObject();
      node.put("name", artifact.name());
      node.put("same", artifact.same());
      node.set("places", Json.tree(artifact.places()));
      node.set("objections", Json.tree(artifact.objections()));
      node.set("files", Json.tree(artifact.files()));
      node.set("made_from", Json.tree(artifact.madeFrom()));
    }
    tree.set("scores", Json.tree(scores));
    tree.set("settings", Json.tree(settings));
    tree.set("provenance", Json.tree(provenance));
    tree.set("training_images", train.<JsonNode>map(Json::tree).orElse(null));
    tree.set("test_images", test.<JsonNode>map(Json::tree).orElse(null));
    return tree;
  }
}
