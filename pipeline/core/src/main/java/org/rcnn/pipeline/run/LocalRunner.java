package org.rcnn.pipeline.run;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.ImageJob.Input;
import org.rcnn.pipeline.run.ImageJob.Output;
import org.rcnn.pipeline.run.ImageJob.Supply;

/**
 * Works in threads of this process.
 *
 * @param threads images worked on at the same time
 */
record LocalRunner(int threads) implements JobRunner {

  @Override
  public void run(
      ImageJob job,
      List<Sample> images,
      int begin,
      List<Supply> supplies,
      OrderedWork.Sink<Sample, Output> sink)
      throws IOException {
    try (ImageJob.Worker worker = job.open()) {
      OrderedWork.<Sample, Output>forEach(
          images.subList(begin, images.size()),
          threads,
          image -> worker.work(input(image, supplies)),
          sink);
    }
  }

  private static Input input(Sample image, List<Supply> supplies) throws IOException {
    Map<String, StoredRecord> records = new HashMap<>();
    for (Supply supply : supplies) {
      records.put(supply.name(), supply.records().of(image));
    }
    return new Input(image.id(), image.width(), image.height(), image::read, records);
  }

  @Override
  public void close() {
    // Nothing outlives a job.
  }
}
