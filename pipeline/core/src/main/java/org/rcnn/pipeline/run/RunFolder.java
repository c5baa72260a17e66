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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's folder: every stage's artifact under a key of its inputs and parameters.
 *
 * <p>An existing artifact is not made again: so a killed run resumes, and an ablation computes once
 * what its rows share. A stage writes aside and renames into place; beside its artifact it leaves a
 * {@code .json} with what it was made from and how long that took.
 */
public final class RunFolder {

  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

  private final Path root;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final Map<String, Double> stageSeconds = new LinkedHashMap<>();
  private final Set<Path> counted = new HashSet<>();
  private final Set<String> reused = new HashSet<>();

  /**
   * A run in a folder, which is made if missing.
   *
   * @throws IOException if it cannot be made
   */
  public RunFolder(Path root) throws IOException {
    this.root = root;
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new IOException(root + " is a file; name a folder for the run.");
    }
    // Asked first, because Java 17 refuses to create a folder that is a link to one.
    if (!Files.isDirectory(root)) {
      Files.createDirectories(root);
    }
  }

  /**
   * Keeps other processes out of the folder until what is returned is closed. Meant for one call in
   * a process: a second one is refused, too, but on many systems it lets other processes in again.
   *
   * @throws IOException if another run is at work in it
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
      LOG.debug("The folder is locked by this very process.", e);
    } catch (IOException e) {
      // Some network file systems have no locks; the folder can still be used.
      LOG.debug("The folder cannot be locked.", e);
      return channel;
    }
    channel.close();
    throw new IOException(
        "Another run is at work in %s; wait for its end or name another folder.".formatted(root));
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
   * Where the artifact of a key lies, or will lie once it is made.
   *
   * @param ending the file's ending, such as {@code ".bin"}; empty for a folder
   */
  public Artifact artifact(Key key, String ending) {
    return new Artifact(key, root.resolve(key.stage()).resolve(key.hash() + ending));
  }

  /**
   * Makes an artifact if it is not there.
   *
   * @param name the name under which its time is reported
   * @return the artifact
   */
  public Artifact make(Artifact artifact, String name, Maker maker) throws IOException {
    Path note = artifact.beside(".json");
    // Artifacts come to their place only by a rename, so an existing one is whole, even if the
    // process ended before the note was written.
    if (Files.exists(artifact.place())) {
      if (!counted.add(artifact.place())) {
        return artifact;
      }
      double before = Files.exists(note) ? Json.read(note).path("seconds").asDouble() : 0;
      LOG.info("{}: already there, {} s when it was made", name, Math.round(before));
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

  /** How long an artifact took to make, now or in an earlier run; NaN if that is not known. */
  public double secondsOf(Artifact artifact) throws IOException {
    Path note = artifact.beside(".json");
    return Files.exists(note) ? Json.read(note).path("seconds").asDouble(Double.NaN) : Double.NaN;
  }

  private void count(Key key, String name, double taken) {
    seconds.merge(name, taken, Double::sum);
    stageSeconds.merge(key.stage(), taken, Double::sum);
  }

  /** Seconds by the stage's own name, such as {@code features}: what scripts rely on. */
  public Map<String, Double> stageSeconds() {
    return new LinkedHashMap<>(stageSeconds);
  }

  /** Whether a stage's artifact was there before; its seconds are then those of an earlier run. */
  public boolean wasReused(String name) {
    return reused.contains(name);
  }

  /** Seconds of each stage so far, in the order in which they were asked for. */
  public Map<String, Double> seconds() {
    return new LinkedHashMap<>(seconds);
  }
}
