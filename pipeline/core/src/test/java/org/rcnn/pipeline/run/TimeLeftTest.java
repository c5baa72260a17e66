package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeLeftTest {

  @ParameterizedTest
  @CsvSource({
    "0.4, 0 s",
    "45, 45 s",
    "119, 119 s",
    "120, 2 min",
    "4000, 67 min",
    "7200, 2 h",
    "8100, 2 h 15 min"
  })
  void durationsAreAsExactAsPeopleNeedThem(double seconds, String words) {
    assertEquals(words, TimeLeft.duration(seconds));
  }

  @Test
  void knownTimesAddUpAndUnknownKindsAreNamedOnce() {
    TimeLeft left =
        TimeLeft.of(400)
            .and(TimeLeft.unknown("SVMs"))
            .and(TimeLeft.of(200))
            .and(TimeLeft.unknown("thresholds"))
            .and(TimeLeft.unknown("SVMs"));
    assertEquals(new TimeLeft(600, List.of("SVMs", "thresholds")), left);
    assertEquals(Optional.of("more than 10 min to the end of the run"), left.words());
    assertEquals(
        Optional.of("more than 10 min to the end of the run (SVMs and thresholds not counted)"),
        left.wordsInFull());
  }

  @Test
  void withoutAnythingMeasuredThereIsNoEstimate() {
    assertEquals(Optional.empty(), TimeLeft.unknown("features").words());
    assertEquals(Optional.empty(), TimeLeft.NONE.and(TimeLeft.unknown("features")).wordsInFull());
  }

  @Test
  void withEverythingMeasuredItIsAbout() {
    assertEquals(Optional.of("about 30 s to the end of the run"), TimeLeft.of(30).wordsInFull());
  }
}
