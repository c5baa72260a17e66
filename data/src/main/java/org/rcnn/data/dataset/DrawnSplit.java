package org.rcnn.data.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;

/**
 * A seeded division into images to train on and images to test on, by class: both sides have about
 * the same share of the images of every class, so that a rare class is on both.
 *
 * <p>The images of the rarest class are dealt first, each to the side that lacks most of that class
 * (iterative stratification: Sechidis et al., "On the stratification of multi-label data", ECML
 * 2011). Equal and nearly equal pictures stay on one side. Only if more than a fifth of all
 * pictures are one chain of them, as in a video, nearly equal ones are dealt like others, and equal
 * ones too if more than half of all are.
 *
 * @param train image ids to train on, sorted
 * @param test image ids to test on, sorted
 * @param repeated how many pictures are equal or nearly equal to an earlier one and went to its
 *     side
 * @param apart what could not be kept together, in a sentence; empty if nothing
 */
public record DrawnSplit(
    List<String> train, List<String> test, int repeated, Optional<String> apart) {

  private static final double LONGEST_CHAIN = 0.2;

  /** Copies the lists. */
  public DrawnSplit {
    train = List.copyOf(train);
    test = List.copyOf(test);
  }

  /** Pictures that stay together, and how many of them have each class. */
  private record Group(List<String> ids, Map<String, Integer> classes) {}

  /**
   * Divides images. All pictures are decoded, on all processors. An image whose annotation or
   * picture cannot be read is dealt as one without objects.
   *
   * @param ids the images to divide; their order does not matter
   * @param testShare share of the images to test on, between 0 and 1
   * @param exif whether pictures are turned upright
   * @throws IllegalArgumentException if there are fewer than two images
   */
  public static DrawnSplit of(
      Dataset dataset, Collection<String> ids, long seed, double testShare, ExifOrientation exif) {
    List<String> sorted = List.copyOf(new TreeSet<>(ids));
    Map<String, Set<String>> classes = new HashMap<>();
    Map<String, Thumbnail> thumbnails = new TreeMap<>();
    List<Optional<Thumbnail>> seen =
        sorted.parallelStream().map(id -> thumbnail(dataset, id, exif)).toList();
    for (int i = 0; i < sorted.size(); i++) {
      String id = sorted.get(i);
      classes.put(id, classesOf(dataset, id, exif));
      seen.get(i).ifPresent(thumbnail -> thumbnails.put(id, thumbnail));
    }
    return of(classes, Thumbnail.pairs(thumbnails), seed, testShare);
  }

  private static Optional<Thumbnail> thumbnail(Dataset dataset, String id, ExifOrientation exif) {
    try {
      return Optional.of(Thumbnail.of(ImageFiles.read(dataset.image(id), exif)));
    } catch (IOException e) {
      // Told when the image's side is read.
      return Optional.empty();
    }
  }

  private static Set<String> classesOf(Dataset dataset, String id, ExifOrientation exif) {
    try {
      return dataset.readAnnotation(id, exif).annotation().objects().stream()
          .map(GroundTruth::className)
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      return Set.of();
    }
  }

  /**
   * Divides images of which classes and repetitions are known.
   *
   * @param classes the classes of each image
   * @param pairs the equal and nearly equal pictures
   */
  static DrawnSplit of(
      Map<String, Set<String>> classes, List<Thumbnail.Pair> pairs, long seed, double testShare) {
    int count = classes.size();
    if (count < 2) {
      throw new IllegalArgumentException(
          "%d images cannot be divided into images to train on and to test on.".formatted(count));
    }
    List<Group> groups = groups(classes, pairs);
    Optional<String> apart = Optional.empty();
    int longest = longest(groups);
    if (groups.size() < 2 || longest > Math.max(2, LONGEST_CHAIN * count)) {
      groups = groups(classes, pairs.stream().filter(Thumbnail.Pair::equal).toList());
      if (groups.size() < 2 || longest(groups) > count / 2) {
        groups = groups(classes, List.of());
      }
      apart =
          Optional.of(
              "%d of %d pictures are nearly equal to one another, as frames of a video are, and are divided all the same; the mAP says little about other scenes."
                  .formatted(longest, count));
    }
    int testCount = (int) Math.min(count - 1, Math.max(1, Math.round(count * testShare)));
    Dealing dealing = new Dealing(classes, testCount);
    groups = new ArrayList<>(groups);
    Collections.shuffle(groups, new Random(seed));
    dealing.deal(groups);
    return new DrawnSplit(
        dealing.sides.get(0).stream().sorted().toList(),
        dealing.sides.get(1).stream().sorted().toList(),
        count - groups.size(),
        apart);
  }

  private static int longest(List<Group> groups) {
    return groups.stream().mapToInt(group -> group.ids.size()).max().orElse(0);
  }

  private static List<Group> groups(Map<String, Set<String>> classes, List<Thumbnail.Pair> pairs) {
    Map<String, String> first = new HashMap<>();
    // Sorted pairs, so that the first of every chain in the order of names leads it.
    for (Thumbnail.Pair pair : pairs) {
      String one = leader(first, pair.first());
      String two = leader(first, pair.second());
      if (!one.equals(two)) {
        boolean inOrder = one.compareTo(two) < 0;
        first.put(inOrder ? two : one, inOrder ? one : two);
      }
    }
    Map<String, Group> groups = new TreeMap<>();
    for (String id : new TreeSet<>(classes.keySet())) {
      Group group =
          groups.computeIfAbsent(
              leader(first, id), leader -> new Group(new ArrayList<>(), new TreeMap<>()));
      group.ids.add(id);
      classes.get(id).forEach(name -> group.classes.merge(name, 1, Integer::sum));
    }
    return List.copyOf(groups.values());
  }

  private static String leader(Map<String, String> first, String id) {
    String leader = id;
    while (first.containsKey(leader)) {
      leader = first.get(leader);
    }
    return leader;
  }

  /** The state of the dealing; side 0 trains, side 1 tests. */
  private static final class Dealing {
    private final List<List<String>> sides = List.of(new ArrayList<>(), new ArrayList<>());
    private final double[] missing;
    private final Map<String, double[]> missingOfClass = new TreeMap<>();

    private Dealing(Map<String, Set<String>> classes, int testCount) {
      int count = classes.size();
      missing = new double[] {count - testCount, testCount};
      double share = testCount / (double) count;
      classes
          .values()
          .forEach(
              names ->
                  names.forEach(
                      name -> {
                        double[] both = missingOfClass.computeIfAbsent(name, n -> new double[2]);
                        both[0] += 1 - share;
                        both[1] += share;
                      }));
    }

    private void deal(List<Group> shuffled) {
      List<Group> left = new ArrayList<>(shuffled);
      while (!left.isEmpty()) {
        Optional<String> rarest = rarest(left);
        List<Group> now =
            left.stream()
                .filter(group -> rarest.isEmpty() || group.classes.containsKey(rarest.get()))
                // Large groups first: single pictures even out what they leave.
                .sorted(Comparator.comparingInt((Group group) -> -group.ids.size()))
                .toList();
        now.forEach(group -> put(group, rarest));
        left.removeAll(Set.copyOf(now));
      }
      for (int side = 0; side < 2; side++) {
        if (sides.get(side).isEmpty()) {
          // Groups too large for the share; the smallest is nearest to it.
          Group smallest =
              shuffled.stream()
                  .min(Comparator.comparingInt(group -> group.ids.size()))
                  .orElseThrow();
          sides.get(1 - side).removeAll(smallest.ids);
          sides.get(side).addAll(smallest.ids);
        }
      }
    }

    /** The class with the fewest images left, if any group left has a class. */
    private static Optional<String> rarest(List<Group> left) {
      Map<String, Integer> counts = new TreeMap<>();
      left.forEach(
          group -> group.classes.forEach((name, n) -> counts.merge(name, n, Integer::sum)));
      return counts.entrySet().stream().min(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }

    private void put(Group group, Optional<String> rarest) {
      int side = side(group, rarest.map(missingOfClass::get).orElse(missing));
      sides.get(side).addAll(group.ids);
      missing[side] -= group.ids.size();
      group.classes.forEach((name, n) -> missingOfClass.get(name)[side] -= n);
    }

    private int side(Group group, double[] wanted) {
      // A side that is full, or would overflow, takes no more.
      double half = group.ids.size() / 2.0;
      if (missing[1] < half) {
        return 0;
      }
      if (missing[0] < half) {
        return 1;
      }
      int byClass = Double.compare(wanted[1], wanted[0]);
      int byCount = Double.compare(missing[1], missing[0]);
      return (byClass != 0 ? byClass : byCount) > 0 ? 1 : 0;
    }
  }
}
