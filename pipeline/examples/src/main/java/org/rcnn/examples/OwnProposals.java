package org.rcnn.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.Detector;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.proposals.ProposalSource;

/**
 * Trains and uses a detector on boxes of its own method, here the windows of a grid. EdgeBoxes, or
 * boxes that another program wrote for each image, take the grid's place. Arguments: DATA RUN PHOTO
 * [KEY=VALUE ...].
 */
public final class OwnProposals {

  private OwnProposals() {}

  /**
   * Square windows that overlap by half.
   *
   * @param sides in pixels, the side that comes first is the most promising
   */
  record Grid(List<Integer> sides) implements ProposalSource {

    @Override
    public String name() {
      return "grid of " + sides;
    }

    @Override
    public List<Box> propose(String imageId, RgbImage image) {
      List<Box> windows = new ArrayList<>();
      for (int side : sides) {
        for (int y = 0; y + side <= image.height(); y += side / 2) {
          for (int x = 0; x + side <= image.width(); x += side / 2) {
            windows.add(new Box(x, y, x + side, y + side));
          }
        }
      }
      return windows;
    }
  }

  static List<Detection> trainAndDetect(
      ProposalSource source, Path data, Path folder, Path photo, Map<String, String> settings)
      throws IOException {
    PipelineConfig config = new ConfigLoader().preset("voc2007-small", settings);
    try (Run run = Run.onData(data, config, folder, false, Progress.Monitor.SILENT)) {
      Experiment experiment = new Experiment(run, source);
      experiment.detector(experiment.configuredRow());
    }
    Detector.Options options = Detector.Options.standard().withProposals(source);
    try (Detector detector = Detector.load(folder, options)) {
      return detector.detect(photo);
    }
  }

  /** Prints the detections in the photo. */
  public static void main(String[] arguments) throws IOException {
    Path data = Path.of(arguments[0]);
    Path folder = Path.of(arguments[1]);
    Grid grid = new Grid(List.of(128, 64, 256));
    Map<String, String> settings = TrainOnFolder.settings(arguments, 3);
    trainAndDetect(grid, data, folder, Path.of(arguments[2]), settings)
        .forEach(System.out::println);
  }
}
