package org.rcnn.cnn.network;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network that only runs forward, on the CPU, as one program of the engine instead of operator by
 * operator. In single precision each ReLU is part of the convolution or product before it, and the
 * weights lie in the order that suits the machine: the same arithmetic, so the same values up to
 * rounding.
 *
 * <p>In bfloat16, numbers of 8 significant bits in the range of single precision, features differ
 * by about a hundredth in length, more the deeper the network. It is for processors with
 * instructions for it. Operators are joined there too, which the engine refuses on processors
 * without AVX-512; those use the plain operators, which are slow and give slightly different
 * values.
 *
 * <p>{@link #forward} may run in several threads at once. Owns its native memory: close it.
 */
public final class FusedNetwork implements AutoCloseable {

  /** The numbers that a network computes with. */
  public enum Numbers {
    /** Single precision. */
    FLOAT32,
    /** Half the bits, the same range. */
    BFLOAT16
  }

  private static final String[] NO_FILES = {};

  private final NetworkDefinition definition;
  private final List<Tap> taps;
  private final NDManager manager;
  private final PtSymbolBlock program;

  /** Whether every layer up to the last tap is of a kind that a fused network can have. */
  public static boolean canRun(NetworkDefinition definition) {
    return ScriptArchive.canWrite(definition);
  }

  /**
   * Translates a network.
   *
   * @param wanted the taps that a pass returns
   * @param numbers what it computes with; inputs and results are float32 either way
   * @throws IllegalArgumentException if the network lacks one of the taps
   */
  public FusedNetwork(
      NetworkDefinition definition, Weights weights, Set<Tap> wanted, Numbers numbers) {
    this(definition, weights, wanted, numbers, null);
  }

  /**
   * Translates a network.
   *
   * @param joined whether operators are joined; null to join them if the engine can
   */
  FusedNetwork(
      NetworkDefinition definition,
      Weights weights,
      Set<Tap> wanted,
      Numbers numbers,
      Boolean joined) {
    for (Tap tap : wanted) {
      if (!definition.taps().containsKey(tap)) {
        throw new IllegalArgumentException(definition.lacks(tap));
      }
    }
    this.definition = definition;
    this.taps = wanted.stream().sorted().toList();
    this.manager = TorchEngine.instance().newBaseManager(Device.cpu());
    try {
      this.program = joined == null ? program(weights, numbers) : load(weights, numbers, joined);
    } catch (IOException e) {
      manager.close();
      throw new UncheckedIOException("The network's program could not be written.", e);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Which operators the engine refuses to join depends on the processor, so joining is tried. */
  private PtSymbolBlock program(Weights weights, Numbers numbers) throws IOException {
    try {
      return load(weights, numbers, true);
    } catch (EngineException reason) {
      if (numbers != Numbers.BFLOAT16) {
        throw reason;
      }
      try {
        return load(weights, numbers, false);
      } catch (EngineException e) {
        e.addSuppressed(reason);
        throw e;
      }
    }
  }

  /** The program, loaded and run once. */
  private PtSymbolBlock load(Weights weights, Numbers numbers, boolean joined) throws IOException {
    Path file = Files.createTempFile("network", ".pt");
    PtSymbolBlock loaded;
    try {
      ScriptArchive.write(file, definition, weights, taps, numbers, joined);
      loaded = JniUtils.loadModule((PtNDManager) manager, file, true, NO_FILES, NO_FILES, false);
    } finally {
      Files.delete(file);
    }
    try {
      warmUp(loaded);
      return loaded;
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  /** The engine profiles the first passes of a program before it optimises it. */
  private void warmUp(PtSymbolBlock loaded) {
    int side = definition.inputSize();
    for (int i = 0; i < 2; i++) {
      try (NDManager scratch = manager.newSubManager()) {
        run(loaded, scratch.zeros(new Shape(1, side, side, 3)).transpose(0, 3, 1, 2));
      }
    }
  }

  private NDList run(PtSymbolBlock loaded, NDArray images) {
    return loaded.forward(new ParameterStore(manager, false), new NDList(images), false);
  }

  /** The manager that owns the program; a child of it is the place for a pass's own arrays. */
  public NDManager manager() {
    return manager;
  }

  /**
   * Runs the network.
   *
   * @param images {@code N x 3 x size x size}, best as a transposed view of {@code N x size x size
   *     x 3}; results go to its manager
   * @return for each tap, {@code N x dimension}
   */
  public Map<Tap, NDArray> forward(NDArray images) {
    NDList results = run(program, images);
    Map<Tap, NDArray> found = new EnumMap<>(Tap.class);
    for (int i = 0; i < taps.size(); i++) {
      found.put(taps.get(i), results.get(i));
    }
    return found;
  }

  /** Frees the native memory. */
  @Override
  public void close() {
    program.close();
    manager.close();
  }
}
