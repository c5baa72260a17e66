package org.rcnn.pipeline.learned;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.SeedMix;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;

/**
 * Where objects of the test images lie in the features of a network's last layer before the scores,
 * before and after fine-tuning, on a map of two dimensions.
 *
 * <p>The points are boxes of the ground truth, up to {@link #MOST_OBJECTS} at even distances in
 * each class, and some proposals on background. Their features are computed by the network, about
 * 450 passes. A map is the plane of the first two principal components; the second map is turned
 * within its plane to lie like the first. What a plane cannot show is measured in all dimensions:
 * how often an object's nearest neighbour from another image has the object's class.
 *
 * @param layer the layer
 * @param points the boxes
 * @param before the map before fine-tuning
 * @param after the map after fine-tuning
 */
public record FeatureMap(Tap layer, List<Point> points, Plane before, Plane after) {

  /** Objects of all classes together. */
  public static final int MOST_OBJECTS = 400;

  private static final int MOST_OF_A_CLASS = 40;
  private static final int BACKGROUND = 60;

  /** Background overlaps no object by this IoU. */
  private static final double BACKGROUND_IOU = 0.1;

  private static final long BACKGROUND_SEED = 0x6d6170;

  /**
   * A box.
   *
   * @param imageId its image
   * @param className its class; empty for background
   */
  public record Point(String imageId, String className) {
    /** Whether it is on background. */
    public boolean isBackground() {
      return className.isEmpty();
    }
  }

  /**
   * A map of the points.
   *
   * @param x for each point, how far right it lies; the mean square distance of all points from the
   *     centre is 1
   * @param y for each point, how far up it lies
   * @param share the share of the features' variance that the plane shows
   * @param agreement how often an object's nearest neighbour has its class
   */
  public record Plane(double[] x, double[] y, double share, Agreement agreement) {}

  /**
   * How often the object that is nearest to an object, and in another image, has the same class.
   *
   * @param same places, among the points, of the objects whose neighbour has their class
   * @param objects how many objects have a neighbour in another image: all or, in one image, none
   * @param chance the share to expect of neighbours drawn at random; NaN without objects
   */
  public record Agreement(Set<Integer> same, int objects, double chance) {

    /** Keeps its own copy. */
    public Agreement {
      same = Set.copyOf(same);
    }

    /** The share of objects whose neighbour has their class; NaN without objects. */
    public double share() {
      return same.size() / (double) objects;
    }
  }

  /** Keeps its own copy. */
  public FeatureMap {
    points = List.copyOf(points);
  }

  /** The classes on the map, sorted; background is not among them. */
  public List<String> classes() {
    return points.stream()
        .filter(point -> !point.isBackground())
        .map(Point::className)
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * By how much the share of agreeing neighbours rises with fine-tuning, and the range of that.
   * Before and after are compared object by object, and the objects of an image count as one draw,
   * since they resemble each other; by Student's t. Objects with the same neighbour depend on each
   * other, too, which the range leaves out. Its ends are NaN where the images do not differ, so
   * that their spread says nothing.
   */
  public Interval gain() {
    Map<String, double[]> byImage = new LinkedHashMap<>();
    for (int i = 0; i < points.size(); i++) {
      if (!points.get(i).isBackground()) {
        double[] image = byImage.computeIfAbsent(points.get(i).imageId(), id -> new double[2]);
        image[0] += (after.agreement().same().contains(i) ? 1 : 0);
        image[0] -= (before.agreement().same().contains(i) ? 1 : 0);
        image[1]++;
      }
    }
    double objects = after.agreement().objects();
    double gain = after.agreement().share() - before.agreement().share();
    double squares =
        byImage.values().stream()
            .mapToDouble(image -> Math.pow(image[0] - gain * image[1], 2))
            .sum();
    double images = byImage.size();
    if (byImage.size() < 2 || squares == 0) {
      return new Interval(gain, Double.NaN, Double.NaN);
    }
    double standardError = Math.sqrt(squares * images / (images - 1)) / objects;
    return Interval.ofMean(gain, standardError, byImage.size());
  }

  /**
   * The map of an experiment; empty if the test images have fewer than two objects of its classes.
   *
   * @throws IOException if fine-tuning fails or an image cannot be read
   */
  public static Optional<FeatureMap> of(Experiment experiment) throws IOException {
    NetworkDefinition network = experiment.backbone().definition();
    List<Tap> layers = network.featureTaps();
    Tap layer = layers.get(layers.size() - 1);
    Map<Sample, List<Chosen>> chosen = choose(experiment);
    if (chosen.isEmpty()) {
      return Optional.empty();
    }
    List<Point> points = chosen.values().stream().flatMap(List::stream).map(Chosen::point).toList();
    Projection before = project(experiment, layer, false, chosen, points.size());
    Projection after = project(experiment, layer, true, chosen, points.size());
    return Optional.of(
        new FeatureMap(
            layer, points, plane(before, points), plane(after.turnedTo(before), points)));
  }

  private record Chosen(Box box, Point point) {}

  private static Map<Sample, List<Chosen>> choose(Experiment experiment) throws IOException {
    Map<Sample, List<Chosen>> byImage = new LinkedHashMap<>();
    Map<String, List<Map.Entry<Sample, Chosen>>> byClass = new LinkedHashMap<>();
    for (Sample image : experiment.run().test().samples()) {
      byImage.put(image, new ArrayList<>());
      for (GroundTruth object : image.annotation().objects()) {
        String name = object.className();
        if (!object.difficult() && experiment.classes().contains(name)) {
          byClass
              .computeIfAbsent(name, key -> new ArrayList<>())
              .add(Map.entry(image, new Chosen(object.box(), new Point(image.id(), name))));
        }
      }
    }
    int most = Math.max(2, Math.min(MOST_OF_A_CLASS, MOST_OBJECTS / Math.max(1, byClass.size())));
    int objects = 0;
    for (List<Map.Entry<Sample, Chosen>> ofClass : byClass.values()) {
      for (Map.Entry<Sample, Chosen> one : EvenSpread.of(ofClass, most)) {
        byImage.get(one.getKey()).add(one.getValue());
        objects++;
      }
    }
    if (objects < 2) {
      return Map.of();
    }
    addBackground(experiment, byImage);
    byImage.values().removeIf(List::isEmpty);
    return byImage;
  }

  /** Adds a proposal on background to each of some images. */
  private static void addBackground(Experiment experiment, Map<Sample, List<Chosen>> byImage)
      throws IOException {
    Random random = new Random(SeedMix.mix(experiment.run().config().seed(), BACKGROUND_SEED));
    try (ProposalStore proposals = ProposalStore.open(experiment.proposals().get(1).place())) {
      List<Sample> images =
          byImage.keySet().stream().filter(image -> proposals.contains(image.id())).toList();
      int each = (BACKGROUND + images.size() - 1) / Math.max(1, images.size());
      for (Sample image : EvenSpread.of(images, BACKGROUND)) {
        List<Box> background = new ArrayList<>(proposals.boxes(image.id()));
        background.removeIf(box -> touches(image, box));
        Collections.shuffle(background, random);
        for (Box box : background.subList(0, Math.min(each, background.size()))) {
          byImage.get(image).add(new Chosen(box, new Point(image.id(), "")));
        }
      }
    }
  }

  private static boolean touches(Sample image, Box box) {
    return image.annotation().objects().stream()
        .anyMatch(object -> object.box().iou(box) >= BACKGROUND_IOU);
  }

  private static Projection project(
      Experiment experiment,
      Tap layer,
      boolean finetuned,
      Map<Sample, List<Chosen>> chosen,
      int points)
      throws IOException {
    Run run = experiment.run();
    try (FeatureExtractor extractor = experiment.extractor(finetuned, Set.of(layer));
        Progress progress = run.monitor().start("map", chosen.size(), "images")) {
      int dimension = extractor.dimension(layer);
      float[] values = new float[Math.multiplyExact(points, dimension)];
      int[] filled = new int[1];
      OrderedWork.<Map.Entry<Sample, List<Chosen>>, float[]>forEach(
          List.copyOf(chosen.entrySet()),
          run.config().effectiveThreads(),
          entry -> {
            TorchEngine.useThreads(1);
            List<Box> boxes = entry.getValue().stream().map(Chosen::box).toList();
            return extractor.extract(ImageFiles.read(entry.getKey().image()), boxes).at(layer);
          },
          (entry, rows) -> {
            System.arraycopy(rows, 0, values, filled[0], rows.length);
            filled[0] += rows.length;
            progress.step();
          });
      return Projection.of(values, points, dimension);
    }
  }

  private static Plane plane(Projection projection, List<Point> points) {
    double radius = projection.radius() > 0 ? projection.radius() : 1;
    double[] x = projection.x().clone();
    double[] y = projection.y().clone();
    for (int i = 0; i < x.length; i++) {
      x[i] /= radius;
      y[i] /= radius;
    }
    return new Plane(x, y, projection.share(), agreement(projection.squares(), points));
  }

  /** Of equally near neighbours the first counts. */
  static Agreement agreement(double[] squares, List<Point> points) {
    Set<Integer> same = new TreeSet<>();
    int objects = 0;
    double chance = 0;
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      int nearest = -1;
      int others = 0;
      int alike = 0;
      for (int j = 0; j < points.size() && !point.isBackground(); j++) {
        Point other = points.get(j);
        if (!other.isBackground() && !other.imageId().equals(point.imageId())) {
          others++;
          alike += other.className().equals(point.className()) ? 1 : 0;
          boolean nearer =
              nearest < 0 || squares[i * points.size() + j] < squares[i * points.size() + nearest];
          nearest = nearer ? j : nearest;
        }
      }
      if (nearest >= 0) {
        objects++;
        if (points.get(nearest).className().equals(point.className())) {
          same.add(i);
        }
        chance += alike / (double) others;
      }
    }
    return new Agreement(same, objects, chance / objects);
  }
}
