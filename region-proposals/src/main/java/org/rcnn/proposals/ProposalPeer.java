package org.rcnn.proposals;

import java.util.List;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/**
 * Another program's search for proposals, which benchmarks measure beside {@link SelectiveSearch}.
 *
 * <p>Peers are found by {@link java.util.ServiceLoader}. None is part of the program: peers are on
 * the class path of the benchmarks only.
 */
public interface ProposalPeer {

  /** What the peer is, such as {@code "OpenCV fast"}. */
  String name();

  /** Searches an image, on the calling thread alone. */
  List<Box> propose(RgbImage image);
}
