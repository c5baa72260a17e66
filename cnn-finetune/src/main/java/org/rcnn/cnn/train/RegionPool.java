package org.rcnn.cnn.train;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Check;
import org.rcnn.data.GroundTruth;

/**
 * Every labelled region of a training set: the pool that fine-tuning draws its batches from.
 *
 * <p>Labels are loose (section 2.3 of the paper): a region takes the class of the ground truth that
 * it overlaps most if their IoU is at least the threshold, 0.5 in the paper, else it is background.
 * These jittered boxes give some thirty times more positives than the ground truth alone, which a
 * network with millions of weights needs; the SVM stage has its own threshold.
 */
public final class RegionPool {

  /** The label of background; classes count from 1. */
  public static final int BACKGROUND = 0;

  private final float[] boxes;
  private final int[] images;
  private final int[] labels;
  private final int[] positives;
  private final int[] backgrounds;

  private RegionPool(Builder builder) {
    boxes = Arrays.copyOf(builder.boxes, 4 * builder.size);
    images = Arrays.copyOf(builder.images, builder.size);
    labels = Arrays.copyOf(builder.labels, builder.size);
    positives = IntStream.range(0, labels.length).filter(i -> labels[i] != BACKGROUND).toArray();
    backgrounds = IntStream.range(0, labels.length).filter(i -> labels[i] == BACKGROUND).toArray();
  }

  /** Number of regions. */
  public int size() {
    return labels.length;
  }

  /** Number of regions with a class. */
  public int positiveCount() {
    return positives.length;
  }

  /** Number of background regions. */
  public int backgroundCount() {
    return backgrounds.length;
  }

  /** Number of regions of each label, background first. */
  public int[] labelCounts(int classes) {
    int[] counts = new int[classes + 1];
    for (int label : labels) {
      counts[label]++;
    }
    return counts;
  }

  int positive(int index) {
    return positives[index];
  }

  int background(int index) {
    return backgrounds[index];
  }

  int image(int region) {
    return images[region];
  }

  int label(int region) {
    return labels[region];
  }

  Box box(int region) {
    return new Box(
        boxes[4 * region], boxes[4 * region + 1], boxes[4 * region + 2], boxes[4 * region + 3]);
  }

  /**
   * Whether a box overlaps an object of any class by at least an IoU: whether it is a positive in a
   * pool of all the annotation's classes.
   */
  public static boolean isPositive(Annotation annotation, Box box, double positiveIou) {
    return annotation.objects().stream().anyMatch(object -> box.iou(object.box()) >= positiveIou);
  }

  /** Starts an empty pool. */
  public static Builder builder(List<String> classes, double positiveIou) {
    return new Builder(classes, positiveIou);
  }

  /** Collects regions image by image. */
  public static final class Builder {
    private final Map<String, Integer> labelOf;
    private final double positiveIou;
    private float[] boxes = new float[4 * 1024];
    private int[] images = new int[1024];
    private int[] labels = new int[1024];
    private int size;

    private Builder(List<String> classes, double positiveIou) {
      Check.within("positive-iou", positiveIou, 0.01, 1);
      this.labelOf =
          IntStream.range(0, classes.size())
              .boxed()
              .collect(Collectors.toMap(classes::get, i -> i + 1));
      this.positiveIou = positiveIou;
    }

    /**
     * Adds an image's ground truth and proposals: regions are numbered in the order in which they
     * are added, the ground truth of an image before its proposals.
     *
     * @param image the image's number in the image source
     * @param annotation its ground truth; objects of unknown classes are ignored
     * @param proposals its proposals
     */
    public Builder add(int image, Annotation annotation, List<Box> proposals) {
      for (GroundTruth object : annotation.objects()) {
        if (labelOf.containsKey(object.className())) {
          add(image, object.box(), labelOf.get(object.className()));
        }
      }
      return addProposals(image, annotation, proposals);
    }

    /**
     * Adds further proposals of an image.
     *
     * @param image the image's number in the image source
     * @param annotation its ground truth
     * @param proposals the proposals
     */
    public Builder addProposals(int image, Annotation annotation, List<Box> proposals) {
      for (Box proposal : proposals) {
        add(image, proposal, label(annotation, proposal));
      }
      return this;
    }

    /**
     * The class of the ground truth that a box overlaps most, or background below the threshold.
     */
    int label(Annotation annotation, Box box) {
      double best = 0;
      int label = BACKGROUND;
      for (GroundTruth object : annotation.objects()) {
        double iou = box.iou(object.box());
        if (iou >= positiveIou && iou > best && labelOf.containsKey(object.className())) {
          best = iou;
          label = labelOf.get(object.className());
        }
      }
      return label;
    }

    private void add(int image, Box box, int label) {
      if (size == labels.length) {
        boxes = Arrays.copyOf(boxes, 8 * size);
        images = Arrays.copyOf(images, 2 * size);
        labels = Arrays.copyOf(labels, 2 * size);
      }
      boxes[4 * size] = (float) box.xMin();
      boxes[4 * size + 1] = (float) box.yMin();
      boxes[4 * size + 2] = (float) box.xMax();
      boxes[4 * size + 3] = (float) box.yMax();
      images[size] = image;
      labels[size] = label;
      size++;
    }

    /** The pool of everything added. */
    public RegionPool build() {
      return new RegionPool(this);
    }
  }
}
