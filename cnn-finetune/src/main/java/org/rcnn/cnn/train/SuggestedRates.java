package org.rcnn.cnn.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.rcnn.cnn.train.RangeTest.Point;
import org.rcnn.cnn.train.RangeTest.Trial;
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
    List<Point> points = new ArrayList<>();
    List<Trial> trials = new ArrayList<>();
    for (String word : line.split(" ")) {
      String[] parts = word.split("[:=;]");
      if (word.contains(":")) {
        points.add(new Point(Double.parseDouble(parts[0]), Double.parseDouble(parts[1])));
      } else if (word.contains("=")) {
        trials.add(
            new Trial(
                Double.parseDouble(parts[0]),
                Arrays.stream(parts).skip(1).map(Double::parseDouble).toList()));
      }
    }
    return new RangeTest(points, trials);
  }

  private static String line(RangeTest test) {
    // Marked, so that a test without points is a line too.
    StringBuilder line = new StringBuilder("test");
    for (Point point : test.points()) {
      line.append(' ').append(point.rate()).append(':').append(point.loss());
    }
    for (Trial trial : test.trials()) {
      line.append(' ').append(trial.rate()).append('=');
      line.append(trial.losses().stream().map(String::valueOf).collect(Collectors.joining(";")));
    }
    return line.toString();
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
