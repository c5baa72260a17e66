package org.rcnn.pipeline.track;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.rcnn.pipeline.run.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a run tells, for experiment trackers: {@code Run.onData(..., bars.and(tracker))}. What
 * was told is in the files at once, so a run can be watched. The folder is created with the first
 * figure. A disk that is full ends the tracking with a warning, not the run.
 *
 * <p>Thread-safe.
 */
public final class Tracker implements Progress.Monitor, Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(Tracker.class);

  private final Set<TrackFormat> formats;
  private final Path folder;
  private final LongSupplier millis;
  private final List<TrackFile> files = new ArrayList<>();
  private boolean begun;
  private boolean failed;

  /**
   * A tracker.
   *
   * @param formats the forms to write; none for a tracker that writes nothing
   * @param folder the folder to write to; files that are there are kept or added to
   */
  public Tracker(Set<TrackFormat> formats, Path folder) {
    this(formats, folder, System::currentTimeMillis);
  }

  /** With another clock, in milliseconds since 1970. */
  Tracker(Set<TrackFormat> formats, Path folder, LongSupplier millis) {
    this.formats = new TreeSet<>(formats);
    this.folder = folder;
    this.millis = millis;
  }

  @Override
  public Progress start(String task, long total, String unit) {
    return new Progress.Unseen();
  }

  /** Stages are named without commas, which MLflow refuses in the name of a figure. */
  @Override
  public void finished(String stage, double seconds) {
    scalar("seconds/" + stage.replace(",", ""), 0, seconds);
  }

  /** A value that is not a number is left out: nothing was measured. */
  @Override
  public void scalar(String name, long step, double value) {
    if (!Double.isNaN(value)) {
      each(file -> file.scalar(name, step, value, millis.getAsLong()));
    }
  }

  @Override
  public boolean wantsPictures() {
    return !formats.isEmpty();
  }

  @Override
  public void picture(String name, long step, Progress.Drawing drawing) {
    if (!formats.isEmpty()) {
      each(
          new Writing() {
            private byte[] png;

            @Override
            public void to(TrackFile file) throws IOException {
              if (png == null) {
                png = drawing.png();
              }
              file.picture(name, step, png, millis.getAsLong());
            }
          });
    }
  }

  /** Writes to a file. */
  @FunctionalInterface
  private interface Writing {
    void to(TrackFile file) throws IOException;
  }

  private synchronized void each(Writing writing) {
    if (failed) {
      return;
    }
    try {
      begin();
      for (TrackFile file : files) {
        writing.to(file);
      }
    } catch (IOException e) {
      failed = true;
      LOG.warn(
          "{} cannot be written ({}); the run goes on, and is not tracked any more.",
          folder,
          e.getMessage());
    }
  }

  private void begin() throws IOException {
    if (begun || formats.isEmpty()) {
      return;
    }
    begun = true;
    // Checked first, because Java 17 cannot "create" a folder that exists as a link to a folder.
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
    for (TrackFormat format : formats) {
      files.add(
          switch (format) {
            case TENSORBOARD ->
                new EventFile(folder, millis.getAsLong(), ProcessHandle.current().pid());
            case CSV -> new ScalarTable(folder);
          });
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (TrackFile file : files) {
      file.close();
    }
    files.clear();
  }
}
