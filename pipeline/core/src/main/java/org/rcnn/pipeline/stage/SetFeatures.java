package org.rcnn.pipeline.stage;

import java.io.IOException;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;

/**
 * The regions of a set of images and their features.
 *
 * @param set the images
 * @param proposals their proposals
 * @param artifact the folder of their features, a store for each tap
 * @param networkName the network's name in reports
 */
record SetFeatures(DetectionSet set, Artifact proposals, Artifact artifact, String networkName) {

  /** The proposals; the caller closes them. */
  ProposalStore openProposals() throws IOException {
    return ProposalStore.open(proposals.place());
  }

  /** The features at a tap; the caller closes them. */
  FeatureStore open(Tap tap) throws IOException {
    return FeatureStore.open(FeatureStage.store(artifact.place(), tap));
  }
}
