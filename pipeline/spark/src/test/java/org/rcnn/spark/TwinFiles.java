package org.rcnn.spark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * A file system {@code twin:///}: a folder in which two attempts at a part go in step. Each asks
 * whether the part is there when the other does, so both compute it and both commit it.
 */
public final class TwinFiles extends RawLocalFileSystem {

  static final URI ROOT = URI.create("twin:///");

  /** Commits of parts; Spark makes the file system, so that the test reaches it only so. */
  static final AtomicInteger COMMITS = new AtomicInteger();

  private static final CyclicBarrier STEP = new CyclicBarrier(2);

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return "twin";
  }

  private static boolean isPart(Path path) {
    return path.toString().contains("/parts/") && !path.getName().startsWith(".");
  }

  @Override
  public boolean exists(Path path) throws IOException {
    boolean there = super.exists(path);
    if (isPart(path)) {
      try {
        STEP.await(1, TimeUnit.MINUTES);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IOException("The other attempt did not come.", e);
      }
    }
    return there;
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    if (isPart(to)) {
      COMMITS.incrementAndGet();
    }
    return super.rename(from, to);
  }
}
