package org.rcnn.cli.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.speed.TrainingRun.Took;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.KeptRegions;
import org.rcnn.cnn.train.LabelledImages;
import org.rcnn.cnn.train.Pretraining;
import org.rcnn.cnn.train.PretrainingSettings;
import org.rcnn.cnn.train.RegionPool;
import org.rcnn.data.Annotation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;

/**
 * Our whole training on made-up images, timed from inside.
 *
 * <p>It is begun anew for each measurement. Three batches are made ahead of the network; so the
 * first iterations, which find them ready or wait for them, are not timed.
 */
@FunctionalInterface
interface BenchTraining {

  /** Iterations before the timed ones. */
  int UNTIMED = 4;

  /** Decoded photos kept in memory: all. */
  long CACHE_BYTES = 1L << 30;

  /** Trains, and ends when the listener has enough. */
  void run(Stopping listener) throws IOException;

  /** What some iterations take together. */
  default Took time(int iterations) throws IOException {
    Stopping listener = new Stopping(iterations);
    try {
      run(listener);
    } catch (Enough e) {
      return new Took((listener.end - listener.begin) * 1e-9, listener.cpu);
    }
    throw new IllegalStateException(
        "The training has fewer than %d iterations.".formatted(UNTIMED + iterations));
  }

  /**
   * A fine-tuning on photos of noise.
   *
   * @param start weights to start from; the layer of the scores is new
   * @param kept whether the regions' values at the first tap are given instead of warped regions
   * @param file where a checkpoint would be; none is written
   */
  static BenchTraining fineTuning(
      NetworkDefinition definition,
      FineTuningSettings settings,
      Weights start,
      boolean kept,
      Path file) {
    Random random = new Random(settings.seed());
    List<String> classes =
        IntStream.range(1, definition.outputs()).mapToObj(i -> "class" + i).toList();
    List<RgbImage> photos = new ArrayList<>();
    RegionPool.Builder pool = RegionPool.builder(classes, settings.positiveIou());
    for (int i = 0; i < 64; i++) {
      photos.add(BenchPhotos.photo(random));
      List<GroundTruth> objects =
          BenchPhotos.regions(8, random).stream()
              .map(box -> new GroundTruth(classes.get(random.nextInt(20)), box, false, false))
              .toList();
      Annotation annotation =
          new Annotation("photo" + i, BenchPhotos.WIDTH, BenchPhotos.HEIGHT, objects);
      pool.add(i, annotation, BenchPhotos.regions(100, random));
    }
    RegionPool regions = pool.build();
    FineTuning training =
        new FineTuning(
            definition,
            settings,
            regions,
            null,
            photos::get,
            kept ? noise(definition, regions, random) : null,
            ComputeDevice.CPU,
            CACHE_BYTES);
    Set<String> newLayers = Set.of(definition.scoresLayer().name());
    return listener -> training.run(start, newLayers, file, listener);
  }

  /** Values as a ReLU leaves them, half of them 0, for each region at the network's first tap. */
  private static KeptRegions noise(NetworkDefinition definition, RegionPool pool, Random random) {
    Tap tap = definition.suffixTaps().get(0);
    int dimension = definition.tapDimensions().get(tap);
    float[] values = new float[4 * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.max(0, random.nextGaussian());
    }
    return new KeptRegions(
        tap,
        pool,
        (region, into, offset) ->
            System.arraycopy(values, region % 4 * dimension, into, offset, dimension));
  }

  /**
   * A pre-training on thumbnails of noise.
   *
   * @param iterations how many it has
   * @param file where a checkpoint would be; none is written
   */
  static BenchTraining pretraining(
      NetworkDefinition definition, PretrainingSettings settings, int iterations, Path file) {
    LabelledImages images =
        Thumbnails.noise(
            iterations * settings.batch(),
            definition.inputSize(),
            definition.outputs(),
            settings.seed());
    LabelledImages none = Thumbnails.noise(0, definition.inputSize(), 1, 0);
    Pretraining training = new Pretraining(definition, settings, images, none, ComputeDevice.CPU);
    return listener -> training.run(file, listener);
  }

  /** Ends a training from inside. */
  final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Times the iterations after the first few, and ends the training. */
  final class Stopping implements FineTuning.Listener, Pretraining.Listener {
    private final int iterations;
    private long begin;
    private long end;
    private double cpu;

    private Stopping(int iterations) {
      this.iterations = iterations;
    }

    @Override
    public void iteration(int done, int total, double loss) {
      if (done == UNTIMED) {
        cpu = -Meter.processCpu();
        begin = System.nanoTime();
      } else if (done == UNTIMED + iterations) {
        end = System.nanoTime();
        cpu += Meter.processCpu();
        throw new Enough();
      }
    }

    @Override
    public void epoch(Pretraining.Epoch epoch) {}

    @Override
    public void resumed(int done) {
      throw new IllegalStateException("A bench begins without a checkpoint.");
    }
  }

  /** A few images, again and again. */
  record Thumbnails(int count, int size, int classes, List<byte[]> pixels)
      implements LabelledImages {

    private static Thumbnails noise(int count, int size, int classes, long seed) {
      Random random = new Random(seed);
      List<byte[]> pixels = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        byte[] noise = new byte[3 * size * size];
        random.nextBytes(noise);
        pixels.add(noise);
      }
      return new Thumbnails(count, size, classes, pixels);
    }

    @Override
    public int label(int index) {
      return index % classes;
    }

    @Override
    public void copyPixels(int index, byte[] into) {
      byte[] noise = pixels.get(index % pixels.size());
      System.arraycopy(noise, 0, into, 0, noise.length);
    }

    @Override
    public String fingerprint() {
      return "noise";
    }
  }
}
