package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's folder: every stage's artifact under a key of its inputs and parameters.
 *
 * <p>An existing artifact is not made again. So a killed run resumes, and an ablation computes
 * shared stages once. A stage writes its artifact aside and renames it into place. A {@code .json}
 * beside it, the artifact's note, says what it was made from and how long that took.
 */
public final class RunFolder {

  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

  private static final Pattern NOTE = Pattern.compile("[0-9a-f]{12}\\.json");

  private final Path root;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final Map<String, Double> stageSeconds = new LinkedHashMap<>();
  private final Set<Path> counted = new HashSet<>();
  private final Set<String> reused = new HashSet<>();

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

  /** The folder. */
  public Path root() {
    return root;
  }

  /** Makes an artifact. */
  @FunctionalInterface
  public interface Maker {
    /** Writes the artifact to its place, a file or a folder, whole or not at all. */
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
   * Makes an artifact unless it exists.
   *
   * @param name the name under which its time is reported
   * @return the artifact
   * @throws IOException if the maker fails, or the note cannot be read or written
   */
  public Artifact make(Artifact artifact, String name, Maker maker) throws IOException {
    Path note = artifact.beside(".json");
    // Artifacts are renamed into place, so an existing one is complete, even if the process ended
    // before it wrote the note.
    if (Files.exists(artifact.place())) {
      if (!counted.add(artifact.place())) {
        return artifact;
      }
      double before = Files.exists(note) ? Json.read(note).path("seconds").asDouble() : 0;
      LOG.info("{}: reused; making it took {} s", name, Math.round(before));
      reused.add(name);
      count(artifact.key(), name, before);
      return artifact;
    }
    Files.createDirectories(artifact.place().getParent());
    LOG.info("{} ...", name);
    long begin = System.nanoTime();
    maker.make(artifact);
    double taken = (System.nanoTime() - begin) / 1e9;
    ObjectNode about = Json.object();
    about.put("name", name);
    about.put("seconds", taken);
    about.set("made-from", Json.tree(artifact.key().parts()));
    Json.write(note, about);
    LOG.info("{}: {} s", name, "%.1f".formatted(taken));
    counted.add(artifact.place());
    count(artifact.key(), name, taken);
    return artifact;
  }

  /** Seconds that it took to make an artifact, in this run or an earlier one; NaN if unknown. */
  public double secondsOf(Artifact artifact) throws IOException {
    Path note = artifact.beside(".json");
    return Files.exists(note) ? Json.read(note).path("seconds").asDouble(Double.NaN) : Double.NaN;
  }

  /**
   * Seconds that it took to make everything in the folder, in this run and earlier ones.
   *
   * @throws IOException if the folder or a note cannot be read
   */
  public double secondsOfAll() throws IOException {
    double sum = 0;
    try (Stream<Path> files = Files.walk(root, 2)) {
      for (Path note : files.filter(RunFolder::isNote).toList()) {
        sum += Json.read(note).path("seconds").asDouble();
      }
    }
    return sum;
  }

  private static boolean isNote(Path file) {
    return NOTE.matcher(file.getFileName().toString()).matches();
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
