package org.rcnn.cli.options;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.rcnn.pipeline.track.TrackFormat;
import org.rcnn.pipeline.track.Tracker;
import picocli.CommandLine.Option;

/** For which experiment trackers a command keeps its figures. */
public final class TrackOption {

  /** The folder of the files, in the folder of the command's results. */
  private static final String FOLDER = "track";

  @Option(
      names = "--track",
      split = ",",
      paramLabel = "FORMAT",
      description =
          "Keep losses, rates, AP and pictures in the folder track beside the results, while they"
              + " come: tensorboard for event files, csv for scalars.csv, or both with a comma."
              + " Default: neither.")
  private Set<TrackFormat> formats = new LinkedHashSet<>();

  /**
   * What keeps the figures; to be closed by the caller.
   *
   * @param results the folder of the results, which need not exist
   */
  public Tracker tracker(Path results) {
    return new Tracker(formats, results.resolve(FOLDER));
  }
}
