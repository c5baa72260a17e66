package org.rcnn.data;

import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A file that appears under its name complete or not at all. It is written as {@code NAME.partial}
 * in the same folder; {@link #commit} forces it to disk and renames it. Closing it without a commit
 * discards it and keeps an older file of the same name.
 *
 * <p>A missing folder is created. A {@code NAME.partial} that a killed process left is replaced. A
 * link is followed: the file that it points to is replaced. A pipe or a device, such as {@code
 * /dev/stdout}, is written directly, because it must not be replaced by a file.
 *
 * <p>Not thread-safe. A file is written with one of {@link #write(ByteBuffer)}, {@link #out} and
 * {@link #writer}, not with several of them.
 */
public final class AtomicFile implements Closeable {

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int CHUNK_BYTES = 1 << 20;

  /** What the system says of a write that fails, and no more. */
  private static final Set<String> BARE =
      Set.of("No space left on device", "Disk quota exceeded", "File too large");

  private final Path target;
  // The target itself if it is written directly.
  private final Path partial;
  private final FileChannel channel;
  private final OutputStream out;
  private final Writer writer;
  // Whether what was written stays when the file is closed without a commit.
  private final boolean resumable;
  private boolean committed;

  /** Writes a file or a folder to a path. */
  @FunctionalInterface
  public interface Maker {
    /** Writes the complete file or folder. */
    void make(Path place) throws IOException;
  }

  private AtomicFile(Path target, Path partial, FileChannel channel, boolean resumable) {
    this.target = target;
    this.partial = partial;
    this.channel = channel;
    this.resumable = resumable;
    this.out = new BufferedOutputStream(new Chunks(), BUFFER_BYTES);
    this.writer =
        new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8.newEncoder()));
  }

  /**
   * Starts a file.
   *
   * @throws IOException if the file cannot be opened for writing
   */
  public static AtomicFile create(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(
          file.toString(),
          null,
          "it is a folder, and a file is to be written there; move it away, or name another file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return new AtomicFile(file, file, FileChannel.open(file, StandardOpenOption.WRITE), false);
    }
    Path target = target(file);
    Path partial = partial(target);
    FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    return new AtomicFile(target, partial, channel, false);
  }

  /**
   * Starts a file, or resumes one: closing it without a commit keeps what was written, and what
   * such a close or a killed process left is kept here, to be looked at in {@link #partial()} and
   * cut with {@link #truncate}. Writing begins at its end.
   *
   * @throws IOException if the file cannot be opened for writing
   */
  public static AtomicFile resume(Path file) throws IOException {
    Path target = target(file);
    Path partial = partial(target);
    FileChannel channel =
        FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.position(channel.size());
    return new AtomicFile(target, partial, channel, true);
  }

  /** Where the file is written until it is committed. */
  public Path partial() {
    return partial;
  }

  /**
   * Drops what was written beyond a number of bytes. Only for {@link #write(ByteBuffer)}, which
   * buffers nothing.
   */
  public void truncate(long bytes) throws IOException {
    channel.truncate(bytes);
  }

  /**
   * Writes a text file in UTF-8.
   *
   * @throws IOException if it cannot be written; an older file is then unchanged
   */
  public static void writeText(Path file, String text) throws IOException {
    try (AtomicFile aside = create(file)) {
      aside.writer().write(text);
      aside.commit();
    }
  }

  /**
   * Makes a file or a folder that can only be written to a path, not to a stream: a database, an
   * archive, a folder of files. If the maker fails, everything that it wrote is deleted.
   *
   * @param place where it appears when the maker is done; must not be an existing folder
   * @param maker writes it to the path that it is given
   * @throws IOException if the maker throws it, or its result cannot be moved to the place
   */
  public static void make(Path place, Maker maker) throws IOException {
    Path partial = partial(target(place));
    delete(partial);
    try {
      resume(place, maker);
    } finally {
      delete(partial);
    }
  }

  /**
   * As {@link #make}, but what the maker wrote stays if it fails or the process is killed. The
   * maker finds it in the path that it is given, and continues from there.
   */
  public static void resume(Path place, Maker maker) throws IOException {
    Path target = target(place);
    Path partial = partial(target);
    try {
      maker.make(partial);
      for (Path path : tree(partial)) {
        force(path);
      }
    } catch (IOException e) {
      // What writes to a channel has no name to tell.
      throw e.getMessage() != null && BARE.contains(e.getMessage()) ? unwritten(target, e) : e;
    }
    rename(partial, target);
  }

  /** The stream of the file's bytes, buffered; {@link #commit} flushes it. */
  public OutputStream out() {
    return out;
  }

  /** The writer of the file's text, in UTF-8, buffered; {@link #commit} flushes it. */
  public Writer writer() {
    return writer;
  }

  /**
   * Appends the bytes from the buffer's position to its limit, unbuffered. The position is then the
   * limit.
   */
  public void write(ByteBuffer bytes) throws IOException {
    int limit = bytes.limit();
    while (bytes.position() < limit) {
      // Java copies a heap buffer to a native one of the same size, and caches that per thread.
      bytes.limit(Math.min(limit, bytes.position() + CHUNK_BYTES));
      try {
        channel.write(bytes);
      } catch (IOException e) {
        throw unwritten(target, e);
      }
    }
  }

  /** The failure of a write to a channel, whose own message names no file. */
  public static IOException unwritten(Path target, IOException e) {
    return e.getMessage() == null
        ? e
        : new IOException(
            "%s cannot be written: %s. Make room or choose another place, and try again."
                .formatted(target, e.getMessage()),
            e);
  }

  /** Completes the file, forces it to disk and renames it, replacing an older one. */
  public void commit() throws IOException {
    // This also flushes the stream below the writer; the channel stays open.
    writer.close();
    if (!partial.equals(target)) {
      try {
        channel.force(true);
      } catch (IOException e) {
        // A full disk may tell only now.
        throw unwritten(target, e);
      }
      channel.close();
      rename(partial, target);
    }
    committed = true;
  }

  /**
   * Discards what was written, unless it was committed, went to a pipe or a device, or can be
   * resumed.
   */
  @Override
  public void close() throws IOException {
    channel.close();
    if (!committed && !resumable && !partial.equals(target)) {
      Files.deleteIfExists(partial);
    }
  }

  /** The unbuffered stream of the channel. */
  private final class Chunks extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      AtomicFile.this.write(ByteBuffer.wrap(bytes, from, count));
    }
  }

  /** The path with links resolved; its folder is created if missing. */
  private static Path target(Path file) throws IOException {
    if (Files.exists(file)) {
      return file.toRealPath();
    }
    Path target = file.toAbsolutePath();
    // Checked first, because Java 17 cannot "create" a folder that exists as a link to a folder.
    if (!Files.isDirectory(target.getParent())) {
      Files.createDirectories(target.getParent());
    }
    return target;
  }

  /** Where a file or folder of a path, which is no link, is written until it is complete. */
  public static Path partial(Path target) {
    return target.resolveSibling(target.getFileName() + ".partial");
  }

  /**
   * Moves a file or folder that is complete to another place of the same file system, at once, and
   * forces the new name to disk. An older file there is replaced.
   */
  public static void move(Path complete, Path place) throws IOException {
    rename(complete, place);
  }

  private static void rename(Path partial, Path target) throws IOException {
    try {
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
    }
    // The new name is an entry of the folder, which otherwise reaches the disk only later.
    force(target.getParent());
  }

  private static void force(Path path) throws IOException {
    boolean folder = Files.isDirectory(path);
    try (FileChannel channel =
        FileChannel.open(path, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open folders, and some network file systems cannot force them to disk.
      if (!folder) {
        throw e;
      }
    }
  }

  /** Deletes a file, or a folder with everything in it, if it is there. */
  public static void delete(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      List<Path> paths = tree(path);
      Collections.reverse(paths);
      for (Path each : paths) {
        Files.delete(each);
      }
    }
  }

  /** A file, or a folder and everything in it, each folder before its contents. */
  private static List<Path> tree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return new ArrayList<>(paths.toList());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
