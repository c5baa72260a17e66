package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.rcnn.cnn.network.KernelChoice;
import org.rcnn.cnn.network.TorchEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The capabilities of this machine's processor. */
public final class Processor {

  private static final Logger LOG = LoggerFactory.getLogger(Processor.class);

  private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

  private Processor() {}

  /** What native kernels of this process choose by. */
  public static KernelChoice kernels() {
    return KernelChoice.of(description(), System.getenv());
  }

  /** Whether it is known to have instructions for bfloat16; never known outside Linux. */
  public static boolean hasBfloat16() {
    return TorchEngine.hasBfloat16(description());
  }

  /** The processor's name, such as {@code AMD EPYC 9B14}; known on Linux alone. */
  public static Optional<String> model() {
    return description()
        .lines()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  /** What Linux says of the processor; empty elsewhere. */
  private static String description() {
    try {
      return Files.isReadable(DESCRIPTION) ? Files.readString(DESCRIPTION) : "";
    } catch (IOException e) {
      LOG.debug("The processor is not described.", e);
      return "";
    }
  }

  /**
   * A warning if the processor is not known to have instructions for bfloat16.
   *
   * @param setting the setting or option that asked for bfloat16
   */
  public static Optional<String> bfloat16Warning(String setting) {
    return hasBfloat16()
        ? Optional.empty()
        : Optional.of(
            setting
                + " is bf16, but this processor is not known to have instructions for it. Without"
                + " them bf16 is slower than plain and fused.");
  }
}
