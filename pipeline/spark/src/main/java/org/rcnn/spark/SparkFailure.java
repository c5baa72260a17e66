package org.rcnn.spark;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What ended a job, in a sentence. */
final class SparkFailure {

  /** Spark's message has the stack of the last attempt: the exception's class and message first. */
  private static final Pattern CAUSE =
      Pattern.compile("\\): (?:[\\w.$]+\\.)?(\\w+(?:Exception|Error)): ([^\\n]+)");

  private static final Pattern TIMES = Pattern.compile("failed (\\d+) times");

  private SparkFailure() {}

  static String sentence(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    Matcher cause = CAUSE.matcher(message);
    if (!cause.find()) {
      return "The job ended on Spark: %s".formatted(message.lines().findFirst().orElse(""));
    }
    Matcher times = TIMES.matcher(message);
    String said =
        cause.group(1).equals("IOException") || cause.group(1).equals("ConfigException")
            ? cause.group(2)
            : cause.group(1) + ": " + cause.group(2);
    return times.find()
        ? "A part of the images failed %s times on Spark, last with: %s"
            .formatted(times.group(1), said)
        : said;
  }
}
