package org.rcnn.pipeline.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.eval.ClassExamples;
import org.rcnn.eval.ErrorExample;
import org.rcnn.eval.ErrorExample.Reason;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.proposals.Mode;
import org.rcnn.proposals.Ranking;

class DataReportTest {

  private static final Proposals SEARCH = new Proposals(Mode.FAST, 500, 20, 600, Ranking.COVERAGE);

  @TempDir Path folder;

  /** The image b is in all splits; train and val are the same, so that they are no pair. */
  private DataReport report(List<ClassExamples> doubts) throws IOException {
    DrawnKit kit = new DrawnKit(folder);
    kit.add("a", 80, 60, List.of(DrawnKit.object("cat", new Box(10, 10, 40, 40))));
    kit.add("b", 80, 60, List.of(DrawnKit.object("dog", new Box(40, 30, 80, 60))));
    kit.add("c", 80, 60, List.of(DrawnKit.object("dog", new Box(0, 30, 40, 60))));
    kit.split("train", "a", "b");
    kit.split("val", "a", "b");
    kit.split("test", "b", "c");
    Dataset dataset = DatasetFormats.installed().open(folder);
    DatasetAudit audit = DatasetAudit.of(dataset);
    return new DataReport(
        audit,
        dataset.splitAdvice(),
        SEARCH,
        Optional.of(SizeTable.of(audit.annotations().values(), SEARCH)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(doubts));
  }

  private static ErrorExample doubt(String image, double score, Reason reason) {
    return new ErrorExample(
        image,
        reason,
        Optional.of(new Detection("cat", score, new Box(0, 0, 10, 20))),
        reason == Reason.LABEL_WRONG
            ? Optional.of(DrawnKit.object("dog", new Box(0, 0, 10, 20)))
            : Optional.empty(),
        reason == Reason.LABEL_WRONG ? 1 : 0);
  }

  @Test
  void pairsOfSplitsWithCommonPicturesAreCounted() throws IOException {
    String text = report(List.of()).toText(10);
    assertTrue(
        text.contains(
            """
            in two splits                same image  equal picture  nearly equal
            test and train                        1              0             0
            test and val                          1              0             0
            """),
        text);
  }

  @Test
  void labelDoubtsAreShownUpToANumberAndWrittenWhole() throws IOException {
    List<ClassExamples> doubts =
        List.of(
            new ClassExamples(
                "cat",
                List.of(),
                List.of(),
                List.of(
                    doubt("a", 2.5, Reason.LABEL_FORGOTTEN),
                    doubt("b", 2.25, Reason.LABEL_WRONG),
                    doubt("c", 2, Reason.LABEL_FORGOTTEN))));
    DataReport report = report(doubts);
    String text = report.toText(2);
    assertTrue(
        text.contains(
            """
            likely label mistakes in the test images: 3
            image                     score  box
            a                         2.500  1,1..10,20           a forgotten cat?
            b                         2.250  1,1..10,20           labelled dog, a cat?
            and 1 more, less likely
            """),
        text);
    JsonNode tree = report.toJson(true).path("label_doubts");
    assertEquals(3, tree.size());
    assertEquals("dog", tree.get(1).path("labelled").asText());
    assertEquals("wrong-class", tree.get(1).path("doubt").asText());
    assertEquals("[1.0,1.0,10.0,20.0]", tree.get(1).path("box").toString());
  }
}
