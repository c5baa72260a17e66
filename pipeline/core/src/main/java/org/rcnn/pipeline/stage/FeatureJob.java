package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.Box;
import org.rcnn.data.store.EncodedRows;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.ImageJob;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of {@link FeatureStage} on pictures: the features of an image's regions at some taps.
 *
 * @param key of the features
 * @param config has the batch, the execution and the device
 * @param training whether the execution is that of training images
 * @param network the network
 * @param taps the taps
 * @param check what {@code auto} takes is checked with
 */
record FeatureJob(
    String key,
    PipelineConfig config,
    boolean training,
    TrainedNetwork network,
    Set<Tap> taps,
    ExecutionCheck check)
    implements ImageJob {

  private static final Logger LOG = LoggerFactory.getLogger(FeatureJob.class);

  static final String KIND = "features";

  /** The name of an image's regions among the records. */
  static final String REGIONS = "regions";

  static final String TRAINING = "training";
  static final String TAPS = "taps";

  @Override
  public Worker open() {
    TorchEngine.useThreads(1);
    PipelineConfig.Features settings = config.features();
    Execution asked = settings.executionOf(training);
    Execution execution = asked.on(config.network().device(), network.definition());
    if (execution == Execution.BF16) {
      Processor.bfloat16Warning(settings.executionKey(training)).ifPresent(LOG::warn);
    }
    FeatureExtractor extractor =
        new FeatureExtractor(
            network.definition(),
            network.weights(),
            taps,
            settings.batch(),
            config.network().device(),
            execution);
    try {
      if (asked == Execution.AUTO) {
        check.require(network, extractor, settings.executionKey(training));
      }
    } catch (RuntimeException e) {
      extractor.close();
      throw e;
    }
    return new Worker() {
      @Override
      public Output work(Input image) throws IOException {
        TorchEngine.useThreads(1);
        List<Box> boxes = ProposalStore.decode(image.records().get(REGIONS));
        RegionFeatures features = extractor.extract(image.picture().read(), boxes);
        return new Output(encoded(features, network.definition(), settings.encoding()));
      }

      @Override
      public void close() {
        extractor.close();
      }
    };
  }

  /** How a tap's values are stored: scores are few and dense, the rest as configured. */
  static Encoding encoding(Tap tap, Encoding configured) {
    return tap == Tap.SCORES ? Encoding.DENSE_FP32 : configured;
  }

  /** An image's features as its records, each under the name of its tap. */
  static Map<String, StoredRecord> encoded(
      RegionFeatures features, NetworkDefinition network, Encoding configured) {
    Map<String, StoredRecord> encoded = new HashMap<>();
    features
        .values()
        .forEach(
            (tap, values) ->
                encoded.put(
                    tap.label(),
                    EncodedRows.encode(
                            encoding(tap, configured),
                            values,
                            features.rows(),
                            network.tapDimensions().get(tap))
                        .stored()));
    return encoded;
  }

  @Override
  public Optional<Portable> portable() {
    return NetworkParts.settings(network)
        .map(
            parts -> {
              Map<String, String> settings = StageJobs.settings(config);
              settings.putAll(parts);
              settings.put(TRAINING, Boolean.toString(training));
              settings.put(TAPS, StageJobs.names(taps));
              return new Portable(KIND, settings, NetworkParts.files(network));
            });
  }
}
