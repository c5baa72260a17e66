package org.rcnn.cli.progress;

/** A command that loses little when it is stopped. */
public interface Resumable {

  /**
   * What is kept, after the words "the same command resumes from here:", such as {@code "finished
   * stages are kept"}.
   */
  String kept();
}
