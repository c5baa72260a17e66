package org.rcnn.cnn.train;

import java.io.IOException;
import org.rcnn.cnn.network.Weights;

/** Says how well a network detects on images that it does not learn from. */
@FunctionalInterface
public interface Judge {

  /**
   * The mean average precision of a network in training. The same weights get the same figure, so
   * that a resumed training makes the same choice.
   *
   * @param weights the network's weights
   * @param fromKept whether training has changed nothing up to the tap of the {@link KeptRegions},
   *     so that values kept there are still this network's
   * @return 0 to 1; NaN if there is nothing to find
   * @throws IOException if an image or its regions cannot be read
   */
  double meanAp(Weights weights, boolean fromKept) throws IOException;
}
