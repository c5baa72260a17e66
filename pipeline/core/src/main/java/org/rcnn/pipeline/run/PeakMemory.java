package org.rcnn.pipeline.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The most memory that a process has held so far. */
public final class PeakMemory {

  private PeakMemory() {}

  /**
   * Of this process, in bytes: the peak of the resident set if the system reports it (on Linux:
   * heap, native memory and the loaded parts of mapped files), else the peak of the Java heap.
   */
  public static long bytes() {
    return resident("self").orElseGet(PeakMemory::heap);
  }

  /**
   * The peak of another process's resident set so far, in bytes; empty if it has ended, or the
   * system does not report it.
   */
  public static OptionalLong bytes(long pid) {
    return resident(Long.toString(pid));
  }

  private static OptionalLong resident(String process) {
    try {
      return Files.readAllLines(Path.of("/proc", process, "status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private static long heap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .map(MemoryPoolMXBean::getPeakUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }
}
