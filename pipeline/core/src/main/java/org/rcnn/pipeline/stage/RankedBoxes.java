package org.rcnn.pipeline.stage;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.rcnn.data.Box;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.run.Artifact;

/** The stored proposals of a set of images, and how many of each image are classified. */
final class RankedBoxes implements Closeable {

  private final ProposalStore store;
  private final int classified;

  private RankedBoxes(ProposalStore store, int classified) {
    this.store = store;
    this.classified = classified;
  }

  /**
   * Opens stored proposals.
   *
   * @param classified the most boxes of an image that features are computed of
   */
  static RankedBoxes open(Artifact proposals, int classified) throws IOException {
    return new RankedBoxes(ProposalStore.open(proposals.place()), classified);
  }

  /** Whether an image has proposals; one that could not be decoded has none. */
  boolean contains(String imageId) {
    return store.contains(imageId);
  }

  /** The boxes of an image that features are computed of, best ranked first. */
  List<Box> classified(String imageId) throws IOException {
    List<Box> all = store.boxes(imageId);
    return all.size() <= classified ? all : all.subList(0, classified);
  }

  /** How many those are. */
  int count(String imageId) {
    return Math.min(store.count(imageId), classified);
  }

  /** The boxes of an image beyond those. */
  List<Box> others(String imageId) throws IOException {
    List<Box> all = store.boxes(imageId);
    return all.size() <= classified ? List.of() : all.subList(classified, all.size());
  }

  @Override
  public void close() {
    store.close();
  }
}
