package org.rcnn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.cli.bench.Contest.Contestant;
import org.rcnn.cli.bench.Contest.Stopwatch;

/** Seconds are those of a clock that only the contestants' work moves. */
class ContestTest {

  private static final long SECOND = 1_000_000_000;

  private final List<String> events = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private long now = 17;

  private Contest contest(Meter... meters) {
    return new Contest(() -> now, problems::add, meters);
  }

  /** Takes these seconds in its turns. */
  private final class Sleeper implements Contestant {
    private final String name;
    private final long[] seconds;

    Sleeper(String name, long... seconds) {
      this.name = name;
      this.seconds = seconds;
      events.add("open " + name);
    }

    @Override
    public void warmUp() {
      events.add("warm " + name);
      now += 100 * SECOND;
    }

    @Override
    public void turn(Stopwatch watch) throws IOException {
      now += 50 * SECOND;
      watch.time(() -> now += seconds[watch.round()] * SECOND);
      now += 50 * SECOND;
      watch.put("round", watch.round());
      events.add(name + watch.round());
    }

    @Override
    public void conclude(double medianSeconds, Map<String, Double> figures) {
      figures.put("twice", 2 * medianSeconds);
    }

    @Override
    public void close() {
      events.add("close " + name);
    }
  }

  @Test
  void allAreWarmBeforeTheFirstRoundAndTakeTurns() throws IOException {
    Contest contest = contest();
    contest.enterPeer("a", 1, () -> new Sleeper("a", 1, 2));
    contest.enter("b", 2, () -> new Sleeper("b", 3, 4));
    contest.run(2, Double.POSITIVE_INFINITY, () -> events.add("|"));
    assertEquals(
        "open a, open b, warm a, warm b, a0, b0, |, a1, b1, |, close a, close b",
        String.join(", ", events));
  }

  @Test
  void theMedianOfWhatATurnTimesCounts() throws IOException {
    Contest contest = contest();
    contest.enterPeer("a", 2, () -> new Sleeper("a", 9, 1, 2));
    assertEquals(
        List.of(new Measurement("a", 2, 2, true, Map.of("round", 1.0, "twice", 4.0))),
        contest.run(3));
  }

  @Test
  void aContestantMayHaveAClockOfItsOwn() throws IOException {
    Contest contest = contest();
    contest.enter("a", 1, () -> watch -> watch.seconds(0.5));
    contest.enter(
        "b",
        1,
        () ->
            watch -> {
              watch.time(() -> now += 8 * SECOND);
              watch.seconds(watch.seconds() / 4);
            });
    List<Measurement> measured = contest.run(1);
    assertEquals(0.5, measured.get(0).medianSeconds());
    assertEquals(2, measured.get(1).medianSeconds());
  }

  @Test
  void whoIsSlowTakesNoOtherTurn() throws IOException {
    Contest contest = contest();
    contest.enter("slow", 1, () -> new Sleeper("slow", 6, 1, 1));
    contest.enter("slower", 1, () -> new Sleeper("slower", 2, 8, 1));
    contest.enter("quick", 1, () -> new Sleeper("quick", 5, 5, 5));
    List<Measurement> measured = contest.run(3, 5, () -> {});
    assertEquals(
        List.of(6.0, 5.0, 5.0), measured.stream().map(Measurement::medianSeconds).toList());
    assertEquals(5, events.stream().filter(event -> event.matches("(slower|quick)\\d")).count());
  }

  @Test
  void aPeerThatFailsIsNamedAndLeftOut() throws IOException {
    Contest contest = contest();
    contest.enterPeer(
        "closed",
        1,
        () -> {
          throw new IOException("no such model");
        });
    contest.enterPeer(
        "broken",
        1,
        () ->
            new Contestant() {
              @Override
              public void turn(Stopwatch watch) {
                if (watch.round() == 1) {
                  throw new UnsatisfiedLinkError("no such library");
                }
              }

              @Override
              public void close() {
                events.add("close broken");
              }
            });
    contest.enter("ours", 1, () -> new Sleeper("ours", 1, 1, 1));
    List<Measurement> measured = contest.run(3);
    assertEquals(List.of("ours"), measured.stream().map(Measurement::what).toList());
    assertEquals(
        List.of(
            "closed fails and is left out: no such model",
            "broken fails and is left out: no such library"),
        problems);
    assertTrue(events.containsAll(List.of("close broken", "close ours")), events.toString());
  }

  @Test
  void aFailureOfOursEndsTheContestAndClosesAll() {
    Contest contest = contest();
    contest.enterPeer("a", 1, () -> new Sleeper("a", 1));
    contest.enter(
        "ours",
        1,
        () ->
            watch -> {
              throw new IOException("ours is broken");
            });
    assertEquals(
        "ours is broken", assertThrows(IOException.class, () -> contest.run(1)).getMessage());
    assertTrue(events.contains("close a"), events.toString());
    assertEquals(List.of(), problems);
  }

  @Test
  void metersStandBesideTheClock() throws IOException {
    Contest contest = contest(Meter.PROCESS_CPU, Meter.PEAK_HEAP);
    contest.enter(
        "32 MiB",
        1,
        () ->
            watch -> {
              byte[] held = watch.time(() -> new byte[32 << 20]);
              watch.put("held", held.length);
            });
    Map<String, Double> figures = contest.run(2).get(0).figures();
    assertEquals(List.of("cpu_seconds", "heap_mib", "held"), List.copyOf(figures.keySet()));
    assertTrue(figures.get("cpu_seconds") >= 0, figures.toString());
    assertTrue(figures.get("heap_mib") >= 31, figures.toString());
    assertEquals(32 << 20, figures.get("held"));
  }
}
