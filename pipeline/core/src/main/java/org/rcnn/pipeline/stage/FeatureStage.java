package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.pipeline.run.ImageJob.Supply;
import org.rcnn.pipeline.run.Key;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stage 3: the features of every region of every image, one store per tap in a folder ({@code
 * pool5.bin} and so on).
 *
 * <p>What the convolutions give, pool5, is computed from the images; each thread decodes, warps and
 * forwards its own image. The fully connected layers' features are computed from pool5 as it is
 * stored, in half precision unless {@code features.encoding} says otherwise. So networks with the
 * same convolutions share pool5, whatever was trained after it. A network that cannot be resumed
 * from its pool5, such as SqueezeNet, gives all its taps in one forward pass; ResNet-50, whose
 * pool5 stands aside, goes on from fc7.
 *
 * <p>Computing features takes most of a run's time. So a killed computation resumes after the last
 * image that reached the disk, with the same bytes in the end: an image's features depend on no
 * other image.
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

  /** The tap whose values later features are computed from; empty if there is none. */
  private Optional<Tap> split() {
    return definition.suffixTaps().stream().findFirst();
  }

  /**
   * The taps whose values are computed from images: the one that later layers take theirs from, and
   * those before it, which may be beside the way to the scores.
   */
  Set<Tap> firstTaps() {
    Set<Tap> taps = EnumSet.copyOf(definition.taps().keySet());
    split().ifPresent(after -> taps.removeIf(tap -> tap.compareTo(after) > 0));
    return taps;
  }

  /** The taps whose values are computed from those of another. */
  Set<Tap> laterTaps(Tap after) {
    Set<Tap> taps = EnumSet.noneOf(Tap.class);
    definition.taps().keySet().stream().filter(tap -> tap.compareTo(after) > 0).forEach(taps::add);
    return taps;
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
      TrainedNetwork.Identity network,
      List<String> classes) {
    Map<String, Object> parts = parts(training, proposals, network);
    parts.put("classes", training ? classes : List.of());
    parts.put("training", training);
    parts.put("max-boxes", classified());
    if (split().isPresent() && firstTaps().size() > 1) {
      parts.put("taps", firstTaps());
    }
    Artifact first = run.folder().artifact(Key.of("features", VERSION, parts), "");
    return new SetFeatures(
        set,
        proposals,
        classified(),
        first,
        split().map(tap -> new SetFeatures.Later(tap, later(first, tap, network))),
        network.name());
  }

  private Artifact later(Artifact first, Tap after, TrainedNetwork.Identity network) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("from", first.hash());
    parts.put("after", after);
    parts.put("weights", network.whole());
    return run.folder().artifact(Key.of("later-features", 1, parts), "");
  }

  private Map<String, Object> parts(
      boolean training, Artifact proposals, TrainedNetwork.Identity network) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("proposals", proposals.hash());
    parts.put("weights", split().isPresent() ? network.prefix() : network.whole());
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
    SetFeatures features = runFirst(set, training, proposals, network, classes);
    if (features.later().isPresent()) {
      Tap after = features.later().get().after();
      run.folder()
          .make(
              features.later().get().artifact(),
              "features of %s after %s, %s".formatted(set.split(), after.label(), network.name()),
              artifact ->
                  AtomicFile.make(
                      artifact.place(),
                      folder -> extractAfter(artifact.hash(), features, after, network, folder)));
    }
    return features;
  }

  /**
   * Of the features of a set only those that are computed from images, computed now unless they
   * exist.
   *
   * @param training whether ground truth boxes are among the regions
   */
  SetFeatures runFirst(
      DetectionSet set,
      boolean training,
      Artifact proposals,
      TrainedNetwork network,
      List<String> classes)
      throws IOException {
    SetFeatures features = of(set, training, proposals, network.identity(), classes);
    run.folder()
        .make(
            features.first(),
            "features of %s, %s".formatted(set.split(), network.identity().prefixName()),
            artifact ->
                AtomicFile.resume(
                    artifact.place(),
                    folder -> extract(features, training, network, classes, folder)));
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
            morePositives(training, tap, positiveIou, network.identity(), classes),
            "%s of further positives of %s, %s"
                .formatted(tap.label(), training.set().split(), network.name()),
            artifact -> {
              Set<String> known = Set.copyOf(classes);
              try (Stores stores = new Stores();
                  RankedBoxes proposals = training.openProposals()) {
                stores.resume(tap, artifact.place(), network.definition(), encoding(tap));
                extract(
                    artifact.hash(),
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
      SetFeatures training,
      Tap tap,
      double positiveIou,
      TrainedNetwork.Identity network,
      List<String> classes) {
    Map<String, Object> parts = parts(true, training.proposals(), network);
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
  Encoding encoding(Tap tap) {
    return FeatureJob.encoding(tap, config.features().encoding());
  }

  private void extract(
      SetFeatures of, boolean training, TrainedNetwork network, List<String> classes, Path folder)
      throws IOException {
    Set<String> known = Set.copyOf(classes);
    try (Stores stores = new Stores();
        RankedBoxes proposals = of.openProposals()) {
      Set<Tap> taps = firstTaps();
      if (taps.stream().allMatch(tap -> Files.exists(store(folder, tap)))) {
        // A process was killed between the last store's rename and the folder's.
        for (Tap tap : taps) {
          FeatureStore.dropJournal(store(folder, tap));
        }
        return;
      }
      for (Tap tap : taps) {
        stores.resume(tap, store(folder, tap), network.definition(), encoding(tap));
      }
      extract(
          of.first().hash(),
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
      String key,
      DetectionSet set,
      boolean training,
      TrainedNetwork network,
      Chosen regions,
      RankedBoxes proposals,
      Stores stores)
      throws IOException {
    List<Sample> all = set.samples();
    Set<Tap> taps = stores.writers.keySet();
    ImageJob job = new FeatureJob(key, config, training, network, taps, check);
    try (Progress progress = run.monitor().start("features " + set.split(), all.size(), "images")) {
      List<Sample> searched =
          all.stream().filter(sample -> proposals.contains(sample.id())).toList();
      int done = stores.resumeAt(searched.stream().map(Sample::id).toList());
      if (done > 0) {
        LOG.info("features of {} resume after {} of {} images.", set.split(), done, all.size());
        progress.resume(done);
      }
      Supply boxes =
          new Supply(
              FeatureJob.REGIONS,
              Optional.empty(),
              sample -> ProposalStore.encode(regions.of(sample)));
      run.work(
          job,
          searched,
          done,
          List.of(boxes),
          (sample, found) -> {
            stores.append(sample.id(), found);
            progress.step();
          });
      stores.commit();
    }
  }

  private void extractAfter(
      String key, SetFeatures of, Tap after, TrainedNetwork network, Path folder)
      throws IOException {
    Set<Tap> taps = laterTaps(after);
    ImageJob job = new LaterFeatureJob(key, config, network, after, taps);
    try (FeatureStore given = of.open(after);
        Stores stores = new Stores();
        Progress progress =
            run.monitor()
                .start("features " + of.set().split(), given.imageIds().size(), "images")) {
      for (Tap tap : taps) {
        stores.add(tap, store(folder, tap), network.definition(), encoding(tap));
      }
      run.work(
          job,
          of.set().samples().stream().filter(sample -> given.contains(sample.id())).toList(),
          0,
          List.of(of.supply(after, given)),
          (sample, found) -> {
            stores.append(sample.id(), found);
            progress.step();
          });
      stores.commit();
    }
  }

  /** The open writers, closed together. */
  private static final class Stores implements AutoCloseable {
    private final Map<Tap, FeatureStore.Writer> writers = new EnumMap<>(Tap.class);

    void add(Tap tap, Path file, NetworkDefinition network, Encoding encoding) throws IOException {
      writers.put(tap, FeatureStore.create(file, network.tapDimensions().get(tap), encoding));
    }

    /** Adds a store that continues where a killed process ended. */
    void resume(Tap tap, Path file, NetworkDefinition network, Encoding encoding)
        throws IOException {
      writers.put(tap, FeatureStore.resume(file, network.tapDimensions().get(tap), encoding));
    }

    /**
     * Drops what does not belong to the first of the given images, which all stores then have.
     *
     * @return how many images that are
     */
    int resumeAt(List<String> images) throws IOException {
      int done = images.size();
      for (FeatureStore.Writer writer : writers.values()) {
        List<String> stored = writer.imageIds();
        int same = 0;
        while (same < Math.min(done, stored.size()) && stored.get(same).equals(images.get(same))) {
          same++;
        }
        done = same;
      }
      for (FeatureStore.Writer writer : writers.values()) {
        writer.keep(done);
      }
      return done;
    }

    void append(String imageId, ImageJob.Output found) throws IOException {
      for (Map.Entry<Tap, FeatureStore.Writer> entry : writers.entrySet()) {
        entry.getValue().append(imageId, found.records().get(entry.getKey().label()));
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
