package org.rcnn.cli.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {

  @ParameterizedTest
  @CsvSource({
    "/dev/pts/3, true",
    "/dev/tty1, true",
    "/dev/console, true",
    "/dev/null, false",
    "pipe:[4711], false",
    "/tmp/log.txt, false"
  })
  void aTerminalIsKnownByItsDevice(String device, boolean terminal) {
    assertEquals(terminal, Terminal.isTerminal(device));
  }

  @Test
  void aLogLineHasTimeLevelAndMessage() {
    LogRecord warning = new LogRecord(Level.WARNING, "A {0} with braces.");
    assertEquals(
        "WARN A {0} with braces.",
        LogLines.line(warning).replaceFirst("\\d\\d:\\d\\d:\\d\\d ", ""));
  }
}
