package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.cnn.features.SuffixExtractor;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.store.EncodedRows;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;
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
 * <p>Each thread decodes, warps and forwards its own image. Features of a fine-tuned network whose
 * convolutions did not learn are computed from the stored pool5 of the pre-trained one, which has
 * half precision unless {@code features.encoding} says otherwise.
 */
final class FeatureStage {

  private static final Logger LOG = LoggerFactory.getLogger(FeatureStage.class);
  private static final int VERSION = 4;

  private final PipelineConfig config;
  private final Run run;
  private final NetworkDefinition definition;
  private final ExecutionCheck check = new ExecutionCheck();

  /**
   * The stage of a run.
   *
   * @param definition the network, whatever its weights
   */
  FeatureStage(Run run, NetworkDefinition definition) {
    this.config = run.config();
    this.run = run;
    this.definition = definition;
  }

  /** How features are computed, with {@code auto} resolved: it is part of their key. */
  Execution execution(boolean training) {
    return config.features().executionOf(training).on(config.network().device(), definition);
  }

  /**
   * The features of a set, whether they exist or not.
   *
   * @param training whether ground truth boxes are among the regions
   * @param network the network's name in reports
   * @param weights a hash of the weights
   */
  SetFeatures of(
      DetectionSet set,
      boolean training,
      Artifact proposals,
      String network,
      String weights,
      List<String> classes) {
    Map<String, Object> parts = parts(training, proposals, weights);
    parts.put("classes", training ? classes : List.of());
    parts.put("training", training);
    parts.put("max-boxes", classified());
    Artifact features = run.folder().artifact(Key.of("features", VERSION, parts), "");
    return new SetFeatures(set, proposals, classified(), features, Optional.empty(), network);
  }

  private Map<String, Object> parts(boolean training, Artifact proposals, String weights) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("proposals", proposals.hash());
    parts.put("weights", weights);
    // Operators may sum in another order with another batch size, which changes the last bits.
    parts.put("batch", config.features().batch());
    parts.put("encoding", config.features().encoding());
    parts.put("execution", execution(training));
    parts.put("device", config.network().device());
    return parts;
  }

  private int classified() {
    return config.proposals().classified();
  }

  /**
   * The features of a set by a network that differs from another only after a tap, whether they
   * exist or not.
   *
   * @param base the other network's features of the set
   * @param upTo the tap
   * @param network the network's name in reports
   * @param weights a hash of the weights
   */
  SetFeatures of(SetFeatures base, Tap upTo, String network, String weights) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("base", base.artifact().hash());
    parts.put("from", upTo);
    parts.put("weights", weights);
    Artifact features = run.folder().artifact(Key.of("suffix-features", 1, parts), "");
    return new SetFeatures(
        base.set(),
        base.proposals(),
        base.classified(),
        features,
        Optional.of(new SetFeatures.Shared(upTo, base.artifact())),
        network);
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

  /**
   * The features of a set by a network that differs from another only after a tap, computed now
   * from the stored values at that tap unless they exist.
   *
   * @param base the other network's features of the set
   * @param upTo the tap
   */
  SetFeatures run(SetFeatures base, Tap upTo, TrainedNetwork network) throws IOException {
    SetFeatures features = of(base, upTo, network.name(), network.fingerprint());
    run.folder()
        .make(
            features.artifact(),
            "features of %s, %s, from %s"
                .formatted(base.set().split(), network.name(), upTo.label()),
            artifact ->
                AtomicFile.make(
                    artifact.place(), folder -> extractFrom(base, upTo, network, folder)));
    return features;
  }

  /**
   * The values at a tap of a training set's further positives: boxes that are not classified and
   * overlap an object by at least an IoU, in the order of their rank. Computed now unless they
   * exist.
   */
  Artifact morePositives(
      SetFeatures training,
      Tap tap,
      double positiveIou,
      TrainedNetwork network,
      List<String> classes)
      throws IOException {
    return run.folder()
        .make(
            morePositives(training, tap, positiveIou, network.fingerprint(), classes),
            "%s of further positives of %s, %s"
                .formatted(tap.label(), training.set().split(), network.name()),
            artifact -> {
              Set<String> known = Set.copyOf(classes);
              try (Stores stores = new Stores();
                  RankedBoxes proposals = training.openProposals()) {
                stores.add(tap, artifact.place(), network.definition(), encoding(tap));
                extract(
                    training.set(),
                    true,
                    network,
                    sample -> Regions.morePositives(sample, proposals, known, positiveIou),
                    proposals,
                    stores);
              }
            });
  }

  /** The artifact of a training set's further positives, whether it exists or not. */
  Artifact morePositives(
      SetFeatures training, Tap tap, double positiveIou, String weights, List<String> classes) {
    Map<String, Object> parts = parts(true, training.proposals(), weights);
    parts.put("classes", classes);
    parts.put("after", training.classified());
    parts.put("tap", tap);
    parts.put("positive-iou", positiveIou);
    return run.folder().artifact(Key.of("more-positives", 1, parts), ".bin");
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
    Set<String> known = Set.copyOf(classes);
    try (Stores stores = new Stores();
        RankedBoxes proposals = of.openProposals()) {
      for (Tap tap : network.definition().taps().keySet()) {
        stores.add(tap, store(folder, tap), network.definition(), encoding(tap));
      }
      extract(
          of.set(),
          training,
          network,
          sample ->
              training
                  ? Regions.forTraining(sample, proposals, known).boxes()
                  : proposals.classified(sample.id()),
          proposals,
          stores);
    }
  }

  /** Which regions of an image are computed. */
  @FunctionalInterface
  private interface Chosen {
    List<Box> of(Sample sample) throws IOException;
  }

  private void extract(
      DetectionSet set,
      boolean training,
      TrainedNetwork network,
      Chosen regions,
      RankedBoxes proposals,
      Stores stores)
      throws IOException {
    TorchEngine.useThreads(1);
    Execution execution = execution(training);
    if (execution == Execution.BF16) {
      Processor.bfloat16Warning(config.features().executionKey(training)).ifPresent(LOG::warn);
    }
    List<Sample> all = set.samples();
    try (FeatureExtractor extractor =
            new FeatureExtractor(
                network.definition(),
                network.weights(),
                stores.writers.keySet(),
                config.features().batch(),
                config.network().device(),
                execution);
        Progress progress = run.monitor().start("features " + set.split(), all.size(), "images")) {
      if (config.features().executionOf(training) == Execution.AUTO) {
        check.require(network, extractor, config.features().executionKey(training));
      }
      OrderedWork.<Sample, Map<Tap, EncodedRows>>forEach(
          all.stream().filter(sample -> proposals.contains(sample.id())).toList(),
          config.effectiveThreads(),
          sample -> {
            List<Box> boxes = regions.of(sample);
            return encoded(
                extractor.extract(ImageFiles.read(sample.image()), boxes), network.definition());
          },
          (sample, rows) -> {
            stores.append(sample.id(), rows);
            progress.step();
          });
      stores.commit();
    }
  }

  private void extractFrom(SetFeatures base, Tap upTo, TrainedNetwork network, Path folder)
      throws IOException {
    Set<Tap> taps = EnumSet.noneOf(Tap.class);
    network.definition().taps().keySet().stream()
        .filter(tap -> tap.compareTo(upTo) > 0)
        .forEach(taps::add);
    TorchEngine.useThreads(1);
    try (FeatureStore given = base.open(upTo);
        Stores stores = new Stores();
        SuffixExtractor extractor =
            new SuffixExtractor(
                network.definition(),
                network.weights(),
                upTo,
                taps,
                config.features().batch(),
                config.network().device());
        Progress progress =
            run.monitor()
                .start("features " + base.set().split(), given.imageIds().size(), "images")) {
      for (Tap tap : taps) {
        stores.add(tap, store(folder, tap), network.definition(), encoding(tap));
      }
      OrderedWork.<String, Map<Tap, EncodedRows>>forEach(
          given.imageIds(),
          config.effectiveThreads(),
          id -> {
            int rows = given.rows(id);
            float[] values = new float[rows * given.dimension()];
            given.read(id, values);
            return encoded(extractor.extract(values, rows), network.definition());
          },
          (id, rows) -> {
            stores.append(id, rows);
            progress.step();
          });
      stores.commit();
    }
  }

  private Map<Tap, EncodedRows> encoded(RegionFeatures features, NetworkDefinition network) {
    Map<Tap, EncodedRows> encoded = new EnumMap<>(Tap.class);
    features
        .values()
        .forEach(
            (tap, values) ->
                encoded.put(
                    tap,
                    EncodedRows.encode(
                        encoding(tap), values, features.rows(), network.tapDimensions().get(tap))));
    return encoded;
  }

  /** The open writers, closed together. */
  private static final class Stores implements AutoCloseable {
    private final Map<Tap, FeatureStore.Writer> writers = new EnumMap<>(Tap.class);

    void add(Tap tap, Path file, NetworkDefinition network, Encoding encoding) throws IOException {
      writers.put(tap, FeatureStore.create(file, network.tapDimensions().get(tap), encoding));
    }

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
