package org.rcnn.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** A figure besides the time: the difference of a reading after the work and one before it. */
enum Meter {
  /** The CPU time of the calling thread. */
  THREAD_CPU("cpu_seconds", Meter::threadCpu, Meter::threadCpu),

  /** The CPU time of all threads of this process, including garbage collector and compiler. */
  PROCESS_CPU("cpu_seconds", Meter::processCpu, Meter::processCpu),

  /** The heap's peak above its size before the work; over all turns, the maximum. */
  PEAK_HEAP("heap_mib", Meter::emptiedHeap, () -> mebibytes(MemoryPoolMXBean::getPeakUsage));

  final String key;
  final DoubleSupplier before;
  final DoubleSupplier after;

  Meter(String key, DoubleSupplier before, DoubleSupplier after) {
    this.key = key;
    this.before = before;
    this.after = after;
  }

  /** The figure over several turns. */
  static double summary(String key, List<Double> turns) {
    return key.equals(PEAK_HEAP.key)
        ? Math.rint(Math.max(0, Collections.max(turns)))
        : BenchTable.median(turns);
  }

  static double threadCpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
  }

  static double processCpu() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getProcessCpuTime() / 1e9
        : 0;
  }

  private static double emptiedHeap() {
    System.gc();
    double used = mebibytes(MemoryPoolMXBean::getUsage);
    heap().forEach(MemoryPoolMXBean::resetPeakUsage);
    return used;
  }

  private static List<MemoryPoolMXBean> heap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }

  private static double mebibytes(Function<MemoryPoolMXBean, MemoryUsage> usage) {
    return heap().stream().map(usage).mapToLong(MemoryUsage::getUsed).sum() / (double) (1 << 20);
  }
}
