package org.rcnn.cnn.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.rcnn.cnn.train.RangeTest.Point;
import org.rcnn.cnn.weights.WeightFile;

/** The range tests of the phases so far. Part of a training's checkpoint. */
final class SuggestedRates {

  private static final String KEY = "range-tests";

  private final List<RangeTest> tests = new ArrayList<>();

  /**
   * Where a training stands.
   *
   * @param saved its checkpoint; null at its begin
   */
  SuggestedRates(WeightFile saved) {
    if (saved != null) {
      saved.metadata().getOrDefault(KEY, "").lines().map(SuggestedRates::test).forEach(tests::add);
    }
  }

  private static RangeTest test(String line) {
    return new RangeTest(
        Arrays.stream(line.split(" "))
            .filter(word -> word.contains(":"))
            .map(word -> word.split(":"))
            .map(pair -> new Point(Double.parseDouble(pair[0]), Double.parseDouble(pair[1])))
            .toList());
  }

  private static String line(RangeTest test) {
    // Marked, so that a test without points is a line too.
    return test.points().stream()
        .map(point -> point.rate() + ":" + point.loss())
        .collect(Collectors.joining(" ", "test ", ""));
  }

  /** Adds the test of the next phase. */
  void add(RangeTest test) {
    tests.add(test);
  }

  List<RangeTest> tests() {
    return tests;
  }

  /** A phase with the rate that its test suggested; as it was without a test or a suggestion. */
  Phase phase(int index, Phase phase) {
    return phase(tests, index, phase);
  }

  static Phase phase(List<RangeTest> tests, int index, Phase phase) {
    return index < tests.size()
        ? phase.withRate(tests.get(index).suggestion().orElse(phase.rate()))
        : phase;
  }

  /** A checkpoint with this state added. */
  WeightFile addTo(WeightFile checkpoint) {
    Map<String, String> metadata = new HashMap<>(checkpoint.metadata());
    metadata.put(KEY, tests.stream().map(SuggestedRates::line).collect(Collectors.joining("\n")));
    return new WeightFile(checkpoint.weights(), metadata);
  }
}
