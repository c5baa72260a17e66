package org.rcnn.pipeline.run;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.ImageJob.Supply;

/**
 * Who works on the images of a stage. Results come in the order of the images, whoever computed
 * them, so the run's folder has the same bytes.
 */
public interface JobRunner extends Closeable {

  /**
   * Works on images.
   *
   * @param job the work
   * @param images all images of the job
   * @param begin the first image to work on; those before it are done
   * @param supplies what the work reads of earlier stages
   * @param sink takes the results, in the calling thread and the images' order
   * @throws IOException the first failure of work or sink
   */
  void run(
      ImageJob job,
      List<Sample> images,
      int begin,
      List<Supply> supplies,
      OrderedWork.Sink<Sample, ImageJob.Output> sink)
      throws IOException;

  /**
   * How many images of a training are worked on ahead of it, though a change of its model makes
   * what is left of them worthless; 0 if such a training works alone.
   */
  default int imagesAhead() {
    return 0;
  }

  /** Ends what was started for the work; results that are no longer needed are removed. */
  @Override
  void close() throws IOException;
}
