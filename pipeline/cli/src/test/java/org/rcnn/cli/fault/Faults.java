package org.rcnn.cli.fault;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What goes wrong with the files of this process, and when: every operation that changes a file
 * below the watched folder is counted, and one of them is the fault's turn.
 *
 * <p>The state is the process's, because the Java machine makes the one file system itself.
 */
final class Faults {

  /** What goes wrong. */
  enum Fault {
    /** Nothing. */
    NONE,
    /** The process is killed: nothing that comes after it reaches a file, no cleaning up either. */
    KILL,
    /**
     * The power fails: as a kill, and bytes and new names that were not forced to disk are lost.
     */
    POWER,
    /** The disk is full: from then on nothing can be written, but deleted and renamed. */
    FULL
  }

  /** An operation on a file. */
  enum Kind {
    /** It is created, or opened for writing. */
    OPEN,
    /** Bytes are written. */
    WRITE,
    /** It is renamed, deleted, cut or forced to disk: a full disk has room for that. */
    NAME
  }

  /** Ends the work of a process that was killed. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Killed() {
      super("killed");
    }
  }

  private static Optional<Path> watched = Optional.empty();
  private static Pattern counted = Pattern.compile("");
  private static Fault fault = Fault.NONE;
  private static long turn;
  private static long count;
  // By file, whatever its name: how many of its bytes are on disk for certain.
  private static final Map<Object, Long> UNFORCED = new HashMap<>();

  /** The renamings whose folders were not forced to disk since, the latest first. */
  private static final Deque<Renaming> RENAMINGS = new ArrayDeque<>();

  /**
   * A file's or folder's new name.
   *
   * @param replaced where what had the name before is kept; empty if nothing had it
   */
  private record Renaming(Path from, Path to, Optional<Path> replaced) {}

  private Faults() {}

  /**
   * Lets one operation fail.
   *
   * @param folder the operations on the files below it are counted
   * @param kind what goes wrong
   * @param at the number of the operation, from 1
   * @param names what the names of the files contain whose operations count
   */
  static synchronized void plan(Path folder, Fault kind, long at, String names) {
    watched = Optional.of(FaultyPath.real(folder));
    counted = Pattern.compile(names);
    fault = kind;
    turn = at;
    count = 0;
    UNFORCED.clear();
    RENAMINGS.clear();
  }

  /**
   * Ends the fault: the process is started again, or there is room.
   *
   * @return how many operations there were
   */
  static synchronized long end() throws IOException {
    if (fault == Fault.POWER && count >= turn) {
      loseUnforced();
      loseNames();
    }
    fault = Fault.NONE;
    watched = Optional.empty();
    return count;
  }

  /** Ends the fault with a power cut after all operations. */
  static synchronized void endWithoutPower() throws IOException {
    turn = 0;
    end();
  }

  private static void loseUnforced() throws IOException {
    if (!Files.exists(watched.orElseThrow())) {
      return;
    }
    try (var files = Files.walk(watched.orElseThrow())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Long kept = UNFORCED.get(id(file));
        if (kept != null && Files.size(file) > kept) {
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(kept);
          }
        }
      }
    }
  }

  private static void loseNames() throws IOException {
    for (Renaming renaming : RENAMINGS) {
      if (Files.exists(renaming.to()) && Files.exists(renaming.from().getParent())) {
        Files.move(renaming.to(), renaming.from(), StandardCopyOption.REPLACE_EXISTING);
        if (renaming.replaced().isPresent()) {
          Files.move(renaming.replaced().get(), renaming.to());
        }
      }
    }
  }

  private static Object id(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  private static boolean isWatched(Path file) {
    return watched.isPresent() && file.toAbsolutePath().startsWith(watched.get());
  }

  private static boolean counts(Path file) {
    return isWatched(file) && counted.matcher(file.getFileName().toString()).find();
  }

  /** Whether the next operation is the one that fails, if it is on this file. */
  static synchronized boolean isTurn(Path file) {
    return fault != Fault.NONE && count + 1 == turn && counts(file);
  }

  /** Counts an operation; fails if it is the fault's turn, or was. */
  static synchronized void before(Path file, Kind kind) throws IOException {
    if (!isWatched(file)) {
      return;
    }
    if (counts(file)) {
      count++;
    }
    if (fault == Fault.NONE || count < turn) {
      return;
    }
    if (fault != Fault.FULL) {
      throw new Killed();
    }
    if (kind == Kind.OPEN) {
      throw new FileSystemException(file.toString(), null, "No space left on device");
    } else if (kind == Kind.WRITE) {
      throw new IOException("No space left on device");
    }
  }

  /** Notes that of a file only so many bytes are certain, unless fewer were noted. */
  static synchronized void unforced(Path file, long certain) throws IOException {
    if (isWatched(file)) {
      UNFORCED.merge(id(file), certain, Math::min);
    }
  }

  /** Notes that all of a file's bytes, or a folder's names, are on disk. */
  static synchronized void forced(Path file) throws IOException {
    if (isWatched(file) && Files.exists(file)) {
      UNFORCED.remove(id(file));
      RENAMINGS.removeIf(renaming -> renaming.to().getParent().equals(file));
    }
  }

  /** Notes that a file or folder is about to get another name, which is not yet on disk. */
  static synchronized void renaming(Path from, Path to) throws IOException {
    if (fault == Fault.POWER && isWatched(to)) {
      Optional<Path> replaced = Optional.empty();
      if (Files.isRegularFile(to)) {
        Path kept = watched.get().resolveSibling("replaced-" + count);
        Files.deleteIfExists(kept);
        replaced = Optional.of(Files.createLink(kept, to));
      }
      RENAMINGS.push(new Renaming(from, to, replaced));
    }
  }
}
