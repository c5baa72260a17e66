package org.rcnn.pipeline.study;

import java.util.List;
import org.rcnn.pipeline.config.PipelineConfig;

/**
 * One question, answered by training the SVMs again and again on the same features with one thing
 * changed.
 *
 * <p>A new study is one implementation and its line in {@link Studies}.
 */
public interface Study {

  /** Its name on the command line. */
  String name();

  /** What varies, in words. */
  String axis();

  /** Whether the axis is one of numbers; else its points have names. */
  boolean isNumeric();

  /**
   * What is trained and evaluated, series by series.
   *
   * @param values what the axis shall hold, as the command line writes it
   * @param configured the settings that the study starts from
   * @throws org.rcnn.pipeline.config.ConfigException if a value is invalid
   */
  List<Point> points(List<String> values, PipelineConfig configured);

  /** How to read the result, a sentence each. */
  List<String> notes(PipelineConfig configured, List<Point> points);

  /**
   * One training.
   *
   * @param series which line of the plot it is on; empty if there is but one
   * @param label what was varied
   * @param at its place along the axis
   * @param config the settings that it is trained with
   */
  record Point(String series, String label, double at, PipelineConfig config) {}
}
