package org.rcnn.pipeline.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.pipeline.audit.SizeTable.ClassSizes;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.proposals.Mode;
import org.rcnn.proposals.Ranking;

class SizeTableTest {

  @Test
  void quantilesAreValuesOfTheNearestRank() {
    double[] tenToOne = IntStream.rangeClosed(1, 10).mapToDouble(i -> 11 - i).toArray();
    assertEquals(new Quantiles(1, 1, 5, 9, 10), Quantiles.of(tenToOne));
    assertEquals(new Quantiles(7, 7, 7, 7, 7), Quantiles.of(new double[] {7}));
    assertThrows(IllegalArgumentException.class, () -> Quantiles.of(new double[0]));
  }

  @Test
  void objectsAreMeasuredByTheirShorterSideInThePictureAndAtTheSearch() {
    Proposals search = new Proposals(Mode.FAST, 500, 20, 600, Ranking.COVERAGE);
    SizeTable table =
        SizeTable.of(
            List.of(
                // Searched at half of its size: the sides are 15 and 30 there.
                new Annotation(
                    "large",
                    1000,
                    400,
                    List.of(
                        DrawnKit.object("cat", new Box(0, 0, 30, 80)),
                        DrawnKit.object("cat", new Box(0, 0, 200, 60)))),
                // Searched as it is.
                new Annotation(
                    "small", 300, 400, List.of(DrawnKit.object("cat", new Box(0, 0, 19, 19)))),
                new Annotation(
                    "unknown", 0, 0, List.of(DrawnKit.object("cat", new Box(0, 0, 1, 1))))),
            search);
    assertEquals(new Quantiles(400, 400, 400, 1000, 1000), table.longer());
    assertEquals(new Quantiles(300, 300, 300, 400, 400), table.shorter());
    ClassSizes cat = table.classes().get("cat");
    assertEquals(3, cat.objects());
    assertEquals(new Quantiles(19, 19, 30, 60, 60), cat.inPicture());
    assertEquals(new Quantiles(15, 15, 19, 30, 30), cat.atSearch());
    assertEquals(2 / 3.0, cat.below());
  }
}
