package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rcnn.data.AtomicFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's folder: every stage's artifact under a key of its inputs and parameters.
 *
 * <p>An existing artifact is not made again. So a killed run resumes, and an ablation computes
 * shared stages once. A stage writes its artifact aside and renames it into place. A {@code .json}
 * beside it, the artifact's note, says what it was made from, how long that took, and which files
 * with which checksums were made.
 */
public final class RunFolder {

  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

  /** The ending of the folder in which an artifact is made. */
  static final String MAKING = ".making";

  /** The key under which files of the folder name the artifacts that they stand on. */
  public static final String NEEDED_ARTIFACTS = "needed_artifacts";

  /** What the latest command came to, or would have, by place. */
  static final String PLAN = "plan.json";

  static final String NOTE_ENDING = ".json";

  private final Path root;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final Map<String, Double> stageSeconds = new LinkedHashMap<>();
  private final Set<Path> counted = new HashSet<>();
  private final Set<String> reused = new HashSet<>();
  private RunPlan plan = new RunPlan(List.of());
  private Progress.Monitor monitor = Progress.Monitor.SILENT;

  /**
   * Opens a folder; creates it if missing.
   *
   * @throws IOException if it is a file, or cannot be created
   */
  public RunFolder(Path root) throws IOException {
    this.root = root;
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new IOException(root + " is a file; name a folder for the run.");
    }
    // Checked first, because Java 17 refuses to create a folder that is a link to one.
    if (!Files.isDirectory(root)) {
      Files.createDirectories(root);
    }
  }

  /**
   * Locks the folder against other processes until the returned lock is closed. Call it once in a
   * process: a second call fails too, but on many systems it releases the first lock.
   *
   * @throws IOException if another run is using the folder
   */
  public Closeable lock() throws IOException {
    FileChannel channel =
        FileChannel.open(
            root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("The folder is locked by this process.", e);
    } catch (IOException e) {
      // Some network file systems have no locks; the folder can still be used.
      LOG.debug("The folder cannot be locked.", e);
      return channel;
    }
    channel.close();
    throw new IOException(
        "Another run is using %s; wait until it ends, or name another folder.".formatted(root));
  }

  /** Says who is told of the stages. */
  void show(Progress.Monitor shown) {
    monitor = shown;
  }

  /** The folder. */
  public Path root() {
    return root;
  }

  /**
   * Says which stages will come, so that each has a number and an estimate of the time to the end.
   * Their places are written to {@code plan.json}: {@link RunCleaning} keeps them.
   *
   * @param stages in their order; one that comes twice counts once
   * @param shown is told of each stage that begins
   * @return the stages, each once
   * @throws IOException if the file cannot be written
   */
  List<PlannedStage> plan(List<PlannedStage> stages, Progress.Monitor shown) throws IOException {
    plan = new RunPlan(stages);
    monitor = shown;
    ObjectNode tree = Json.object();
    tree.set(
        NEEDED_ARTIFACTS,
        Json.tree(places(plan.stages().stream().map(PlannedStage::artifact).toList())));
    Json.write(root.resolve(PLAN), tree);
    return plan.stages();
  }

  /**
   * Artifacts as files of the folder name them: by their place in it, with slashes, each once.
   *
   * @return the places, in the artifacts' order
   */
  public List<String> places(Collection<Artifact> artifacts) {
    return artifacts.stream()
        .map(artifact -> root.relativize(artifact.place()).toString().replace('\\', '/'))
        .distinct()
        .toList();
  }

  /** Makes an artifact. */
  @FunctionalInterface
  public interface Maker {
    /**
     * Writes the artifact to its place, a file or a folder, whole or not at all, and what belongs
     * to it {@link Artifact#beside} it.
     */
    void make(Artifact artifact) throws IOException;
  }

  /**
   * The artifact of a key, whether it exists or not.
   *
   * @param ending the file's ending, such as {@code ".bin"}; empty for a folder
   */
  public Artifact artifact(Key key, String ending) {
    return new Artifact(key, root.resolve(key.stage()).resolve(key.hash() + ending));
  }

  /**
   * Makes an artifact unless it exists, and is what was made: its files are compared with those of
   * its note, once in a process. A damaged artifact is reported, and made anew.
   *
   * <p>The maker writes into a folder {@code HASH.making}, which a failed or killed one leaves, so
   * that the next continues there if it can. When it is done, its files are moved beside each other
   * into the stage's folder, the note first and the artifact itself last. So an artifact that
   * exists is complete and has its note.
   *
   * @param name the name under which its time is reported
   * @return the artifact
   * @throws IOException if the maker fails, or a file cannot be read, moved or written
   */
  public Artifact make(Artifact artifact, String name, Maker maker) throws IOException {
    if (Files.exists(artifact.place())) {
      if (counted.contains(artifact.place())) {
        return artifact;
      }
      Optional<ArtifactNote> note = intactNote(artifact);
      if (note.isPresent()) {
        double before = note.get().seconds();
        String place = plan.meet(artifact).map(RunFolder::before).orElse("");
        LOG.info("{}{}: reused; making it took {} s", place, name, Math.round(before));
        plan.measured(artifact, before);
        reused.add(name);
        // Left empty by a process that was killed as it deleted it.
        AtomicFile.delete(artifact.beside(MAKING));
        counted.add(artifact.place());
        count(artifact.key(), name, before);
        monitor.finished(name, before);
        return artifact;
      }
    }
    Path making = artifact.beside(MAKING);
    boolean resumes = Files.isDirectory(making) && DiskNeed.size(making) > 0;
    Files.createDirectories(making);
    reopen(making.resolve(artifact.place().getFileName()));
    Optional<RunStage> stage = plan.meet(artifact);
    String place = stage.map(RunFolder::before).orElse("");
    LOG.info("{}{} ...{}", place, name, timeLeft(stage, artifact));
    stage.ifPresent(monitor::stage);
    monitor.began(name);
    long begin = System.nanoTime();
    maker.make(new Artifact(artifact.key(), making.resolve(artifact.place().getFileName())));
    double taken = (System.nanoTime() - begin) / 1e9;
    monitor.stageEnded();
    take(artifact, making, name, taken);
    LOG.info("{}{}: {} s", place, name, "%.1f".formatted(taken));
    if (!resumes) {
      // Of one that was begun earlier only the rest was measured.
      plan.measured(artifact, taken);
    }
    counted.add(artifact.place());
    count(artifact.key(), name, taken);
    monitor.finished(name, taken);
    return artifact;
  }

  /**
   * A folder that was complete when the process was killed becomes an unfinished one again: the
   * maker completes it, and then renames it to a name that no folder may have.
   */
  private static void reopen(Path made) throws IOException {
    if (Files.isDirectory(made)) {
      Path partial = AtomicFile.partial(made);
      AtomicFile.delete(partial);
      AtomicFile.move(made, partial);
    }
  }

  private static String before(RunStage stage) {
    return stage.place() + ": ";
  }

  private String timeLeft(Optional<RunStage> stage, Artifact artifact) {
    return stage
        .flatMap(
            begun ->
                plan.of(artifact)
                    .and(begun.after())
                    .and(begun.alikeAfter(plan.of(artifact)))
                    .wordsInFull())
        .map(" "::concat)
        .orElse("");
  }

  /** The note of an artifact that is as it was made; empty, and the artifact gone, if it is not. */
  private Optional<ArtifactNote> intactNote(Artifact artifact) throws IOException {
    Path stage = artifact.place().getParent();
    String objection;
    try {
      ArtifactNote note = ArtifactNote.read(artifact.beside(NOTE_ENDING));
      Optional<String> changed = note.firstChange(stage);
      if (changed.isEmpty()) {
        return Optional.of(note);
      }
      objection = changed.get();
    } catch (NoSuchFileException e) {
      objection = "%s is missing".formatted(artifact.beside(NOTE_ENDING));
      LOG.debug("The note is missing.", e);
    } catch (IOException e) {
      objection = "%s cannot be read".formatted(artifact.beside(NOTE_ENDING));
      LOG.debug("The note cannot be read.", e);
    }
    LOG.warn("{}; it and what belongs to it are made anew.", objection);
    // The artifact first: without it, the rest counts for nothing.
    AtomicFile.delete(artifact.place());
    try (Stream<Path> files = Files.list(stage)) {
      Pattern own = Pattern.compile(artifact.hash() + "(-[a-z-]+)?\\.[a-z]+");
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        // Folders too: one may stand in the place of a file.
        if (own.matcher(name).matches() && !name.endsWith(MAKING)) {
          AtomicFile.delete(file);
        }
      }
    }
    return Optional.empty();
  }

  /** Moves what a maker made into the stage's folder. */
  private static void take(Artifact artifact, Path making, String name, double seconds)
      throws IOException {
    Path made = making.resolve(artifact.place().getFileName());
    if (!Files.exists(made)) {
      throw new IOException("Nothing was made at %s.".formatted(made));
    }
    ArtifactNote.of(artifact.key(), name, seconds, making).write(artifact.beside(NOTE_ENDING));
    List<Path> all;
    try (Stream<Path> files = Files.list(making)) {
      all = files.filter(file -> !file.equals(made)).toList();
    }
    for (Path file : all) {
      AtomicFile.move(file, artifact.place().resolveSibling(file.getFileName()));
    }
    AtomicFile.move(made, artifact.place());
    Files.delete(making);
  }

  /** Seconds that it took to make an artifact, in this run or an earlier one; NaN if unknown. */
  public double secondsOf(Artifact artifact) throws IOException {
    Path note = artifact.beside(NOTE_ENDING);
    return Files.exists(note) ? ArtifactNote.read(note).seconds() : Double.NaN;
  }

  /**
   * Seconds that it took to make what the latest command came to, in it or before, by the place in
   * the folder. What was not made, or not timed, is left out.
   *
   * @throws IOException if no command has worked in the folder, or a note cannot be read
   */
  public Map<String, Double> secondsOfPlan() throws IOException {
    Map<String, Double> taken = new LinkedHashMap<>();
    for (JsonNode place : Json.read(root.resolve(PLAN)).path(NEEDED_ARTIFACTS)) {
      Path note = root.resolve(RunCleaning.withoutEnding(place.asText()) + NOTE_ENDING);
      double one = Files.exists(note) ? ArtifactNote.read(note).seconds() : Double.NaN;
      if (!Double.isNaN(one)) {
        taken.put(place.asText(), one);
      }
    }
    return taken;
  }

  private void count(Key key, String name, double taken) {
    seconds.merge(name, taken, Double::sum);
    stageSeconds.merge(key.stage(), taken, Double::sum);
  }

  /**
   * Seconds so far by the stage's name in keys, such as {@code features}, which scripts rely on.
   */
  public Map<String, Double> stageSeconds() {
    return new LinkedHashMap<>(stageSeconds);
  }

  /** Whether an artifact of a name in {@link #make} existed; its seconds are an earlier run's. */
  public boolean wasReused(String name) {
    return reused.contains(name);
  }

  /** Seconds so far by the name in {@link #make}, in the order of the first calls. */
  public Map<String, Double> seconds() {
    return new LinkedHashMap<>(seconds);
  }
}
