package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.Bootstrap;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.OperatingPoint;
import org.rcnn.eval.ThresholdCriterion;
import org.rcnn.pipeline.stage.ClassThreshold;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.stage.Thresholds;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.SampleCounts;

class ModelCardTest {

  private static final Box CAT = new Box(10, 10, 50, 40);
  private static final Row SVM = new Row(true, Tap.FC7, Heads.SVM, true);

  /** Two images with a cat each, found in the first, where a dog is seen that is none. */
  private static BootstrapResult scores() {
    GroundTruth cat = new GroundTruth("cat", CAT, false, false);
    return new Bootstrap(DetectionEvaluator.voc07(), Bootstrap.RESAMPLES, 1)
        .evaluate(
            List.of("cat", "dog"),
            List.of(
                new Annotation("a", 80, 60, List.of(cat)),
                new Annotation("b", 80, 60, List.of(cat))),
            Map.of("a", List.of(new Detection("cat", 1, CAT), new Detection("dog", 2, CAT))));
  }

  private static Thresholds thresholds(Thresholds.Basis basis) {
    return new Thresholds(
        ThresholdCriterion.F1,
        0,
        basis,
        4,
        List.of(new ClassThreshold("cat", 0.5, -1, 0), new ClassThreshold("dog", 1.25, -1, 0)),
        List.of(new OperatingPoint(0.5, 3, 1, 4), new OperatingPoint(1.25, 0, 0, 0)));
  }

  private static String manifest(String source, String weights) {
    return """
        {"configuration": {"proposals": {"mode": "fast", "longer-side": 500, "min-side": 20,
          "max-boxes": 600}, "network": {"weights": "%s"}, "data": {"exif-orientation": "apply"}},
         "data": {"source": "%s", "train": "trainval", "train_images": 7, "train_fingerprint":
          "f00d", "test": "test", "test_images": 2, "test_fingerprint": "beef"},
         "classes": ["cat", "dog"],
         "network": {"architecture": "alexnet64", "input_size": 64, "parameters": 2168711,
          "colour-order": "RGB", "mean": "1.0,2.0,3.0", "scale": "0.5,0.5,0.5"},
         "backbone_fingerprint": "cafe", "execution": {"train": "fused", "test": "fused"},
         "versions": {"rcnn": "1.2.3", "engine": "DJL"}, "seed": 1, "threads": 2,
         "problems": ["Image x is skipped."]}
        """
        .formatted(weights, source);
  }

  private static String card(
      String source, String weights, Optional<Thresholds> thresholds, List<SampleCounts> samples)
      throws IOException {
    return new ModelCard(
            new ObjectMapper().readTree(manifest(source, weights)),
            SVM,
            scores(),
            thresholds,
            samples,
            new ProposalRecall.Result(2, 600, 0.8, 0.8, Map.of("cat", 0.8), List.of(0.4, 0.9)),
            List.of("A finding."))
        .toMarkdown();
  }

  private static String full() throws IOException {
    return card(
        "/home/ann/pets",
        "embedded",
        Optional.of(thresholds(Thresholds.Basis.FOLDS)),
        List.of(new SampleCounts("cat", 9, 0, 12, 21, 21, 3, 4567, 4567)));
  }

  private static void assertHas(String card, String line) {
    assertTrue(card.lines().anyMatch(line::equals), () -> line + "\nis not in\n" + card);
  }

  @Test
  void theDataHasItsCountsSplitsAndFingerprints() throws IOException {
    String card = full();
    assertHas(card, "# Model card: 2 classes on pets");
    assertHas(card, "| training | trainval | 7 | f00d |");
    assertHas(card, "| test | test | 2 | beef |");
    assertHas(card, "| cat | 9 | 12 | 4,567 |");
    assertFalse(card.contains("/home"), "the way to the data is nobody else's business");
  }

  @Test
  void eachClassHasItsApWithTheRangeOfTheBootstrap() throws IOException {
    // 6 of 11 points at half the recall; a resample finds none, one of two, or all.
    assertHas(full(), "| cat | 2 | 54.5 | 0.0 to 100.0 |");
  }

  @Test
  void aClassWithoutTestObjectsHasADashAndItsReason() throws IOException {
    String card = full();
    assertHas(card, "| dog | 0 | — | — |");
    assertHas(card, "—: the test images have no object of the class.");
    assertHas(card, "| mean | 2 | 54.5 | 0.0 to 100.0 |");
  }

  @Test
  void eachThresholdHasWhatToExpectOfIt() throws IOException {
    String card = full();
    assertHas(card, "| cat | 0.500 | 75.0 | 75.0 | 100.0 | 50.0 |");
    assertHas(card, "| dog | 1.250 | — | — | — | — |");
    assertTrue(card.contains("probabilities are too high"), card);
  }

  @Test
  void thresholdsOfImagesThatFineTuningHasNotSeenNeedNoWarning() throws IOException {
    String card =
        card(
            "pets",
            "embedded",
            Optional.of(thresholds(Thresholds.Basis.VALIDATION_IMAGES)),
            List.of());
    assertFalse(card.contains("probabilities are too high"), card);
    assertTrue(card.contains("Training objects by class: — (only SVMs count them"), card);
  }

  @Test
  void withoutThresholdsTheCardSaysFromWhichScoreADetectionCounts() throws IOException {
    assertTrue(
        card("pets", "none", Optional.empty(), List.of())
            .contains(
                "Thresholds: — (thresholds.enabled is false). A detection counts from a"
                    + " score of 0.0"));
  }

  @Test
  void networkPreprocessingAndLimitsAreThoseOfTheRun() throws IOException {
    String card = full();
    assertHas(card, "| network | alexnet64, 2,168,711 parameters |");
    assertHas(card, "| input values | RGB; minus 1.0, 2.0, 3.0, times 0.5, 0.5, 0.5 |");
    assertTrue(card.contains("selective search, fast, the best 600 boxes; longer side of at most"));
    assertTrue(card.contains("the 600 proposals of a test image cover 50.0 % of the objects"));
    assertHas(card, "- A finding.");
    assertHas(card, "- Image x is skipped.");
    assertHas(card, "| LIBSVM | — (not recorded) |");
  }

  @Test
  void theHashOfTheSettingsIsThatOfTheirSortedLines() throws IOException {
    // printf 'data.exif-orientation=apply\nnetwork.weights=embedded\nproposals.longer-side=500\n'\
    // 'proposals.max-boxes=600\nproposals.min-side=20\nproposals.mode=fast' | sha256sum
    assertHas(
        full(),
        "| settings, SHA-256 | 5b5990f05b51e8d82efd63a93ea9db2581843323601c9edefda52556d25f959a |");
  }

  @ParameterizedTest
  @CsvSource({
    "embedded, Apache-2.0",
    "none, needs none",
    "/w/alexnet-owt-7be5be79.pth, BSD 3-Clause",
    "/w/mine.pth, — (weight files do not say"
  })
  void theWeightsHaveTheirLicenceOrADash(String weights, String licence) {
    assertTrue(WeightOrigin.of(weights).licence().startsWith(licence));
  }

  @Test
  void namesAreNoMarkdown() throws IOException {
    String card = card("a|b<i>*[x](y)", "none", Optional.empty(), List.of());
    assertHas(card, "# Model card: 2 classes on a\\|b\\<i\\>\\*\\[x\\](y)");
  }

  @Test
  void generatedScenesAreNamedAsSuch() throws IOException {
    assertTrue(
        card("generated scenes", "none", Optional.empty(), List.of())
            .contains("in photographs it finds nothing of use"));
  }

  @Test
  void anEqualRunHasAnEqualCard() throws IOException {
    assertEquals(full(), full());
  }
}
