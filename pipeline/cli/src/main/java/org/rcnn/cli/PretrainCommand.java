package org.rcnn.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.DeviceOption;
import org.rcnn.cli.options.JsonOutput;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.train.Augmentation;
import org.rcnn.cnn.train.LabelledImages;
import org.rcnn.cnn.train.Pretraining;
import org.rcnn.cnn.train.PretrainingSettings;
import org.rcnn.cnn.train.Solver;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.folder.ImageFolder;
import org.rcnn.data.folder.PackedImages;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig.NetworkChoice;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.stage.Backbone;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rcnn pretrain}: supervised pre-training on a folder or zip of classified images. */
@Command(
    name = "pretrain",
    description =
        "Trains a network on an image folder or zip (train/CLASS/*, val/CLASS/*), from scratch or on"
            + " from trained weights.")
final class PretrainCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(PretrainCommand.class);

  @Option(names = "--data", required = true, paramLabel = "DIR|ZIP", description = "The images.")
  private Path data;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where weights go.")
  private Path out;

  @Option(names = "--architecture", defaultValue = "alexnet64", description = "The network.")
  private String architecture;

  @Option(names = "--epochs", defaultValue = "30", description = "Passes over the images.")
  private int epochs;

  @Option(names = "--batch", defaultValue = "128", description = "Images a step.")
  private int batch;

  @Option(names = "--rate", defaultValue = "0.05", description = "Learning rate at its peak.")
  private float rate;

  @Option(names = "--weight-decay", defaultValue = "0.0005", description = "Weight decay.")
  private float weightDecay;

  @Option(names = "--dropout", defaultValue = "0.2", description = "Dropout rate.")
  private float dropout;

  @Option(
      names = "--least-area",
      defaultValue = "0.35",
      description = "Smallest share of an image that a view shows.")
  private double leastArea;

  @Option(
      names = "--label-smoothing",
      defaultValue = "0.1",
      description = "Share of a label spread over all classes.")
  private float labelSmoothing;

  @Option(
      names = "--no-batch-norm",
      negatable = true,
      defaultValue = "false",
      description = "Train without batch normalisation.")
  private boolean noBatchNorm;

  @Option(
      names = "--start",
      paramLabel = "embedded|FILE",
      description =
          "Train these weights on, which takes a low --rate and --no-batch-norm. Default: random"
              + " weights.")
  private String start;

  @Mixin private DeviceOption device;

  @Option(names = "--threads", defaultValue = "0", description = "Threads; 0: one per core.")
  private int threads;

  @Option(names = "--seed", defaultValue = "1", description = "Decides every random choice.")
  private long seed;

  @Mixin private JsonOutput json;

  @Override
  public Integer call() throws IOException {
    int cores = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    try (ImageFolder folder = ImageFolder.open(data)) {
      ComputeDevice place = device.present();
      PretrainingSettings settings = settings(folder.train().size());
      Backbone backbone = start == null ? null : trained(folder.classes().size());
      NetworkDefinition network =
          backbone == null ? network(folder.classes().size()) : backbone.definition();
      Files.createDirectories(out);
      try (PackedImages train = pack(folder.train(), "train", network.inputSize(), cores);
          PackedImages validation =
              pack(folder.validation(), "validation", network.inputSize(), cores)) {
        TorchEngine.useThreads(cores);
        Reporter reporter = new Reporter((long) epochs * (train.count() / batch));
        Pretraining.Result result;
        try (reporter) {
          Pretraining training =
              new Pretraining(network, settings, new Packed(train), new Packed(validation), place);
          Path checkpoint = out.resolve("checkpoint.safetensors");
          result =
              backbone == null
                  ? training.run(checkpoint, reporter)
                  : training.run(backbone.transfer().weights(), checkpoint, reporter);
        }
        ObjectNode about = about(result, train, validation, cores);
        if (backbone != null) {
          about.put("start_fingerprint", backbone.fingerprint());
        }
        about.set("curve", new ObjectMapper().valueToTree(result.curve()));
        Map<String, String> notes = new TreeMap<>(network.preprocessing().notes());
        notes.put("architecture", architecture);
        new WeightFile(result.weights(), notes)
            .write(out.resolve(architecture + ".safetensors"), Precision.F16);
        Json.write(out.resolve(architecture + ".json"), about);
        json.write(about);
        System.out.printf(
            Locale.ROOT,
            "top-1 %.1f %%, top-5 %.1f %% on %d validation images; weights in %s%n",
            100 * result.top1(),
            100 * result.top5(),
            validation.count(),
            out.resolve(architecture + ".safetensors"));
      }
    }
    return 0;
  }

  private PackedImages pack(ImageFolder.Split split, String name, int size, int cores)
      throws IOException {
    String source = state(split).substring(0, 8);
    Path file = out.resolve("%s-%d-%s.packed".formatted(name, size, source));
    if (Files.exists(file)) {
      return PackedImages.open(file);
    }
    try (Progress progress = new ProgressBars().start("decode " + name, split.size(), "images")) {
      return PackedImages.pack(split, size, file, cores, done -> progress.at(done, ""), LOG::warn);
    }
  }

  /**
   * Where the images come from and when they were last changed, so that other data are not taken
   * for these. A folder's own time says nothing of the files in the folders inside it.
   */
  private String state(ImageFolder.Split split) throws IOException {
    Fingerprint state =
        new Fingerprint()
            .add(data.toAbsolutePath().normalize() + " " + Files.getLastModifiedTime(data));
    if (Files.isDirectory(data)) {
      for (int i = 0; i < split.size(); i++) {
        Path file = data.resolve(split.name(i));
        state.add("%s %s".formatted(split.name(i), Files.getLastModifiedTime(file)));
      }
    }
    return state.hex();
  }

  /** The network with the weights to train on: layers that fit, the others new. */
  private Backbone trained(int classes) throws IOException {
    try {
      Backbone backbone =
          Backbone.ofClassifier(new NetworkChoice(architecture, start, "cpu"), classes, seed);
      backbone.transfer().rows().forEach(row -> LOG.info("{}", row));
      return backbone;
    } catch (ConfigException e) {
      throw new ConfigException(
          e.getMessage()
              .replace("network.weights", "--start")
              .replace("network.architecture: ", ""));
    }
  }

  private NetworkDefinition network(int classes) {
    try {
      return Architectures.byName(architecture, classes);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private PretrainingSettings settings(int images) {
    if (start != null && !noBatchNorm) {
      throw new ConfigException(
          "--start needs --no-batch-norm: batch normalisation would undo what the weights have"
              + " learned.");
    }
    try {
      return new PretrainingSettings(
          epochs,
          batch,
          new Solver(
              rate, new Solver.Cosine(Math.max(1, images / Math.max(1, batch))), 0.9f, weightDecay),
          new Augmentation(leastArea, 0.2),
          dropout,
          labelSmoothing,
          !noBatchNorm,
          seed);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private ObjectNode about(
      Pretraining.Result result, PackedImages train, PackedImages validation, int cores) {
    ObjectNode about = new ObjectMapper().createObjectNode();
    about.put(
        "command",
        String.format(
            Locale.ROOT,
            "rcnn pretrain --data %s --out %s --architecture %s --epochs %d --batch %d --rate %s"
                + " --weight-decay %s --dropout %s --least-area %s --label-smoothing %s --seed %d"
                + " --threads %d%s%s%s",
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
            device.device() == ComputeDevice.CPU ? "" : " --device gpu"));
    about.put("seed", seed);
    about.put("epochs", epochs);
    about.put("classes", train.classes().size());
    about.put("train_images", train.count());
    about.put("train_fingerprint", train.fingerprint());
    about.put("validation_images", validation.count());
    about.put("validation_fingerprint", validation.fingerprint());
    about.put("validation_top1", result.top1());
    about.put("validation_top5", result.top5());
    about.put("engine", TorchEngine.version());
    return about;
  }

  /** Packed images as the training reads them. */
  private record Packed(PackedImages images) implements LabelledImages {
    @Override
    public int count() {
      return images.count();
    }

    @Override
    public int size() {
      return images.size();
    }

    @Override
    public int label(int index) {
      return images.label(index);
    }

    @Override
    public void copyPixels(int index, byte[] into) {
      try {
        images.copyPixels(index, into);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Shows progress. */
  private static final class Reporter implements Pretraining.Listener, AutoCloseable {
    private final Progress progress;

    Reporter(long total) {
      progress = new ProgressBars().start("pre-training", total, "it");
    }

    @Override
    public void iteration(int done, int total, double loss) {
      progress.at(done, String.format(Locale.ROOT, "loss %.3f", loss));
    }

    @Override
    public void epoch(Pretraining.Epoch epoch) {
      LOG.info(
          "epoch {}: loss {}, validation top-1 {} %, top-5 {} %",
          epoch.epoch(),
          String.format(Locale.ROOT, "%.3f", epoch.loss()),
          String.format(Locale.ROOT, "%.1f", 100 * epoch.top1()),
          String.format(Locale.ROOT, "%.1f", 100 * epoch.top5()));
    }

    @Override
    public void close() {
      progress.close();
    }
  }
}
