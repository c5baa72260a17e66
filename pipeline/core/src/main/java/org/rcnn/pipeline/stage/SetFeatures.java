package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.Optional;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.ImageJob;

/**
 * The regions of a set of images and their features.
 *
 * @param set the images
 * @param proposals their proposals
 * @param classified the most proposals of an image that have features
 * @param first the folder of the features that are computed from images, a store for each tap
 * @param later the features that are computed from those; empty if there are none
 * @param networkName the network's name in reports
 */
record SetFeatures(
    DetectionSet set,
    Artifact proposals,
    int classified,
    Artifact first,
    Optional<Later> later,
    String networkName) {

  /**
   * Features of the layers after a tap.
   *
   * @param after the tap, whose values they are computed from
   * @param artifact their folder, a store for each tap
   */
  record Later(Tap after, Artifact artifact) {}

  /** The proposals; the caller closes them. */
  RankedBoxes openProposals() throws IOException {
    return RankedBoxes.open(proposals, classified);
  }

  /** The folder that has the store of a tap. */
  Artifact at(Tap tap) {
    return later
        .filter(others -> tap.compareTo(others.after()) > 0)
        .map(Later::artifact)
        .orElse(first);
  }

  /** The folder that is made last. */
  Artifact last() {
    return later.map(Later::artifact).orElse(first);
  }

  /** The features at a tap; the caller closes them. */
  FeatureStore open(Tap tap) throws IOException {
    return FeatureStore.open(FeatureStage.store(at(tap).place(), tap));
  }

  /** The features at a tap as what a job reads; their name is the tap's. */
  ImageJob.Supply supply(Tap tap, FeatureStore open) {
    return new ImageJob.Supply(
        tap.label(), Optional.of(at(tap).hash()), image -> open.record(image.id()));
  }
}
