package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features of 300 and 100 regions, with heads of unknown speed. */
class RunPlanTest {

  @TempDir Path folder;

  private RunFolder run;
  private Artifact train;
  private Artifact test;
  private Artifact head;

  @BeforeEach
  void openAFolder() throws IOException {
    run = new RunFolder(folder);
    train = artifact("features", "train");
    test = artifact("features", "test");
    head = artifact("svm", "all");
  }

  private Artifact artifact(String stage, String of) {
    return run.artifact(Key.of(stage, 1, Map.of("of", of)), ".bin");
  }

  private List<PlannedStage> stages() {
    return List.of(
        new PlannedStage(train, "features", 300, true),
        new PlannedStage(test, "features", 100, true),
        new PlannedStage(train, "features", 300, true),
        new PlannedStage(head, "SVMs", 300, false));
  }

  @Test
  void aStageThatComesTwiceHasOneNumber() {
    RunPlan plan = new RunPlan(stages());
    assertEquals("stage 1 of 3", plan.meet(train).orElseThrow().place());
    assertEquals("stage 2 of 3", plan.meet(test).orElseThrow().place());
    assertEquals("stage 3 of 3", plan.meet(head).orElseThrow().place());
    assertTrue(plan.meet(artifact("bbox", "unplanned")).isEmpty());
  }

  @Test
  void whileAStageRunsItsOwnRateTellsOfThoseOfItsKind() {
    RunStage stage = new RunPlan(stages()).meet(train).orElseThrow();
    assertEquals(1 / 3.0, stage.alike(), 1e-12);
    assertEquals(new TimeLeft(20 + 30, List.of("SVMs")), stage.toTheEnd(20, 90));
  }

  @Test
  void whatWasMeasuredTellsOfTheRest() {
    RunPlan plan = new RunPlan(stages());
    plan.meet(train);
    assertEquals(TimeLeft.unknown("features"), plan.of(test));
    plan.measured(train, 60);
    assertEquals(TimeLeft.of(20), plan.of(test));
    assertEquals(TimeLeft.unknown("SVMs"), plan.of(head));
    assertEquals(List.of("SVMs"), plan.meet(test).orElseThrow().after().unmeasured());
  }

  @Test
  void whatExistsTakesNoTime() throws IOException {
    Files.createDirectories(head.place().getParent());
    Files.writeString(head.place(), "made before");
    assertEquals(TimeLeft.NONE, new RunPlan(stages()).meet(train).orElseThrow().after());
  }

  @Test
  void theFolderTellsTheMonitorOfEachStageAndWritesThePlan() throws IOException {
    List<String> shown = new ArrayList<>();
    run.plan(
        stages(),
        new Progress.Monitor() {
          @Override
          public Progress start(String task, long total, String unit) {
            return new Progress.Unseen();
          }

          @Override
          public void stage(RunStage stage) {
            shown.add(stage.place());
          }

          @Override
          public void stageEnded() {
            shown.add("ended");
          }
        });
    run.make(train, "features of train", made -> Files.writeString(made.place(), "a"));
    run.make(train, "features of train", made -> Files.writeString(made.place(), "a"));
    run.make(test, "features of test", made -> Files.writeString(made.place(), "b"));
    assertEquals(List.of("stage 1 of 3", "ended", "stage 2 of 3", "ended"), shown);
    assertEquals(
        Json.tree(
            Map.of(
                "needed_artifacts",
                List.of(
                    "features/" + train.hash() + ".bin",
                    "features/" + test.hash() + ".bin",
                    "svm/" + head.hash() + ".bin"))),
        Json.read(folder.resolve("plan.json")));
  }
}
