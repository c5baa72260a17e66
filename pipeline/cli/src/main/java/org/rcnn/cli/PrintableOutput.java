package org.rcnn.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import org.rcnn.data.Printable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ParseResult;

/**
 * Runs a command so that nothing which it prints can steer a terminal: names of files and classes,
 * which strangers chose, are printed as {@link Printable} has them. It is done here, once, so that
 * it holds for every command.
 */
final class PrintableOutput implements IExecutionStrategy {

  private final IExecutionStrategy command;

  /**
   * Output of a command.
   *
   * @param command runs it
   */
  PrintableOutput(IExecutionStrategy command) {
    this.command = command;
  }

  @Override
  public int execute(ParseResult parsed) {
    // Help has colours, and nothing that strangers wrote.
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    CommandLine line = parsed.commandSpec().root().commandLine();
    PrintStream standard = System.out;
    line.setOut(writer(line.getOut()));
    line.setErr(writer(line.getErr()));
    System.setOut(stream(standard));
    try {
      return command.execute(parsed);
    } finally {
      line.getOut().flush();
      line.getErr().flush();
      System.out.flush();
      System.setOut(standard);
    }
  }

  /** A writer to a terminal. */
  static PrintWriter writer(PrintWriter terminal) {
    return new PrintWriter(Printable.to(terminal), true);
  }

  /** A stream to a terminal; bytes that are written to it pass as they are. */
  static PrintStream stream(PrintStream terminal) {
    return new PrintStream(terminal, true) {
      @Override
      public void print(String text) {
        terminal.print(Printable.text(String.valueOf(text)));
      }

      @Override
      public void print(Object value) {
        print(String.valueOf(value));
      }

      @Override
      public void print(char character) {
        print(String.valueOf(character));
      }

      @Override
      public void print(char[] text) {
        print(new String(text));
      }
    };
  }
}
