package org.rcnn.pipeline.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The memory that a process holds, and the most that it has held so far. */
public final class PeakMemory {

  private PeakMemory() {}

  /**
   * Of this process, in bytes: the peak of the resident set if the system reports it (on Linux:
   * heap, native memory and the loaded parts of mapped files), else the peak of the Java heap.
   */
  public static long bytes() {
    return status("self", "VmHWM:").orElseGet(PeakMemory::heap);
  }

  /**
   * The peak of another process's resident set so far, in bytes; empty if it has ended, or the
   * system does not report it.
   */
  public static OptionalLong bytes(long pid) {
    return status(Long.toString(pid), "VmHWM:");
  }

  /**
   * The part of a process's resident set now that no file backs, in bytes: its heap and native
   * memory without the loaded parts of mapped files, which the system takes back as it needs them.
   * Empty if the process has ended, or the system does not report it.
   */
  public static OptionalLong unmapped(long pid) {
    return status(Long.toString(pid), "RssAnon:");
  }

  private static OptionalLong status(String process, String key) {
    try {
      return Files.readAllLines(Path.of("/proc", process, "status")).stream()
          .filter(line -> line.startsWith(key))
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
