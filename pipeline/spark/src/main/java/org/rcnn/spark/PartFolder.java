package org.rcnn.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The folder that all machines see, on any of Hadoop's file systems: a disk that they share, HDFS,
 * an object store.
 *
 * <p>A file is uploaded under a name of its own and renamed into place when it is whole. If it is
 * there by then, another attempt at the same part was faster, and had the same bytes; this one's is
 * deleted. An object store has no renaming, but shows an object only when it is whole: there the
 * file is put in its place at once.
 *
 * @param root the folder
 * @param configuration of Hadoop's file systems
 */
record PartFolder(URI root, SerializableConfiguration configuration) implements Serializable {

  /** Stores whose renaming is a copy, and whose objects appear whole. */
  private static final Set<String> OBJECT_STORES =
      Set.of("s3a", "s3", "gs", "abfs", "abfss", "wasb");

  private static final String ASIDE = ".partial-";

  static PartFolder of(URI root, Configuration configuration) {
    return new PartFolder(root, new SerializableConfiguration(configuration));
  }

  private FileSystem files() throws IOException {
    FileSystem files = FileSystem.get(root, configuration.value());
    // Checksums beside each file would be a second file to commit; records have their own.
    return files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
  }

  private Path place(String name) {
    return name.isEmpty() ? new Path(root) : new Path(new Path(root), name);
  }

  /** Whether the folder is on the disks of the machines themselves, or mounted there. */
  boolean isMounted() {
    return "file".equals(root.getScheme());
  }

  boolean exists(String name) throws IOException {
    return files().exists(place(name));
  }

  /**
   * Takes a file over. Afterwards it is in the folder, whole, whoever wrote it; the local one is
   * gone.
   */
  void commit(java.nio.file.Path local, String name) throws IOException {
    FileSystem files = files();
    Path place = place(name);
    if (OBJECT_STORES.contains(root.getScheme())) {
      files.copyFromLocalFile(true, true, new Path(local.toUri()), place);
      return;
    }
    Path aside = new Path(place.getParent(), ASIDE + UUID.randomUUID());
    try {
      files.mkdirs(place.getParent());
      files.copyFromLocalFile(true, true, new Path(local.toUri()), aside);
      // The local file system renames onto what exists, HDFS refuses to; both leave a whole file.
      if (!files.exists(place) && !files.rename(aside, place) && !files.exists(place)) {
        throw new IOException(
            "%s cannot be renamed to %s; look whether the folder can be written."
                .formatted(aside, place));
      }
    } finally {
      if (files.exists(aside)) {
        files.delete(aside, false);
      }
    }
  }

  /** A file of the folder on this machine's disk; closing it deletes a copy. */
  record Fetched(java.nio.file.Path file, boolean copied) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (copied) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Gets a file; one that is mounted is not copied.
   *
   * @throws IOException if there is none, or it cannot be copied
   */
  Fetched fetch(String name) throws IOException {
    Path place = place(name);
    if (isMounted()) {
      return new Fetched(java.nio.file.Path.of(place.toUri().getPath()), false);
    }
    java.nio.file.Path copy = Files.createTempFile("rcnn-part-", ".part");
    try {
      files().copyToLocalFile(false, place, new Path(copy.toUri()), true);
    } catch (FileNotFoundException e) {
      Files.delete(copy);
      throw new IOException("There is no part %s.".formatted(place), e);
    }
    return new Fetched(copy, true);
  }

  /** Deletes a file or folder, if it is there; all with an empty name. */
  void delete(String name) throws IOException {
    files().delete(place(name), true);
  }
}
