package org.rcnn.pipeline;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.rcnn.data.fuzz.Fuzzing;

/** Damaged detectors, settings and JSON files of a run. */
class ReadersOfPipelineTest {

  @Test
  void everyInputIsReadOrRefusedInASentence() throws IOException, InterruptedException {
    Fuzzing.assertSafe(PipelineReaders.class);
  }
}
