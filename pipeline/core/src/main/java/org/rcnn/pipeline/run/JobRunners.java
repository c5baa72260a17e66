package org.rcnn.pipeline.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.rcnn.pipeline.config.ConfigException;

/**
 * Opens the {@link JobRunner}s of a kind of place, such as a cluster. An implementation is found
 * through {@link ServiceLoader}, so that nothing here stands on a cluster's libraries.
 */
public interface JobRunners {

  /** Whether a place is of this kind, such as {@code local[2]} or {@code spark://HOST:7077}. */
  boolean reaches(String place);

  /**
   * Opens a runner.
   *
   * @param place where to work
   * @param folder the run's folder
   * @throws IOException if the place cannot be reached
   */
  JobRunner open(String place, Path folder) throws IOException;

  /**
   * What reaches a place.
   *
   * @param place where to work
   * @throws ConfigException if nothing on the class path does
   */
  static JobRunners reaching(String place) {
    boolean any = false;
    for (JobRunners runners : ServiceLoader.load(JobRunners.class)) {
      any = true;
      if (runners.reaches(place)) {
        return runners;
      }
    }
    throw new ConfigException(
        any
            ? "--on %s names no place to work at; give local[N], local-cluster[N,CORES,MIB], spark://HOST:PORT, yarn or k8s://URL."
                .formatted(place)
            : ("--on %s needs rcnn-spark and Spark on the class path; start with ./rcnn run --on, or"
                    + " with spark-submit as pipeline/spark/README.md shows.")
                .formatted(place));
  }
}
