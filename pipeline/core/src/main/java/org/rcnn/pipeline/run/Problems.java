package org.rcnn.pipeline.run;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects problems with single images, so that one bad file among thousands costs a log line and
 * not the run. In strict mode the first problem ends the run. Safe for use by several threads.
 */
public final class Problems {

  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  /** The first problems are logged one by one, up to this number; the others are only collected. */
  private static final int LOGGED = 20;

  private final boolean strict;
  private final String listedIn;
  private final Set<String> sentences = new ConcurrentSkipListSet<>();

  /**
   * A collector.
   *
   * @param strict whether {@link #report} throws
   * @param listedIn what lists all problems in the end, such as {@code "the run's manifest"}; empty
   *     if nothing does, so that each one is logged
   */
  public Problems(boolean strict, String listedIn) {
    this.strict = strict;
    this.listedIn = listedIn;
  }

  /**
   * Adds a problem; the same one is added once.
   *
   * @param sentence names the file, and says what is wrong
   * @throws IOException in strict mode, with this sentence
   */
  public void report(String sentence) throws IOException {
    if (strict) {
      throw new IOException(sentence);
    }
    if (sentences.add(sentence) && (listedIn.isEmpty() || sentences.size() <= LOGGED)) {
      LOG.warn(sentence);
      if (!listedIn.isEmpty() && sentences.size() == LOGGED) {
        LOG.warn("Further problems are not logged; {} lists them all.", listedIn);
      }
    }
  }

  /** All problems, sorted. */
  public List<String> sentences() {
    return List.copyOf(sentences);
  }
}
