package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.pipeline.run.Key;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.proposals.ProposalSource;
import org.rcnn.proposals.SelectiveSearchConfig;
import org.rcnn.proposals.WholePixelProposals;

/**
 * Stage 1: selective search, or a program's own source of boxes, on every image of a set (section
 * 2.1 of the paper). The store has all boxes, best ranked first: fine-tuning draws from all of
 * them, and features are computed of the first {@code proposals.max-boxes}. Images that cannot be
 * decoded are reported and left out of the store, and so of every later stage.
 */
final class ProposalStage {

  private static final int VERSION = 4;

  private final Run run;
  private final Optional<ProposalSource> own;

  /**
   * The stage of a run.
   *
   * @param own the program's own source of boxes; empty for selective search
   */
  ProposalStage(Run run, Optional<ProposalSource> own) {
    this.run = run;
    this.own = own.map(WholePixelProposals::new);
  }

  private SelectiveSearchConfig settings() {
    return run.config().proposals().searchOfAllBoxes(run.config().seed());
  }

  /** The artifact of a set's proposals, whether it exists or not. */
  Artifact artifact(DetectionSet set) {
    Map<String, Object> parts =
        own.isPresent()
            ? Map.of("images", set.fingerprint(), "source", own.get().name())
            : Map.of("images", set.fingerprint(), "settings", settings());
    return run.folder().artifact(Key.of("proposals", VERSION, parts), ".bin");
  }

  /**
   * The proposals of a set, computed now unless they exist. Problems with images are stored beside
   * them, so that a resumed run reports them too.
   */
  Artifact run(DetectionSet set) throws IOException {
    Artifact proposals =
        run.folder()
            .make(artifact(set), "proposals of " + set.split(), artifact -> search(set, artifact));
    Path leftOut = leftOut(proposals);
    if (Files.exists(leftOut)) {
      for (String sentence : Files.readAllLines(leftOut)) {
        run.problems().report(sentence);
      }
    }
    return proposals;
  }

  private static Path leftOut(Artifact proposals) {
    return proposals.beside("-left-out.txt");
  }

  private void search(DetectionSet set, Artifact proposals) throws IOException {
    Set<String> leftOut = new TreeSet<>();
    ImageJob job = new ProposalJob(proposals.hash(), run.config(), own);
    try (ProposalStore.Writer writer = ProposalStore.create(proposals.place());
        Progress progress =
            run.monitor().start("proposals " + set.split(), set.samples().size(), "images")) {
      run.work(
          job,
          set.samples(),
          0,
          List.of(),
          (sample, found) -> {
            for (String problem : found.problems()) {
              leftOut.add(problem);
              run.problems().report(problem);
            }
            StoredRecord boxes = found.records().get(ProposalJob.BOXES);
            if (boxes != null) {
              writer.append(sample.id(), boxes);
            }
            progress.step();
          });
      AtomicFile.writeText(
          leftOut(proposals),
          leftOut.stream().map(line -> line + "\n").collect(Collectors.joining()));
      writer.commit();
    }
  }
}
