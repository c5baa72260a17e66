package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.stage.Backbone;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;

/**
 * One question, answered by evaluating several detectors that differ in one thing.
 *
 * <p>A study says what its points are; {@link StudyRun} evaluates each in the run's folder. So
 * points share with each other, and with the run, every stage that their settings do not change,
 * and a killed study resumes. It starts from the settings that it is given, and so crosses with any
 * other setting.
 *
 * <p>A new study is one class with a constructor without parameters, named in {@code
 * META-INF/services/org.rcnn.pipeline.study.Study}; all that the command line says of it is asked
 * of it here.
 */
public interface Study {

  /** Its name on the command line. */
  String name();

  /** What it asks, a sentence with a question mark. */
  String question();

  /** Where the question or its usual answer is from: the paper's section, another paper. */
  String source();

  /** What the values are, for {@code --help}: one or two sentences. */
  String values();

  /** The values if none are given, as the command line writes them. */
  List<String> defaultValues(PipelineConfig configured);

  /** What varies. */
  Axis axis(PipelineConfig configured);

  /**
   * The points, series by series, from the settings alone: nothing is read or computed.
   *
   * @param values the values along the axis, as the command line writes them
   * @param configured the settings that the study starts from
   * @throws org.rcnn.pipeline.config.ConfigException if a value is invalid, or the settings rule it
   *     out
   */
  List<Point> points(List<String> values, PipelineConfig configured);

  /**
   * Refuses a point that its starting weights rule out. They have been read by then, and nothing
   * else.
   *
   * @param start the network that the point starts from
   * @throws org.rcnn.pipeline.config.ConfigException if the point cannot start from it
   */
  default void requireStart(Point point, Backbone start) {}

  /** How to read the result, a sentence each. */
  List<String> notes(PipelineConfig configured, List<Point> points);

  /**
   * The answer: a sentence made from the figures. Who claims an order says how sure it is ({@link
   * Difference}).
   *
   * @param points those that were measured, at least one, all of which have a mean AP
   * @throws IOException if a stage's evidence cannot be read
   */
  String finding(List<Measured> points) throws IOException;

  /**
   * Further figures of a point by the heads of their columns, as they are to be read.
   *
   * @throws IOException if a stage's evidence cannot be read
   */
  default Map<String, Double> figures(Measured point) throws IOException {
    return Map.of();
  }

  /**
   * The place of a point along the axis, if that is known only after it was measured.
   *
   * @throws IOException if a stage's evidence cannot be read
   */
  default double place(Measured point) throws IOException {
    return point.point().at();
  }

  /**
   * Further pictures, such as curves of learning one over the other ({@link LearningCharts}).
   *
   * @throws IOException if a stage's evidence cannot be read
   */
  default List<Chart> charts(List<Measured> points) throws IOException {
    return List.of();
  }

  /**
   * Which of its pictures answers the question, for places that have room for one; empty for that
   * of the mean AP.
   *
   * @param charts what {@link #charts} gave
   */
  default Optional<Chart> answer(List<Chart> charts) {
    return Optional.empty();
  }

  /**
   * One detector.
   *
   * @param series the name of its line in the plot; empty if there is only one
   * @param label the value of what was varied
   * @param at its place along the axis; for an axis of names 0, 1, 2 and so on
   * @param config its settings: the run's seed and images, else what the study needs, another
   *     network included
   * @param row network, layer, head and box regression
   */
  record Point(String series, String label, double at, PipelineConfig config, Row row) {}

  /**
   * A point that was evaluated.
   *
   * @param point the point
   * @param experiment has its stages; {@code org.rcnn.pipeline.stage.Evidence} reads what they left
   * @param scores how well it detects, on the test images and on resamples of them, which are the
   *     same for all points; {@link Difference} compares two points
   */
  record Measured(Point point, Experiment experiment, BootstrapResult scores) {

    /** How well it detects. */
    public EvaluationResult result() {
      return scores.result();
    }

    /** Mean average precision, a fraction; NaN if no class can be scored. */
    public double meanAp() {
      return result().meanAp();
    }

    /**
     * The mean AP, and the range that holds it for most resamples of the test images. Of a single
     * image, whose resamples are all that image, there is none: its ends are NaN.
     */
    public Interval range() {
      Interval range = scores.meanAp();
      return result().images() < 2 ? new Interval(range.estimate(), Double.NaN, Double.NaN) : range;
    }

    /** The value of what was varied. */
    public String label() {
      return point.label();
    }
  }
}
