package org.rcnn.pipeline.learned;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.rcnn.cnn.network.ReceptiveField;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.stage.StoredLayer;
import org.rcnn.svm.LinearModel;

/**
 * Chooses the units of pool5 that matter most to a class.
 *
 * <p>What a unit matters to a class is what it adds to the score of the class's objects over that
 * of background, on average: its weight in the class's SVM on pool5, times the difference between
 * its mean activations on the class's objects and on background, both among the training images.
 * Only units count that objects excite more than background does. Where the run has no SVMs on
 * pool5, the difference stands for the weight.
 *
 * <p>Classes take turns, in each turn the one with the largest value first, and each takes its best
 * unit of a map of which no unit was taken: neighbouring units of a map show nearly the same.
 */
final class UnitChoice {

  /** Training images that means are measured on. */
  static final int MOST_IMAGES = 500;

  /** Background regions of an image that the mean is measured on, the best ranked. */
  private static final int BACKGROUND = 5;

  /** Background overlaps no object by this IoU. */
  private static final double BACKGROUND_IOU = 0.3;

  /**
   * Units and what they matter.
   *
   * @param units the chosen units, in the order of choice
   * @param fromSvms whether the weights are those of SVMs; else differences of means
   */
  record Chosen(List<Unit> units, boolean fromSvms) {}

  /**
   * A unit that was chosen.
   *
   * @param number its position in the feature vector
   * @param className the class that it matters to
   * @param contribution what it adds to the score of the class's objects over background's
   */
  record Unit(int number, String className, double contribution) {}

  private UnitChoice() {}

  /**
   * Chooses units of a network.
   *
   * @param most how many
   */
  static Chosen of(Experiment experiment, boolean finetuned, ReceptiveField field, int most)
      throws IOException {
    Optional<LinearModel> svms = svms(experiment, finetuned);
    try (StoredLayer training = experiment.trainingLayer(finetuned, Tap.POOL5)) {
      List<String> classes = experiment.classes();
      Means means = new Means(classes, training.dimension());
      for (Sample image : EvenSpread.of(training.images(), MOST_IMAGES)) {
        addObjects(training, image, means);
        addBackground(training, image, means);
      }
      double[][] contributions =
          IntStream.range(0, classes.size())
              .mapToObj(
                  c -> svms.isPresent() ? means.weighted(c, svms.get()) : means.distinctive(c))
              .toArray(double[][]::new);
      return new Chosen(choose(classes, contributions, field, most), svms.isPresent());
    }
  }

  private static Optional<LinearModel> svms(Experiment experiment, boolean finetuned)
      throws IOException {
    Row row = new Row(finetuned, Tap.POOL5, Heads.SVM, false);
    Artifact head = experiment.artifacts(row).get("head");
    Path file = head.place();
    return Files.exists(file) ? Optional.of(LinearModel.read(file)) : Optional.empty();
  }

  private static void addObjects(StoredLayer training, Sample image, Means means)
      throws IOException {
    List<GroundTruth> objects = training.objects(image);
    int[] rows =
        IntStream.range(0, objects.size()).filter(i -> !objects.get(i).difficult()).toArray();
    float[] values = training.values(image, rows);
    for (int i = 0; i < rows.length; i++) {
      means.add(objects.get(rows[i]).className(), values, i);
    }
  }

  private static void addBackground(StoredLayer training, Sample image, Means means)
      throws IOException {
    List<GroundTruth> objects = training.objects(image);
    List<Box> regions = training.regions(image);
    int[] rows =
        IntStream.range(objects.size(), regions.size())
            .filter(
                i ->
                    objects.stream()
                        .allMatch(object -> object.box().iou(regions.get(i)) < BACKGROUND_IOU))
            .limit(BACKGROUND)
            .toArray();
    float[] values = training.values(image, rows);
    for (int i = 0; i < rows.length; i++) {
      means.addBackground(values, i);
    }
  }

  /** Mean activations, by class and on background. */
  static final class Means {
    private final List<String> classes;
    private final int dimension;

    /** Sums of the classes, then of background. */
    private final double[][] sums;

    private final long[] counts;

    Means(List<String> classes, int dimension) {
      this.classes = classes;
      this.dimension = dimension;
      this.sums = new double[classes.size() + 1][dimension];
      this.counts = new long[classes.size() + 1];
    }

    void add(String className, float[] values, int row) {
      add(classes.indexOf(className), values, row);
    }

    void addBackground(float[] values, int row) {
      add(classes.size(), values, row);
    }

    private void add(int group, float[] values, int row) {
      counts[group]++;
      for (int i = 0; i < dimension; i++) {
        sums[group][i] += values[row * dimension + i];
      }
    }

    private double mean(int group, int unit) {
      return counts[group] == 0 ? 0 : sums[group][unit] / counts[group];
    }

    /** How much more a class's objects excite a unit than background does; 0 if they do not. */
    private double excess(int c, int unit) {
      return Math.max(0, mean(c, unit) - mean(classes.size(), unit));
    }

    /** For each unit, its excess on a class times its weight in the class's SVM. */
    double[] weighted(int c, LinearModel svms) {
      int row = svms.classes().indexOf(classes.get(c));
      return IntStream.range(0, dimension)
          .mapToDouble(
              unit ->
                  row < 0
                      ? 0
                      : svms.featureScale()
                          * svms.weights()[row * dimension + unit]
                          * excess(c, unit))
          .toArray();
    }

    /** For each unit, the square of its excess on a class. */
    double[] distinctive(int c) {
      return IntStream.range(0, dimension)
          .mapToDouble(unit -> excess(c, unit) * excess(c, unit))
          .toArray();
    }
  }

  /**
   * The units of the largest contributions, class after class.
   *
   * @param contributions for each class, a value for each unit; units of 0 and less are never
   *     chosen
   */
  static List<Unit> choose(
      List<String> classes, double[][] contributions, ReceptiveField field, int most) {
    List<Unit> chosen = new ArrayList<>();
    Set<Integer> maps = new HashSet<>();
    boolean found = true;
    while (found && chosen.size() < most) {
      found = false;
      Set<Integer> served = new HashSet<>();
      while (served.size() < classes.size() && chosen.size() < most) {
        Optional<Unit> best =
            IntStream.range(0, classes.size())
                .filter(c -> !served.contains(c))
                .mapToObj(c -> best(classes.get(c), contributions[c], field, maps))
                .flatMap(Optional::stream)
                .max(Comparator.comparingDouble(Unit::contribution));
        if (best.isEmpty()) {
          break;
        }
        found = true;
        chosen.add(best.get());
        maps.add(field.channel(best.get().number()));
        served.add(classes.indexOf(best.get().className()));
      }
    }
    return chosen;
  }

  private static Optional<Unit> best(
      String className, double[] contributions, ReceptiveField field, Set<Integer> taken) {
    int best = -1;
    for (int unit = 0; unit < contributions.length; unit++) {
      boolean larger = contributions[unit] > (best < 0 ? 0 : contributions[best]);
      if (larger && !taken.contains(field.channel(unit))) {
        best = unit;
      }
    }
    return best < 0
        ? Optional.empty()
        : Optional.of(new Unit(best, className, contributions[best]));
  }
}
