package org.rcnn.data.fuzz;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Damaged annotations, lists, pictures and stores. */
class ReadersOfDataTest {

  @Test
  void everyInputIsReadOrRefusedInASentence() throws IOException, InterruptedException {
    Fuzzing.assertSafe(DataReaders.class);
  }
}
