package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rcnn.cnn.features.HogExtractor;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.data.store.EncodedRows;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Key;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

/**
 * Stage 3 without a network: histograms of oriented gradients of the regions that {@link
 * FeatureStage} computes features of, in a store of the same kind. Heads are trained on them as on
 * a layer's features.
 */
final class HogStage {

  /** The stage's name in keys. */
  static final String NAME = "hog";

  private static final int VERSION = 1;

  private final Run run;
  private final HogExtractor extractor = new HogExtractor();

  /** The stage of a run. */
  HogStage(Run run) {
    this.run = run;
  }

  /**
   * The features of a set, whether they exist or not.
   *
   * @param training whether ground truth boxes are among the regions
   */
  SetFeatures of(DetectionSet set, boolean training, Artifact proposals, List<String> classes) {
    int classified = run.config().proposals().classified();
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("proposals", proposals.hash());
    parts.put("max-boxes", classified);
    parts.put("training", training);
    parts.put("classes", training ? classes : List.of());
    parts.put("encoding", encoding());
    Artifact folder = run.folder().artifact(Key.of(NAME, VERSION, parts), "");
    return new SetFeatures(set, proposals, classified, folder, Optional.empty(), "no network");
  }

  private Encoding encoding() {
    return run.config().features().encoding();
  }

  /**
   * The features of a set, computed now unless they exist.
   *
   * @param training whether ground truth boxes are among the regions
   */
  SetFeatures run(DetectionSet set, boolean training, Artifact proposals, List<String> classes)
      throws IOException {
    SetFeatures features = of(set, training, proposals, classes);
    run.folder()
        .make(
            features.first(),
            "HOG of " + set.split(),
            artifact ->
                AtomicFile.make(
                    artifact.place(),
                    folder -> extract(features, training, Set.copyOf(classes), folder)));
    return features;
  }

  private void extract(SetFeatures of, boolean training, Set<String> classes, Path folder)
      throws IOException {
    List<Sample> samples = of.set().samples();
    try (RankedBoxes proposals = of.openProposals();
        FeatureStore.Writer store =
            FeatureStore.create(
                FeatureStage.store(folder, Tap.HOG), HogExtractor.DIMENSION, encoding());
        Progress progress =
            run.monitor().start("HOG " + of.set().split(), samples.size(), "images")) {
      OrderedWork.<Sample, EncodedRows>forEach(
          samples.stream().filter(sample -> proposals.contains(sample.id())).toList(),
          run.config().effectiveThreads(),
          sample -> {
            List<Box> regions =
                training
                    ? Regions.forTraining(sample, proposals, classes).boxes()
                    : proposals.classified(sample.id());
            float[] values = extractor.extract(sample.read(), regions).at(Tap.HOG);
            return EncodedRows.encode(encoding(), values, regions.size(), HogExtractor.DIMENSION);
          },
          (sample, rows) -> {
            store.append(sample.id(), rows);
            progress.step();
          });
      store.commit();
    }
  }
}
