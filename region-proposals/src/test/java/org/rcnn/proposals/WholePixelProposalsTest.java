package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

class WholePixelProposalsTest {

  private static final RgbImage IMAGE = new RgbImage(10, 8, new byte[3 * 10 * 8]);

  private static List<Box> of(Box... boxes) {
    ProposalSource source =
        new ProposalSource() {
          @Override
          public String name() {
            return "by hand";
          }

          @Override
          public List<Box> propose(String imageId, RgbImage image) {
            assertEquals("a", imageId);
            return List.of(boxes);
          }
        };
    assertEquals("by hand", new WholePixelProposals(source).name());
    return new WholePixelProposals(source).propose("a", IMAGE);
  }

  @Test
  void cornersMoveOutwardsToWholePixelsAndIntoTheImage() {
    assertEquals(List.of(new Box(1, 2, 5, 6)), of(new Box(1.9, 2.1, 4.1, 5.9)));
    assertEquals(List.of(new Box(0, 3, 10, 8)), of(new Box(-4, 3, 10.5, 99)));
  }

  @Test
  void boxesKeepTheirOrderAndComeOnce() {
    assertEquals(
        List.of(new Box(5, 5, 7, 7), new Box(0, 0, 2, 2)),
        of(new Box(5, 5, 7, 7), new Box(0, 0, 2, 2), new Box(5.5, 5.5, 6.5, 6.5)));
  }

  @Test
  void boxesThatCoverNothingOfTheImageAreLeftOut() {
    assertEquals(
        List.of(new Box(0, 0, 2, 2)),
        of(new Box(20, 0, 30, 5), new Box(3, 3, 3, 6), new Box(0, 0, 2, 2)));
  }

  @Test
  void anImageWithoutBoxesHasItself() {
    assertEquals(List.of(new Box(0, 0, 10, 8)), of());
  }
}
