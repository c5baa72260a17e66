package org.rcnn.data.dataset;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/**
 * A division of images into those to train on, to validate on, and to test on.
 *
 * @param train image ids to train on, sorted
 * @param val image ids to validate on, sorted
 * @param test image ids to test on, sorted
 */
public record Splits(List<String> train, List<String> val, List<String> test) {

  /** The names that {@link #ids} accepts. */
  public static final List<String> NAMES = List.of("train", "val", "trainval", "test");

  /** Copies the lists. */
  public Splits {
    train = List.copyOf(train);
    val = List.copyOf(val);
    test = List.copyOf(test);
  }

  /**
   * Divides at random. The result depends on the set of ids, the seed and the fractions, not on the
   * order of the ids.
   *
   * @param ids the images to divide
   * @param seed the seed of the shuffle
   * @param valShare share of the images to validate on, rounded to whole images
   * @param testShare share of the images to test on, rounded to whole images
   * @throws IllegalArgumentException if the fractions are negative or leave nothing to train on
   */
  public static Splits of(Collection<String> ids, long seed, double valShare, double testShare) {
    if (!(valShare >= 0 && testShare >= 0 && valShare + testShare < 1)) {
      throw new IllegalArgumentException(
          "The validation and test fractions must be at least 0 and together below 1, not %s and %s."
              .formatted(valShare, testShare));
    }
    List<String> shuffled = new ArrayList<>(new TreeSet<>(ids));
    Collections.shuffle(shuffled, new Random(seed));
    int test = (int) Math.round(shuffled.size() * testShare);
    int trainval = shuffled.size() - test;
    int train = trainval - (int) Math.round(shuffled.size() * valShare);
    if (train < 1) {
      throw new IllegalArgumentException(
          "%d images are too few for validation and test fractions of %s and %s: none is left to train on."
              .formatted(shuffled.size(), valShare, testShare));
    }
    return new Splits(
        sorted(shuffled.subList(0, train)),
        sorted(shuffled.subList(train, trainval)),
        sorted(shuffled.subList(trainval, shuffled.size())));
  }

  /** The training and validation images together, sorted. */
  public List<String> trainval() {
    List<String> both = new ArrayList<>(train);
    both.addAll(val);
    return sorted(both);
  }

  /**
   * The image ids of a part by its name.
   *
   * @throws IllegalArgumentException if the name is not one of {@link #NAMES}
   */
  public List<String> ids(String split) {
    return switch (split) {
      case "train" -> train;
      case "val" -> val;
      case "trainval" -> trainval();
      case "test" -> test;
      default ->
          throw new IllegalArgumentException(
              "There is no split '%s'; the splits are %s."
                  .formatted(split, String.join(", ", NAMES)));
    };
  }

  private static List<String> sorted(List<String> ids) {
    return ids.stream().sorted().toList();
  }
}
