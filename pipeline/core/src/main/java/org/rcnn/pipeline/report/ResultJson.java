package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.Row;

/** Rows and their scores as JSON, with the same keys in every file and for every command. */
public final class ResultJson {

  private ResultJson() {}

  /**
   * Puts {@code mAP}, null if no class can be scored, {@code classes_in_mean}, and {@code ap} by
   * class; fractions.
   */
  public static void putScores(ObjectNode tree, EvaluationResult result) {
    tree.put("mAP", Json.orNull(result.meanAp()));
    tree.put("classes_in_mean", result.classesInMean());
    ObjectNode ap = tree.putObject("ap");
    result.apByClass().forEach(ap::put);
  }

  /**
   * Puts {@code mAP_low} and {@code mAP_high}, the ends of the mean AP's range of 95 %, fractions;
   * null if there is none.
   */
  static void putRange(ObjectNode tree, Interval meanAp) {
    tree.put("mAP_low", Json.orNull(meanAp.low()));
    tree.put("mAP_high", Json.orNull(meanAp.high()));
  }

  /**
   * Puts what a step of the method adds: {@code step}, the rows {@code without} and {@code with} it
   * by their names in the table, and the difference of their mean APs as {@link #putInterval} does.
   */
  static void putDifference(ObjectNode tree, Contrast contrast) {
    tree.put("step", contrast.step().title());
    tree.put("without", contrast.without().name());
    tree.put("with", contrast.with().name());
    putInterval(tree, contrast.gain());
  }

  /**
   * Puts {@code estimate}, and {@code low} and {@code high}, the ends of its range of 95 %,
   * fractions; null for what does not exist.
   */
  static void putInterval(ObjectNode tree, Interval interval) {
    tree.put("estimate", Json.orNull(interval.estimate()));
    tree.put("low", Json.orNull(interval.low()));
    tree.put("high", Json.orNull(interval.high()));
  }

  /** Puts {@code finetuned}, {@code layer}, {@code head} and {@code bbox}. */
  public static void putRow(ObjectNode tree, Row row) {
    tree.put("finetuned", row.finetuned());
    tree.put("layer", row.layer().label());
    tree.put("head", row.head().label());
    tree.put("bbox", row.boxRegression());
  }
}
