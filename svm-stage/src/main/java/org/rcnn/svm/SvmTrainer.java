package org.rcnn.svm;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.rcnn.data.matrix.MatrixEngine;

/**
 * Trains one linear SVM for each class with hard-negative mining, all classes in the same pass over
 * the images.
 *
 * <p><b>The procedure.</b> A first pass collects every class's positives and measures the feature
 * scale. The negatives of the first models are a random subset of the regions of the first images
 * (the authors take all regions of the first image; several images give a more representative first
 * model, so that fewer negatives are wrongly taken for hard later). Then one pass over all images,
 * those included, in a seeded order: one product scores an image's regions for all classes;
 * negatives scoring above −1 that the class does not hold are added; once a class has added 2,000
 * it is trained again, and then drops the negatives that score below −1.2. At the end every class
 * with additions is trained once more. All these numbers are {@link MiningSettings}.
 *
 * <p><b>What makes it fast.</b> LIBSVM never sees a feature: it works on each class's Gram matrix,
 * which grows only by the products of new samples and shrinks with evictions. Each training starts
 * from the class's previous solution. Samples are stored once in a pool that all classes share. The
 * feature scale enters the Gram matrix as a factor, so features are never rewritten. Classes that
 * are due at the same image are solved side by side; everything else runs on the calling thread,
 * and an engine may use threads within a product. The result does not depend on the number of
 * threads, if the engine's products do not.
 *
 * <p><b>Memory</b> depends on the settings and, since all objects are positives, on the number of
 * objects of the most frequent class, not on that of images. With n samples of a class (positives +
 * negative cache + retrain-after + the regions of one image, at most) and d features: {@code 4·d}
 * bytes for each distinct sample of any class and at most a quarter more; {@code 2·n²} bytes for
 * the Gram matrix of each class; {@code 4·n²} bytes for each solving thread, for the largest class
 * that it has solved; one image's features twice; and while Gram matrices grow, {@code 4·n·d} bytes
 * of one class, or of all distinct samples of the classes trained together, plus at most 256 MiB.
 * For 20 classes with 4,000 samples each, d = 4,096 and 2 threads that is at most about 1.6 + 0.6 +
 * 0.1 GB.
 */
public final class SvmTrainer {

  private SvmTrainer() {}

  /** Receives the progress. It is called on the training thread, in an order that never varies. */
  public interface Listener {

    /** Ignores everything. */
    Listener SILENT = new Listener() {};

    /**
     * An image was processed.
     *
     * @param pass {@code "positives"}, {@code "first negatives"} or {@code "mining"}
     * @param done images processed in this pass
     * @param of images in this pass
     */
    default void image(String pass, int done, int of) {}

    /** A class was trained. */
    default void round(Round round) {}
  }

  /**
   * Trains.
   *
   * @param images the training images; each is loaded twice, the first few three times
   * @param classes the classes, whose objects are the ground truth regions of the images
   * @param settings what to compute
   * @param engine stores and multiplies features; called only from this thread
   * @param threads classes solved side by side, at least 1; the result does not depend on it
   * @param listener receives images and rounds
   * @throws IOException if an image cannot be read
   * @throws IllegalArgumentException if an image's parts contradict the classes or other images
   */
  public static SvmTraining train(
      TrainingImages images,
      List<String> classes,
      SvmSettings settings,
      MatrixEngine engine,
      int threads,
      Listener listener)
      throws IOException {
    return train(images, classes, settings, engine, threads, listener, Optional.empty());
  }

  /**
   * Trains, with images scored elsewhere in the pass that mines. The result is the same.
   *
   * @param images the training images; with {@code ahead} each is loaded once, the first few twice
   * @param classes the classes, whose objects are the ground truth regions of the images
   * @param settings what to compute
   * @param engine stores and multiplies features; called only from this thread
   * @param threads classes solved side by side, at least 1; the result does not depend on it
   * @param listener receives images and rounds
   * @param ahead scores images elsewhere; empty to score them here
   * @throws IOException if an image cannot be read, or the work elsewhere fails
   * @throws IllegalArgumentException if an image's parts contradict the classes or other images
   */
  public static SvmTraining train(
      TrainingImages images,
      List<String> classes,
      SvmSettings settings,
      MatrixEngine engine,
      int threads,
      Listener listener,
      Optional<ScoresAhead> ahead)
      throws IOException {
    if (classes.isEmpty()) {
      throw new IllegalArgumentException("There is no class to train; name at least one.");
    }
    if (images.imageIds().isEmpty()) {
      throw new IllegalArgumentException("There is no image to train on; check the split.");
    }
    try (HardNegativeMining mining =
        new HardNegativeMining(images, classes, settings, engine, threads, listener, ahead)) {
      mining.collectPositives();
      mining.trainFirstModels();
      mining.mine();
      return mining.result();
    }
  }
}
