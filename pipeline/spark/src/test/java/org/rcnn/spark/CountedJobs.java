package org.rcnn.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.pipeline.run.ImageJob.Output;
import org.rcnn.pipeline.run.ImageJob.Supply;
import org.rcnn.pipeline.run.JobRunner;
import org.rcnn.pipeline.run.OrderedWork.Sink;

/** Notes which jobs a runner is given. */
final class CountedJobs implements JobRunner {

  private final JobRunner runner;
  private final List<String> jobs = new ArrayList<>();

  CountedJobs(JobRunner runner) {
    this.runner = runner;
  }

  long jobs(String kind) {
    return jobs.stream().filter(kind::equals).count();
  }

  @Override
  public void run(
      ImageJob job,
      List<Sample> images,
      int begin,
      List<Supply> supplies,
      Sink<Sample, Output> sink)
      throws IOException {
    jobs.add(job.getClass().getSimpleName());
    runner.run(job, images, begin, supplies, sink);
  }

  @Override
  public int imagesAhead() {
    return runner.imagesAhead();
  }

  @Override
  public void close() throws IOException {
    runner.close();
  }
}
