package org.rcnn.cnn.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.Fingerprint;

/** A training's state between two steps: weights, velocities and how far it has come. */
final class Checkpoint {

  private static final String VELOCITY = "velocity/";
  private static final String CHECKSUM = "checksum";

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

  /**
   * Writes a state with its checksum, which {@link #read} compares: safetensors has none.
   *
   * @throws IOException if it cannot be written; an older checkpoint is then unchanged
   */
  static void write(WeightFile state, Path file) throws IOException {
    Map<String, String> metadata = new HashMap<>(state.metadata());
    metadata.put(CHECKSUM, checksum(state));
    new WeightFile(state.weights(), metadata).write(file, Precision.F32);
  }

  /** Of everything but the checksum. */
  private static String checksum(WeightFile state) {
    Fingerprint sum = new Fingerprint();
    Map<String, String> metadata = new TreeMap<>(state.metadata());
    metadata.remove(CHECKSUM);
    metadata.forEach((name, value) -> sum.add(name).add(value));
    // Sorted, because a damaged header may name the tensors in another order.
    new TreeMap<>(state.weights().tensors())
        .forEach(
            (name, tensor) -> {
              sum.add(name).add(Arrays.toString(tensor.shape()));
              ByteBuffer bytes = ByteBuffer.allocate(tensor.values().length * Float.BYTES);
              bytes.asFloatBuffer().put(tensor.values());
              sum.add(bytes.array());
            });
    return sum.hex();
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
   * @throws DamagedCheckpointException if it is not as it was written
   * @throws IOException if it cannot be read, or belongs to another training
   */
  static WeightFile read(Path file, String identity) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    if (!Files.isRegularFile(file)) {
      throw new DamagedCheckpointException(file, "it is no file");
    }
    WeightFile saved;
    try {
      saved = WeightFile.read(file);
    } catch (FileSystemException e) {
      // The system's refusal says nothing about the contents.
      throw e;
    } catch (IOException e) {
      throw new DamagedCheckpointException(file, "it is cut, or no weight file");
    }
    if (!checksum(saved).equals(saved.metadata().get(CHECKSUM))) {
      throw new DamagedCheckpointException(file, "it does not match its checksum");
    }
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
