package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderedWorkTest {

  private static final List<Integer> HUNDRED = IntStream.range(0, 100).boxed().toList();

  @Test
  void resultsComeInTheOrderOfTheItemsWhoeverFinishesFirst() throws IOException {
    List<Integer> results = new ArrayList<>();
    OrderedWork.<Integer, Integer>forEach(
        HUNDRED,
        4,
        item -> {
          if (item % 7 == 0) {
            Thread.yield();
          }
          return item * item;
        },
        (item, result) -> results.add(result));
    assertEquals(HUNDRED.stream().map(i -> i * i).toList(), results);
  }

  @Test
  void noMoreThanTwoResultsPerThreadWait() throws IOException {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    OrderedWork.<Integer, Integer>forEach(
        HUNDRED,
        2,
        item -> begun.incrementAndGet(),
        (item, result) -> most.accumulateAndGet(begun.get() - item, Math::max));
    assertTrue(most.get() <= 4, "waiting: " + most.get());
  }

  @Test
  void aFailureOfTheWorkReachesTheCallerAsItWas() {
    IOException failure =
        assertThrows(
            IOException.class,
            () ->
                OrderedWork.<Integer, Integer>forEach(
                    HUNDRED,
                    2,
                    item -> {
                      if (item == 5) {
                        throw new IOException("Item 5 cannot be read.");
                      }
                      return item;
                    },
                    (item, result) -> {}));
    assertEquals("Item 5 cannot be read.", failure.getMessage());
  }
}
