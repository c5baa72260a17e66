package org.rcnn.cli.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.pipeline.run.RunStage;
import org.rcnn.pipeline.run.TimeLeft;

class TaskTest {

  private long now;

  private Task task(String name, long total, Optional<RunStage> stage) {
    return new Task(name, total, "images", stage, () -> now);
  }

  private void passSeconds(double seconds) {
    now += Math.round(seconds * 1e9);
  }

  @Test
  void aLineHasWhatIsDoneTheRateAndTheTimeLeft() {
    Task task = task("features train", 1000, Optional.empty());
    assertEquals("features train, 0 of 1,000 images", task.line());
    passSeconds(100);
    task.at(400, "");
    assertEquals("features train, 400 of 1,000 images, 4.0 images/s, 3 min left", task.line());
  }

  @Test
  void whatWasDoneBeforeDoesNotMakeTheRate() {
    Task task = task("features train", 1000, Optional.empty());
    task.resume(345);
    assertEquals("features train, 345 of 1,000 images", task.line());
    passSeconds(20);
    task.step();
    task.step();
    task.step();
    assertEquals("features train, 348 of 1,000 images, 0.15 images/s, 72 min left", task.line());
  }

  @Test
  void anotherPassHasARateOfItsOwn() {
    Task task = task("SVMs fc7", 10, Optional.empty());
    passSeconds(100);
    task.at(10, "positives");
    task.at(1, "mining");
    passSeconds(2);
    task.at(4, "mining");
    assertEquals("SVMs fc7, 4 of 10 images, 2.0 images/s, 3 s left, mining", task.line());
  }

  @Test
  void theTimeToTheEndOfTheRunHasLaterStages() {
    RunStage stage = new RunStage(3, 8, true, 0.5, new TimeLeft(200, List.of("SVMs")));
    Task task = task("features train", 100, Optional.of(stage));
    assertEquals("stage 3 of 8: features train, 0 of 100 images", task.line());
    passSeconds(50);
    task.at(50, "");
    // 50 s of this task, half of 100 s for the other like it, 200 s for the rest.
    assertEquals(
        "stage 3 of 8: features train, 50 of 100 images, 1.0 images/s, 50 s left; more than 5 min"
            + " to the end of the run",
        task.line());
    assertEquals(
        "3/8 features train [============>           ] 50/100 images, 1.0 images/s, 50 s left, run over"
            + " 5 min",
        task.bar(100));
  }

  @Test
  void oneTaskOfSeveralSaysNothingOfTheRun() {
    RunStage stage = new RunStage(8, 8, false, 0, TimeLeft.NONE);
    Task task = task("SVMs", 100, Optional.of(stage));
    passSeconds(50);
    task.at(50, "");
    assertEquals("stage 8 of 8: SVMs, 50 of 100 images, 1.0 images/s, 50 s left", task.line());
  }

  @Test
  void aTaskOfUnknownLengthHasNoBarAndNoEnd() {
    Task task = task("detect", -1, Optional.empty());
    passSeconds(4);
    task.step();
    assertEquals("detect, 1 images, 0.25 images/s", task.line());
    assertEquals("detect 1 images, 0.25 images/s" + " ".repeat(50), task.bar(80));
  }

  @Test
  void aNarrowTerminalCutsTheLine() {
    Task task = task("features train", 1000, Optional.empty());
    assertEquals("features train 0/1,0", task.bar(20));
  }

  @ParameterizedTest
  @CsvSource({
    "0.08, 12.5 s each",
    "0.2, 0.20 images/s",
    "17.05, 17.1 images/s",
    "416.4, 416 images/s"
  })
  void ratesBeginWithADigit(double rate, String words) {
    assertEquals(words, Task.rateWords(rate, "images"));
  }

  @Test
  void aLogGetsALineEveryTwentySecondsAndFewerOfALongTask() {
    List<String> log = new ArrayList<>();
    Task task = task("features train", 100_000, Optional.empty());
    ProgressBars.Lines lines = new ProgressBars.Lines(task, () -> now, log::add);
    for (int i = 0; i < 59; i++) {
      passSeconds(1);
      lines.step();
    }
    assertEquals(2, log.size());
    assertEquals(
        "features train, 20 of 100,000 images, 1.0 images/s, 27 h 46 min left", log.get(0));
    for (int i = 59; i < 3600; i++) {
      passSeconds(1);
      lines.step();
    }
    // To 200 s ten, then one for each tenth of the time: log(3600 / 200) / log(1 / 0.9) = 27.4.
    assertEquals(10 + 27, log.size());
    assertFalse(String.join("", log).contains("\r"));
  }
}
