package org.rcnn.proposals;

import org.rcnn.data.Labelled;

/**
 * Whose choices the search follows where the paper leaves them open.
 *
 * <table border="1">
 * <caption>What differs</caption>
 * <tr><th></th><th>{@link #AUTHORS}</th><th>{@link #OPENCV}</th></tr>
 * <tr><td>pixel graph</td><td>8 neighbours</td><td>4 neighbours</td></tr>
 * <tr><td>smallest initial region</td><td>k pixels</td><td>100 pixels</td></tr>
 * <tr><td>hue</td><td>0 to 255</td><td>0 to 179</td></tr>
 * <tr><td>texture derivatives</td><td>of the smoothed image, fixed range</td><td>Scharr on the raw
 *     image, range of each direction in the image</td></tr>
 * </table>
 */
public enum Variant implements Labelled {
  /** The code of the selective-search and R-CNN authors. */
  AUTHORS,
  /** The C++ implementation in OpenCV's contributed {@code ximgproc} module. */
  OPENCV;

  private static final int OPENCV_LEAST_REGION = 100;

  /** The pixels that an initial region must have at scale k. */
  int leastRegion(int k) {
    return this == OPENCV ? OPENCV_LEAST_REGION : k;
  }
}
