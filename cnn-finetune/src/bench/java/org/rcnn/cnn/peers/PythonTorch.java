package org.rcnn.cnn.peers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The torch of a Python on this machine, with glibc's malloc as it is or tuned as our own launcher
 * does.
 *
 * <p>The interpreter is {@code /usr/bin/python3} or what {@code -Drcnn.python=} names.
 *
 * @param tunedMalloc whether malloc keeps the settings that our launcher makes
 * @param version torch's version; null if there is none
 */
record PythonTorch(boolean tunedMalloc, String version) {

  /** Asks Python for it. */
  static PythonTorch find(boolean tunedMalloc) {
    List<String> lines = printed("import torch; print(torch.__version__)");
    return new PythonTorch(tunedMalloc, lines.isEmpty() ? null : lines.get(0));
  }

  private static String python() {
    return System.getProperty("rcnn.python", "/usr/bin/python3");
  }

  /** The lines that a program prints; none if it fails. */
  static List<String> printed(String program) {
    try {
      Process process =
          new ProcessBuilder(python(), "-c", program).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? printed.strip().lines().toList() : List.of();
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  String name() {
    return "Python torch%s, malloc %s"
        .formatted(version == null ? "" : " " + version, tunedMalloc ? "tuned" : "as it is");
  }

  Optional<String> obstacle() {
    return version != null
        ? Optional.empty()
        : Optional.of(python() + " has no torch; Debian's package is python3-torch.");
  }

  /**
   * Starts a script of this package, which reads its files in a folder, and waits until it is
   * ready.
   *
   * @param environment further variables of the process
   */
  PythonProcess start(String script, Path folder, int threads, Map<String, String> environment)
      throws IOException {
    Path copy = folder.resolve(script);
    try (InputStream stored = PythonTorch.class.getResourceAsStream(script)) {
      Files.copy(stored, copy, StandardCopyOption.REPLACE_EXISTING);
    }
    ProcessBuilder builder =
        new ProcessBuilder(python(), copy.toString(), folder.toString(), Integer.toString(threads))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    if (!tunedMalloc) {
      builder.environment().keySet().removeIf(name -> name.startsWith("MALLOC_"));
    }
    builder.environment().putAll(environment);
    return new PythonProcess(builder.start());
  }
}
