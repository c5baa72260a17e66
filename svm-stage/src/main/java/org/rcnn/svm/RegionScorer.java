package org.rcnn.svm;

import java.util.List;

/** Scores regions for each class from one layer's features. */
public interface RegionScorer {

  /** The classes, in the order of the scores' columns; background is not among them. */
  List<String> classes();

  /** Number of features of a region. */
  int dimension();

  /**
   * Scores regions.
   *
   * @param features {@code rows × dimension} values, row-major, as the network returns them
   * @param rows regions
   * @return {@code rows × classes} scores, row-major; a higher score means a more likely object
   */
  float[] score(float[] features, int rows);
}
