package org.rcnn.cli.launch;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process in place of this one: it has this one's standard input, output and error, its end is
 * this one's, and what asks this one to end asks it too.
 */
final class Child {

  /** A terminal sends Ctrl-C to both; what has it already is not told again. */
  private static final long MILLIS_TO_END_BY_ITSELF = 500;

  private Process process;

  private Child() {}

  /**
   * Runs a command to its end.
   *
   * @param variables what is added to the environment
   * @return its exit status: 128 and the number of the signal for one that died of it
   * @throws IOException if it cannot be started
   */
  static int run(List<String> command, Map<String, String> variables) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(variables);
    return new Child().run(builder);
  }

  private int run(ProcessBuilder builder) throws IOException {
    // Before the start, so that no child is left by a request that comes just then.
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end of the child"));
    start(builder);
    while (true) {
      try {
        return process.waitFor();
      } catch (InterruptedException e) {
        process.destroy();
      }
    }
  }

  private synchronized void start(ProcessBuilder builder) throws IOException {
    process = builder.start();
  }

  private synchronized void end() {
    if (process == null) {
      return;
    }
    try {
      if (!process.waitFor(MILLIS_TO_END_BY_ITSELF, TimeUnit.MILLISECONDS)) {
        process.destroy();
        process.waitFor();
      }
    } catch (InterruptedException e) {
      process.destroy();
    }
  }
}
