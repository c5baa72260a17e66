package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.proposals.ProposalSource;
import org.rcnn.proposals.SelectiveSearch;

/**
 * The work of {@link ProposalStage}: an image's boxes, best ranked first. An image that cannot be
 * decoded is a problem, and has no record.
 *
 * @param key of the proposals
 * @param config has the settings of the search
 * @param own the program's own source of boxes, which cannot leave its process; empty for selective
 *     search
 */
record ProposalJob(String key, PipelineConfig config, Optional<ProposalSource> own)
    implements ImageJob {

  static final String KIND = "proposals";

  /** The name of the boxes among the records. */
  static final String BOXES = "boxes";

  @Override
  public Worker open() {
    SelectiveSearch search =
        own.isPresent()
            ? null
            : new SelectiveSearch(config.proposals().searchOfAllBoxes(config.seed()));
    return new Worker() {
      @Override
      public Output work(Input image) throws IOException {
        RgbImage picture;
        try {
          picture = image.picture().read();
        } catch (IOException e) {
          return new Output(Map.of(), List.of(e.getMessage() + " The image is left out."));
        }
        List<Box> boxes =
            own.isPresent() ? own.get().propose(image.id(), picture) : search.propose(picture);
        return new Output(boxes.isEmpty() ? Map.of() : Map.of(BOXES, ProposalStore.encode(boxes)));
      }

      @Override
      public void close() {
        // A search has memory of this process alone.
      }
    };
  }

  @Override
  public Optional<Portable> portable() {
    return own.isPresent()
        ? Optional.empty()
        : Optional.of(new Portable(KIND, StageJobs.settings(config), Map.of()));
  }
}
