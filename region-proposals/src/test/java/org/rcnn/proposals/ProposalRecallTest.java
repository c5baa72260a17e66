package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

class ProposalRecallTest {

  private static GroundTruth object(String name, boolean difficult, double... box) {
    return new GroundTruth(name, new Box(box[0], box[1], box[2], box[3]), difficult, false);
  }

  @Test
  void averagesBestOverlapsByClassAndOverall() {
    ProposalRecall recall = new ProposalRecall();
    // The cat is met exactly; the dog at 50 of 100 pixels; the difficult dog does not count.
    recall.add(
        new Annotation(
            "a",
            20,
            20,
            List.of(
                object("cat", false, 0, 0, 10, 10),
                object("dog", false, 10, 0, 20, 10),
                object("dog", true, 0, 10, 10, 20))),
        List.of(new Box(0, 0, 10, 10), new Box(10, 0, 20, 5), new Box(10, 0, 12, 2)));
    // The second dog is missed: overlap 0.
    recall.add(
        new Annotation("b", 20, 20, List.of(object("dog", false, 0, 0, 5, 5))),
        List.of(new Box(6, 6, 9, 9)));

    ProposalRecall.Result result = recall.result();
    assertEquals(2, result.images());
    assertEquals(3, result.objects());
    assertEquals(2.0, result.windowsPerImage());
    assertEquals(1.0, result.abo().get("cat"));
    assertEquals(0.25, result.abo().get("dog"));
    assertEquals(0.625, result.mabo());
    assertEquals(0.5, result.meanBestOverlap());
    assertEquals(2 / 3.0, result.recallAt(0.5));
    assertEquals(1 / 3.0, result.recallAt(0.51));
  }

  @Test
  void anOverlapOfExactlyTheThresholdCounts() {
    ProposalRecall recall = new ProposalRecall();
    recall.add(
        new Annotation("a", 4, 4, List.of(object("cat", false, 0, 0, 4, 4))),
        List.of(new Box(0, 0, 4, 2)));
    assertEquals(1.0, recall.result().recallAt(0.5));
  }

  @Test
  void fewerProposalsAreCountedFromTheFrontOfEachImage() {
    ProposalRecall recall = new ProposalRecall();
    recall.add(
        new Annotation("a", 10, 10, List.of(object("cat", false, 0, 0, 10, 10))),
        List.of(new Box(0, 0, 10, 5), new Box(0, 0, 2, 2), new Box(0, 0, 10, 9)));
    recall.add(
        new Annotation("b", 10, 10, List.of(object("dog", false, 0, 0, 10, 10))),
        List.of(new Box(0, 0, 10, 10)));

    assertEquals(0.5, recall.resultAt(2).abo().get("cat"));
    assertEquals(0.75, recall.resultAt(2).mabo());
    assertEquals(1.5, recall.resultAt(2).windowsPerImage());
    assertEquals(0.5, recall.resultAt(2).recallAt(0.7));
    assertEquals(0.95, recall.resultAt(3).mabo());
    assertEquals(recall.result(), recall.resultAt(3));
    assertEquals(0, recall.resultAt(0).mabo());
  }

  @Test
  void withoutObjectsEverythingIsZero() {
    ProposalRecall recall = new ProposalRecall();
    recall.add(new Annotation("a", 4, 4, List.of()), List.of(new Box(0, 0, 4, 4)));
    ProposalRecall.Result result = recall.result();
    assertEquals(0, result.objects());
    assertEquals(0, result.mabo());
    assertEquals(0, result.recallAt(0.5));
    assertEquals(1, result.windowsPerImage());
  }
}
