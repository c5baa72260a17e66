package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.Optional;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;

/**
 * The regions of a set of images and their features.
 *
 * @param set the images
 * @param proposals their proposals
 * @param classified the most proposals of an image that have features
 * @param artifact the folder of the features, a store for each tap
 * @param shared the features of another network that computes the same up to a tap, and so has the
 *     stores up to there; empty if all stores are in the artifact's folder
 * @param networkName the network's name in reports
 */
record SetFeatures(
    DetectionSet set,
    Artifact proposals,
    int classified,
    Artifact artifact,
    Optional<Shared> shared,
    String networkName) {

  /**
   * Features that are computed once for two networks.
   *
   * @param upTo the last tap at which both networks give the same values
   * @param artifact the folder of the other network's features
   */
  record Shared(Tap upTo, Artifact artifact) {}

  /** The proposals; the caller closes them. */
  RankedBoxes openProposals() throws IOException {
    return RankedBoxes.open(proposals, classified);
  }

  /** The folder that has the store of a tap. */
  Artifact at(Tap tap) {
    return shared
        .filter(other -> tap.compareTo(other.upTo()) <= 0)
        .map(Shared::artifact)
        .orElse(artifact);
  }

  /** The features at a tap; the caller closes them. */
  FeatureStore open(Tap tap) throws IOException {
    return FeatureStore.open(FeatureStage.store(at(tap).place(), tap));
  }
}
