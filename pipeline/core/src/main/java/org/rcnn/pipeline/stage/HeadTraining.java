package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.Key;
import org.rcnn.pipeline.run.Run;
import org.rcnn.svm.FeatureScale;

/**
 * The training data of a head or the box regression: one layer's features of the training images.
 *
 * @param run the run
 * @param features the training images' regions and features
 * @param layer the layer
 * @param classes the classes, sorted
 * @param leftOut images that nothing is learned from
 */
record HeadTraining(
    Run run, SetFeatures features, Tap layer, List<String> classes, Set<String> leftOut) {

  /** Training images that the scale of features is measured on. */
  static final int SCALE_IMAGES = 200;

  /** All training images. */
  HeadTraining(Run run, SetFeatures features, Tap layer, List<String> classes) {
    this(run, features, layer, classes, Set.of());
  }

  /** The same without some images. Such a training has no artifact of its own. */
  HeadTraining without(Set<String> images) {
    return new HeadTraining(run, features, layer, classes, Set.copyOf(images));
  }

  PipelineConfig config() {
    return run.config();
  }

  /**
   * The artifact of a model trained on these features, whether it exists or not.
   *
   * @param settings everything else that decides what is trained, the seed included
   */
  Artifact artifact(String stage, int version, Record settings) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("features", features.at(layer).hash());
    parts.put("layer", layer.label());
    parts.put("classes", classes);
    parts.put("settings", settings);
    return run.folder().artifact(Key.of(stage, version, parts), ".model");
  }

  /** The regions and their features; the caller closes them. */
  StoredFeatures open() throws IOException {
    return new StoredFeatures(features, layer, classes, leftOut);
  }

  /** The factor that brings the layer's features to a mean norm of 20. */
  FeatureScale scale(StoredFeatures images) throws IOException {
    return FeatureScale.measure(images, SCALE_IMAGES, config().seed());
  }
}
