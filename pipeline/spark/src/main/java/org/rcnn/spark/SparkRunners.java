package org.rcnn.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.rcnn.pipeline.run.JobRunner;
import org.rcnn.pipeline.run.JobRunners;

/** Opens runners at Spark's masters. */
public final class SparkRunners implements JobRunners {

  private static final Pattern MASTERS =
      Pattern.compile(
          "local|local\\[(\\d+|\\*)(,\\d+)?]|local-cluster\\[\\d+,\\d+,\\d+]"
              + "|spark://.+|yarn|k8s://.+");

  @Override
  public boolean reaches(String place) {
    return MASTERS.matcher(place).matches();
  }

  @Override
  public JobRunner open(String place, Path folder) throws IOException {
    return SparkRunner.at(place, folder);
  }
}
