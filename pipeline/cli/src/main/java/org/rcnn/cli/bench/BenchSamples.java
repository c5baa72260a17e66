package org.rcnn.cli.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.svm.TrainingImage;
import org.rcnn.svm.TrainingImages;

/**
 * Synthetic training images of one class. Features are those of a rectified layer, with a given
 * share of non-zero values. An eighth of the features is raised on objects. On other regions they
 * are raised less, by an amount that varies, so that there are easy and hard negatives. The other
 * regions of an image also have another eighth of the features raised, which differs from image to
 * image like the backgrounds of photos. So a new image's negatives are hard until a model was
 * trained on some of them.
 */
final class BenchSamples implements TrainingImages {

  static final String CLASS = "object";

  private static final int NOISE = 1 << 22;
  private static final Box APART = new Box(300, 300, 340, 340);

  private final List<String> ids;
  private final List<TrainingImage> images = new ArrayList<>();

  /**
   * What the images are like.
   *
   * @param images number of images
   * @param positives objects in all images together
   * @param negatives other regions of each image
   * @param dimension length of a feature
   * @param nonZero share of values that are not 0; with 1 the features are not rectified
   * @param strength how far objects are raised, in standard deviations
   * @param background how far an image's other regions are raised in its own features
   * @param seed of everything
   */
  record Shape(
      int images,
      int positives,
      int negatives,
      int dimension,
      double nonZero,
      double strength,
      double background,
      long seed) {}

  BenchSamples(Shape shape) {
    Random random = new Random(shape.seed());
    float[] noise = new float[NOISE + shape.dimension()];
    for (int k = 0; k < noise.length; k++) {
      noise[k] = (float) random.nextGaussian();
    }
    float line = line(noise, shape.nonZero());
    boolean[] raised = eighth(shape.dimension(), random);
    for (int i = 0; i < shape.images(); i++) {
      int from = (int) ((long) shape.positives() * i / shape.images());
      int to = (int) ((long) shape.positives() * (i + 1) / shape.images());
      images.add(image(shape, "image" + i, to - from, random, noise, line, raised));
    }
    ids = images.stream().map(TrainingImage::id).toList();
  }

  private static boolean[] eighth(int dimension, Random random) {
    boolean[] chosen = new boolean[dimension];
    for (int k = 0; k < dimension; k++) {
      chosen[k] = random.nextInt(8) == 0;
    }
    return chosen;
  }

  /** The value to subtract before rectification, so that the wanted share is left. */
  private static float line(float[] noise, double nonZero) {
    if (nonZero >= 1) {
      return Float.NEGATIVE_INFINITY;
    }
    float[] sorted = Arrays.copyOf(noise, 100_000);
    Arrays.sort(sorted);
    return sorted[(int) ((1 - nonZero) * (sorted.length - 1))];
  }

  private static TrainingImage image(
      Shape shape,
      String id,
      int positives,
      Random random,
      float[] noise,
      float line,
      boolean[] raised) {
    int rows = positives + shape.negatives();
    int d = shape.dimension();
    float[] features = new float[Math.multiplyExact(rows, d)];
    List<GroundTruth> objects = new ArrayList<>();
    boolean[] own = eighth(d, random);
    for (int row = 0; row < rows; row++) {
      double hardness = row < positives ? 1 : random.nextDouble();
      float raise = (float) (shape.strength() * hardness);
      float background = row < positives ? 0 : (float) shape.background();
      int at = random.nextInt(NOISE);
      for (int k = 0; k < d; k++) {
        float value = noise[at + k] + (raised[k] ? raise : 0) + (own[k] ? background : 0);
        features[row * d + k] = line == Float.NEGATIVE_INFINITY ? value : Math.max(0, value - line);
      }
      if (row < positives) {
        objects.add(new GroundTruth(CLASS, new Box(row, 0, row + 10, 10), false, false));
      }
    }
    List<Box> regions = new ArrayList<>(objects.stream().map(GroundTruth::box).toList());
    regions.addAll(Collections.nCopies(shape.negatives(), APART));
    return new TrainingImage(
        id, regions, positives, new Annotation(id, 500, 500, objects), features);
  }

  @Override
  public List<String> imageIds() {
    return ids;
  }

  @Override
  public TrainingImage load(String imageId) {
    return images.get(ids.indexOf(imageId));
  }

  List<TrainingImage> images() {
    return images;
  }
}
