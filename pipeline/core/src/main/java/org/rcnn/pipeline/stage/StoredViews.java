package org.rcnn.pipeline.stage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.FixedViews;
import org.rcnn.cnn.train.KeptViews;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.store.EncodedRows;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;

/**
 * The values at a tap of some fixed views of every image of a set: computed once, in half precision
 * in files of {@value #PART} images, and read from there. A file appears when it is complete, so a
 * killed computation loses one file at most, and what is kept in memory does not grow with the set.
 *
 * <p>The files lie in a folder named by a hash of all that the values depend on: the layers up to
 * the tap and their weights, the images, the views, and how the network ran. Networks that differ
 * only after the tap share them.
 */
final class StoredViews implements Closeable {

  /** Raise if the same inputs give other values. */
  private static final int VERSION = 1;

  /** Images in a file. */
  private static final int PART = 2048;

  /** Inputs in a forward pass. */
  private static final int BATCH = 32;

  private static final Encoding ENCODING = Encoding.SPARSE_FP16;

  /**
   * The layers of a network up to a tap, and how they run.
   *
   * @param definition the network; what comes after the tap does not matter
   * @param weights its weights
   * @param tap where the values are taken
   * @param device where it runs
   * @param execution how it runs
   * @param threads inputs are computed side by side by this many threads
   */
  record Prefix(
      NetworkDefinition definition,
      Weights weights,
      Tap tap,
      ComputeDevice device,
      Execution execution,
      int threads) {

    /** A hash of the layers up to the tap, with their weights. */
    String fingerprint() {
      Fingerprint fingerprint =
          new Fingerprint()
              .add(definition.inputSize() + " " + definition.preprocessing())
              .add("%s %s %s %d".formatted(tap, device, execution, BATCH));
      for (Layer layer : definition.layers()) {
        fingerprint.add(layer.toString());
        for (String name : layer.parameters().keySet()) {
          fingerprint.add(bytes(weights.tensors().get(name)));
        }
        if (layer.name().equals(definition.taps().get(tap))) {
          break;
        }
      }
      return fingerprint.hex();
    }

    private static byte[] bytes(Tensor tensor) {
      ByteBuffer buffer = ByteBuffer.allocate(tensor.values().length * Float.BYTES);
      buffer.asFloatBuffer().put(tensor.values());
      return buffer.array();
    }
  }

  private final int part;
  private final List<FeatureStore> parts;
  private final String fingerprint;
  private final int dimension;
  private final float[] row;

  private StoredViews(int part, List<FeatureStore> parts, String fingerprint, int dimension) {
    this.part = part;
    this.parts = parts;
    this.fingerprint = fingerprint;
    this.dimension = dimension;
    this.row = new float[dimension];
  }

  /**
   * The values of a set, of which those not yet there are computed now.
   *
   * @param prefix the layers that give them
   * @param images the images and their views
   * @param views how many views of each image
   * @param place the folder for the folder of the files
   * @param progress counts images
   * @throws IOException if a file cannot be read or written
   */
  static StoredViews of(Prefix prefix, FixedViews images, int views, Path place, Progress progress)
      throws IOException {
    return of(prefix, images, views, place, progress, PART);
  }

  /**
   * As the other method, with the number of images in a file, so that a test needs no large set to
   * get several.
   */
  static StoredViews of(
      Prefix prefix, FixedViews images, int views, Path place, Progress progress, int part)
      throws IOException {
    String fingerprint = fingerprint(prefix, images, views);
    Path folder = place.resolve(fingerprint.substring(0, 16));
    int count = images.images().count();
    List<Path> files =
        IntStream.range(0, (count + part - 1) / part)
            .mapToObj(number -> folder.resolve("%04d.bin".formatted(number)))
            .toList();
    if (!files.stream().allMatch(Files::exists)) {
      compute(prefix, images, views, files, part, progress);
    }
    int dimension = prefix.definition().tapDimensions().get(prefix.tap());
    StoredViews opened = new StoredViews(part, new ArrayList<>(), fingerprint, dimension);
    try {
      for (Path file : files) {
        opened.parts.add(FeatureStore.open(file));
      }
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  private static String fingerprint(Prefix prefix, FixedViews images, int views) {
    Fingerprint fingerprint =
        new Fingerprint()
            .add("views %d %s %d".formatted(VERSION, ENCODING, views))
            .add(prefix.fingerprint())
            .add(images.images().fingerprint());
    if (views > FixedViews.WHOLE) {
      fingerprint.add(images.augmentation() + " " + images.seed());
    }
    return fingerprint.hex();
  }

  private static void compute(
      Prefix prefix, FixedViews images, int views, List<Path> files, int part, Progress progress)
      throws IOException {
    TorchEngine.useThreads(1);
    int dimension = prefix.definition().tapDimensions().get(prefix.tap());
    int together = Math.max(1, BATCH / views);
    try (FeatureExtractor extractor =
        new FeatureExtractor(
            prefix.definition(),
            prefix.weights(),
            Set.of(prefix.tap()),
            BATCH,
            prefix.device(),
            prefix.execution())) {
      for (int number = 0; number < files.size(); number++) {
        Path file = files.get(number);
        int end = Math.min((number + 1) * part, images.images().count());
        if (!Files.exists(file)) {
          try (FeatureStore.Writer writer = FeatureStore.create(file, dimension, ENCODING)) {
            List<Integer> begins =
                IntStream.iterate(number * part, i -> i < end, i -> i + together).boxed().toList();
            OrderedWork.<Integer, List<EncodedRows>>forEach(
                begins,
                prefix.threads(),
                begin -> encoded(extractor, images, views, begin, Math.min(begin + together, end)),
                (begin, rows) -> {
                  for (int i = 0; i < rows.size(); i++) {
                    writer.append(Integer.toString(begin + i), rows.get(i));
                  }
                  progress.at(begin + rows.size(), "");
                });
            writer.commit();
          }
        }
        progress.at(end, "");
      }
    }
  }

  /** The values of some images one after the other, a row for each view. */
  private static List<EncodedRows> encoded(
      FeatureExtractor extractor, FixedViews images, int views, int begin, int end)
      throws IOException {
    float[] values =
        extractor
            .extract(
                (end - begin) * views,
                (number, into, offset) ->
                    images.put(begin + number / views, number % views, into, offset))
            .values()
            .values()
            .iterator()
            .next();
    int perImage = values.length / (end - begin);
    List<EncodedRows> rows = new ArrayList<>();
    float[] own = new float[perImage];
    for (int i = 0; i < end - begin; i++) {
      System.arraycopy(values, i * perImage, own, 0, perImage);
      rows.add(EncodedRows.encode(ENCODING, own, views, perImage / views));
    }
    return rows;
  }

  /** Identifies the values: a hash of all that they depend on. */
  String fingerprint() {
    return fingerprint;
  }

  /** As {@link KeptViews.Values#copy}. */
  void copy(int image, int view, float[] into, int offset) throws IOException {
    parts.get(image / part).readRows(Integer.toString(image), new int[] {view}, row);
    System.arraycopy(row, 0, into, offset, dimension);
  }

  @Override
  public void close() {
    parts.forEach(FeatureStore::close);
  }
}
