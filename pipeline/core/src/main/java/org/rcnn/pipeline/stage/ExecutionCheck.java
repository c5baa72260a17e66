package org.rcnn.pipeline.stage;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows, before a network's features are computed, that the execution which {@code auto} took gives
 * what plain gives: six regions of a generated scene go both ways, with the network's own weights.
 *
 * <p>{@link Execution#on} decides by the machine and the layers alone, because the execution is
 * part of the features' key, and a key is asked for before there are weights. So a check that fails
 * cannot choose another execution. It ends the run, and its message names the setting that does.
 */
final class ExecutionCheck {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutionCheck.class);

  /**
   * The largest difference at a tap, as a share of the tap's largest value. Rounding gives up to
   * {@code 5e-6}, the deeper the network the more; a wrong operator gives far more than this.
   */
  static final double BOUND = 1e-4;

  private final Set<String> checked = new HashSet<>();

  /**
   * Checks a network once.
   *
   * @param extractor of this network, as {@code auto} made it
   * @param key the setting that is {@code auto}
   * @throws ConfigException if a tap differs by more than {@link #BOUND} of its largest value
   */
  void require(TrainedNetwork network, FeatureExtractor extractor, String key) {
    if (!checked.add(network.fingerprint())) {
      return;
    }
    String execution = extractor.execution().label();
    if (extractor.execution() == Execution.PLAIN) {
      LOG.info("{} is auto: the {} network runs {}.", key, network.name(), execution);
      return;
    }
    RgbImage scene = new SceneGenerator(1).scene(0).image();
    List<Box> regions = regions(scene.width(), scene.height());
    double difference;
    try (FeatureExtractor plain =
        FeatureExtractor.onCpu(
            network.definition(), network.weights(), extractor.taps(), regions.size())) {
      difference = difference(plain.extract(scene, regions), extractor.extract(scene, regions));
    }
    // A difference that is no number is none that is small.
    if (!(difference <= BOUND)) {
      throw new ConfigException(
          ("%s is auto, which takes %s here, but on this machine network %s then differs from plain"
                  + " by %.1e of a layer's largest value; set %s to plain.")
              .formatted(key, execution, network.definition().name(), difference, key));
    }
    LOG.info(
        "{} is auto: the {} network runs {}, which differs from plain by {} of a layer's largest"
            + " value at most.",
        key,
        network.name(),
        execution,
        "%.1e".formatted(difference));
  }

  /** The whole picture, its quarters, and its middle: regions of three sizes. */
  private static List<Box> regions(int width, int height) {
    double x = width / 2.0;
    double y = height / 2.0;
    return List.of(
        new Box(0, 0, width, height),
        new Box(0, 0, x, y),
        new Box(x, 0, width, y),
        new Box(0, y, x, height),
        new Box(x, y, width, height),
        new Box(x - 20, y - 20, x + 20, y + 20));
  }

  /**
   * The largest difference between values of one tap, as a share of the tap's largest expected
   * value; of all taps, that of the one that differs most.
   */
  static double difference(RegionFeatures expected, RegionFeatures actual) {
    double most = 0;
    for (var tap : expected.values().entrySet()) {
      float[] values = tap.getValue();
      float[] others = actual.at(tap.getKey());
      double size = 0;
      double difference = 0;
      for (int i = 0; i < values.length; i++) {
        size = Math.max(size, Math.abs(values[i]));
        difference = Math.max(difference, Math.abs((double) values[i] - others[i]));
      }
      // A tap of zeros alone must be met exactly.
      most = Math.max(most, difference == 0 ? 0 : difference / size);
    }
    return most;
  }
}
