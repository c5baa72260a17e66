package org.rcnn.cli.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rcnn.data.matrix.MatrixEngine;
import org.rcnn.svm.MiningSettings;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmPeer;
import org.rcnn.svm.TrainingImage;

/**
 * Hard-negative mining of one class, written simply around a library: the same rules as {@link
 * org.rcnn.svm.SvmTrainer}, image by image, with features and scores on the Java heap.
 */
final class PeerMining {

  private final SvmPeer.Training training;
  private final MiningSettings settings;
  private final double scale;
  private final List<float[]> held = new ArrayList<>();
  private int positives;
  private int added;
  private int rounds;
  private SvmPeer.Model model;

  /**
   * The result of mining.
   *
   * @param model the last model
   * @param rounds how many models were trained
   * @param cache negatives stored at the end
   */
  record Result(SvmPeer.Model model, int rounds, int cache) {}

  private PeerMining(SvmPeer.Training training, MiningSettings settings, double scale) {
    this.training = training;
    this.settings = settings;
    this.scale = scale;
  }

  static Result run(
      SvmPeer peer,
      List<TrainingImage> images,
      double scale,
      SolverSettings solver,
      MiningSettings settings,
      MatrixEngine engine) {
    int dimension = images.get(0).dimension();
    PeerMining mining = new PeerMining(peer.start(dimension, solver, engine), settings, scale);
    for (TrainingImage image : images) {
      for (int row = 0; row < image.groundTruthCount(); row++) {
        mining.add(image, row, true);
      }
    }
    mining.positives = mining.held.size();
    TrainingImage first = images.get(0);
    int firstNegatives = Math.min(settings.firstNegatives(), negatives(first));
    for (int i = 0; i < firstNegatives; i++) {
      mining.add(first, first.groundTruthCount() + i, false);
    }
    mining.train(true);
    for (TrainingImage image : images) {
      mining.addHard(image, image == first ? firstNegatives : 0);
      if (mining.added >= settings.retrainAfter()) {
        mining.train(true);
      }
    }
    if (mining.added > 0) {
      mining.train(false);
    }
    return new Result(mining.model, mining.rounds, mining.held.size() - mining.positives);
  }

  private static int negatives(TrainingImage image) {
    return image.regions().size() - image.groundTruthCount();
  }

  /** Copies a region's feature, scaled. */
  static void scale(TrainingImage image, int row, double scale, float[] into) {
    for (int k = 0; k < into.length; k++) {
      into[k] = (float) (scale * image.features()[row * into.length + k]);
    }
  }

  private void add(TrainingImage image, int row, boolean positive) {
    float[] scaled = new float[image.dimension()];
    scale(image, row, scale, scaled);
    training.add(scaled, 0, positive);
    held.add(scaled);
    added += positive ? 0 : 1;
  }

  /** Adds an image's hard negatives, up to the limit per image. */
  private void addHard(TrainingImage image, int skipped) {
    int dimension = image.dimension();
    int room = settings.hardNegativesPerImage();
    for (int i = skipped; i < negatives(image) && room > 0; i++) {
      int row = image.groundTruthCount() + i;
      double score = scale * dot(image.features(), row * dimension) + model.bias();
      if (score > settings.hardNegativeScore()) {
        add(image, row, false);
        room--;
      }
    }
  }

  private void train(boolean evict) {
    model = training.train();
    rounds++;
    added = 0;
    if (!evict) {
      return;
    }
    int[] kept = new int[held.size()];
    int count = 0;
    for (int i = 0; i < kept.length; i++) {
      if (i < positives || dot(held.get(i), 0) + model.bias() >= settings.easyNegativeScore()) {
        kept[count++] = i;
      }
    }
    kept = Arrays.copyOf(kept, count);
    training.retain(kept);
    List<float[]> left = Arrays.stream(kept).mapToObj(held::get).toList();
    held.clear();
    held.addAll(left);
  }

  private double dot(float[] features, int from) {
    return dot(model.weights(), features, from);
  }

  static double dot(double[] weights, float[] features, int from) {
    double s0 = 0;
    double s1 = 0;
    int k = 0;
    for (; k + 2 <= weights.length; k += 2) {
      s0 += weights[k] * features[from + k];
      s1 += weights[k + 1] * features[from + k + 1];
    }
    return k < weights.length ? s0 + s1 + weights[k] * features[from + k] : s0 + s1;
  }
}
