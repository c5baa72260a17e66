package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The few photos that a page shows of all, and a sentence that says which they are. Equal photos
 * keep their order, so the same photos give the same choice.
 *
 * @param photos in the order of the page
 * @param sentence how they were chosen
 */
record PhotoChoice<T>(List<T> photos, String sentence) {

  /** So many photos that gained are shown, and half as many that lost. */
  private static final int GAINED = 4;

  /** So many of the best photos are shown, and as many of the worst. */
  private static final int BEST = 3;

  private static final int MIDDLE = 2;

  private record Counted<T>(T photo, int count) {}

  /**
   * Photos on which two detectors differ most.
   *
   * @param all the photos in the order of the split
   * @param gain how many more right detections, less wrong ones, the second detector has
   */
  static <T> PhotoChoice<T> ofChanges(List<T> all, ToIntFunction<T> gain) {
    List<Counted<T>> ranked = ranked(all, gain);
    List<T> gained =
        ranked.stream().filter(one -> one.count() > 0).limit(GAINED).map(Counted::photo).toList();
    List<T> lost =
        ranked.stream()
            .filter(one -> one.count() < 0)
            .sorted(Comparator.comparingInt(Counted::count))
            .limit(GAINED / 2)
            .map(Counted::photo)
            .toList();
    List<T> chosen = new ArrayList<>(gained);
    chosen.addAll(lost);
    if (chosen.isEmpty()) {
      chosen.addAll(all.subList(0, Math.min(GAINED, all.size())));
    }
    return new PhotoChoice<>(
        chosen,
        "Counted in right detections less wrong ones, %s."
            .formatted(changes(gained.size(), lost.size(), all.size())));
  }

  private static String changes(int gained, int lost, int all) {
    if (gained == 0 && lost == 0) {
      return "no photo gained or lost" + (all > GAINED ? "; these are the first " + GAINED : "");
    }
    if (lost == 0) {
      return "%s gained most, and none lost".formatted(photos("this", "these", gained));
    }
    if (gained == 0) {
      return "%s lost most, and none gained".formatted(photos("this", "these", lost));
    }
    return "%s gained most and %s lost most"
        .formatted(
            photos("the first", "the first " + gained, gained),
            photos("the last", "the last " + lost, lost));
  }

  private static String photos(String one, String more, int count) {
    return count == 1 ? one + " photo" : more + " photos";
  }

  /**
   * The best, some in the middle and the worst photos of a detector.
   *
   * @param all the photos in the order of the split
   * @param score how many right detections, less wrong ones and missed objects, a photo has
   */
  static <T> PhotoChoice<T> ofQuality(List<T> all, ToIntFunction<T> score) {
    List<T> ranked = ranked(all, score).stream().map(Counted::photo).toList();
    String by = ", by right detections less wrong ones and missed objects.";
    int count = ranked.size();
    if (count <= 2 * BEST + MIDDLE) {
      return new PhotoChoice<>(
          ranked, "All test images with objects or detections, from the best to the worst" + by);
    }
    List<T> chosen = new ArrayList<>(ranked.subList(0, BEST));
    int middle = (count - MIDDLE) / 2;
    chosen.addAll(ranked.subList(middle, middle + MIDDLE));
    chosen.addAll(ranked.subList(count - BEST, count));
    String which = "The %d best test images, %d in the middle and the %d worst";
    return new PhotoChoice<>(chosen, which.formatted(BEST, MIDDLE, BEST) + by);
  }

  /** The photos from the highest count to the lowest. */
  private static <T> List<Counted<T>> ranked(List<T> all, ToIntFunction<T> count) {
    return all.stream()
        .map(photo -> new Counted<>(photo, count.applyAsInt(photo)))
        .sorted(Comparator.comparingInt((Counted<T> one) -> one.count()).reversed())
        .toList();
  }
}
