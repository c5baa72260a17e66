package org.rcnn.cnn.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;

/** A training's state between two steps: weights, velocities and how far it has come. */
final class Checkpoint {

  private static final String VELOCITY = "velocity/";

  private Checkpoint() {}

  /**
   * The state as one weight file.
   *
   * @param done epochs or iterations done
   * @param curve the learning curve so far, a line of figures for each point
   * @param identity identifies the training: its network and settings
   */
  static WeightFile of(
      Weights weights, Weights velocities, int done, List<double[]> curve, String identity) {
    Map<String, Tensor> all = new LinkedHashMap<>(weights.tensors());
    velocities.tensors().forEach((name, tensor) -> all.put(VELOCITY + name, tensor));
    return new WeightFile(
        new Weights(all),
        Map.of(
            "done",
            Integer.toString(done),
            "curve",
            curve.stream().map(Checkpoint::line).collect(Collectors.joining("\n")),
            "training",
            identity));
  }

  private static String line(double[] point) {
    return Arrays.stream(point).mapToObj(Double::toString).collect(Collectors.joining(" "));
  }

  /** The learning curve up to a checkpoint; empty without one. */
  static List<double[]> curve(WeightFile saved) {
    String lines = saved == null ? "" : saved.metadata().getOrDefault("curve", "");
    return lines
        .lines()
        .map(line -> Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray())
        .toList();
  }

  /**
   * Reads the state of a training, if there is one.
   *
   * @return null if there is no file
   * @throws IOException if it cannot be read, or belongs to another training
   */
  static WeightFile read(Path file, String identity) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    WeightFile saved = WeightFile.read(file);
    if (!identity.equals(saved.metadata().get("training"))) {
      throw new IOException(
          "%s is the checkpoint of a training with other settings; remove it or train elsewhere."
              .formatted(file));
    }
    return saved;
  }

  /** Epochs or iterations done at a checkpoint; 0 without one. */
  static int done(WeightFile saved) {
    return saved == null ? 0 : Integer.parseInt(saved.metadata().get("done"));
  }

  /** The velocities in a checkpoint's tensors. */
  static Weights velocities(Weights checkpoint) {
    return part(checkpoint, VELOCITY);
  }

  /** The tensors whose names begin with a prefix, without it. */
  static Weights part(Weights checkpoint, String prefix) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    checkpoint
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), tensor);
              }
            });
    return new Weights(found);
  }
}
