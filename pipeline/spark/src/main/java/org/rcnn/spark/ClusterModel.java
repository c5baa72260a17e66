package org.rcnn.spark;

import java.util.List;

/**
 * How long a stage takes on n cores, from rates that were measured on one: a formula, for plans.
 *
 * <pre>{@code
 * parts    P = ceil(images / 32)
 * task     t = launch + 32 · secondsPerImage
 * waves    w = ceil(P / cores)
 * dispatch   = P · dispatch                                  the driver sends tasks one by one
 * commit     = P · commit                                    the file system renames one by one
 * collect    = images · bytesPerImage / collectBytesPerSecond   the driver writes the run's stores
 * seconds    = max(w · t, dispatch, commit, collect) + t_last  + serial
 * }</pre>
 *
 * <p>Computing, dispatch, commits and collecting overlap, so the slowest of them counts; the last
 * part is collected after it is computed. The disk needs the stores in the run's folder and as much
 * again in the folder of parts, until the run ends. What the formula leaves out are stragglers: see
 * {@link ClusterSimulation}.
 *
 * @param launchSeconds from a free core to the first image of a task
 * @param dispatchSeconds the driver's time for a task
 * @param commitSeconds the file system's time for a commit, one after the other
 * @param collectBytesPerSecond at which the driver reads parts and appends them to stores
 */
public record ClusterModel(
    double launchSeconds,
    double dispatchSeconds,
    double commitSeconds,
    double collectBytesPerSecond) {

  /**
   * A stage.
   *
   * @param name its name
   * @param images how many images it works on
   * @param secondsPerImage of one core
   * @param bytesPerImage that go into the run's stores
   * @param serialSeconds on the driver alone, before or after, whatever the cluster
   */
  public record Stage(
      String name, int images, double secondsPerImage, double bytesPerImage, double serialSeconds) {

    /** Its parts. */
    public int parts() {
      return (images + SparkRunner.IMAGES - 1) / SparkRunner.IMAGES;
    }
  }

  /**
   * The seconds of a stage.
   *
   * @param cores of all executors together
   */
  public double seconds(Stage stage, int cores) {
    if (stage.images() == 0) {
      return stage.serialSeconds();
    }
    double task = launchSeconds + SparkRunner.IMAGES * stage.secondsPerImage();
    double waves = Math.ceil((double) stage.parts() / cores);
    double collect = stage.images() * stage.bytesPerImage() / collectBytesPerSecond;
    double last = SparkRunner.IMAGES * stage.bytesPerImage() / collectBytesPerSecond;
    double longest =
        Math.max(
            Math.max(waves * task, collect),
            stage.parts() * Math.max(dispatchSeconds, commitSeconds));
    return longest + last + stage.serialSeconds();
  }

  /**
   * The seconds of stages, one after the other.
   *
   * @param cores of all executors together
   */
  public double seconds(List<Stage> stages, int cores) {
    return stages.stream().mapToDouble(stage -> seconds(stage, cores)).sum();
  }

  /** The bytes on disk at the end, run folder and parts together. */
  public static double bytes(List<Stage> stages) {
    return 2 * stages.stream().mapToDouble(stage -> stage.images() * stage.bytesPerImage()).sum();
  }
}
