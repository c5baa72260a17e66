package org.rcnn.cli.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.rcnn.data.export.DetectionExport;
import org.rcnn.data.export.DetectionFormat;
import org.rcnn.pipeline.config.ConfigException;
import picocli.CommandLine.Option;

/** Where detections go in another tool's format. */
public final class DetectionOutput {

  @Option(
      names = "--format",
      paramLabel = "voc|coco|yolo|csv",
      description =
          "Also write the detections to --out: voc, XML files to correct by hand and train on;"
              + " coco, a results file; yolo, text files; csv, a table.")
  private DetectionFormat format;

  @Option(
      names = "--out",
      paramLabel = "PLACE",
      description = "The folder (voc, yolo) or file (coco, csv) of --format.")
  private Path place;

  /**
   * The writer that the options ask for; empty if they do not.
   *
   * @param classes the detector's classes, in the order of their numbers
   * @throws ConfigException if one option is given without the other
   * @throws IOException if the place cannot be written
   */
  public Optional<DetectionExport> open(List<String> classes) throws IOException {
    requireBoth();
    return format == null
        ? Optional.empty()
        : Optional.of(new DetectionExport(format, place, classes));
  }

  /**
   * Refuses one option without the other, before a detector is loaded.
   *
   * @throws ConfigException if only one is given
   */
  public void requireBoth() {
    if ((format == null) != (place == null)) {
      throw new ConfigException("--format and --out go together: give both, or none.");
    }
  }
}
