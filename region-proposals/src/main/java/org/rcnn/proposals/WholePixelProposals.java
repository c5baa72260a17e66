package org.rcnn.proposals;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/**
 * The boxes of any source in the form that selective search has: integer coordinates inside the
 * image, each box once, in the source's order.
 *
 * <p>Corners are moved outwards to whole pixels and into the image; what is then empty is left out.
 * An image of which nothing remains has one box, the whole image: no valid image is left without a
 * proposal.
 */
public final class WholePixelProposals implements ProposalSource {

  private final ProposalSource source;

  /** The boxes of a source. */
  public WholePixelProposals(ProposalSource source) {
    this.source = source;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public List<Box> propose(String imageId, RgbImage image) {
    Set<Box> boxes = new LinkedHashSet<>();
    for (Box box : source.propose(imageId, image)) {
      Box whole = outwards(box).clip(image.width(), image.height());
      if (!box.isEmpty() && !whole.isEmpty()) {
        boxes.add(whole);
      }
    }
    if (boxes.isEmpty()) {
      boxes.add(new Box(0, 0, image.width(), image.height()));
    }
    return List.copyOf(boxes);
  }

  private static Box outwards(Box box) {
    return new Box(
        Math.floor(box.xMin()),
        Math.floor(box.yMin()),
        Math.ceil(box.xMax()),
        Math.ceil(box.yMax()));
  }
}
