package org.rcnn.pipeline.study;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.stage.Head;
import org.rcnn.pipeline.stage.Heads;

/**
 * Trains softmax and SVMs with each other's labels: {@code labels=0.5/0.5,0.7/0.7,0/0.3}. A value
 * is the IoU from which a region is a positive, 0 for the ground truth alone, and the IoU below
 * which it is a negative.
 *
 * <p>Both heads see the same features. On a fine-tuned fc7 the softmax is therefore trained anew,
 * since the network's own learned with the network; that one stands beside, as the paper compares
 * it.
 */
public record LabelsStudy() implements Study {

  private static final String SVM = "SVM";
  private static final String SOFTMAX = "softmax";
  private static final String NETWORKS = "the network's own softmax";

  @Override
  public String name() {
    return "labels";
  }

  @Override
  public String question() {
    return "Is softmax worse than SVMs because of its loose labels?";
  }

  @Override
  public String source() {
    return "paper, appendix B: fine-tuned softmax loses 3.3 points to SVMs, supposedly because its"
        + " positives are loose and its negatives are drawn at random instead of hard.";
  }

  @Override
  public String values() {
    return "POSITIVE/NEGATIVE: the IoU from which a region is a positive (0: the ground truth alone),"
        + " and the IoU below which it is a negative. In the paper softmax has 0.5/0.5 and SVMs"
        + " 0/0.3.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    Set<String> values = new LinkedHashSet<>();
    values.add(ofSoftmax(configured));
    values.addAll(List.of("0.7/0.7", "0.7/0.3", "0/0.3"));
    values.add(ofSvms(configured));
    return List.copyOf(values);
  }

  /** The labels of fine-tuning, which are softmax's own. */
  private static String ofSoftmax(PipelineConfig configured) {
    String iou = Values.label(configured.finetune().positiveIou());
    return iou + "/" + iou;
  }

  private static String ofSvms(PipelineConfig configured) {
    return Values.label(configured.svm().positiveIou())
        + "/"
        + Values.label(configured.svm().negativeIou());
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return Axis.ofNames("labels: positives from / negatives below this IoU").withSeries("head");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    List<Point> points = new ArrayList<>();
    for (Head head : List.of(Heads.SVM, Heads.TRAINED_SOFTMAX)) {
      for (int at = 0; at < values.size(); at++) {
        points.add(point(head, values.get(at), at, configured));
      }
    }
    if (configured.finetune().enabled() && configured.features().layer() == Tap.FC7) {
      String label = ofSoftmax(configured);
      int at = values.contains(label) ? values.indexOf(label) : values.size();
      points.add(new Point(NETWORKS, label, at, configured, Values.row(configured, Heads.SOFTMAX)));
    }
    return points;
  }

  private static Point point(Head head, String value, int at, PipelineConfig configured) {
    String[] parts = value.split("/", -1);
    if (parts.length != 2) {
      throw new ConfigException(
          "The study labels takes two IoUs with a slash between them, such as 0.7/0.3, not '%s'."
              .formatted(value));
    }
    String positive = Double.toString(Values.number("labels", parts[0]));
    String negative = Double.toString(Values.number("labels", parts[1]));
    String section = head == Heads.SVM ? "svm" : "softmax";
    Map<String, String> settings =
        Map.of(section + ".positive-iou", positive, section + ".negative-iou", negative);
    return new Point(
        head == Heads.SVM ? SVM : SOFTMAX,
        value,
        at,
        Values.with(configured, settings),
        Values.row(configured, head));
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "0 as the first number: the ground truth alone is positive. Regions between the two numbers"
            + " are ignored. Both heads are trained on the same stored features.");
    notes.add(
        "What labels leave to explain: SVMs mine hard negatives, softmax draws its background at"
            + " random; and softmax gives each region one class, SVMs decide class by class.");
    if (points.stream().anyMatch(point -> point.series().equals(NETWORKS))) {
      notes.add(
          NETWORKS
              + ": the last layer of the fine-tuned network, which learned together with the"
              + " features, as in the paper.");
    }
    return notes;
  }

  @Override
  public String finding(List<Measured> points) {
    List<Measured> svms = Values.series(points, SVM);
    List<Measured> softmaxes = Values.series(points, SOFTMAX);
    Measured bestSvm = Values.best(svms);
    Measured bestSoftmax = Values.best(softmaxes);
    String bests =
        "At their best labels SVMs reach %s (%s) and softmax %s (%s), a difference of %s."
            .formatted(
                Values.percent(bestSvm.meanAp()),
                bestSvm.label(),
                Values.percent(bestSoftmax.meanAp()),
                bestSoftmax.label(),
                Difference.of(bestSvm, bestSoftmax).size());
    String own = ofSoftmax(points.get(0).point().config());
    Optional<Measured> svm = at(svms, own);
    Optional<Measured> softmax = at(softmaxes, own);
    return svm.isEmpty() || softmax.isEmpty()
        ? bests
        : withEqualLabels(own, svm.get(), softmax.get(), bestSvm) + " " + bests;
  }

  /** What remains of the SVMs' lead where both heads have softmax's labels. */
  private static String withEqualLabels(
      String own, Measured svm, Measured softmax, Measured bestSvm) {
    Difference equal = Difference.of(svm, softmax);
    Difference whole = Difference.of(bestSvm, softmax);
    String labels = "softmax's labels (" + own + ")";
    if (equal.isHigher()) {
      return "SVMs trained with %s still beat softmax by %s, so labels alone do not explain the difference."
          .formatted(labels, equal.size());
    }
    String first =
        equal.isLower()
            ? "With %s softmax beats the SVMs by %s".formatted(labels, equal.size())
            : "With %s the difference between the heads is %s".formatted(labels, equal.size());
    return first
        + (whole.isHigher()
            ? "; SVMs with their best labels (%s) lead that softmax by %s, so labels may explain their lead."
                .formatted(bestSvm.label(), whole.size())
            : ".");
  }

  private static Optional<Measured> at(List<Measured> line, String label) {
    return line.stream().filter(m -> m.label().equals(label)).findFirst();
  }
}
