package org.rcnn.cnn.features;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.FusedNetwork;
import org.rcnn.cnn.network.FusedNetwork.Numbers;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.onnx.OnnxRuntimeNetwork;
import org.rcnn.cnn.onnx.OnnxRuntimes;
import org.rcnn.cnn.warp.RegionWarper;
import org.rcnn.cnn.warp.SummedAreas;
import org.rcnn.cnn.warp.WarpGeometry;
import org.rcnn.data.Box;
import org.rcnn.data.Labelled;
import org.rcnn.data.RgbImage;
import org.rcnn.data.SideBySide;

/**
 * Computes the features of regions: warp, one forward pass, every wanted tap at once. Inputs made
 * otherwise than by warping take the same way.
 *
 * <p>Safe for use by several threads: they share the network's weights, and each call has buffers
 * of its own. Set the engine to one thread ({@link org.rcnn.cnn.network.TorchEngine}) and give each
 * core an image, or, where there is but one image, a batch: that keeps all cores busy where batches
 * split inside the engine would not.
 */
public final class FeatureExtractor implements AutoCloseable {

  /** How the network is run. */
  public enum Execution implements Labelled {
    /**
     * The fastest that gives the values of {@link #PLAIN} up to rounding; {@link #on} says which.
     */
    AUTO,
    /** Operator by operator, with the same operators as fine-tuning. */
    PLAIN,
    /**
     * As one program with joined operators ({@link FusedNetwork}): faster, the same values up to
     * rounding.
     */
    FUSED,
    /**
     * As one program in bfloat16: for processors with instructions for it; features differ by about
     * a hundredth.
     */
    BF16,
    /**
     * In ONNX Runtime, where a program has it ({@link OnnxRuntimes}): the same values up to
     * rounding, without PyTorch.
     */
    ONNX;

    /**
     * What runs in the end: this execution, and for {@link #AUTO} the fastest that gives the values
     * of {@link #PLAIN} up to rounding. That is {@link #FUSED} on an x86-64 processor; on a GPU, on
     * another processor, and for a network with a layer that a fused one has no rule for, it is
     * plain.
     *
     * <p>The machine and the layers alone decide. So the answer is known before there are weights,
     * and it is the same every time: keys of stored features are made of it.
     *
     * @param device where the network runs
     */
    public Execution on(ComputeDevice device, NetworkDefinition network) {
      return this == AUTO ? fastest(device, System.getProperty("os.arch"), network) : this;
    }

    /**
     * What {@link #AUTO} takes.
     *
     * @param architecture the processor's, as the system property {@code os.arch} has it
     */
    static Execution fastest(ComputeDevice device, String architecture, NetworkDefinition network) {
      boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
      return device == ComputeDevice.CPU && x86 && FusedNetwork.canRun(network) ? FUSED : PLAIN;
    }

    /** Whether a device can run it; a GPU runs plain alone, which is what {@link #AUTO} takes. */
    public boolean runsOn(ComputeDevice device) {
      return device == ComputeDevice.CPU || this == AUTO || this == PLAIN;
    }
  }

  /** Receives how long the parts of an extraction took, from any thread. */
  public interface Clock {
    /** Keeps no times. */
    Clock NONE =
        new Clock() {
          @Override
          public void warped(long nanoseconds) {}

          @Override
          public void forwarded(long nanoseconds) {}
        };

    /** A batch's regions were warped, or the sums that all batches use were computed. */
    void warped(long nanoseconds);

    /** A batch ran through the network, and its results were copied to their rows. */
    void forwarded(long nanoseconds);
  }

  /** A forward pass of a batch. */
  private interface Forward {
    /**
     * Runs it.
     *
     * @param images float32 {@code count x size x size x 3}, up to the buffer's limit
     * @param results receives each tap's values, {@code count x dimension}
     */
    void run(ByteBuffer images, int count, BiConsumer<Tap, float[]> results);
  }

  private final NetworkDefinition definition;
  private final Forward forward;
  private final AutoCloseable network;
  private final Set<Tap> taps;
  private final int batch;
  private final Execution execution;

  /**
   * An extractor for a network.
   *
   * @param taps the taps to return
   * @param batch regions in one forward pass; on a CPU, throughput saturates at 32 to 64
   * @param device where it runs; a GPU only runs plain
   * @throws IllegalArgumentException if there is no tap or no batch, or a GPU is asked for another
   *     execution than plain
   * @throws IllegalStateException if there is no such device, or ONNX Runtime is asked for and is
   *     not there
   */
  public FeatureExtractor(
      NetworkDefinition definition,
      Weights weights,
      Set<Tap> taps,
      int batch,
      ComputeDevice device,
      Execution execution) {
    if (taps.isEmpty() || batch < 1) {
      throw new IllegalArgumentException(
          "A feature extractor needs a tap and a batch of at least 1.");
    }
    if (!execution.runsOn(device)) {
      throw new IllegalArgumentException("On a GPU networks run plain.");
    }
    this.execution = execution.on(device, definition);
    this.definition = definition;
    this.taps = Set.copyOf(taps);
    this.batch = batch;
    if (this.execution == Execution.ONNX) {
      OnnxRuntimeNetwork foreign = OnnxRuntimes.open(definition, weights, this.taps);
      this.forward = (images, count, results) -> foreign.forward(images, count).forEach(results);
      this.network = foreign;
    } else if (this.execution != Execution.PLAIN) {
      FusedNetwork fused =
          new FusedNetwork(
              definition,
              weights,
              this.taps,
              this.execution == Execution.BF16 ? Numbers.BFLOAT16 : Numbers.FLOAT32);
      this.forward = inEngine(fused.manager(), fused::forward);
      this.network = fused;
    } else {
      Network plain = new Network(definition, weights, device.engineDevice());
      this.forward = inEngine(plain.manager(), images -> plain.forward(images, this.taps));
      this.network = plain;
    }
  }

  /** An extractor on the CPU that runs the network operator by operator. */
  public static FeatureExtractor onCpu(
      NetworkDefinition definition, Weights weights, Set<Tap> taps, int batch) {
    return onCpu(definition, weights, taps, batch, Execution.PLAIN);
  }

  /** An extractor on the CPU. */
  public static FeatureExtractor onCpu(
      NetworkDefinition definition,
      Weights weights,
      Set<Tap> taps,
      int batch,
      Execution execution) {
    return new FeatureExtractor(definition, weights, taps, batch, ComputeDevice.CPU, execution);
  }

  /** How the network runs; never {@link Execution#AUTO}. */
  public Execution execution() {
    return execution;
  }

  /** The taps that it returns. */
  public Set<Tap> taps() {
    return taps;
  }

  /** The length of a feature vector at a tap. */
  public int dimension(Tap tap) {
    return definition.tapDimensions().get(tap);
  }

  /**
   * The features of an image's regions, computed in the calling thread.
   *
   * <p>Regions that show the same pixels after rounding are computed once.
   *
   * @param regions boxes in the image's pixels; may be empty
   * @throws CancellationException if the thread was interrupted, before its next batch
   */
  public RegionFeatures extract(RgbImage image, List<Box> regions) {
    return new Extraction(image, regions, Clock.NONE).run();
  }

  /**
   * The features of an image's regions, batches side by side.
   *
   * @param regions boxes in the image's pixels; may be empty
   * @param pool runs the work; its threads use the engine single-threaded from now on. Must not be
   *     called from a thread of the pool.
   * @param threads how many of them work at once; the result does not depend on it
   * @param clock receives the times
   */
  public RegionFeatures extract(
      RgbImage image, List<Box> regions, Executor pool, int threads, Clock clock) {
    return new Extraction(image, regions, clock).run(pool, threads);
  }

  /** Network inputs that are made by number. */
  @FunctionalInterface
  public interface Inputs {
    /**
     * Writes an input: {@code size x size x 3} values, prepared as the network wants them.
     *
     * @param number which one, from 0
     * @param into receives the values
     * @param offset where the first one goes
     * @throws IOException if what it is made of cannot be read
     */
    void put(int number, float[] into, int offset) throws IOException;
  }

  /**
   * The features of inputs that are not warped regions, computed in the calling thread.
   *
   * @param count number of inputs; may be 0
   * @return a row for each input, in their order
   * @throws CancellationException if the thread was interrupted, before its next batch
   * @throws IOException if an input cannot be read
   */
  public RegionFeatures extract(int count, Inputs inputs) throws IOException {
    Map<Tap, float[]> found = new EnumMap<>(Tap.class);
    taps.forEach(tap -> found.put(tap, new float[Math.multiplyExact(count, dimension(tap))]));
    int perInput = 3 * definition.inputSize() * definition.inputSize();
    float[] values = new float[Math.min(batch, count) * perInput];
    ByteBuffer buffer = buffer(values.length);
    for (int begin = 0; begin < count; begin += batch) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("The extraction of features was interrupted.");
      }
      int now = Math.min(batch, count - begin);
      for (int i = 0; i < now; i++) {
        inputs.put(begin + i, values, i * perInput);
      }
      fill(buffer, values, now * perInput);
      int first = begin;
      forward.run(
          buffer,
          now,
          (tap, computed) ->
              System.arraycopy(
                  computed, 0, found.get(tap), first * dimension(tap), computed.length));
    }
    return new RegionFeatures(count, found);
  }

  private static ByteBuffer buffer(int values) {
    return ByteBuffer.allocateDirect(values * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  private static void fill(ByteBuffer buffer, float[] values, int count) {
    buffer.clear();
    buffer.asFloatBuffer().put(values, 0, count);
    buffer.limit(count * Float.BYTES);
  }

  /** Runs batches in the native engine, in a manager of each batch's own. */
  private Forward inEngine(NDManager manager, Function<NDArray, Map<Tap, NDArray>> network) {
    int side = definition.inputSize();
    return (images, count, results) -> {
      try (NDManager scratch = manager.newSubManager()) {
        NDArray stored = scratch.create(images, new Shape(count, side, side, 3), DataType.FLOAT32);
        NDArray view = stored.transpose(0, 3, 1, 2);
        view.attach(scratch);
        network.apply(view).forEach((tap, output) -> results.accept(tap, output.toFloatArray()));
      }
    };
  }

  /** The extraction of one image's regions. */
  private final class Extraction {
    private final RgbImage image;
    private final Clock clock;
    private final int rows;
    private final Map<Tap, float[]> values = new EnumMap<>(Tap.class);
    private final List<WarpGeometry> geometries;
    private final List<List<Integer>> rowsOf;
    private final SummedAreas areas;
    private final AtomicInteger next = new AtomicInteger();

    Extraction(RgbImage image, List<Box> regions, Clock clock) {
      this.image = image;
      this.clock = clock;
      this.rows = regions.size();
      taps.forEach(tap -> values.put(tap, new float[Math.multiplyExact(rows, dimension(tap))]));
      Map<WarpGeometry, List<Integer>> grouped = new LinkedHashMap<>();
      for (int row = 0; row < rows; row++) {
        WarpGeometry geometry =
            WarpGeometry.of(
                regions.get(row),
                image.width(),
                image.height(),
                definition.inputSize(),
                definition.context());
        grouped.computeIfAbsent(geometry, key -> new ArrayList<>(1)).add(row);
      }
      this.geometries = List.copyOf(grouped.keySet());
      this.rowsOf = List.copyOf(grouped.values());
      boolean averages =
          definition.preprocessing().antialias()
              && geometries.stream().anyMatch(WarpGeometry::shrinks);
      if (averages && SummedAreas.suits(image)) {
        long start = System.nanoTime();
        this.areas = SummedAreas.of(image);
        clock.warped(System.nanoTime() - start);
      } else {
        this.areas = null;
      }
    }

    RegionFeatures run() {
      if (rows > 0) {
        work();
      }
      return new RegionFeatures(rows, values);
    }

    RegionFeatures run(Executor pool, int threads) {
      int batches = (geometries.size() + batch - 1) / batch;
      Supplier<Void> worker =
          () -> {
            if (execution != Execution.ONNX) {
              TorchEngine.useThreads(1);
            }
            work();
            return null;
          };
      SideBySide.run(Collections.nCopies(Math.min(threads, batches), worker), pool);
      return new RegionFeatures(rows, values);
    }

    /** Takes batch after batch until none is left. */
    private void work() {
      int side = definition.inputSize();
      int perRegion = 3 * side * side;
      int capacity = Math.min(batch, geometries.size());
      float[] inputs = new float[capacity * perRegion];
      ByteBuffer buffer = buffer(inputs.length);
      try (RegionWarper warper = new RegionWarper(image, definition, areas)) {
        for (int begin = begin(); begin < geometries.size(); begin = begin()) {
          if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("The extraction of features was interrupted.");
          }
          int count = Math.min(batch, geometries.size() - begin);
          long start = System.nanoTime();
          for (int i = 0; i < count; i++) {
            warper.warp(geometries.get(begin + i), false, inputs, i * perRegion);
          }
          fill(buffer, inputs, count * perRegion);
          long warped = System.nanoTime();
          clock.warped(warped - start);
          List<List<Integer>> batchRows = rowsOf.subList(begin, begin + count);
          forward.run(
              buffer, count, (tap, computed) -> scatter(computed, batchRows, values.get(tap)));
          clock.forwarded(System.nanoTime() - warped);
        }
      }
    }

    /** Where the next batch begins; at the end or beyond it if there is none. */
    private int begin() {
      return (int) Math.min(geometries.size(), (long) next.getAndIncrement() * batch);
    }
  }

  private static void scatter(float[] computed, List<List<Integer>> rows, float[] into) {
    int dimension = computed.length / rows.size();
    for (int i = 0; i < rows.size(); i++) {
      for (int row : rows.get(i)) {
        System.arraycopy(computed, i * dimension, into, row * dimension, dimension);
      }
    }
  }

  /** Frees the network. */
  @Override
  public void close() {
    try {
      network.close();
    } catch (Exception e) {
      // Neither kind of network throws a checked exception.
      throw new IllegalStateException(e);
    }
  }
}
