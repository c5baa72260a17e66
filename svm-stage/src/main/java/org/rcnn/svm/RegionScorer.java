package org.rcnn.svm;

import java.util.List;

/** Gives regions a score for each class, from one layer's features of them. */
public interface RegionScorer {

  /** The classes, in the order of the scores' columns; background is not among them. */
  List<String> classes();

  /**
   * Scores regions.
   *
   * @param features {@code rows × dimension} values, row-major, as the network gives them
   * @param rows regions
   * @return {@code rows × classes} scores, row-major; higher is likelier
   */
  float[] score(float[] features, int rows);
}
