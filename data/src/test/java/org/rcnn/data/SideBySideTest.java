package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SideBySideTest {

  private final ExecutorService pool = Executors.newFixedThreadPool(2);

  @AfterEach
  void end() {
    pool.shutdownNow();
  }

  @Test
  void resultsComeInTheOrderOfTheParts() {
    List<Supplier<Integer>> parts =
        IntStream.range(0, 50).<Supplier<Integer>>mapToObj(i -> () -> i * i).toList();
    assertEquals(IntStream.range(0, 50).mapToObj(i -> i * i).toList(), SideBySide.run(parts, pool));
    assertEquals(List.of(), SideBySide.run(List.of(), pool));
  }

  @Test
  void theFirstFailureComesOutAsItWasAfterAllPartsHaveEnded() {
    AtomicInteger ended = new AtomicInteger();
    Throwable thrown = new OutOfMemoryError("Java heap space");
    Supplier<Integer> fails =
        () -> {
          throw (OutOfMemoryError) thrown;
        };
    Supplier<Integer> failsLater =
        () -> {
          throw new IllegalStateException("later");
        };
    Supplier<Integer> slow =
        () -> {
          try {
            Thread.sleep(100);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return ended.incrementAndGet();
        };
    assertSame(
        thrown,
        assertThrows(
            OutOfMemoryError.class,
            () -> SideBySide.run(List.of(fails, slow, slow, failsLater), pool)));
    assertEquals(2, ended.get());
    assertEquals(
        "later",
        assertThrows(
                IllegalStateException.class,
                () -> SideBySide.run(List.of(slow, failsLater, fails), pool))
            .getMessage());
  }

  @Test
  void aClosedPoolRefuses() {
    pool.shutdown();
    List<Supplier<Integer>> parts = List.of(() -> 1);
    assertThrows(RejectedExecutionException.class, () -> SideBySide.run(parts, pool));
  }
}
