package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.pipeline.run.Json;
import org.rcnn.svm.BoxRegressionReport;

/** What box regression did for each class: the file {@code <key>-report.json} beside it. */
final class BoxRegressionEvidence {

  private BoxRegressionEvidence() {}

  /** Writes the reports as a JSON list, aside first and then renamed. */
  static void write(Path file, List<BoxRegressionReport> reports) throws IOException {
    Json.write(file, Json.tree(reports));
  }

  /**
   * The reports that {@link #write} wrote.
   *
   * @throws IOException if the file cannot be read, or holds other components than a report's
   */
  static List<BoxRegressionReport> read(Path file) throws IOException {
    return List.of(Json.read(file, BoxRegressionReport[].class));
  }
}
