package org.rcnn.svm;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.rcnn.data.fuzz.Fuzzing;

/** Damaged models. */
class ReadersOfSvmTest {

  @Test
  void everyInputIsReadOrRefusedInASentence() throws IOException, InterruptedException {
    Fuzzing.assertSafe(SvmReaders.class);
  }
}
