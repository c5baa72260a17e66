package org.rcnn.pipeline.stage;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rcnn.cnn.features.SuffixExtractor;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.store.EncodedRows;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.ImageJob;

/**
 * The work of {@link FeatureStage} on stored values: the features of an image's regions at later
 * taps.
 *
 * @param key of the later features
 * @param config has the batch and the device
 * @param network the network
 * @param after the tap whose values are stored; its label is the name of the input
 * @param taps the later taps
 */
record LaterFeatureJob(
    String key, PipelineConfig config, TrainedNetwork network, Tap after, Set<Tap> taps)
    implements ImageJob {

  static final String KIND = "later-features";
  static final String AFTER = "after";

  @Override
  public Worker open() {
    TorchEngine.useThreads(1);
    NetworkDefinition definition = network.definition();
    Encoding encoding = config.features().encoding();
    SuffixExtractor extractor =
        new SuffixExtractor(
            definition,
            network.weights(),
            after,
            taps,
            config.features().batch(),
            config.network().device());
    return new Worker() {
      @Override
      public Output work(Input image) {
        TorchEngine.useThreads(1);
        StoredRecord given = image.records().get(after.label());
        float[] values =
            EncodedRows.values(
                FeatureJob.encoding(after, encoding), definition.tapDimensions().get(after), given);
        return new Output(
            FeatureJob.encoded(extractor.extract(values, given.tag()), definition, encoding));
      }

      @Override
      public void close() {
        extractor.close();
      }
    };
  }

  @Override
  public Optional<Portable> portable() {
    return NetworkParts.settings(network)
        .map(
            parts -> {
              Map<String, String> settings = StageJobs.settings(config);
              settings.putAll(parts);
              settings.put(AFTER, after.label());
              settings.put(FeatureJob.TAPS, StageJobs.names(taps));
              return new Portable(KIND, settings, NetworkParts.files(network));
            });
  }
}
