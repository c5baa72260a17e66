package org.rcnn.proposals;

/**
 * One measure of how well two neighbouring regions go together, from 0 to 1. A hierarchy adds up
 * the measures of its set, unweighted, and always merges the pair with the largest sum (Uijlings et
 * al., section 3.2).
 */
public enum Similarity {
  /** Intersection of the regions' normalised colour histograms, 25 bins per channel. */
  COLOUR,
  /**
   * Intersection of the regions' normalised histograms of directed derivatives, 8 directions of 10
   * bins per channel.
   */
  TEXTURE,
  /** 1 minus the share of the image that both regions cover: small regions merge early. */
  SIZE,
  /**
   * 1 minus the share of the image that lies in the pair's bounding box but in neither region:
   * holes are filled first.
   */
  FILL
}
