package org.rcnn.pipeline.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.pipeline.audit.Coverage.ClassCoverage;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.proposals.Mode;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.proposals.Ranking;

class SearchAdviceTest {

  private static final Proposals SEARCH = new Proposals(Mode.FAST, 500, 20, 600, Ranking.COVERAGE);

  private static Annotation square(int picture, int... objects) {
    List<GroundTruth> all = new ArrayList<>();
    for (int side : objects) {
      all.add(DrawnKit.object("seed", new Box(0, 0, side, side)));
    }
    return new Annotation("a", picture, picture, all);
  }

  private static Optional<SearchAdvice> advice(Annotation picture) {
    return SearchAdvice.ofSizes(List.of(picture), SEARCH);
  }

  @Test
  void smallObjectsOfLargePhotosAskForALargerSearch() {
    // At 500 they have 16 pixels, at 750 they have 24. Boxes of 0.7 x 24 = 16.8 may be kept, and
    // 750
    // x 750 is three times the area of a VOC photo.
    SearchAdvice advice = advice(square(1000, 32, 32, 32)).orElseThrow();
    assertEquals(
        "--set proposals.longer-side=750 --set proposals.min-side=16"
            + " --set proposals.max-boxes=6300",
        advice.words());
    assertTrue(
        advice
            .reason()
            .startsWith(
                "A tenth of the objects of class seed have a side of at most 16.0 pixels at the size"
                    + " of the search, which drops boxes below 20; the suggested search sees them at"
                    + " 24.0 and drops boxes below 16."),
        advice.reason());
    assertTrue(advice.reason().endsWith("up to 10.5 times as long."), advice.reason());
    assertEquals(
        Optional.empty(),
        SearchAdvice.ofSizes(List.of(square(1000, 32)), advice.search()),
        "advice that was taken is not given again");
  }

  @Test
  void smallPhotosHaveNoMorePixelsToSearch() {
    // 0.7 x 10 = 7; a half more than 2,100 x 90,000 / 187,500 boxes are 1,512.
    assertEquals(
        "--set proposals.min-side=7 --set proposals.max-boxes=1600",
        advice(square(300, 10)).orElseThrow().words());
  }

  @Test
  void nothingIsSuggestedForObjectsThatTheSearchSees() {
    assertEquals(Optional.empty(), advice(square(1000, 40)), "20 pixels at the search");
    assertEquals(Optional.empty(), advice(square(1000)), "no object");
    int[] oneSmallOfEleven = {8, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90};
    assertEquals(Optional.empty(), advice(square(1000, oneSmallOfEleven)));
  }

  @Test
  void theSearchStopsToGrowWhereItWouldTakeTooLong() {
    SearchAdvice advice = advice(square(4000, 30)).orElseThrow();
    assertEquals("2000", advice.changes().get("proposals.longer-side"));
    assertTrue(advice.reason().endsWith("cut the photos into overlapping parts."));
  }

  @Test
  void aLargerSearchIsNotSuggestedForOtherPhotos() {
    SearchAdvice advice =
        SearchAdvice.ofSizes(List.of(square(300, 10), square(1000)), SEARCH).orElseThrow();
    assertEquals(null, advice.changes().get("proposals.longer-side"));
  }

  /** An object that only the box at a place covers. */
  private static Coverage measured(int place, Proposals search) {
    List<Box> boxes = new ArrayList<>(Collections.nCopies(300, new Box(50, 50, 60, 60)));
    boxes.set(place, new Box(0, 0, 10, 10));
    ProposalRecall recall = new ProposalRecall();
    GroundTruth seed = DrawnKit.object("seed", new Box(0, 0, 10, 10));
    recall.add(new Annotation("a", 100, 100, List.of(seed)), boxes);
    return new Coverage(search, 1, 100, recall);
  }

  @Test
  void moreBoxesAreSuggestedWhereTheyCoverMore() {
    Proposals first = new Proposals(Mode.FAST, 500, 20, 100, Ranking.COVERAGE);
    SearchAdvice advice = SearchAdvice.ofCoverage(measured(150, first)).orElseThrow();
    assertEquals("--set proposals.max-boxes=200", advice.words());
    assertTrue(
        advice.reason().contains("first 100 boxes of an image leave 100 % without"),
        advice.reason());
    assertEquals(Optional.empty(), SearchAdvice.ofCoverage(measured(50, first)));
  }

  @Test
  void sharesOfObjectsWithoutABoxAreThoseByHand() {
    ProposalRecall recall = new ProposalRecall();
    recall.add(
        new Annotation(
            "a",
            100,
            100,
            List.of(
                DrawnKit.object("seed", new Box(0, 0, 10, 10)),
                DrawnKit.object("seed", new Box(20, 0, 30, 10)),
                DrawnKit.object("seed", new Box(40, 0, 50, 10)),
                DrawnKit.object("seed", new Box(60, 0, 70, 10)))),
        // Overlaps of 1, 0.6, 0.4 and 0.
        List.of(new Box(0, 0, 10, 10), new Box(20, 0, 30, 6), new Box(40, 0, 50, 4)));
    Coverage coverage = new Coverage(SEARCH, 1, 3, recall);
    ClassCoverage seed = coverage.classes().get("seed");
    assertEquals(4, seed.objects());
    assertEquals(0.5, seed.missed50());
    assertEquals(0.75, seed.missed70());
    assertEquals(0.5, seed.abo(), 1e-12);
    assertEquals(1.0, coverage.classes(0).get("seed").missed50());
  }

  @Test
  void theSuggestedSearchCoversDrawnObjectsThatThePresentOneMisses(@TempDir Path folder)
      throws IOException {
    DrawnKit kit = new DrawnKit(folder);
    List<GroundTruth> seeds = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int x = 60 + 220 * (i % 4) + 7 * i;
      int y = 40 + 130 * (i / 4) + 3 * i;
      seeds.add(DrawnKit.object("seed", new Box(x, y, x + 18, y + 22)));
    }
    kit.add("a", 1000, 750, seeds);
    Dataset dataset = DatasetFormats.installed().open(folder);
    DatasetAudit audit = DatasetAudit.of(dataset);
    List<String> sample = Coverage.sample(dataset, audit, 5);
    assertEquals(List.of("a"), sample);
    SearchAdvice advice = SearchAdvice.ofSizes(audit.annotations().values(), SEARCH).orElseThrow();
    double before = missed(dataset, audit, sample, SEARCH);
    double after = missed(dataset, audit, sample, advice.search());
    assertTrue(before > 0.9, "before: " + before);
    assertTrue(after < 0.1, "after: " + after + " with " + advice.words());
  }

  private static double missed(
      Dataset dataset, DatasetAudit audit, List<String> sample, Proposals search)
      throws IOException {
    try (Progress unseen = new Progress.Unseen()) {
      return Coverage.measure(dataset, audit, sample, search, ExifOrientation.APPLY, 1, unseen)
          .classes()
          .get("seed")
          .missed50();
    }
  }
}
