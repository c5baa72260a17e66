package org.rcnn.pipeline.study;

import java.util.List;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyReport;

/**
 * One question, answered by training the SVMs several times on the same features with one setting
 * changed.
 *
 * <p>A new study is one implementation and its line in {@link Studies}.
 */
public interface Study {

  /** Its name on the command line. */
  String name();

  /** What varies. */
  StudyReport.Axis axis();

  /**
   * The trainings, series by series.
   *
   * @param values the values along the axis, as the command line writes them
   * @param configured the settings that the study starts from
   * @throws org.rcnn.pipeline.config.ConfigException if a value is invalid
   */
  List<Point> points(List<String> values, PipelineConfig configured);

  /** How to read the result, a sentence each. */
  List<String> notes(PipelineConfig configured, List<Point> points);

  /**
   * One training.
   *
   * @param series the name of its line in the plot; empty if there is only one
   * @param label the value of what was varied
   * @param at its place along the axis
   * @param config the settings that it is trained with
   */
  record Point(String series, String label, double at, PipelineConfig config) {}
}
