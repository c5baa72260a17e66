package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.rcnn.cnn.network.TorchEngine;

/** What the machine's processor can do. */
public final class Processor {

  private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

  private Processor() {}

  /** Whether it is known to have instructions for bfloat16; only Linux tells. */
  public static boolean hasBfloat16() {
    try {
      return Files.isReadable(DESCRIPTION)
          && TorchEngine.hasBfloat16(Files.readString(DESCRIPTION));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * A warning if bfloat16 is not known to be fast here.
   *
   * @param setting what asked for it
   */
  public static Optional<String> bfloat16Warning(String setting) {
    return hasBfloat16()
        ? Optional.empty()
        : Optional.of(
            setting
                + " is bf16, and this processor is not known to have instructions for it: without"
                + " them it is slower than plain and fused.");
  }
}
