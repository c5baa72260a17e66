package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.rcnn.cli.detect.DetectInput;
import org.rcnn.cli.detect.DetectInput.Camera;
import org.rcnn.cli.detect.DetectInput.Nothing;
import org.rcnn.cli.detect.DetectInput.Photo;
import org.rcnn.cli.detect.DetectInput.Video;
import org.rcnn.cli.options.DetectionOutput;
import org.rcnn.cli.options.DeviceOption;
import org.rcnn.cli.options.ExecutionOption;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.cnn.video.VideoFrames;
import org.rcnn.data.Check;
import org.rcnn.data.Detection;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.export.DetectionExport;
import org.rcnn.pipeline.Detector;
import org.rcnn.pipeline.Detector.Cut;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.draw.DetectionPainter;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Problems;
import org.rcnn.pipeline.run.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn detect}: finds objects in photos and videos with a trained detector. */
@Command(
    name = "detect",
    description = {
      "Finds objects in photos and videos with a trained detector.",
      "Results are written as they come. The status is 1 if an input failed."
    })
final class DetectCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(DetectCommand.class);

  /** Failed inputs named in the last line. */
  private static final int NAMED = 20;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description = "A run's folder or its detector.rcnn.")
  private Path model;

  @Parameters(
      arity = "1..*",
      paramLabel = "INPUT",
      description =
          "Photos, folders of photos, patterns in quotes ('photos/**/*.jpg'), videos, or a camera"
              + " (camera:0).")
  private List<String> words;

  @Option(
      names = "--draw",
      paramLabel = "DIR",
      description = "Write pictures with boxes to this folder.")
  private Path draw;

  @Option(
      names = "--min-score",
      paramLabel = "S",
      description =
          "Leave out detections with a lower score. Default: the threshold of each class, which"
              + " training chose for the best F1 unless thresholds.choose was set.")
  private Double minScore;

  @Option(
      names = "--exif-orientation",
      defaultValue = "apply",
      paramLabel = "apply|ignore",
      description =
          "Whether photos are turned upright as their files say; default ${DEFAULT-VALUE}.")
  private ExifOrientation exif;

  @Mixin private DetectionOutput detections;

  @Option(
      names = "--min-probability",
      paramLabel = "P",
      description =
          "Leave out detections that are right with a lower probability, 0 to 1; instead of the"
              + " thresholds.")
  private Double minProbability;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "At most so many detections of an image, the best.")
  private Integer top;

  @Option(
      names = "--max-boxes",
      paramLabel = "N",
      description =
          "Classify at most so many boxes of an image, the best ranked: faster, and misses more.")
  private Integer maxBoxes;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of a video or camera, search every N-th frame (default 1).")
  private int every;

  @Option(
      names = "--frames",
      paramLabel = "N",
      description = "Of a video or camera, search at most so many frames.")
  private Integer frames;

  @Mixin private DeviceOption device;

  @Mixin private ExecutionOption execution;

  @Option(names = "--strict", description = "Stop at the first input that fails.")
  private boolean strict;

  @Mixin private Output output;

  private final Set<String> failed = new TreeSet<>();
  private final Set<String> drawn = new TreeSet<>();
  private boolean overBar;

  @Override
  public Integer call() throws IOException {
    checkOptions();
    detections.requireBoth();
    List<DetectInput> inputs = DetectInput.of(words);
    Detector.Options options = execution.on(device.device());
    if (maxBoxes != null) {
      options = options.withMaxBoxes(maxBoxes);
    }
    try (Detector detector = Detector.load(model, options);
        Output.Items results = output.items();
        DetectionExport export = detections.open(detector.classes()).orElse(null);
        Progress progress = progress(inputs)) {
      Search search =
          new Search(detector, cut(detector), results, Optional.ofNullable(export), progress);
      printHeader();
      for (DetectInput input : inputs) {
        search(input, search);
      }
      if (export != null) {
        export.commit();
      }
    }
    return end(inputs.size());
  }

  private void checkOptions() {
    try {
      Check.atLeast("--every", every, 1);
      Check.atLeast("--frames", frames == null ? 1 : frames, 1);
      Check.atLeast("--top", top == null ? 1 : top, 1);
      Check.atLeast("--max-boxes", maxBoxes == null ? 1 : maxBoxes, 1);
      Check.within("--min-probability", minProbability == null ? 0 : minProbability, 0, 1);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  /** Empty for the detector's thresholds. */
  private Optional<Cut> cut(Detector detector) {
    if (minProbability != null && !detector.isCalibrated()) {
      throw new ConfigException(
          "--min-probability: this detector knows no probabilities, because it was trained without"
              + " thresholds or by an older version; use --min-score, or train it again.");
    }
    if (minScore == null && minProbability == null) {
      return Optional.empty();
    }
    Cut byScore = minScore == null ? Cut.NONE : Cut.score(minScore);
    return Optional.of(
        minProbability == null ? byScore : byScore.and(Cut.probability(minProbability)));
  }

  /** A bar for more than one picture; how many a video has is known only when it is opened. */
  private Progress progress(List<DetectInput> inputs) {
    boolean photos = inputs.stream().allMatch(input -> input instanceof Photo);
    if (photos && inputs.size() == 1) {
      return new Progress.Unseen();
    }
    overBar = ProgressBars.areDrawn() && System.console() != null;
    boolean countable = inputs.stream().noneMatch(i -> i instanceof Video || i instanceof Camera);
    return new ProgressBars().start("detect", countable ? inputs.size() : -1, "images");
  }

  private void search(DetectInput input, Search search) throws IOException {
    try {
      if (input instanceof Photo photo) {
        search.photo(photo.file());
      } else if (input instanceof Video video) {
        try (VideoFrames reader = VideoFrames.open(video.file())) {
          search.frames(reader, video.name(), video.file().getFileName().toString());
        }
      } else if (input instanceof Camera camera) {
        try (VideoFrames reader = VideoFrames.camera(camera.number())) {
          search.frames(reader, camera.name(), "camera-" + camera.number());
        }
      } else if (input instanceof Nothing nothing) {
        throw new Unreadable(new IOException(nothing.why()));
      }
    } catch (Unreadable e) {
      failed.add(input.name());
      new Problems(strict, "").report(Failures.sentence(e.cause));
      search.progress.step();
    }
  }

  /** Says which inputs failed. */
  private int end(int inputs) {
    if (failed.isEmpty()) {
      return 0;
    }
    String names = String.join(", ", failed.stream().limit(NAMED).toList());
    String more = failed.size() > NAMED ? ", ..." : "";
    LOG.error("{} of {} inputs failed: {}{}", failed.size(), inputs, names, more);
    return 1;
  }

  /** An input that cannot be read; unlike results that cannot be written, it stops nothing. */
  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient IOException cause;

    Unreadable(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  /** A detector at work, and where its results go. */
  private final class Search {
    private final Detector detector;
    private final Optional<Cut> cut;
    private final Output.Items results;
    private final Optional<DetectionExport> export;
    private final Progress progress;

    Search(
        Detector detector,
        Optional<Cut> cut,
        Output.Items results,
        Optional<DetectionExport> export,
        Progress progress) {
      this.detector = detector;
      this.cut = cut;
      this.results = results;
      this.export = export;
      this.progress = progress;
    }

    void photo(Path file) throws IOException, Unreadable {
      RgbImage image;
      try {
        image = ImageFiles.read(file, exif);
      } catch (IOException e) {
        throw new Unreadable(e);
      }
      image(image, file, file.toString(), file.getFileName().toString(), -1);
    }

    void frames(VideoFrames reader, String name, String pictures) throws IOException, Unreadable {
      int searched = 0;
      for (int number = 0; frames == null || searched < frames; number++) {
        if (number % every != 0) {
          if (!reader.skip()) {
            break;
          }
          continue;
        }
        Optional<RgbImage> frame;
        try {
          frame = reader.next();
        } catch (IOException e) {
          throw new Unreadable(e);
        }
        if (frame.isEmpty()) {
          break;
        }
        String frameName = String.format(Locale.ROOT, "-%06d", number);
        String picture = pictures + frameName;
        image(frame.get(), Path.of(picture + ".png"), name + "#" + number, picture, number);
        searched++;
      }
      if (searched == 0) {
        throw new Unreadable(new IOException(name + " has no frame that can be decoded."));
      }
    }

    /**
     * Searches an image.
     *
     * @param file the file that another tool's format names
     * @param picture the name of the drawn picture, without its ending
     * @param frame its number in a video; -1 for a photo
     */
    private void image(RgbImage image, Path file, String name, String picture, int frame)
        throws IOException {
      List<Detection> found =
          detector.detect(
              image,
              cut.orElseGet(detector::ownCut),
              top == null ? Detector.NO_LIMIT : top.intValue());
      results.add(tree(name, image, found, frame));
      print(name, found);
      if (export.isPresent()) {
        export.get().add(file, image.width(), image.height(), found);
      }
      if (draw != null) {
        new DetectionPainter()
            .paint(image, found)
            .write(draw.resolve(freeName(picture, drawn) + ".png"));
      }
      progress.step();
    }
  }

  /** The name, with a number if an image from another folder has the same name. */
  private static String freeName(String name, Set<String> taken) {
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + "-" + i;
    }
    return free;
  }

  private void printHeader() throws IOException {
    line("   score  probability  class            xmin  ymin  xmax  ymax");
  }

  private void print(String name, List<Detection> found) throws IOException {
    line("%s: %d %s".formatted(name, found.size(), found.size() == 1 ? "detection" : "detections"));
    for (Detection detection : found) {
      double[] voc = detection.box().toVoc();
      line(
          String.format(
              Locale.ROOT,
              "%8.3f  %11s  %-14s  %5.0f %5.0f %5.0f %5.0f",
              detection.score(),
              Double.isNaN(detection.probability())
                  ? "-"
                  : String.format(Locale.ROOT, "%.2f", detection.probability()),
              detection.className(),
              voc[0],
              voc[1],
              voc[2],
              voc[3]));
    }
  }

  private void line(String text) throws IOException {
    if (overBar) {
      // The bar stands on the terminal's last line; it is drawn again below.
      output.out().print("\r\u001b[K");
    }
    output.out().println(text);
    if (output.out().checkError()) {
      throw new IOException("Standard output could not be written; is its disk full?");
    }
  }

  private static ObjectNode tree(String name, RgbImage image, List<Detection> found, int frame) {
    ObjectNode tree = Json.object();
    tree.put("image", name);
    if (frame >= 0) {
      tree.put("frame", frame);
    }
    tree.put("width", image.width());
    tree.put("height", image.height());
    ArrayNode list = tree.putArray("detections");
    for (Detection detection : found) {
      ObjectNode node = list.addObject();
      node.put("class", detection.className());
      node.put("score", detection.score());
      if (!Double.isNaN(detection.probability())) {
        node.put("probability", detection.probability());
      }
      ArrayNode box = node.putArray("box");
      for (double corner : detection.box().toVoc()) {
        box.add(corner);
      }
    }
    return tree;
  }
}
