package org.rcnn.pipeline.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An estimate of the time that stages will take, from what stages of their kind took.
 *
 * @param seconds of the kinds that were measured; NaN if none was
 * @param unmeasured the kinds of stages whose time is not known, in their order
 */
public record TimeLeft(double seconds, List<String> unmeasured) {

  /** No stage is left. */
  public static final TimeLeft NONE = new TimeLeft(0, List.of());

  /** Less says nothing beside stages whose time is not known. */
  private static final double LEAST_SECONDS = 1;

  private static final int MINUTE = 60;
  private static final int HOUR = 3600;

  /** Keeps its own copy. */
  public TimeLeft {
    unmeasured = unmeasured.stream().distinct().toList();
  }

  /** A stage of a kind that has not been measured. */
  public static TimeLeft unknown(String kind) {
    return new TimeLeft(Double.NaN, List.of(kind));
  }

  /** A measured time. */
  public static TimeLeft of(double seconds) {
    return new TimeLeft(seconds, List.of());
  }

  /** Both, one after the other. */
  public TimeLeft and(TimeLeft other) {
    double sum =
        Double.isNaN(seconds)
            ? other.seconds
            : Double.isNaN(other.seconds) ? seconds : seconds + other.seconds;
    List<String> kinds = new ArrayList<>(unmeasured);
    kinds.addAll(other.unmeasured);
    return new TimeLeft(sum, kinds);
  }

  /**
   * The estimate in words, such as {@code "about 7 min to the end of the run"}, or "more than" if
   * the time of some stages is not known; empty if none is.
   */
  public Optional<String> words() {
    if (Double.isNaN(seconds) || !unmeasured.isEmpty() && seconds < LEAST_SECONDS) {
      return Optional.empty();
    }
    return Optional.of(
        "%s %s to the end of the run"
            .formatted(unmeasured.isEmpty() ? "about" : "more than", duration(seconds)));
  }

  /** As {@link #words()}, with the stages whose time is not known. */
  public Optional<String> wordsInFull() {
    return words()
        .map(
            known ->
                unmeasured.isEmpty()
                    ? known
                    : "%s (%s not counted)".formatted(known, list(unmeasured)));
  }

  private static String list(List<String> words) {
    int last = words.size() - 1;
    return last == 0
        ? words.get(0)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  /** A time in words as exact as people need it, such as {@code "45 s"} or {@code "1 h 20 min"}. */
  public static String duration(double seconds) {
    if (seconds < 2 * MINUTE) {
      return Math.round(seconds) + " s";
    }
    long minutes = Math.round(seconds / MINUTE);
    if (minutes < 2 * HOUR / MINUTE) {
      return minutes + " min";
    }
    long rest = minutes % (HOUR / MINUTE);
    return minutes / (HOUR / MINUTE) + " h" + (rest == 0 ? "" : " " + rest + " min");
  }
}
