package org.rcnn.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.rcnn.cli.download.WeightCache;
import org.rcnn.cli.options.DeviceOption;
import org.rcnn.cli.options.NetworkOptions;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.options.TrackOption;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.cli.progress.Resumable;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.train.Augmentation;
import org.rcnn.cnn.train.FixedViews;
import org.rcnn.cnn.train.PretrainingSettings;
import org.rcnn.cnn.train.Solver;
import org.rcnn.data.folder.ImageFolder;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.Backbone;
import org.rcnn.pipeline.stage.PretrainStage;
import org.rcnn.pipeline.track.Tracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rcnn pretrain}: supervised pre-training on a folder or zip of classified images. */
@Command(
    name = "pretrain",
    description =
        "Trains a network on an image folder or zip (train/CLASS/*, val/CLASS/*), from random or"
            + " trained weights.")
final class PretrainCommand implements Callable<Integer>, Resumable {

  private static final Logger LOG = LoggerFactory.getLogger(PretrainCommand.class);

  @Option(names = "--data", required = true, paramLabel = "DIR|ZIP", description = "The images.")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder for weights.")
  private Path out;

  @Option(
      names = "--architecture",
      defaultValue = Backbone.EMBEDDED_NETWORK,
      paramLabel = "NAME",
      completionCandidates = NetworkOptions.Names.class,
      description = "The network: ${COMPLETION-CANDIDATES}.")
  private String architecture;

  @Option(names = "--epochs", defaultValue = "30", description = "Passes over the images.")
  private int epochs;

  @Option(names = "--batch", defaultValue = "128", description = "Images per step.")
  private int batch;

  @Option(names = "--rate", defaultValue = "0.05", description = "Learning rate at its peak.")
  private double rate;

  @Option(names = "--weight-decay", defaultValue = "0.0005", description = "Weight decay.")
  private double weightDecay;

  @Option(names = "--dropout", defaultValue = "0.2", description = "Dropout rate.")
  private double dropout;

  @Option(
      names = "--least-area",
      defaultValue = "0.35",
      description =
          "Smallest share of an image's area that a training crop covers. Stored views (--frozen)"
              + " are crops from the third on only.")
  private double leastArea;

  @Option(
      names = "--label-smoothing",
      defaultValue = "0.1",
      description = "Share of a label spread over all classes.")
  private double labelSmoothing;

  @Option(
      names = "--no-batch-norm",
      negatable = true,
      defaultValue = "false",
      description = "Train without batch normalisation.")
  private boolean noBatchNorm;

  @Option(
      names = "--start",
      paramLabel = "embedded|FILE|NAME",
      description =
          "Start from these weights, a NAME being one that `weights download` has fetched; layers"
              + " that they lack are new. Training what they have needs a low --rate and"
              + " --no-batch-norm. Default: random weights.")
  private String start;

  @Option(
      names = "--frozen",
      split = ",",
      paramLabel = "LAYER",
      description = {
        "Layers that keep the weights of --start, such as conv1,conv2; convolutions means all of"
            + " them.",
        "Where they are all that comes before a fully connected layer, what they give is computed"
            + " once for a few views of each image, stored, and trained from: many times faster,"
            + " but without new random views in each epoch."
      })
  private List<String> frozen = List.of();

  @Option(
      names = "--views",
      paramLabel = "N",
      description =
          "Views of each image that --frozen stores, of which an epoch takes one at random: the"
              + " whole image, its mirror image, then random crops (default 2).")
  private Integer views;

  @Option(
      names = "--shared",
      paramLabel = "DIR",
      description =
          "The folder for decoded images and stored views, which several trainings may share"
              + " (default: that of --out).")
  private Path shared;

  @Mixin private DeviceOption device;

  @Option(names = "--threads", defaultValue = "0", description = "Threads; 0 for one per core.")
  private int threads;

  @Option(names = "--seed", defaultValue = "1", description = "Seed of every random choice.")
  private long seed;

  @Mixin private TrackOption track;

  @Mixin private Output output;

  @Override
  public String kept() {
    return "it trains from its latest checkpoint";
  }

  @Override
  public Integer call() throws IOException {
    int cores = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    try (ImageFolder images = ImageFolder.open(data);
        Tracker tracker = track.tracker(out)) {
      ComputeDevice place = device.present();
      PretrainStage stage =
          new PretrainStage(
              settings(images.train().size()), place, cores, new ProgressBars().and(tracker));
      PretrainStage.Trained trained =
          stage.run(images, out, shared == null ? out : shared, Map.of("command", command(cores)));
      output.write(Json.read(trained.about()));
      System.out.printf(
          Locale.ROOT,
          "top-1 %.1f %%, top-5 %.1f %% on %d validation images; weights in %s%n",
          100 * trained.top1(),
          100 * trained.top5(),
          trained.validationImages(),
          trained.weights());
    } catch (ConfigException e) {
      throw new ConfigException(
          e.getMessage()
              .replace("network.weights", "--start")
              .replace("network.architecture: ", "")
              .replace("frozen-layers", "--frozen"));
    }
    return 0;
  }

  private PretrainStage.Settings settings(int images) {
    if (start == null && !frozen.isEmpty()) {
      throw new ConfigException(
          "--frozen needs --start: frozen layers keep the weights that they start with.");
    }
    if (views != null && frozen.isEmpty()) {
      throw new ConfigException(
          "--views has no effect without --frozen: only what frozen layers give is stored.");
    }
    if (start != null && !noBatchNorm && frozen.isEmpty()) {
      throw new ConfigException(
          "--start needs --no-batch-norm: batch normalisation would undo what the starting weights"
              + " have learned.");
    }
    try {
      // The rate rises during the first epoch.
      Solver.Cosine schedule = new Solver.Cosine(Math.max(1, images / Math.max(1, batch)));
      return new PretrainStage.Settings(
          architecture,
          start == null ? null : WeightCache.ofUser().resolve(start, architecture),
          new PretrainingSettings(
              epochs,
              batch,
              new Solver(rate, schedule, 0.9, weightDecay),
              new Augmentation(leastArea, 0.2),
              dropout,
              labelSmoothing,
              !noBatchNorm,
              Set.copyOf(frozen),
              seed),
          views == null ? FixedViews.WHOLE : views);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  /** The command that repeats the training; folders have their names only. */
  private String command(int cores) {
    return String.format(
        Locale.ROOT,
        "rcnn pretrain --data %s --out %s --architecture %s --epochs %d --batch %d --rate %s"
            + " --weight-decay %s --dropout %s --least-area %s --label-smoothing %s --seed %d"
            + " --threads %d%s%s%s%s%s",
        data.getFileName(),
        out.getFileName(),
        architecture,
        epochs,
        batch,
        rate,
        weightDecay,
        dropout,
        leastArea,
        labelSmoothing,
        seed,
        cores,
        noBatchNorm ? " --no-batch-norm" : "",
        start == null ? "" : " --start " + Path.of(start).getFileName(),
        frozen.isEmpty() ? "" : " --frozen " + String.join(",", frozen),
        views == null ? "" : " --views " + views,
        device.device() == ComputeDevice.CPU ? "" : " --device gpu");
  }
}
