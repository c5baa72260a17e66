package org.rcnn.cnn.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** A Python process that answers each line with a line. */
final class PythonProcess implements AutoCloseable {

  private final Process process;
  private final PrintWriter commands;
  private final BufferedReader answers;

  /** Waits for the line that the process prints when it is ready. */
  PythonProcess(Process process) throws IOException {
    this.process = process;
    this.commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    try {
      answer();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Sends a line, and waits for the answer. */
  String ask(String command) throws IOException {
    commands.println(command);
    return answer();
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("The Python process with torch ended; see above.");
    }
    return line;
  }

  @Override
  public void close() {
    commands.close();
    process.destroy();
  }
}
