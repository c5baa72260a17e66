package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.RangeTest.Point;
import org.rcnn.cnn.train.RangeTest.Trial;

class RangeTestTest {

  @TempDir Path folder;

  @BeforeAll
  static void oneThread() {
    TorchEngine.useThreads(1);
  }

  private static RangeTest of(int iterations, IntToDoubleFunction loss) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < iterations; i++) {
      points.add(new Point(RangeTest.rate(i), loss.applyAsDouble(i)));
    }
    return new RangeTest(points);
  }

  /** 2, from iteration 20 to 40 down to 1, and 3 from iteration 60 on. */
  private static double textbook(int i) {
    return i >= 60 ? 3 : i < 20 ? 2 : i < 40 ? 2 - 0.05 * (i - 20) : 1;
  }

  @Test
  void ratesGrowByTheSameFactorFromTheLowestToTheHighest() {
    assertEquals(1e-6, RangeTest.rate(0), 1e-12);
    assertEquals(1, RangeTest.rate(99), 1e-9);
    assertEquals(
        RangeTest.rate(8) / RangeTest.rate(7), RangeTest.rate(91) / RangeTest.rate(90), 1e-9);
  }

  @Test
  void theLossIsSmoothedOverFiveBatchesOnEitherSide() {
    List<Double> smoothed = of(100, RangeTestTest::textbook).smoothed();
    assertEquals(2, smoothed.get(0));
    // 2 six times, then 1.95, 1.9, 1.85, 1.8 and 1.75.
    assertEquals((6 * 2 + 9.25) / 11, smoothed.get(20), 1e-9);
    assertEquals((9 * 1 + 2 * 3) / 11.0, smoothed.get(56), 1e-9);
    assertEquals(3, smoothed.get(99));
  }

  @Test
  void theFirstRateTriedIsATenthOfTheOneAtWhichTheSmoothedLossRises() {
    // At iteration 55 the smoothed loss is 1.18 and at 56 it is 1.36: above the lowest, 1, by a
    // quarter of it.
    RangeTest test = of(100, RangeTestTest::textbook);
    assertEquals(RangeTest.rate(56), test.risesAt().orElseThrow());
    assertEquals(RangeTest.rate(56) / 10, test.next().orElseThrow(), 1e-12);
    assertEquals(OptionalDouble.empty(), test.suggestion());
  }

  private static Trial trial(double rate, int iterations, IntToDoubleFunction loss) {
    return new Trial(rate, IntStream.range(0, iterations).mapToDouble(loss).boxed().toList());
  }

  @Test
  void theSuggestionIsTheFirstOfTheRateAThirdANinthThatATrialStands() {
    RangeTest test = of(100, RangeTestTest::textbook);
    // The first smoothed loss is 2, so a loss above 4 ends a trial.
    assertTrue(test.isBearable(4));
    assertFalse(test.isBearable(4.1));
    assertFalse(test.isBearable(Double.NaN));
    RangeTest cutShort = test.with(trial(0.3, 23, i -> 1));
    assertEquals(0.1, cutShort.next().orElseThrow(), 1e-9);
    RangeTest learnedNothing = cutShort.with(trial(0.1, 24, i -> i < 12 ? 1 : 2));
    assertEquals(0.1 / 3, learnedNothing.next().orElseThrow(), 1e-9);
    assertEquals(OptionalDouble.empty(), learnedNothing.suggestion());
    RangeTest stood = learnedNothing.with(trial(0.03, 24, i -> i < 12 ? 3.9 : 1.9));
    assertEquals(OptionalDouble.empty(), stood.next());
    assertEquals(0.03, stood.suggestion().orElseThrow());
  }

  @Test
  void ratesBelowTheLowestOneAreNotTried() {
    RangeTest test = of(100, RangeTestTest::textbook).with(trial(2e-6, 1, i -> 1));
    assertEquals(OptionalDouble.empty(), test.next());
    assertEquals(OptionalDouble.empty(), test.suggestion());
  }

  @Test
  void noiseAndAWildBatchMoveItByLessThanAFactorOfThree() {
    for (long seed = 0; seed < 20; seed++) {
      Random noise = new Random(seed);
      RangeTest test =
          of(100, i -> textbook(i) * (1 + 0.1 * noise.nextGaussian()) + (i == 45 ? 2 : 0));
      double factor = test.risesAt().orElseThrow() / RangeTest.rate(56);
      assertTrue(factor > 1 / 3.0 && factor < 3, "seed " + seed + ": " + factor);
    }
  }

  @Test
  void aNetworkThatCollapsesToGuessingIsNoticedThoughItsLossNeverExceedsTheFirst() {
    RangeTest test = of(100, i -> i < 30 ? 2 : i < 60 ? 0.9 : 1.3);
    assertEquals(1, test.risesAt().orElseThrow() / RangeTest.rate(60), 0.6);
  }

  @Test
  void aLossThatNeverRisesGivesNoRateToTry() {
    Random noise = new Random(1);
    assertEquals(OptionalDouble.empty(), of(100, i -> 2 + 0.1 * noise.nextGaussian()).next());
    assertEquals(OptionalDouble.empty(), of(100, i -> 2 - 0.01 * i).next());
    assertEquals(OptionalDouble.empty(), new RangeTest(List.of()).next());
  }

  @Test
  void aTestEndsWhereGreaterRatesNeedNotBeTried() {
    assertFalse(RangeTest.isOver(2, 8));
    assertTrue(RangeTest.isOver(2, 8.1));
    assertTrue(RangeTest.isOver(2, Double.NaN));
  }

  /** The layer of the scores learns, from 0, so that the first loss is ln 2 at any scale. */
  private FineTuning.Result suggested(int scale, int iterations, FineTuning.Listener listener)
      throws IOException {
    FineTuningSettings settings =
        TwoLayers.settings(TwoLayers.phase(iterations, 10), Set.of("fc1"), true);
    Map<String, Tensor> tensors = new HashMap<>(TwoLayers.START.tensors());
    tensors.put("fc2.weight", new Tensor(new int[] {2, 1}, new float[2]));
    return TwoLayers.training(settings, scale)
        .run(new Weights(tensors), Set.of(), TwoLayers.checkpoint(folder), listener);
  }

  @Test
  void fiveTimesTheInputBearsATwentyFifthOfTheRate() throws IOException {
    FineTuning.Result large = suggested(100, 20, (done, total, loss) -> {});
    Files.deleteIfExists(TwoLayers.checkpoint(folder));
    FineTuning.Result small = suggested(20, 20, (done, total, loss) -> {});
    double ratio =
        small.rangeTests().get(0).suggestion().orElseThrow()
            / large.rangeTests().get(0).suggestion().orElseThrow();
    // Rates are 15 % apart.
    assertEquals(25, ratio, 5);
  }

  @Test
  void thePhaseTakesTheSuggestedRateAndLearnsWhereItsOwnWouldDiverge() throws IOException {
    FineTuningSettings own = TwoLayers.settings(TwoLayers.phase(50, 10), Set.of(), false);
    assertThrows(
        DivergedException.class,
        () ->
            TwoLayers.training(own, 100)
                .run(
                    TwoLayers.START,
                    Set.of(),
                    TwoLayers.checkpoint(folder),
                    (done, total, loss) -> {}));
    FineTuningSettings asked = TwoLayers.settings(TwoLayers.phase(50, 10), Set.of(), true);
    List<Double> losses = new ArrayList<>();
    FineTuning.Result result =
        TwoLayers.training(asked, 100)
            .run(
                TwoLayers.START,
                Set.of(),
                TwoLayers.checkpoint(folder),
                (done, total, loss) -> losses.add(loss));
    double rate = result.rangeTests().get(0).suggestion().orElseThrow();
    assertEquals(rate, result.phases(asked).get(0).rate());
    assertTrue(losses.get(49) < losses.get(0), losses.toString());
  }

  /** Stops a training from inside, as a killed process would. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Test
  void aTrainingThatIsResumedTestsNoRateAgain() throws IOException {
    FineTuning.Result whole = suggested(10, 150, (done, total, loss) -> {});
    Files.delete(TwoLayers.checkpoint(folder));
    assertThrows(
        Killed.class,
        () ->
            suggested(
                10,
                150,
                (done, total, loss) -> {
                  if (done == 120) {
                    throw new Killed();
                  }
                }));
    FineTuning.Result resumed =
        suggested(
            10,
            150,
            new FineTuning.Listener() {
              @Override
              public void iteration(int done, int total, double loss) {}

              @Override
              public void testing(int done, double rate, double loss) {
                throw new AssertionError("A rate was tried again.");
              }
            });
    assertEquals(whole, resumed);
  }
}
