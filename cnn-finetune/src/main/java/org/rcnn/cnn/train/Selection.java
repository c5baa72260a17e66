package org.rcnn.cnn.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.FineTuning.Ending;
import org.rcnn.cnn.train.FineTuning.Judgement;
import org.rcnn.cnn.train.FineTuning.PhaseEnd;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.Labelled;

/**
 * What the judgements of a fine-tuning have led to so far: the best weights, and where its phases
 * ended. Part of its checkpoint.
 */
final class Selection {

  private static final String BEST = "best/";

  private final Judging judging;
  private final List<Judgement> judgements = new ArrayList<>();
  private final List<PhaseEnd> ends = new ArrayList<>();

  /** The best judgement and the weights that it is of; null before the first that is a number. */
  private Judgement best;

  private Weights bestWeights;

  /**
   * Where a training stands.
   *
   * @param saved its checkpoint; null at its begin
   */
  Selection(Judging judging, WeightFile saved) {
    this.judging = judging;
    if (saved != null) {
      saved.metadata().get("judgements").lines().forEach(line -> consider(judgement(line)));
      saved.metadata().get("ends").lines().forEach(line -> ends.add(end(line)));
      bestWeights = best == null ? null : Checkpoint.part(saved.weights(), BEST);
    }
  }

  private static Judgement judgement(String line) {
    String[] words = line.split(" ");
    return new Judgement(Integer.parseInt(words[0]), Double.parseDouble(words[1]));
  }

  private static PhaseEnd end(String line) {
    String[] words = line.split(" ");
    return new PhaseEnd(Integer.parseInt(words[0]), Labelled.named(Ending.class, words[1]));
  }

  /** A checkpoint with this state added. */
  WeightFile addTo(WeightFile checkpoint) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(checkpoint.weights().tensors());
    if (bestWeights != null) {
      bestWeights.tensors().forEach((name, tensor) -> tensors.put(BEST + name, tensor));
    }
    Map<String, String> metadata = new HashMap<>(checkpoint.metadata());
    metadata.put(
        "judgements", lines(judgements, found -> found.iteration() + " " + found.figure()));
    metadata.put("ends", lines(ends, end -> end.iteration() + " " + end.ending().label()));
    return new WeightFile(new Weights(tensors), metadata);
  }

  private static <T> String lines(List<T> items, Function<T, String> line) {
    return items.stream().map(line).collect(Collectors.joining("\n"));
  }

  /** Whether a judgement is the best so far. */
  private boolean consider(Judgement judgement) {
    judgements.add(judgement);
    boolean better =
        best == null
            ? !Double.isNaN(judgement.figure())
            : judging.keep().isBetter(judgement.figure(), best.figure());
    best = better ? judgement : best;
    return better;
  }

  /**
   * Adds a judgement.
   *
   * @param weights the weights that it is of, asked for if they are the best so far
   */
  void add(Judgement judgement, Supplier<Weights> weights) {
    if (consider(judgement)) {
      bestWeights = weights.get();
    }
  }

  /** Whether the phase in progress has had as many judgements without a better one as allowed. */
  boolean isExhausted() {
    int since = best == null ? begin() : Math.max(begin(), best.iteration());
    long vain = judgements.stream().filter(judgement -> judgement.iteration() > since).count();
    return judging.patience() > 0 && vain >= judging.patience();
  }

  /** Ends the phase in progress. */
  void endPhase(PhaseEnd end) {
    ends.add(end);
  }

  /** The ends of the phases that are done, in order. */
  List<PhaseEnd> ends() {
    return ends;
  }

  /** The iterations before the phase in progress. */
  int begin() {
    return ends.isEmpty() ? 0 : ends.get(ends.size() - 1).iteration();
  }

  List<Judgement> judgements() {
    return judgements;
  }

  /** The weights to go on from at the end of a phase: the best so far, if any were judged. */
  Weights bestOr(Weights last) {
    return bestWeights == null ? last : bestWeights;
  }

  /** The iteration that the kept weights are of. */
  int kept() {
    return best == null ? begin() : best.iteration();
  }
}
