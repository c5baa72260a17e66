package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.linalg.NativeMatrixEngine;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.matrix.FeatureMatrix;
import org.rcnn.data.store.EncodedRows;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.ImageJob;

/**
 * The products of an image's stored features with the weights of all classes, while the SVMs mine
 * their negatives. The same tiles of the same native product as on one machine give the same bits.
 *
 * @param key of the features and the weights
 * @param config travels with every job
 * @param store the features, on a disk that all machines see
 * @param classes how many classes there are
 * @param weights {@code classes × dimension} values, little-endian
 */
record ProductJob(String key, PipelineConfig config, Path store, int classes, byte[] weights)
    implements ImageJob {

  static final String KIND = "products";
  static final String STORE = "store";
  static final String CLASSES = "classes";
  static final String WEIGHTS = "weights";

  /** The name of the products among the records. */
  static final String PRODUCTS = "products";

  /**
   * A job.
   *
   * @param features the key of the features
   */
  static ProductJob of(
      String features, PipelineConfig config, Path store, int classes, float[] weights) {
    byte[] bytes = bytes(weights).array();
    String key =
        new Fingerprint().add(features).add(store.getFileName().toString()).add(bytes).hex();
    return new ProductJob(key, config, store, classes, bytes);
  }

  /** The job from files of {@link #portable}. */
  static ProductJob read(
      String key, PipelineConfig config, Map<String, String> settings, Map<String, Path> files)
      throws IOException {
    return new ProductJob(
        key,
        config,
        Path.of(settings.get(STORE)),
        Integer.parseInt(settings.get(CLASSES)),
        Files.readAllBytes(files.get(WEIGHTS)));
  }

  @Override
  public boolean isAwaited() {
    return true;
  }

  @Override
  public Worker open() throws IOException {
    FeatureStore features = FeatureStore.open(store);
    float[] rows = floats(ByteBuffer.wrap(weights));
    return new Worker() {
      @Override
      public Output work(Input image) throws IOException {
        StoredRecord record = features.record(image.id());
        int regions = record.tag();
        float[] products =
            regions == 0
                ? new float[0]
                : products(
                    EncodedRows.values(features.encoding(), features.dimension(), record),
                    regions,
                    rows,
                    features.dimension());
        return new Output(Map.of(PRODUCTS, new StoredRecord(regions, bytes(products))));
      }

      @Override
      public void close() {
        features.close();
      }
    };
  }

  /** An engine for each image: threads share the worker, and an engine multiplies for one. */
  private float[] products(float[] values, int regions, float[] rows, int dimension) {
    TorchEngine.useThreads(1);
    try (NativeMatrixEngine engine = new NativeMatrixEngine(1);
        FeatureMatrix features = engine.matrix(dimension, regions);
        FeatureMatrix weighing = engine.matrix(dimension, classes)) {
      features.append(values, regions);
      weighing.append(rows, classes);
      return features.timesTransposed(weighing);
    }
  }

  /** The products of an image. */
  static float[] products(Output output) {
    return floats(output.records().get(PRODUCTS).bytes());
  }

  private static float[] floats(ByteBuffer bytes) {
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static ByteBuffer bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  @Override
  public Optional<Portable> portable() {
    Map<String, String> settings = StageJobs.settings(config);
    settings.put(STORE, store.toAbsolutePath().toString());
    settings.put(CLASSES, Integer.toString(classes));
    return Optional.of(new Portable(KIND, settings, Map.of(WEIGHTS, out -> out.write(weights))));
  }
}
