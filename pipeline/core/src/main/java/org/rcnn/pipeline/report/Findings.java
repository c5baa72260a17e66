package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.ErrorKind;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.TideDiagnosis;
import org.rcnn.eval.TideKind;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.Round;

/**
 * What a run found, in sentences: the classes that carry and that burden the mean, and for each
 * step of the method whether it holds the result back. A step that works as it should has no
 * sentence.
 */
final class Findings {

  /** Below this average best overlap most objects of a class are out of reach at IoU 0.5. */
  static final double COVERED = 0.5;

  /** Above this share of hard negatives in the last look, mining has not run dry. */
  static final double STILL_HARD = 0.1;

  /**
   * On fewer held-back pairs a mean overlap is too uncertain to say that boxes fit worse. What is
   * kept of a training is the means, without their spread, so this and {@link #NOTABLE_LOSS} are
   * rules of thumb in place of an interval.
   */
  static final int FEWEST_PAIRS = 20;

  /** A smaller loss of mean overlap is no more than other held-back pairs might give. */
  static final double NOTABLE_LOSS = 0.02;

  private static final int NAMED = 3;

  private Findings() {}

  /** The best and the worst class, unless all are alike. */
  static List<String> ofScores(EvaluationResult result) {
    List<ClassResult> scored =
        result.classes().stream()
            .filter(ClassResult::isScored)
            .sorted(Comparator.comparingDouble(ClassResult::ap).reversed())
            .toList();
    if (scored.size() < 2) {
      return List.of();
    }
    ClassResult best = scored.get(0);
    ClassResult worst = scored.get(scored.size() - 1);
    if (Numbers.percent(best.ap()).equals(Numbers.percent(worst.ap()))) {
      return List.of(
          "Each of the %d classes has an AP of %s %%."
              .formatted(scored.size(), Numbers.percent(best.ap())));
    }
    return List.of(
        "%s is detected best, with an AP of %s %%, and %s worst, with %s %%."
            .formatted(
                best.className(),
                Numbers.percent(best.ap()),
                worst.className(),
                Numbers.percent(worst.ap())));
  }

  /**
   * The classes that proposals do not reach.
   *
   * @param minSide the shortest side of a proposal, in pixels
   */
  static List<String> ofProposals(ProposalRecall.Result recall, int minSide) {
    List<Entry<String, Double>> poor =
        recall.abo().entrySet().stream()
            .filter(entry -> entry.getValue() < COVERED)
            .sorted(Entry.comparingByValue())
            .toList();
    List<String> sentences = new ArrayList<>();
    for (Entry<String, Double> entry : poor.subList(0, Math.min(NAMED, poor.size()))) {
      sentences.add(
          "%s: proposals hardly cover its objects, average best overlap %s; more proposals or a smaller proposals.min-side than %d may reach them."
              .formatted(entry.getKey(), Numbers.decimals(entry.getValue(), 2), minSide));
    }
    if (poor.size() > NAMED) {
      sentences.add(
          "Proposals cover %d further classes badly, with average best overlaps below %s."
              .formatted(poor.size() - NAMED, Numbers.decimals(COVERED, 1)));
    }
    return sentences;
  }

  /** The commonest kind of false positive, and how many objects are missed. */
  static List<String> ofErrors(ErrorDiagnosis errors) {
    List<String> sentences = new ArrayList<>();
    Map<ErrorKind, Integer> kinds = errors.topFalsePositives();
    int all = kinds.values().stream().mapToInt(Integer::intValue).sum();
    if (all > 0) {
      Entry<ErrorKind, Integer> most =
          kinds.entrySet().stream().max(Entry.comparingByValue()).orElseThrow();
      sentences.add(
          "Of the %s most confident false positives, %s %% are on %s."
              .formatted(
                  Numbers.count(all),
                  Numbers.decimals(100.0 * most.getValue() / all, 0),
                  place(most.getKey())));
    }
    long positives = errors.classes().stream().mapToLong(one -> one.positives()).sum();
    if (errors.missed() > 0) {
      sentences.add(
          "%s of %s objects %s missed at any score."
              .formatted(
                  Numbers.count(errors.missed()),
                  Numbers.count(positives),
                  errors.missed() == 1 ? "is" : "are"));
    }
    return sentences;
  }

  private static String place(ErrorKind kind) {
    return switch (kind) {
      case LOCALISATION -> "the right object, but with a badly fitting or second box";
      case SIMILAR -> "objects of a similar class";
      case OTHER -> "objects of another class";
      case BACKGROUND -> "background";
    };
  }

  /** The kind of error that costs most, and the next; nothing if none costs more than another. */
  static List<String> ofCosts(TideDiagnosis tide) {
    List<TideKind> kinds =
        Arrays.stream(TideKind.values())
            .filter(kind -> !Numbers.percent(cost(tide, kind)).equals(Numbers.percent(0)))
            .sorted(Comparator.comparingDouble((TideKind kind) -> -cost(tide, kind)))
            .toList();
    if (kinds.isEmpty()) {
      return List.of();
    }
    TideKind first = kinds.get(0);
    String most = Numbers.percent(cost(tide, first));
    if (kinds.size() > 1 && most.equals(Numbers.percent(cost(tide, kinds.get(1))))) {
      return List.of();
    }
    String next =
        kinds.size() > 1
            ? "; %s comes next with %s"
                .formatted(kinds.get(1).label(), Numbers.percent(cost(tide, kinds.get(1))))
            : "";
    return List.of(
        "%s (%s) cost most: %s points of TIDE's AP if they alone were mended%s."
            .formatted(errors(first), first.label(), most, next));
  }

  private static double cost(TideDiagnosis tide, TideKind kind) {
    double gain = tide.deltaAp().get(kind);
    return Double.isNaN(gain) ? 0 : gain;
  }

  /** The errors of a kind at the beginning of a sentence, in the words of {@link TideSection}. */
  private static String errors(TideKind kind) {
    return switch (kind) {
      case CLASSIFICATION -> "Detections on objects of another class";
      case LOCALISATION -> "Boxes that fit badly";
      case BOTH -> "Detections with a wrong class and a badly fitting box";
      case DUPLICATE -> "Detections on objects found already";
      case BACKGROUND -> "Detections on no object";
      case MISSED -> "Objects that no detection finds, nor would with its class or its box mended";
    };
  }

  /**
   * The classes whose last look at negatives still found many hard ones.
   *
   * @param rounds the trainings, those of a class in the order in which they happened
   */
  static List<String> ofMining(List<Round> rounds) {
    Map<String, Double> last = new LinkedHashMap<>();
    for (Round round : rounds) {
      if (round.examined() > 0) {
        last.put(round.className(), round.hard() / (double) round.examined());
      }
    }
    List<String> hard =
        last.entrySet().stream()
            .filter(entry -> entry.getValue() > STILL_HARD)
            .map(entry -> "%s (%s %%)".formatted(entry.getKey(), Numbers.percent(entry.getValue())))
            .toList();
    return hard.isEmpty()
        ? List.of()
        : List.of(
            "Mining had not run dry when it ended: many of the negatives examined last were still hard for %s."
                .formatted(list(hard)));
  }

  /** The classes whose boxes fit worse after box regression, as far as the pairs bear it. */
  static List<String> ofBoxRegression(List<BoxRegressionReport> corrections) {
    List<String> worse =
        corrections.stream()
            .filter(one -> one.pairsHeldBack() >= FEWEST_PAIRS)
            .filter(one -> one.iouBefore() - one.iouAfter() >= NOTABLE_LOSS)
            .map(Findings::change)
            .toList();
    return worse.isEmpty()
        ? List.of()
        : List.of("Box regression makes the boxes of %s worse.".formatted(list(worse)));
  }

  private static String change(BoxRegressionReport report) {
    return "%s (IoU %s to %s on %s held-back pairs)"
        .formatted(
            report.className(),
            Numbers.decimals(report.iouBefore(), 3),
            Numbers.decimals(report.iouAfter(), 3),
            Numbers.count(report.pairsHeldBack()));
  }

  /** Names as in a sentence; of many, the first few and how many more. */
  static String list(List<String> names) {
    int most = NAMED + 1;
    List<String> shown =
        names.size() <= most ? new ArrayList<>(names) : new ArrayList<>(names.subList(0, NAMED));
    if (names.size() > most) {
      shown.add("%d others".formatted(names.size() - NAMED));
    }
    int last = shown.size() - 1;
    return last == 0
        ? shown.get(0)
        : String.join(", ", shown.subList(0, last)) + " and " + shown.get(last);
  }
}
