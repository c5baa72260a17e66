package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.rcnn.pipeline.run.Json;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleCounts;
import org.rcnn.svm.SvmSettings;
import org.rcnn.svm.SvmTraining;

/**
 * What a layer's SVMs learned from and how mining went: the file {@code HASH-mining.json} beside
 * them.
 *
 * @param settings the settings of the training
 * @param seed the run's seed
 * @param rounds every training of every class, in the order in which they happened
 * @param samples the samples of each class, in class order
 * @param untrained classes without a positive or without a negative
 */
public record MiningEvidence(
    SvmSettings settings,
    long seed,
    List<Round> rounds,
    List<SampleCounts> samples,
    List<String> untrained) {

  /** Keeps its own copies of the lists. */
  public MiningEvidence {
    rounds = List.copyOf(rounds);
    samples = List.copyOf(samples);
    untrained = List.copyOf(untrained);
  }

  /** The evidence of a training. */
  static MiningEvidence of(SvmSettings settings, long seed, SvmTraining training) {
    return new MiningEvidence(
        settings, seed, training.rounds(), training.counts(), training.untrained());
  }

  /** The samples of all classes together. */
  public SampleCounts totalSamples() {
    return new SampleCounts(
        "all classes",
        Math.toIntExact(sum(SampleCounts::groundTruthPositives)),
        Math.toIntExact(sum(SampleCounts::difficult)),
        Math.toIntExact(sum(SampleCounts::proposalPositives)),
        Math.toIntExact(sum(SampleCounts::positivesHeld)),
        sum(SampleCounts::positivesAfter),
        sum(SampleCounts::ignored),
        sum(SampleCounts::negatives),
        sum(SampleCounts::negativesAfter));
  }

  private long sum(ToLongFunction<SampleCounts> count) {
    return samples.stream().mapToLong(count).sum();
  }

  /**
   * The share of all classes' positives that the last training of their class scored below 0; NaN
   * if no class was trained.
   */
  public double misplacedShare() {
    Map<String, Round> last = new LinkedHashMap<>();
    rounds.forEach(round -> last.put(round.className(), round));
    double misplaced = last.values().stream().mapToLong(Round::positivesBelowZero).sum();
    return misplaced / last.values().stream().mapToLong(Round::positives).sum();
  }

  /** Writes the evidence as JSON, aside first and then renamed. */
  void write(Path file) throws IOException {
    Json.write(file, Json.tree(this));
  }

  /**
   * Evidence that {@link #write} wrote.
   *
   * @throws IOException if the file cannot be read, or its keys are not these components
   */
  static MiningEvidence read(Path file) throws IOException {
    return Json.read(file, MiningEvidence.class);
  }
}
