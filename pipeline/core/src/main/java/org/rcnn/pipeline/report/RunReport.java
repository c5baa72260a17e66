package org.rcnn.pipeline.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.stage.LearningCurve;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleCounts;

/**
 * Everything that is known about a run, as one HTML page.
 *
 * <p>The page is a single file: style, charts (SVG) and pictures (data URIs) are inside it. It has
 * no scripts and no links to other places, so it can be mailed, archived and printed. It reads on
 * narrow screens and follows the reader's light or dark setting.
 *
 * <p>A section whose list, map or table is empty does not appear. NaN stands for a figure that does
 * not exist. All text may contain any characters. Equal content gives an equal page: no time stamp
 * is added.
 *
 * @param title what was run, on what
 * @param subtitle a line below it: what distinguishes the run; may be empty
 * @param result how well each class is detected
 * @param keyFigures a few figures beside the mAP, name to value as it is shown
 * @param errors the kinds of false positives, and the missed objects
 * @param proposalMethod how the proposals were made, such as {@code selective search, fast}
 * @param proposals how well they cover the objects, which limits what can be detected
 * @param learningCurve how fine-tuning went; empty for a network that was not fine-tuned
 * @param samples what the SVMs learned from, by class
 * @param mining the trainings during mining, those of a class in the order in which they happened
 * @param boxRegression what box regression changed on held-back pairs, by class
 * @param examples pictures of detections
 * @param stageTimes the times of the stages, in their order
 * @param configuration the settings of the run, key to value
 * @param provenance what it takes to repeat the run: versions, seed, data fingerprint, machine
 * @param problems problems that did not stop the run: skipped images, doubtful annotations
 */
public record RunReport(
    String title,
    String subtitle,
    EvaluationResult result,
    Map<String, String> keyFigures,
    ErrorDiagnosis errors,
    String proposalMethod,
    ProposalRecall.Result proposals,
    Optional<LearningCurve> learningCurve,
    List<SampleCounts> samples,
    List<Round> mining,
    List<BoxRegressionReport> boxRegression,
    List<Example> examples,
    List<StageTime> stageTimes,
    Map<String, String> configuration,
    Map<String, String> provenance,
    List<String> problems) {

  /** Keeps its own copies, the maps in their order. */
  public RunReport {
    keyFigures = copy(keyFigures);
    samples = List.copyOf(samples);
    mining = List.copyOf(mining);
    boxRegression = List.copyOf(boxRegression);
    examples = List.copyOf(examples);
    stageTimes = List.copyOf(stageTimes);
    configuration = copy(configuration);
    provenance = copy(provenance);
    problems = List.copyOf(problems);
  }

  private static Map<String, String> copy(Map<String, String> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /**
   * How long a stage took.
   *
   * @param stage its name
   * @param seconds wall time
   * @param reused whether its artifact already existed, so that the time is an earlier run's
   */
  public record StageTime(String stage, double seconds, boolean reused) {}

  /** A picture with a caption. */
  public static final class Example {

    final byte[] image;
    final String caption;

    /**
     * An example.
     *
     * @param image the bytes of a PNG or JPEG file; not copied
     * @param caption a line below it, may be empty
     * @throws IllegalArgumentException if the bytes are neither PNG nor JPEG
     */
    public Example(byte[] image, String caption) {
      this.image = image;
      this.caption = Objects.requireNonNull(caption, "caption");
      if (mediaType().isEmpty()) {
        throw new IllegalArgumentException(
            "The example \"%s\" is neither a PNG nor a JPEG file.".formatted(caption));
      }
    }

    /** The media type by the first bytes; empty if unknown. */
    String mediaType() {
      if (image.length > 3 && image[0] == (byte) 0x89 && image[1] == 'P' && image[2] == 'N') {
        return "image/png";
      }
      boolean jpeg = image.length > 3 && image[0] == (byte) 0xff && image[1] == (byte) 0xd8;
      return jpeg ? "image/jpeg" : "";
    }
  }

  /** The whole page, a complete HTML document. */
  public String toHtml() {
    return new ReportPage(this).toHtml();
  }
}
