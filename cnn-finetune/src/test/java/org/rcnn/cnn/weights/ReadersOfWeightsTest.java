package org.rcnn.cnn.weights;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.rcnn.data.fuzz.Fuzzing;

/** Damaged weight files. */
class ReadersOfWeightsTest {

  @Test
  void everyInputIsReadOrRefusedInASentence() throws IOException, InterruptedException {
    Fuzzing.assertSafe(WeightReaders.class);
  }
}
