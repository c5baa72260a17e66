package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.store.EncodedRows;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Key;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stage 3: the features of every region of every image, all taps in one forward pass, one store per
 * tap in the artifact's folder ({@code pool5.bin} and so on).
 *
 * <p>Each thread decodes, warps and forwards its own image.
 */
final class FeatureStage {

  private static final Logger LOG = LoggerFactory.getLogger(FeatureStage.class);
  private static final int VERSION = 3;

  private final PipelineConfig config;
  private final Run run;

  /** The stage of a run. */
  FeatureStage(Run run) {
    this.config = run.config();
    this.run = run;
  }

  /**
   * The features of a set, whether they exist or not.
   *
   * @param training whether ground truth boxes are among the regions
   */
  SetFeatures of(
      DetectionSet set,
      boolean training,
      Artifact proposals,
      String network,
      String weightsFingerprint,
      List<String> classes) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("proposals", proposals.hash());
    parts.put("weights", weightsFingerprint);
    parts.put("classes", training ? classes : List.of());
    parts.put("training", training);
    // Operators may sum in another order with another batch size, which changes the last bits.
    parts.put("batch", config.features().batch());
    parts.put("encoding", config.features().encoding());
    parts.put("execution", config.features().executionOf(training));
    parts.put("device", config.network().device());
    Artifact features = run.folder().artifact(Key.of("features", VERSION, parts), "");
    return new SetFeatures(set, proposals, features, network);
  }

  /**
   * The features of a set, computed now unless they exist.
   *
   * @param training whether ground truth boxes are among the regions
   */
  SetFeatures run(
      DetectionSet set,
      boolean training,
      Artifact proposals,
      TrainedNetwork network,
      List<String> classes)
      throws IOException {
    SetFeatures features =
        of(set, training, proposals, network.name(), network.fingerprint(), classes);
    run.folder()
        .make(
            features.artifact(),
            "features of %s, %s".formatted(set.split(), network.name()),
            artifact ->
                AtomicFile.make(
                    artifact.place(),
                    folder -> extract(features, training, network, classes, folder)));
    return features;
  }

  /** The store of a tap in a set's folder. */
  static Path store(Path folder, Tap tap) {
    return folder.resolve(tap.label() + ".bin");
  }

  /** How a tap's values are stored: scores are few and dense, the rest as configured. */
  private Encoding encoding(Tap tap) {
    return tap == Tap.SCORES ? Encoding.DENSE_FP32 : config.features().encoding();
  }

  private void extract(
      SetFeatures of, boolean training, TrainedNetwork network, List<String> classes, Path folder)
      throws IOException {
    Set<Tap> taps = network.definition().taps().keySet();
    TorchEngine.useThreads(1);
    Execution execution = config.features().executionOf(training);
    if (execution == Execution.BF16) {
      Processor.bfloat16Warning(config.features().executionKey(training)).ifPresent(LOG::warn);
    }
    List<Sample> all = of.set().samples();
    try (ProposalStore proposals = of.openProposals();
        FeatureExtractor extractor =
            new FeatureExtractor(
                network.definition(),
                network.weights(),
                taps,
                config.features().batch(),
                config.network().device(),
                execution);
        Stores stores = new Stores();
        Progress progress =
            run.monitor().start("features " + of.set().split(), all.size(), "images")) {
      for (Tap tap : taps) {
        stores.writers.put(
            tap, FeatureStore.create(store(folder, tap), extractor.dimension(tap), encoding(tap)));
      }
      Set<String> known = Set.copyOf(classes);
      OrderedWork.<Sample, Map<Tap, EncodedRows>>forEach(
          all.stream().filter(sample -> proposals.contains(sample.id())).toList(),
          config.effectiveThreads(),
          sample -> {
            List<Box> regions =
                training
                    ? Regions.forTraining(sample, proposals, known).boxes()
                    : proposals.boxes(sample.id());
            return features(extractor, regions, sample);
          },
          (sample, rows) -> {
            stores.append(sample.id(), rows);
            progress.step();
          });
      stores.commit();
    }
  }

  private Map<Tap, EncodedRows> features(
      FeatureExtractor extractor, List<Box> regions, Sample sample) throws IOException {
    RegionFeatures features = extractor.extract(ImageFiles.read(sample.image()), regions);
    Map<Tap, EncodedRows> encoded = new EnumMap<>(Tap.class);
    features
        .values()
        .forEach(
            (tap, values) ->
                encoded.put(
                    tap,
                    EncodedRows.encode(
                        encoding(tap), values, features.rows(), extractor.dimension(tap))));
    return encoded;
  }

  /** The open writers, closed together. */
  private static final class Stores implements AutoCloseable {
    private final Map<Tap, FeatureStore.Writer> writers = new EnumMap<>(Tap.class);

    void append(String imageId, Map<Tap, EncodedRows> rows) throws IOException {
      for (Map.Entry<Tap, EncodedRows> entry : rows.entrySet()) {
        writers.get(entry.getKey()).append(imageId, entry.getValue());
      }
    }

    void commit() throws IOException {
      for (FeatureStore.Writer writer : writers.values()) {
        writer.commit();
      }
    }

    @Override
    public void close() throws IOException {
      for (FeatureStore.Writer writer : writers.values()) {
        writer.close();
      }
    }
  }
}
