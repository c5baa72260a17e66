package org.rcnn.cnn.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  /**
   * The boxes of a pool's images, which may lie in a file: a pool of millions of regions then holds
   * a few bytes for each image and each positive, and none for a background.
   */
  @FunctionalInterface
  public interface Boxes {
    /**
     * An image's regions, in the order in which they were added to the pool. May be called by
     * several threads.
     *
     * @param image the image's number
     * @throws IOException if they cannot be read
     */
    List<Box> of(int image) throws IOException;
  }

  /** The images in the order in which they were added. */
  private final int[] images;

  /** For each of them the number of its first region, and at the end the number of regions. */
  private final int[] firsts;

  /** The regions with a class, by number. */
  private final int[] positives;

  /** Their labels. */
  private final int[] labels;

  private final Boxes boxes;

  private RegionPool(Builder builder) {
    images = Arrays.copyOf(builder.images, builder.imageCount);
    firsts = Arrays.copyOf(builder.firsts, builder.imageCount + 1);
    firsts[builder.imageCount] = builder.size;
    positives = Arrays.copyOf(builder.positives, builder.positiveCount);
    labels = Arrays.copyOf(builder.labels, builder.positiveCount);
    boxes = builder.boxes;
  }

  /** Number of regions. */
  public int size() {
    return firsts[images.length];
  }

  /** Number of regions with a class. */
  public int positiveCount() {
    return positives.length;
  }

  /** Number of background regions. */
  public int backgroundCount() {
    return size() - positives.length;
  }

  /** Number of regions of each label, background first. */
  public int[] labelCounts(int classes) {
    int[] counts = new int[classes + 1];
    counts[BACKGROUND] = backgroundCount();
    for (int label : labels) {
      counts[label]++;
    }
    return counts;
  }

  int positive(int index) {
    return positives[index];
  }

  int background(int index) {
    Objects.checkIndex(index, backgroundCount());
    // Before the background of an index lie that many others and some positives. The i-th positive
    // has positives[i] - i backgrounds before it.
    int low = 0;
    int high = positives.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (positives[middle] - middle <= index) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return index + low;
  }

  /** The number of the image that a region lies in. */
  public int image(int region) {
    return images[imageIndex(region)];
  }

  /** A region's place among those of its image, in the order in which they were added. */
  public int row(int region) {
    return region - firsts[imageIndex(region)];
  }

  int label(int region) {
    int found = Arrays.binarySearch(positives, region);
    return found >= 0 ? labels[found] : BACKGROUND;
  }

  Box box(int region) throws IOException {
    int index = imageIndex(region);
    Box box = boxes.of(images[index]).get(region - firsts[index]);
    return new Box((float) box.xMin(), (float) box.yMin(), (float) box.xMax(), (float) box.yMax());
  }

  /** Which of the images a region lies in. */
  private int imageIndex(int region) {
    Objects.checkIndex(region, size());
    int found = Arrays.binarySearch(firsts, 0, images.length, region);
    return found >= 0 ? found : -found - 2;
  }

  /**
   * Whether a box overlaps an object of any class by at least an IoU: whether it is a positive in a
   * pool of all the annotation's classes.
   */
  public static boolean isPositive(Annotation annotation, Box box, double positiveIou) {
    return annotation.objects().stream().anyMatch(object -> box.iou(object.box()) >= positiveIou);
  }

  /** Starts an empty pool that keeps its boxes in memory. */
  public static Builder builder(List<String> classes, double positiveIou) {
    Map<Integer, List<Box>> kept = new HashMap<>();
    return new Builder(classes, positiveIou, kept::get, kept);
  }

  /**
   * Starts an empty pool.
   *
   * @param boxes gives the boxes again when the pool is used
   */
  public static Builder builder(List<String> classes, double positiveIou, Boxes boxes) {
    return new Builder(classes, positiveIou, boxes, null);
  }

  /** Collects regions image by image. */
  public static final class Builder {
    private final Map<String, Integer> labelOf;
    private final double positiveIou;
    private final Boxes boxes;

    /** Where the boxes are kept; null if others keep them. */
    private final Map<Integer, List<Box>> kept;

    private int[] images = new int[64];
    private int[] firsts = new int[64];
    private int[] positives = new int[1024];
    private int[] labels = new int[1024];
    private int imageCount;
    private int positiveCount;
    private int size;

    private Builder(
        List<String> classes, double positiveIou, Boxes boxes, Map<Integer, List<Box>> kept) {
      Check.within("positive-iou", positiveIou, 0.01, 1);
      this.labelOf =
          IntStream.range(0, classes.size())
              .boxed()
              .collect(Collectors.toMap(classes::get, i -> i + 1));
      this.positiveIou = positiveIou;
      this.boxes = boxes;
      this.kept = kept;
    }

    /**
     * Adds an image's ground truth and proposals: regions are numbered in the order in which they
     * are added, the ground truth of an image before its proposals. All regions of an image are
     * added before those of the next.
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
     * @param image the number of the image that was added last, or of a new one
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
      if (imageCount == 0 || images[imageCount - 1] != image) {
        if (kept != null && kept.containsKey(image)) {
          throw new IllegalArgumentException(
              "Image %d was added before the last one; add all its regions together."
                  .formatted(image));
        }
        if (imageCount == images.length) {
          images = Arrays.copyOf(images, 2 * imageCount);
          firsts = Arrays.copyOf(firsts, 2 * imageCount);
        }
        images[imageCount] = image;
        firsts[imageCount] = size;
        imageCount++;
      }
      if (kept != null) {
        kept.computeIfAbsent(image, number -> new ArrayList<>()).add(box);
      }
      if (label != BACKGROUND) {
        if (positiveCount == positives.length) {
          positives = Arrays.copyOf(positives, 2 * positiveCount);
          labels = Arrays.copyOf(labels, 2 * positiveCount);
        }
        positives[positiveCount] = size;
        labels[positiveCount] = label;
        positiveCount++;
      }
      size++;
    }

    /** The pool of everything added. */
    public RegionPool build() {
      return new RegionPool(this);
    }
  }
}
