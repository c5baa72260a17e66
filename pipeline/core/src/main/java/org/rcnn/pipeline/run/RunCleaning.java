package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Frees the disk of what a run's folder no longer needs.
 *
 * <p>Needed are the artifacts that {@code plan.json} (the latest command), {@code manifest.json},
 * {@code ablation.json} and each {@code study-NAME.json} name, and all that those were made from,
 * as their notes say. Of the other artifacts it removes the files that their notes list, and the
 * notes; and each {@code HASH.making} folder in which no needed artifact is being made. Everything
 * else stays: files that no note knows, pages and tables, the detector, the scenes of the demo.
 */
public final class RunCleaning {

  private static final Pattern NOTE = Pattern.compile("([0-9a-f]{12})\\.json");
  private static final Pattern MAKING = Pattern.compile("([0-9a-f]{12})\\.making");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{12}");
  private static final Pattern NAMING =
      Pattern.compile("plan\\.json|manifest\\.json|ablation\\.json|study-.+\\.json");

  private final Path root;
  private final List<Waste> waste = new ArrayList<>();
  private long kept;

  /**
   * Something that is not needed.
   *
   * @param place its file or folder
   * @param name what it is, in words
   * @param bytes the disk that it takes
   * @param files what is to be removed, in this order
   */
  public record Waste(Path place, String name, long bytes, List<Path> files) {

    /** Keeps its own copy. */
    public Waste {
      files = List.copyOf(files);
    }
  }

  /**
   * Looks for what a run's folder does not need; nothing is removed yet. Another process must not
   * work in the folder meanwhile ({@link RunFolder#lock}).
   *
   * @throws IOException if the folder or a file in it cannot be read, nothing in it says what is
   *     needed, or a file of an earlier version does not say it
   */
  public RunCleaning(Path root) throws IOException {
    this.root = root;
    Map<String, ArtifactNote> notes = notes();
    Set<String> named = named();
    Set<String> needed = withOrigins(named, notes);
    for (Map.Entry<String, ArtifactNote> entry : notes.entrySet()) {
      Waste artifact = artifact(entry.getKey(), entry.getValue());
      if (needed.contains(entry.getKey())) {
        kept += artifact.bytes();
      } else {
        waste.add(artifact);
      }
    }
    for (Path making : begun()) {
      String key = key(making.getParent(), MAKING, making).orElseThrow();
      if (!needed.contains(key) || notes.containsKey(key) && exists(key, notes.get(key))) {
        waste.add(new Waste(making, "begun and left", DiskNeed.size(making), bottomUp(making)));
      } else {
        kept += DiskNeed.size(making);
      }
    }
  }

  /** What is not needed: artifacts by stage, then what was begun. */
  public List<Waste> waste() {
    return List.copyOf(waste);
  }

  /** The bytes of what is not needed. */
  public long bytes() {
    return waste.stream().mapToLong(Waste::bytes).sum();
  }

  /** The bytes of the artifacts that are needed. */
  public long keptBytes() {
    return kept;
  }

  /**
   * Removes what is not needed.
   *
   * @throws IOException if a file cannot be removed
   */
  public void remove() throws IOException {
    for (Waste each : waste) {
      for (Path file : each.files()) {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) && !isEmpty(file)) {
          // Something that no note knows lies in it.
          continue;
        }
        Files.deleteIfExists(file);
      }
    }
  }

  /** The artifacts that have notes of this version, by stage and hash, such as {@code svm/HASH}. */
  private Map<String, ArtifactNote> notes() throws IOException {
    Map<String, ArtifactNote> notes = new TreeMap<>();
    for (Path stage : folders()) {
      for (Path file : list(stage)) {
        Optional<String> key = key(stage, NOTE, file);
        if (key.isPresent() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          read(file).ifPresent(note -> notes.put(key.get(), note));
        }
      }
    }
    return notes;
  }

  private static Optional<ArtifactNote> read(Path file) {
    try {
      return Optional.of(ArtifactNote.read(file)).filter(note -> note.files().isPresent());
    } catch (IOException e) {
      // No note of ours.
      return Optional.empty();
    }
  }

  private static Optional<String> key(Path stage, Pattern pattern, Path file) {
    Matcher name = pattern.matcher(file.getFileName().toString());
    return name.matches()
        ? Optional.of(stage.getFileName() + "/" + name.group(1))
        : Optional.empty();
  }

  /** The folders in which artifacts are being made, or were when a process ended. */
  private List<Path> begun() throws IOException {
    List<Path> begun = new ArrayList<>();
    for (Path stage : folders()) {
      for (Path file : list(stage)) {
        if (key(stage, MAKING, file).isPresent()
            && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          begun.add(file);
        }
      }
    }
    return begun;
  }

  /** The artifacts that the folder's files name, by stage and hash. */
  private Set<String> named() throws IOException {
    Set<String> named = new HashSet<>();
    int files = 0;
    for (Path file : list(root)) {
      if (!NAMING.matcher(file.getFileName().toString()).matches()) {
        continue;
      }
      files++;
      JsonNode artifacts = Json.read(file).path(RunFolder.NEEDED_ARTIFACTS);
      if (!artifacts.isArray()) {
        throw new IOException(
            "%s does not say which artifacts it stands on, because an earlier version wrote it. Give its command again, which uses what is there, or remove the file."
                .formatted(file));
      }
      for (JsonNode place : artifacts) {
        named.add(withoutEnding(place.asText()));
      }
    }
    if (files == 0) {
      throw new IOException(
          "Nothing in %s says what a run needs; it is no folder of a run, or of an earlier version."
              .formatted(root));
    }
    return named;
  }

  /** Stage and hash of an artifact's place, such as {@code thresholds/HASH-thresholds.json}. */
  static String withoutEnding(String place) {
    int hash = place.indexOf('/') + 1;
    int digits = 0;
    while (hash + digits < place.length()
        && Character.digit(place.charAt(hash + digits), 16) >= 0) {
      digits++;
    }
    return place.substring(0, hash + digits);
  }

  /** Artifacts and all that they were made from. */
  private static Set<String> withOrigins(Set<String> named, Map<String, ArtifactNote> notes) {
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(named);
    while (!open.isEmpty()) {
      String key = open.remove();
      if (needed.add(key) && notes.containsKey(key)) {
        Set<String> hashes = new HashSet<>();
        collect(notes.get(key).madeFrom(), hashes);
        notes.keySet().stream()
            .filter(other -> hashes.contains(other.substring(other.indexOf('/') + 1)))
            .forEach(open::add);
      }
    }
    return needed;
  }

  private static void collect(JsonNode node, Collection<String> hashes) {
    if (node.isTextual() && HASH.matcher(node.asText()).matches()) {
      hashes.add(node.asText());
    }
    node.forEach(below -> collect(below, hashes));
  }

  /** What is to be removed of an artifact: its note last, so that a second call finds the rest. */
  private Waste artifact(String key, ArtifactNote note) throws IOException {
    Path stage = root.resolve(key).getParent();
    String hash = root.resolve(key).getFileName().toString();
    List<Path> files = new ArrayList<>();
    Set<Path> within = new HashSet<>();
    long bytes = 0;
    for (ArtifactNote.Made made : note.files().orElse(List.of())) {
      Path file = stage.resolve(made.path()).normalize();
      if (!file.startsWith(stage)
          || !stage.relativize(file).getName(0).toString().startsWith(hash)) {
        // Whatever the note says, only what bears the artifact's name is the artifact's.
        continue;
      }
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        files.add(file);
        bytes += Files.size(file);
      }
      for (Path up = file.getParent(); !up.equals(stage); up = up.getParent()) {
        within.add(up);
      }
    }
    within.stream()
        .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
        .forEach(files::add);
    Path noteFile = stage.resolve(hash + RunFolder.NOTE_ENDING);
    files.add(noteFile);
    return new Waste(stage.resolve(hash), note.name(), bytes + DiskNeed.size(noteFile), files);
  }

  private boolean exists(String key, ArtifactNote note) throws IOException {
    return artifact(key, note).files().size() > 1;
  }

  private List<Path> folders() throws IOException {
    return list(root).stream().filter(Files::isDirectory).toList();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static List<Path> bottomUp(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.sorted(Comparator.reverseOrder()).toList();
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }
}
