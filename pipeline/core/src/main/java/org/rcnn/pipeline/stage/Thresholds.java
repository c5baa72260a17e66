package org.rcnn.pipeline.stage;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rcnn.data.Labelled;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.OperatingCurve;
import org.rcnn.eval.OperatingPoint;
import org.rcnn.eval.PlattScaling;
import org.rcnn.eval.ThresholdCriterion;

/**
 * The thresholds of a detector's classes, and what they were chosen on.
 *
 * <p><b>Few objects.</b> The best threshold of a class with a handful of objects is chance. So a
 * class's own threshold is drawn towards the one that suits all classes together: with n objects
 * its own has the weight n / (n + {@value #PRIOR_OBJECTS}), the common one the rest. A class
 * without an object, or of which nothing right was found, has the common one. The sigmoids are
 * mixed with the same weights, in log odds; a class whose own falls with the score has the common
 * one, and if that falls, too, all scores have the same probability.
 *
 * @param choose what the thresholds were chosen for
 * @param wanted the precision or recall wanted; 0 for F1
 * @param basis the images whose detections decided
 * @param images how many these are
 * @param classes the thresholds, in the order of the detector's classes; empty if nothing right was
 *     found in these images, so that nothing could be chosen
 * @param onBasis what each class has at its threshold on these images
 */
public record Thresholds(
    ThresholdCriterion choose,
    double wanted,
    Basis basis,
    int images,
    List<ClassThreshold> classes,
    List<OperatingPoint> onBasis) {

  /** Objects that the common threshold counts for. */
  static final int PRIOR_OBJECTS = 10;

  /** The images whose detections decide. */
  public enum Basis implements Labelled {
    /**
     * Training images that neither fine-tuning nor the judged head learned from: those of {@code
     * finetune.validation-share}.
     */
    VALIDATION_IMAGES("images that fine-tuning had held back"),
    /**
     * All training images, each judged by a head that was trained without it. The features of a
     * fine-tuned network have seen it.
     */
    FOLDS("training images, each by a head that was trained without it"),
    /**
     * All training images, by a network that was fine-tuned on them and scores by itself. Its
     * scores are higher there than on other images.
     */
    TRAINING_IMAGES("training images that the network was fine-tuned on");

    private final String description;

    Basis(String description) {
      this.description = description;
    }

    /** In a few words, as in the middle of a sentence. */
    public String description() {
      return description;
    }
  }

  /** Keeps its own copies. */
  public Thresholds {
    classes = List.copyOf(classes);
    onBasis = List.copyOf(onBasis);
  }

  /** Chooses thresholds from the detections of a basis. */
  static Thresholds chosen(
      ThresholdCriterion choose, double wanted, Basis basis, EvaluationResult result, Head head) {
    List<ClassThreshold> classes = new ArrayList<>();
    List<OperatingPoint> onBasis = new ArrayList<>();
    OperatingCurve all = OperatingCurve.of(result.classes());
    Optional<OperatingPoint> common = all.choose(choose, wanted);
    if (common.isPresent()) {
      PlattScaling sigmoid = rising(all, head);
      for (ClassResult ofClass : result.classes()) {
        OperatingCurve own = OperatingCurve.of(ofClass);
        ClassThreshold threshold =
            threshold(ofClass.className(), own, choose, wanted, head, common.get(), sigmoid);
        classes.add(threshold);
        onBasis.add(own.at(threshold.score()));
      }
    }
    return new Thresholds(choose, wanted, basis, result.images(), classes, onBasis);
  }

  private static ClassThreshold threshold(
      String className,
      OperatingCurve own,
      ThresholdCriterion choose,
      double wanted,
      Head head,
      OperatingPoint common,
      PlattScaling commonSigmoid) {
    Optional<OperatingPoint> best = own.choose(choose, wanted);
    if (best.isEmpty()) {
      return new ClassThreshold(
          className, common.threshold(), commonSigmoid.slope(), commonSigmoid.offset());
    }
    double weight = own.positives() / (double) (own.positives() + PRIOR_OBJECTS);
    PlattScaling ownSigmoid = sigmoid(own, head);
    PlattScaling mixed =
        ownSigmoid.slope() < 0 ? ownSigmoid.towards(commonSigmoid, weight) : commonSigmoid;
    return new ClassThreshold(
        className,
        weight * best.get().threshold() + (1 - weight) * common.threshold(),
        mixed.slope(),
        mixed.offset());
  }

  /** The sigmoid, or a constant where that would fall with the score. */
  private static PlattScaling rising(OperatingCurve curve, Head head) {
    PlattScaling sigmoid = sigmoid(curve, head);
    boolean[] right = curve.right();
    return sigmoid.slope() <= 0 ? sigmoid : PlattScaling.fit(new double[right.length], right);
  }

  private static PlattScaling sigmoid(OperatingCurve curve, Head head) {
    double[] decisions = curve.scores();
    for (int i = 0; i < decisions.length; i++) {
      decisions[i] = head.decision(decisions[i]);
    }
    return PlattScaling.fit(decisions, curve.right());
  }
}
