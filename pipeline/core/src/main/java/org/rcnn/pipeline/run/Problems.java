package org.rcnn.pipeline.run;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects what was wrong with single images, so that one bad file among thousands costs a line of
 * the log and not the run. In strict mode the first problem ends it.
 */
public final class Problems {

  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  /** So many problems are logged one by one; the rest is only counted and kept. */
  private static final int LOGGED = 20;

  private final boolean strict;
  private final String listedIn;
  private final Set<String> sentences = new ConcurrentSkipListSet<>();

  /**
   * A collector.
   *
   * @param listedIn where all problems can be read in the end, in words; empty if nowhere, so that
   *     each is logged
   */
  public Problems(boolean strict, String listedIn) {
    this.strict = strict;
    this.listedIn = listedIn;
  }

  /**
   * Notes a problem; the same one is noted once.
   *
   * @throws IOException in strict mode
   */
  public void report(String sentence) throws IOException {
    if (strict) {
      throw new IOException(sentence);
    }
    if (sentences.add(sentence) && (listedIn.isEmpty() || sentences.size() <= LOGGED)) {
      LOG.warn(sentence);
      if (!listedIn.isEmpty() && sentences.size() == LOGGED) {
        LOG.warn("Further problems are counted and listed in {}.", listedIn);
      }
    }
  }

  /** All problems, sorted. */
  public List<String> sentences() {
    return List.copyOf(sentences);
  }
}
