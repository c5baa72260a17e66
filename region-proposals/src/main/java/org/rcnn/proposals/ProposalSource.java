package org.rcnn.proposals;

import java.util.List;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/**
 * Where the boxes of an image come from, for programs that have another method than {@link
 * SelectiveSearch}: EdgeBoxes, a grid, boxes from a file. R-CNN is agnostic to the method (section
 * 2.1 of the paper); a detector wants the same one in training and afterwards.
 *
 * <p>It is called from several threads at once.
 */
public interface ProposalSource {

  /**
   * What this source is, with everything that its boxes depend on, such as {@code "grid of 5
   * sizes"}. Stored boxes are found again under this name: a source that would give other boxes
   * needs another name.
   */
  String name();

  /**
   * The boxes of an image that may hold an object, most promising first. They need not be whole
   * pixels, distinct, or inside the image: {@link WholePixelProposals} sees to that.
   *
   * @param imageId the image's name without folder and ending; empty if a detector was given pixels
   *     alone
   * @param image the picture
   */
  List<Box> propose(String imageId, RgbImage image);
}
