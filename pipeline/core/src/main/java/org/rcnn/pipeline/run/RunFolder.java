package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.rcnn.data.Fingerprint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's folder: every stage's artifact under a key of its inputs and parameters.
 *
 * <p>An artifact that is there is not made again: so a killed run goes on where it was, and an
 * ablation computes what its rows share once. A stage writes aside and renames into place; beside
 * its artifact it leaves a {@code .json} with what it was made from and how long that took.
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
    Files.createDirectories(root);
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

  /**
   * What identifies an artifact.
   *
   * @param stage the stage's name, also its folder's
   * @param hash of everything the artifact depends on
   * @param parts what was hashed, for the reader
   */
  public record Key(String stage, String hash, Map<String, Object> parts) {
    /**
     * A key.
     *
     * @param version raised when a stage's code makes something else of the same inputs
     * @param parts inputs and parameters; values are numbers, text, other keys' hashes or trees
     */
    public static Key of(String stage, int version, Map<String, ?> parts) {
      Map<String, Object> sorted = new TreeMap<>(parts);
      sorted.put("version", version);
      return new Key(stage, Fingerprint.of(Json.tree(sorted).toString()).substring(0, 12), sorted);
    }
  }

  /** Makes an artifact at a place. */
  @FunctionalInterface
  public interface Maker {
    /** Writes the artifact; the place may be a file or a folder. */
    void make(Path place) throws IOException;
  }

  /** Where an artifact lies or will lie. */
  public Path place(Key key, String ending) {
    return root.resolve(key.stage()).resolve(key.hash() + ending);
  }

  /**
   * The artifact of a key, made now if it is not there.
   *
   * @param name the name under which its time is reported
   * @param ending the file's ending, such as {@code ".bin"}; empty for a folder
   * @param maker writes a file itself aside and renames it; a folder is renamed here
   * @return its place
   */
  public Path artifact(Key key, String name, String ending, Maker maker) throws IOException {
    Path place = place(key, ending);
    Path note = place.resolveSibling(key.hash() + ".json");
    // Artifacts come to their place only by a rename, so what is there is whole, even if the
    // process ended before the note was written.
    if (Files.exists(place)) {
      if (!counted.add(place)) {
        return place;
      }
      double before = Files.exists(note) ? Json.read(note).path("seconds").asDouble() : 0;
      LOG.info("{}: already there, {} s when it was made", name, Math.round(before));
      reused.add(name);
      count(key, name, before);
      return place;
    }
    Files.createDirectories(place.getParent());
    LOG.info("{} ...", name);
    long begin = System.nanoTime();
    maker.make(place);
    double taken = (System.nanoTime() - begin) / 1e9;
    ObjectNode about = Json.object();
    about.put("name", name);
    about.put("seconds", taken);
    about.set("made-from", Json.tree(key.parts()));
    Json.write(note, about);
    LOG.info("{}: {} s", name, "%.1f".formatted(taken));
    counted.add(place);
    count(key, name, taken);
    return place;
  }

  /** How long an artifact took to make, now or in an earlier run; NaN if that is not known. */
  public double secondsOf(Key key) throws IOException {
    Path note = place(key, ".json");
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

  /** Writes a text file of the run aside and renames it into place. */
  public static void writeText(Path file, String text) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // A pipe or a device, such as /dev/stdout, must not be replaced by a file.
      Files.writeString(file, text, StandardOpenOption.WRITE);
      return;
    }
    // A link is followed: what it leads to is replaced, not the link.
    Path absolute = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    Path partial = absolute.resolveSibling(absolute.getFileName() + ".partial");
    Files.writeString(partial, text);
    Files.move(
        partial, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
