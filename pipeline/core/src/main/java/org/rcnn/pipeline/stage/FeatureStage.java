package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.store.EncodedRows;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder.Key;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stage 3: the features of every region of every image, all taps in one forward pass, one store per
 * tap in the artifact's folder ({@code pool5.bin} and so on).
 *
 * <p>Each core decodes, warps and forwards an image of its own.
 */
public final class FeatureStage {

  private static final Logger LOG = LoggerFactory.getLogger(FeatureStage.class);
  private static final int VERSION = 2;

  private final PipelineConfig config;
  private final Run run;

  /** The stage of a run. */
  public FeatureStage(Run run) {
    this.config = run.config();
    this.run = run;
  }

  /**
   * A set's role.
   *
   * @param set the images
   * @param proposals the key of their proposals
   * @param store their proposals
   * @param training whether ground truth boxes are among the regions
   */
  public record Input(DetectionSet set, Key proposals, Path store, boolean training) {}

  /** What identifies a set's features. */
  Key key(Input input, String weightsFingerprint, List<String> classes) {
    Map<String, Object> inputs = new TreeMap<>();
    inputs.put("proposals", input.proposals().hash());
    inputs.put("weights", weightsFingerprint);
    inputs.put("classes", input.training() ? classes : List.of());
    inputs.put("training", input.training());
    inputs.put("encoding", config.features().encoding());
    String execution = config.features().executionOf(input.training());
    if (Execution.named(execution) != Execution.PLAIN) {
      inputs.put("execution", execution);
    }
    if (device() != ComputeDevice.CPU) {
      inputs.put("device", config.network().device());
    }
    return Key.of("features", VERSION, inputs);
  }

  /** The folder of a set's features, computed now if it is not there. */
  public Path run(
      Input input,
      String name,
      NetworkDefinition definition,
      Weights weights,
      String weightsFingerprint,
      List<String> classes)
      throws IOException {
    return run.folder()
        .artifact(
            key(input, weightsFingerprint, classes),
            "features of %s, %s".formatted(input.set().split(), name),
            "",
            place -> extract(input, definition, weights, classes, place));
  }

  /** The store of a tap in a set's folder. */
  static Path store(Path folder, Tap tap) {
    return folder.resolve(tap.label() + ".bin");
  }

  /** How a tap's values are stored: scores are few and dense, the rest as configured. */
  private Encoding encoding(Tap tap) {
    boolean sparse = tap != Tap.SCORES && config.features().encoding().equals("sparse-fp16");
    return sparse ? Encoding.SPARSE_FP16 : Encoding.DENSE_FP32;
  }

  private ComputeDevice device() {
    return ComputeDevice.named(config.network().device());
  }

  private void extract(
      Input input, NetworkDefinition definition, Weights weights, List<String> classes, Path place)
      throws IOException {
    Set<Tap> taps = definition.taps().keySet();
    Path partial = place.resolveSibling(place.getFileName() + ".partial");
    Files.createDirectories(partial);
    TorchEngine.useThreads(1);
    Execution execution = Execution.named(config.features().executionOf(input.training()));
    if (execution == Execution.BF16) {
      Processor.bfloat16Warning(config.features().executionKey(input.training()))
          .ifPresent(LOG::warn);
    }
    List<Sample> samples;
    try (ProposalStore proposals = ProposalStore.open(input.store());
        FeatureExtractor extractor =
            new FeatureExtractor(
                definition, weights, taps, config.features().batch(), device(), execution);
        Stores stores = new Stores();
        Progress progress =
            run.monitor()
                .start("features " + input.set().split(), input.set().samples().size(), "images")) {
      for (Tap tap : taps) {
        stores.writers.put(
            tap, FeatureStore.create(store(partial, tap), extractor.dimension(tap), encoding(tap)));
      }
      samples = input.set().samples().stream().filter(s -> proposals.contains(s.id())).toList();
      OrderedWork.<Sample, Map<Tap, EncodedRows>>forEach(
          samples,
          config.effectiveThreads(),
          sample -> features(extractor, regions(input, sample, proposals, classes), sample),
          (sample, rows) -> {
            stores.append(sample.id(), rows);
            progress.step();
          });
      stores.commit();
    }
    Files.move(partial, place);
  }

  private static List<Box> regions(
      Input input, Sample sample, ProposalStore proposals, List<String> classes)
      throws IOException {
    return input.training()
        ? Regions.forTraining(sample, proposals, Set.copyOf(classes)).boxes()
        : Regions.forTesting(sample, proposals).boxes();
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
