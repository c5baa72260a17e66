package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a script that lies beside the tests. {@code -Dparity.python=...} names the Python, else
 * {@code python3} and {@code /usr/bin/python3} are tried.
 */
final class PythonScript {

  private final Path script;
  private final String python;

  private PythonScript(Path script, String python) {
    this.script = script;
    this.python = python;
  }

  /**
   * A script with a Python that has the modules it needs; the test is skipped without one.
   *
   * @param modules their names, separated by commas
   * @param folder where the script is put
   */
  static PythonScript find(String name, String modules, Path folder) throws Exception {
    String python = python(modules);
    assumeTrue(python != null, "Skipped: no Python with " + modules + " was found.");
    Path script = folder.resolve(name);
    try (InputStream in = PythonScript.class.getResourceAsStream(name)) {
      Files.copy(in, script);
    }
    return new PythonScript(script, python);
  }

  /** Runs it to the end; whatever it prints belongs to the failure if it ends with an error. */
  void run(Object... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(python, script.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(10, TimeUnit.MINUTES), "python takes too long");
    assertEquals(0, process.exitValue(), output);
  }

  private static String python(String modules) throws Exception {
    String named = System.getProperty("parity.python");
    for (String python : named != null ? List.of(named) : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(python, "-c", "import " + modules).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        if (process.waitFor() == 0) {
          return python;
        }
      } catch (IOException e) {
        // No such program: the next one may be there.
      }
    }
    return null;
  }
}
