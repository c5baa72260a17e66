package org.rcnn.cli.download;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.rcnn.data.fuzz.Fuzzing;

/** Damaged archives. */
class ReadersOfDownloadsTest {

  @Test
  void everyInputIsReadOrRefusedInASentence() throws IOException, InterruptedException {
    Fuzzing.assertSafe(DownloadReaders.class);
  }
}
