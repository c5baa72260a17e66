package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.train.LabelledImages;
import org.rcnn.cnn.train.Pretraining;
import org.rcnn.cnn.train.PretrainingSettings;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.folder.ImageFolder;
import org.rcnn.data.folder.PackedImages;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig.NetworkChoice;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Supervised pre-training of a network on classified images (section 2.3 of the paper). It comes
 * before the stages of a run.
 *
 * <p>The images are decoded once, into packed files. After every epoch the training writes a
 * checkpoint, from which a later call with the same settings resumes.
 */
public final class PretrainStage {

  private static final Logger LOG = LoggerFactory.getLogger(PretrainStage.class);

  private final Settings settings;
  private final ComputeDevice device;
  private final int threads;
  private final Progress.Monitor monitor;

  /**
   * The network and its training.
   *
   * @param architecture the network, by its name
   * @param start the starting weights, {@code embedded} or a file; null for random ones
   * @param training the settings; without batch normalisation if there are starting weights
   */
  public record Settings(String architecture, String start, PretrainingSettings training) {

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if starting weights are to be trained with batch
     *     normalisation
     */
    public Settings {
      if (start != null && training.batchNorm()) {
        throw new IllegalArgumentException(
            "Batch normalisation would undo what the starting weights have learned; train without it.");
      }
    }
  }

  /**
   * A trained network.
   *
   * @param weights the weights' file, {@code ARCHITECTURE.safetensors}
   * @param about the JSON file beside it: seed, images, accuracy, learning curve
   * @param top1 share of validation images whose class scored highest
   * @param top5 share of validation images whose class was among the five highest
   * @param validationImages the number of validation images
   */
  public record Trained(Path weights, Path about, double top1, double top5, int validationImages) {}

  /**
   * A stage.
   *
   * @param settings the network and its training
   * @param device where the network trains
   * @param threads threads that decode images, and that share one operation of the network
   * @param monitor shows the progress of decoding and training
   */
  public PretrainStage(
      Settings settings, ComputeDevice device, int threads, Progress.Monitor monitor) {
    this.settings = settings;
    this.device = device;
    this.threads = threads;
    this.monitor = monitor;
  }

  /**
   * Trains the network.
   *
   * @param images the set; its classes become the network's
   * @param out the folder for weights, packed images and the checkpoint, created if missing
   * @param origin the first entries of the JSON file, such as the command
   * @throws ConfigException if there is no such network, or it does not fit the starting weights
   * @throws IOException if images or weights cannot be read, or files cannot be written
   */
  public Trained run(ImageFolder images, Path out, Map<String, String> origin) throws IOException {
    Backbone backbone = settings.start == null ? null : backbone(images.classes().size());
    NetworkDefinition network =
        backbone == null ? network(images.classes().size()) : backbone.definition();
    images.problems().forEach(LOG::warn);
    Files.createDirectories(out);
    try (PackedImages train = pack(images, images.train(), "train", network.inputSize(), out);
        PackedImages validation =
            pack(images, images.validation(), "validation", network.inputSize(), out)) {
      Pretraining.Result result = train(network, backbone, train, validation, out);
      ObjectNode about = Json.object();
      origin.forEach(about::put);
      about.put("seed", settings.training.seed());
      about.put("epochs", settings.training.epochs());
      about.put("classes", train.classes().size());
      about.put("train_images", train.count());
      about.put("train_fingerprint", train.fingerprint());
      about.put("validation_images", validation.count());
      about.put("validation_fingerprint", validation.fingerprint());
      about.put("validation_top1", result.top1());
      about.put("validation_top5", result.top5());
      about.put("engine", TorchEngine.version());
      if (backbone != null) {
        about.put("start_fingerprint", backbone.fingerprint());
      }
      about.set("curve", Json.tree(result.curve()));
      Map<String, String> notes = new TreeMap<>(network.preprocessing().notes());
      notes.put("architecture", settings.architecture);
      Path weights = out.resolve(settings.architecture + ".safetensors");
      new WeightFile(result.weights(), notes).write(weights, Precision.F16);
      Path json = out.resolve(settings.architecture + ".json");
      Json.write(json, about);
      return new Trained(weights, json, result.top1(), result.top5(), validation.count());
    }
  }

  /** The network with the starting weights; layers that do not fit are new. */
  private Backbone backbone(int classes) throws IOException {
    NetworkChoice choice =
        new NetworkChoice(settings.architecture, settings.start, ComputeDevice.CPU);
    Backbone backbone = Backbone.ofClassifier(choice, classes, settings.training.seed());
    backbone.transfer().rows().forEach(row -> LOG.info("{}", row));
    return backbone;
  }

  private NetworkDefinition network(int classes) {
    try {
      return Architectures.byName(settings.architecture, classes);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private PackedImages pack(
      ImageFolder images, ImageFolder.Split split, String name, int size, Path out)
      throws IOException {
    String source = state(images.root(), split).substring(0, 8);
    Path file = out.resolve(name + "-" + size + "-" + source + ".packed");
    if (Files.exists(file)) {
      return PackedImages.open(file);
    }
    try (Progress progress = monitor.start("decode " + name, split.size(), "images")) {
      return PackedImages.pack(
          split, size, file, threads, done -> progress.at(done, ""), LOG::warn);
    }
  }

  /**
   * A hash of the images' place and of the times when they were last changed, so that other images
   * are not mistaken for these. It includes the files' times, because a folder's time does not
   * change with the files in its subfolders.
   */
  private static String state(Path root, ImageFolder.Split split) throws IOException {
    Fingerprint state =
        new Fingerprint()
            .add(root.toAbsolutePath().normalize() + " " + Files.getLastModifiedTime(root));
    if (Files.isDirectory(root)) {
      for (int i = 0; i < split.size(); i++) {
        Path file = root.resolve(split.name(i));
        state.add("%s %s".formatted(split.name(i), Files.getLastModifiedTime(file)));
      }
    }
    return state.hex();
  }

  private Pretraining.Result train(
      NetworkDefinition network,
      Backbone backbone,
      PackedImages train,
      PackedImages validation,
      Path out)
      throws IOException {
    TorchEngine.useThreads(threads);
    long steps = (long) settings.training.epochs() * (train.count() / settings.training.batch());
    Path checkpoint = out.resolve("checkpoint.safetensors");
    try (Progress progress = monitor.start("pre-training", steps, "it")) {
      Pretraining training =
          new Pretraining(
              network, settings.training, new Packed(train), new Packed(validation), device);
      Pretraining.Listener listener = new ProgressListener(progress);
      return backbone == null
          ? training.run(checkpoint, listener)
          : training.run(backbone.transfer().weights(), checkpoint, listener);
    }
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

  /** Shows the loss beside the progress, and logs each epoch. */
  private record ProgressListener(Progress progress) implements Pretraining.Listener {
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
  }
}
