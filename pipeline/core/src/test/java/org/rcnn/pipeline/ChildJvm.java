package org.rcnn.pipeline;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a program printed that ran in a JVM of its own.
 *
 * @param status its exit status
 * @param output standard output and standard error together
 */
record ChildJvm(int status, String output) {

  /** The class path of these tests. */
  static Stream<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator));
  }

  /**
   * Runs a program to its end.
   *
   * @param folder where it runs
   * @param classPath its class path
   * @param options of the JVM, the main class and the program's arguments
   */
  static ChildJvm run(Path folder, Stream<String> classPath, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-cp"));
    command.add(String.join(File.pathSeparator, classPath.toList()));
    command.addAll(List.of(options));
    Process child =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    child.getOutputStream().close();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new ChildJvm(child.waitFor(), output);
  }
}
