package org.rcnn.spark;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * A file system {@code s3a:///}: a folder in the manner of an object store, which takes an object
 * whole, shows it when it is there, and cannot rename.
 */
public final class ObjectStoreFiles extends RawLocalFileSystem {

  static final URI ROOT = URI.create("s3a:///");

  /** Spark makes the file system, so that the test reaches it only so. */
  static final AtomicInteger PUTS = new AtomicInteger();

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return "s3a";
  }

  @Override
  public void copyFromLocalFile(boolean delete, boolean overwrite, Path from, Path to)
      throws IOException {
    java.nio.file.Path object = pathToFile(to).toPath();
    Files.createDirectories(object.getParent());
    java.nio.file.Path arriving = Files.createTempFile("object-", "");
    Files.copy(
        java.nio.file.Path.of(from.toUri().getPath()),
        arriving,
        StandardCopyOption.REPLACE_EXISTING);
    Files.move(arriving, object, StandardCopyOption.ATOMIC_MOVE);
    PUTS.incrementAndGet();
    if (delete) {
      Files.delete(java.nio.file.Path.of(from.toUri().getPath()));
    }
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    throw new IOException("An object store cannot rename.");
  }
}
