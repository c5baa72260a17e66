package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Problems;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.run.RunFolder.Key;
import org.rcnn.proposals.Ranking;
import org.rcnn.proposals.SelectiveSearch;
import org.rcnn.proposals.SelectiveSearchConfig;
import org.rcnn.proposals.WorkingSize;

/**
 * Stage 1: selective search on every image of a set. Images that cannot be decoded are reported and
 * left out of the store, and so of every later stage.
 */
public final class ProposalStage {

  private static final int VERSION = 3;

  private final PipelineConfig config;
  private final Run run;
  private final Problems problems;

  /** The stage of a run. */
  public ProposalStage(Run run) {
    this.config = run.config();
    this.run = run;
    this.problems = run.problems();
  }

  /** What identifies the proposals of a set. */
  Key key(DetectionSet set) {
    return Key.of(
        "proposals",
        VERSION,
        Map.of(
            "images", set.fingerprint(),
            "settings", config.proposals().toString(),
            "seed", config.seed()));
  }

  /**
   * The proposals of a set, computed now if they are not there. What was wrong with images is kept
   * beside them, so that a run that goes on tells it too.
   */
  public Path run(DetectionSet set) throws IOException {
    Path store =
        run.folder()
            .artifact(key(set), "proposals of " + set.split(), ".bin", place -> search(set, place));
    Path left = leftOut(store);
    if (Files.exists(left)) {
      for (String sentence : Files.readAllLines(left)) {
        problems.report(sentence);
      }
    }
    return store;
  }

  private static Path leftOut(Path store) {
    return store.resolveSibling(store.getFileName().toString().replace(".bin", "-left-out.txt"));
  }

  private void search(DetectionSet set, Path place) throws IOException {
    Set<String> leftOut = new ConcurrentSkipListSet<>();
    SelectiveSearch search = new SelectiveSearch(settings(config.proposals(), config.seed()));
    try (ProposalStore.Writer writer = ProposalStore.create(place);
        Progress progress =
            run.monitor().start("proposals " + set.split(), set.samples().size(), "images")) {
      OrderedWork.<Sample, List<Box>>forEach(
          set.samples(),
          config.effectiveThreads(),
          sample -> propose(search, sample, leftOut),
          (sample, boxes) -> {
            if (!boxes.isEmpty()) {
              writer.append(sample.id(), boxes);
            }
            progress.step();
          });
      RunFolder.writeText(
          leftOut(place), leftOut.stream().map(line -> line + "\n").collect(Collectors.joining()));
      writer.commit();
    }
  }

  /** The boxes of an image; none if it cannot be decoded. */
  private List<Box> propose(SelectiveSearch search, Sample sample, Set<String> leftOut)
      throws IOException {
    RgbImage image;
    try {
      image = ImageFiles.read(sample.image());
    } catch (IOException e) {
      String sentence = e.getMessage() + " The image is left out.";
      leftOut.add(sentence);
      problems.report(sentence);
      return List.of();
    }
    return search.propose(image);
  }

  /** The search that a configuration asks for. */
  public static SelectiveSearchConfig settings(PipelineConfig.Proposals proposals, long seed) {
    SelectiveSearchConfig mode = SelectiveSearchConfig.mode(proposals.mode());
    return mode.toBuilder()
        .workingSize(
            proposals.longerSide() == 0
                ? WorkingSize.original()
                : WorkingSize.longerSide(proposals.longerSide()))
        .minSide(proposals.minSide())
        .maxBoxes(proposals.maxBoxes() == 0 ? mode.maxBoxes() : proposals.maxBoxes())
        .ranking(proposals.ranking().equals("authors") ? Ranking.AUTHORS : Ranking.COVERAGE)
        .seed(seed)
        .build();
  }
}
