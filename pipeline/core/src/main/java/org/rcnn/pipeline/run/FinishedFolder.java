package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;

/**
 * The folder of a finished run, which is only read: it is not locked, nothing in it is made anew,
 * and it may lie on a medium that cannot be written.
 *
 * <p>What is known of the run is in its {@code manifest.json}: the settings, where the images were
 * and what they were, and which artifacts the result is of. So neither weights nor training images
 * are needed, and a folder stays readable when a stage's keys have changed since.
 */
public final class FinishedFolder {

  /** The name of a run's manifest in its folder. */
  public static final String MANIFEST = "manifest.json";

  private static final String CONFIG = "config.yaml";

  /** The key of the row's artifacts by name in {@code manifest.json}. */
  public static final String ARTIFACTS = "artifacts";

  private static final String NOTE_ENDING = ".json";
  private static final int HASH_DIGITS = 12;

  /** A stage's folder, and in it a hash with any ending: no other file is read. */
  private static final Pattern PLACE = Pattern.compile("[a-z-]+/[0-9a-f]{12}[a-z.-]*");

  private final Path root;
  private final JsonNode manifest;
  private final PipelineConfig config;
  private final Set<Path> verified = new HashSet<>();

  private FinishedFolder(Path root, JsonNode manifest, PipelineConfig config) {
    this.root = root;
    this.manifest = manifest;
    this.config = config;
  }

  /** Whether a folder looks like that of a finished run. */
  public static boolean is(Path folder) {
    return Files.isRegularFile(folder.resolve(MANIFEST))
        && Files.isRegularFile(folder.resolve(CONFIG));
  }

  /**
   * Opens a folder.
   *
   * @param root a run's folder
   * @throws IOException if there is no such folder, no run has finished in it, or its manifest is
   *     damaged or of another version
   */
  public static FinishedFolder open(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new IOException("There is no folder %s; name the folder of a run.".formatted(root));
    }
    Path file = root.resolve(MANIFEST);
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "%s has no %s, so no run has finished there; name the folder of a finished `rcnn run`."
              .formatted(root, MANIFEST));
    }
    JsonNode manifest = Json.read(file);
    if (!manifest.path(ARTIFACTS).isObject() || !manifest.path("stages").isArray()) {
      throw new IOException(
          ("%s does not name the run's artifacts: it is damaged, or of an earlier version. The run"
                  + " given again with the same options and --out reuses what is there, and writes"
                  + " it anew.")
              .formatted(file));
    }
    try {
      PipelineConfig config =
          new ConfigLoader().tree(manifest.path("configuration"), file.toString());
      return new FinishedFolder(root, manifest, config);
    } catch (ConfigException e) {
      throw new IOException(
          "The run in %s is of another version: %s".formatted(root, e.getMessage()), e);
    }
  }

  /**
   * What a manifest says of artifacts, to be read by {@link #artifact}.
   *
   * @param root the run's folder
   * @param artifacts by description; those that do not exist are left out
   * @return their places from the folder, with slashes
   */
  public static JsonNode places(Path root, Map<String, Artifact> artifacts) {
    var places = Json.object();
    artifacts.forEach(
        (name, artifact) -> {
          if (Files.exists(artifact.place())) {
            places.put(name, root.relativize(artifact.place()).toString().replace('\\', '/'));
          }
        });
    return places;
  }

  /** The folder. */
  public Path root() {
    return root;
  }

  /** All that {@code manifest.json} says. */
  public JsonNode manifest() {
    return manifest;
  }

  /** The run's settings; those that the run did not know yet are at their defaults. */
  public PipelineConfig config() {
    return config;
  }

  /** Whether the run has an artifact of a description. */
  public boolean has(String name) {
    return manifest.get(ARTIFACTS).has(name);
  }

  /**
   * An artifact of the run, compared with the checksums of its note when it is first asked for.
   *
   * @param name its description in the manifest, such as {@code "detections"}
   * @throws IOException if the run has none, or it is missing or damaged
   */
  public Artifact artifact(String name) throws IOException {
    String place = place(name);
    if (!PLACE.matcher(place).matches()) {
      throw new IOException(
          "%s names no artifact \"%s\" of the run; `rcnn run` with the same options and --out writes it anew."
              .formatted(root.resolve(MANIFEST), name));
    }
    String[] parts = place.split("/");
    Key key = new Key(parts[0], parts[1].substring(0, HASH_DIGITS), Map.of());
    Artifact artifact = new Artifact(key, root.resolve(place));
    if (!verified.contains(artifact.place())) {
      Optional<String> objection = objection(artifact);
      if (objection.isPresent()) {
        throw new IOException(
            "%s; `rcnn run` with the same options and --out makes it anew."
                .formatted(objection.get()));
      }
      verified.add(artifact.place());
    }
    return artifact;
  }

  /** The descriptions of the run's artifacts, in the order of the stages. */
  public List<String> artifactNames() {
    List<String> names = new ArrayList<>();
    manifest.get(ARTIFACTS).fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Where the manifest says that an artifact is, from the folder; empty if the run has none. */
  public String place(String name) {
    return manifest.get(ARTIFACTS).path(name).asText();
  }

  /**
   * What the note of an artifact says of it, which is compared with its files.
   *
   * @throws IOException as {@link #artifact}, or if the note is of an earlier version, which does
   *     not list files
   */
  public MadeArtifact made(String name) throws IOException {
    Path file = artifact(name).beside(NOTE_ENDING);
    ArtifactNote note = ArtifactNote.read(file);
    List<ArtifactNote.Made> made =
        note.files()
            .orElseThrow(
                () ->
                    new IOException(
                        "%s is of an earlier version and lists no files; `rcnn run` with the same options and --out writes it anew."
                            .formatted(file)));
    Map<String, String> files = new TreeMap<>();
    for (ArtifactNote.Made each : made) {
      files.put(
          each.path().replaceFirst("^[0-9a-f]{%d}".formatted(HASH_DIGITS), "HASH"), each.sha256());
    }
    return new MadeArtifact(place(name), note.madeFrom(), files);
  }

  private static Optional<String> objection(Artifact artifact) throws IOException {
    if (!Files.exists(artifact.place())) {
      return Optional.of("%s is missing".formatted(artifact.place()));
    }
    try {
      return ArtifactNote.read(artifact.beside(NOTE_ENDING))
          .firstChange(artifact.place().getParent());
    } catch (NoSuchFileException e) {
      return Optional.of("%s is missing".formatted(artifact.beside(NOTE_ENDING)));
    }
  }

  /** Seconds that it took to make an artifact; NaN if unknown. */
  public double secondsOf(Artifact artifact) throws IOException {
    Path note = artifact.beside(NOTE_ENDING);
    return Files.exists(note) ? ArtifactNote.read(note).seconds() : Double.NaN;
  }

  /**
   * The images that the run was tested on: those where its manifest says or, if they are not there
   * any more, those of the first other folder that has the same.
   *
   * @param elsewhere folders of annotated images
   * @throws IOException if none of the folders has them
   */
  public DetectionSet test(List<Path> elsewhere) throws IOException {
    String wanted = manifest.path("data").path("test_fingerprint").asText();
    List<Path> places = new ArrayList<>();
    places.add(images());
    places.addAll(elsewhere);
    List<String> objections = new ArrayList<>();
    for (Path place : places) {
      if (!Files.exists(place)) {
        objections.add("there is no %s".formatted(place));
        continue;
      }
      try {
        DetectionSet test = read(place);
        if (test.fingerprint().equals(wanted)) {
          return test;
        }
        objections.add("those in %s are others, or were changed".formatted(place));
      } catch (IOException e) {
        objections.add("%s cannot be read (%s)".formatted(place, e.getMessage()));
      }
    }
    throw new IOException(
        "The test images of %s are needed, but %s; name the folder that has them with --data."
            .formatted(root, String.join("; ", objections)));
  }

  /** Where the run's images were; they may have moved since. */
  public Path images() {
    String source = manifest.path("data").path("source").asText();
    Path demo = Run.demoPlace(config, root);
    if (source.equals(Run.GENERATED) || source.isEmpty()) {
      return demo;
    }
    try {
      return Path.of(source);
    } catch (InvalidPathException e) {
      // A manifest that was changed: nothing lies there.
      return root.resolve(MANIFEST).resolve("source");
    }
  }

  private DetectionSet read(Path data) throws IOException {
    PipelineConfig.Data asked = config.data();
    Dataset dataset = RunImages.finished(data, asked.test(), root);
    // What is wrong with single images stands in the manifest.
    Problems known = new Problems(false, MANIFEST);
    return DetectionSet.read(dataset, asked.test(), asked.limit(), asked.exifOrientation(), known);
  }
}
