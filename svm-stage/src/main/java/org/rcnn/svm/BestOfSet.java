package org.rcnn.svm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The boxes of each class that score best over a whole set of images, before suppression: a lowest
 * score that adapts to the class. No fixed one suits all, because the scores of a class with few
 * objects or weak features lie lower; what it cuts off is recall.
 *
 * <p>With n images, at most {@code per-class × n} boxes of a class stay, those with the highest
 * scores. Of one image at most {@code per-image} boxes of a class take part, so that one crowded
 * image does not take the others' places.
 *
 * <p><b>Differences from the authors.</b> Their {@code rcnn_test.m} starts at negative infinity,
 * keeps a queue of the {@code max_per_set} best scores of a class (40 for each image) and, once the
 * queue is full, takes only boxes above its lowest score; at the end it drops the boxes below that
 * score. This class keeps the same boxes, with the same numbers, except:
 *
 * <ul>
 *   <li>Of boxes that score exactly the last score that stays, their code keeps those of images
 *       before the queue was full, even beyond the maximum. Here the first ones stay, by image and
 *       then by row, and the maximum holds. So the order of images matters for equal scores only.
 *   <li>Their 100 boxes of an image hold before suppression alone. Here it is the setting {@code
 *       per-image}, which holds after suppression, too, where no set is evaluated.
 *   <li>A lowest score can be set on top. Softmax has one, 0.001; the authors have none.
 * </ul>
 *
 * <p><b>Memory.</b> 12 bytes for each box that stays and at most a quarter more, twice that while a
 * class is sorted. On VOC2007's 4,952 test images that is 60 MB for 20 classes.
 */
public final class BestOfSet {

  private final int perImage;
  private final float lowest;
  private final List<ClassQueue> queues = new ArrayList<>();
  private int images;

  /**
   * The boxes of one class in one image that take part, or that stay.
   *
   * @param rows their regions
   * @param scores their scores, best first
   */
  public record Scored(int[] rows, float[] scores) {}

  /**
   * A selection without boxes.
   *
   * @param classes number of classes
   * @param images number of images of the set
   * @param settings how many boxes of a class stay for each image, at least 1, and take part
   * @param lowest boxes with a lower score do not take part; negative infinity for none
   */
  public BestOfSet(int classes, int images, DetectionSettings settings, double lowest) {
    if (settings.perClass() < 1) {
      throw new IllegalArgumentException(
          "The best boxes of a set need a number of boxes per image and class of at least 1, not %d."
              .formatted(settings.perClass()));
    }
    this.perImage = settings.perImage();
    this.lowest = (float) lowest;
    int most = (int) Math.min(1 << 30, (long) settings.perClass() * images);
    for (int c = 0; c < classes; c++) {
      queues.add(new ClassQueue(most));
    }
  }

  /**
   * The boxes of an image that take part. May be called from several threads.
   *
   * @param scores {@code regions x classes}, region by region
   * @return one entry per class
   */
  public List<Scored> candidates(float[] scores) {
    int classes = queues.size();
    float[] column = new float[scores.length / classes];
    List<Scored> candidates = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      for (int row = 0; row < column.length; row++) {
        column[row] = scores[row * classes + c];
      }
      long[] ordered = NonMaximumSuppression.byDescendingScore(column, lowest);
      int[] rows = new int[Math.min(perImage, ordered.length)];
      float[] best = new float[rows.length];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = (int) ordered[i];
        best[i] = column[rows[i]];
      }
      candidates.add(new Scored(rows, best));
    }
    return candidates;
  }

  /** Adds the next image's boxes, from one thread, in the order of the images. */
  public void add(List<Scored> candidates) {
    for (int c = 0; c < queues.size(); c++) {
      queues.get(c).add(images, candidates.get(c));
    }
    images++;
  }

  /** The boxes that stay, of the images added so far. */
  public Selection select() {
    return new Selection(queues.stream().map(queue -> queue.select(images)).toList());
  }

  /** The boxes that stay. May be used from several threads. */
  public static final class Selection {

    private final List<ByImage> classes;

    private Selection(List<ByImage> classes) {
      this.classes = classes;
    }

    /**
     * The boxes of an image.
     *
     * @param image its place in the order of the images
     * @return one entry per class
     */
    public List<Scored> ofImage(int image) {
      return classes.stream().map(kept -> kept.of(image)).toList();
    }
  }

  /** The boxes of one class, image by image; those of image i end where those of i + 1 begin. */
  private record ByImage(int[] begins, int[] rows, float[] scores) {
    Scored of(int image) {
      int from = begins[image];
      int to = begins[image + 1];
      return new Scored(Arrays.copyOfRange(rows, from, to), Arrays.copyOfRange(scores, from, to));
    }
  }

  /** The best boxes of one class, and up to a quarter more that wait for the next sorting. */
  private static final class ClassQueue {

    private final int most;
    private final int capacity;
    private int[] images = new int[0];
    private int[] rows = new int[0];
    private float[] scores = new float[0];
    private int size;

    /** A box must score more to be added: an equal one came before it. */
    private float beaten = Float.NEGATIVE_INFINITY;

    private boolean full;

    ClassQueue(int most) {
      this.most = most;
      this.capacity = most + Math.max(1024, most / 4);
    }

    void add(int image, Scored candidates) {
      for (int i = 0; i < candidates.rows().length; i++) {
        float score = candidates.scores()[i];
        if (full && score <= beaten) {
          return;
        }
        if (size == capacity) {
          sort();
        } else if (size == scores.length) {
          resize((int) Math.min(capacity, Math.max(1024, 2L * size)));
        }
        images[size] = image;
        rows[size] = candidates.rows()[i];
        scores[size++] = score;
      }
    }

    /** Sorts by score, equal ones in the order in which they came, and drops what is too much. */
    private void sort() {
      long[] ordered =
          NonMaximumSuppression.byDescendingScore(
              Arrays.copyOf(scores, size), Float.NEGATIVE_INFINITY);
      int kept = Math.min(most, size);
      int[] imagesBefore = images;
      int[] rowsBefore = rows;
      float[] scoresBefore = scores;
      images = new int[images.length];
      rows = new int[rows.length];
      scores = new float[scores.length];
      for (int i = 0; i < kept; i++) {
        int from = (int) ordered[i];
        images[i] = imagesBefore[from];
        rows[i] = rowsBefore[from];
        scores[i] = scoresBefore[from];
      }
      size = kept;
      if (size == most) {
        full = true;
        beaten = most == 0 ? Float.POSITIVE_INFINITY : scores[size - 1];
      }
    }

    private void resize(int length) {
      images = Arrays.copyOf(images, length);
      rows = Arrays.copyOf(rows, length);
      scores = Arrays.copyOf(scores, length);
    }

    ByImage select(int imageCount) {
      sort();
      int[] begins = new int[imageCount + 1];
      for (int i = 0; i < size; i++) {
        begins[images[i] + 1]++;
      }
      Arrays.parallelPrefix(begins, Integer::sum);
      int[] next = begins.clone();
      int[] byImage = new int[size];
      float[] scoresByImage = new float[size];
      for (int i = 0; i < size; i++) {
        int to = next[images[i]]++;
        byImage[to] = rows[i];
        scoresByImage[to] = scores[i];
      }
      return new ByImage(begins, byImage, scoresByImage);
    }
  }
}
