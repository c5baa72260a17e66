package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** What every reader of weight files owes to files that are not what they should be. */
final class Refusals {

  private Refusals() {}

  /** Opening or reading fails with one sentence that names the file. */
  static void assertRefused(Path file, String reason) {
    IOException e = assertThrows(IOException.class, () -> WeightSource.open(file).read());
    assertSentence(e, file);
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  private static void assertSentence(IOException e, Path file) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(file.getFileName().toString()), message);
    assertTrue(message.endsWith(".") && message.lines().count() == 1, message);
    assertFalse(message.contains("Exception"), message);
  }

  /** Cut off anywhere, a file is refused. */
  static void assertEveryTruncationIsRefused(Path whole, Path cut) throws IOException {
    byte[] bytes = Files.readAllBytes(whole);
    for (int length = 0; length < bytes.length; length++) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertRefused(cut, "");
    }
  }

  /** With any bytes changed, a file is read or refused with a sentence; nothing else happens. */
  static void assertDamageIsSurvived(Path whole, Path damaged, long seed) throws IOException {
    byte[] bytes = Files.readAllBytes(whole);
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] changed = bytes.clone();
      for (int change = 0; change <= i % 3; change++) {
        int at = random.nextInt(changed.length);
        changed[at] =
            switch (random.nextInt(4)) {
              case 0 -> (byte) 0xff;
              case 1 -> 0;
              case 2 -> (byte) (changed[at] + 1);
              default -> (byte) random.nextInt();
            };
      }
      Files.write(damaged, changed);
      try {
        WeightSource.open(damaged).read();
      } catch (IOException e) {
        assertSentence(e, damaged);
      } catch (RuntimeException e) {
        throw new AssertionError("seed %d, damage %d".formatted(seed, i), e);
      }
    }
  }
}
