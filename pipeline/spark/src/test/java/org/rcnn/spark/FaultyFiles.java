package org.rcnn.spark;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * A file system {@code faulty:///}: a folder that tasks reach through Hadoop alone, in which a
 * number of commits of parts fail, or leave a part whose bytes have changed.
 */
public final class FaultyFiles extends RawLocalFileSystem {

  static final URI ROOT = URI.create("faulty:///");

  /** Spark makes the file system, so that the test reaches it only so. */
  static final AtomicInteger FAILING = new AtomicInteger();

  static final AtomicInteger DAMAGING = new AtomicInteger();

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    boolean part = to.toString().contains("/parts/");
    if (part && FAILING.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IOException("The disk is away.");
    }
    boolean renamed = super.rename(from, to);
    if (part && DAMAGING.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      try (RandomAccessFile file = new RandomAccessFile(pathToFile(to), "rw")) {
        file.seek(20);
        int value = file.read();
        file.seek(20);
        file.write(value ^ 1);
      }
    }
    return renamed;
  }
}
