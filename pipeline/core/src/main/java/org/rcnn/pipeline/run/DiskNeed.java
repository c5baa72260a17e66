package org.rcnn.pipeline.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The disk that stages will take.
 *
 * @param bytes what they will probably take
 * @param leastBytes what they take at the least
 */
public record DiskNeed(long bytes, long leastBytes) {

  private static final List<String> UNITS = List.of("kB", "MB", "GB", "TB");
  private static final int THOUSAND = 1000;

  /**
   * What stages will take beyond what is there: nothing for an artifact that exists, and for one
   * that was begun only the rest.
   *
   * @throws IOException if the folder cannot be read
   */
  public static DiskNeed of(Collection<PlannedStage> stages) throws IOException {
    long bytes = 0;
    long least = 0;
    for (PlannedStage stage : stages) {
      if (!Files.exists(stage.artifact().place())) {
        long begun = size(stage.artifact().beside(RunFolder.MAKING));
        bytes += Math.max(0, stage.bytes() - begun);
        least += Math.max(0, stage.leastBytes() - begun);
      }
    }
    return new DiskNeed(bytes, least);
  }

  /** Whether it probably fits. */
  public boolean fits(long free) {
    return bytes <= free;
  }

  /** Whether it certainly does not fit. */
  public boolean cannotFit(long free) {
    return leastBytes > free;
  }

  /**
   * Need and free space in a sentence, with advice if it does not fit.
   *
   * @param free the bytes that are free
   * @param folder where
   */
  public String sentence(long free, Path folder) {
    if (cannotFit(free)) {
      return "The run needs at least %s of disk, but only %s are free in %s. Free some, or take a folder on another disk."
          .formatted(inWords(leastBytes), inWords(free), folder);
    }
    String need =
        "The run will need about %s of disk, most of it for features".formatted(inWords(bytes));
    return fits(free)
        ? "%s; %s are free.".formatted(need, inWords(free))
        : "%s, but only %s are free in %s. Free some, take a folder on another disk, or lower proposals.max-boxes; should the disk fill up, the same command resumes from there."
            .formatted(need, inWords(free), folder);
  }

  /** A number of bytes as people read it, such as {@code "1.4 GB"}, in powers of 1,000. */
  public static String inWords(long count) {
    double value = count;
    String unit = "bytes";
    for (int i = 0; i < UNITS.size() && value >= THOUSAND; i++) {
      value /= THOUSAND;
      unit = UNITS.get(i);
    }
    return unit.equals("bytes")
        ? count + " bytes"
        : String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, unit);
  }

  /**
   * The bytes of a file, or of all files in a folder; 0 for nothing.
   *
   * @throws IOException if it cannot be read
   */
  static long size(Path place) throws IOException {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return 0;
    }
    long sum = 0;
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.toList()) {
        sum += Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : 0;
      }
    }
    return sum;
  }
}
