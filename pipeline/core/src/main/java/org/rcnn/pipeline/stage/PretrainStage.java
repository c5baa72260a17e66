package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.train.FixedViews;
import org.rcnn.cnn.train.KeptViews;
import org.rcnn.cnn.train.LabelledImages;
import org.rcnn.cnn.train.Pretraining;
import org.rcnn.cnn.train.PretrainingSettings;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.Check;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.RgbImage;
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
 *
 * <p>Where the layers that are frozen begin the network and the first that learns is fully
 * connected, what they give is computed once, for a few fixed views of each image ({@link
 * FixedViews}), stored in half precision, and trained from. An epoch then takes a small part of the
 * time. It differs from the plain way in two things: an image has these views and no others, and
 * the values are rounded to 11 significant bits.
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
   * @param training the settings; with starting weights, batch normalisation needs frozen layers,
   *     and all others but that of the scores must be new
   * @param views stored views of each image where what frozen layers give is computed once; 2 for
   *     the whole image and its mirror image, further ones are random
   */
  public record Settings(
      String architecture, String start, PretrainingSettings training, int views) {

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if starting weights are to be trained with batch
     *     normalisation and no layer is frozen, layers are frozen without starting weights, or
     *     there are too few or too many views
     */
    public Settings {
      if (start != null && training.batchNorm() && training.frozenLayers().isEmpty()) {
        throw new IllegalArgumentException(
            "Batch normalisation would undo what the starting weights have learned; train without it.");
      }
      if (start == null && !training.frozenLayers().isEmpty()) {
        throw new IllegalArgumentException(
            "Frozen layers keep the weights that they start with, so they need starting weights; there are none.");
      }
      Check.within("views", views, 1, 1000);
    }

    /** A training with the usual number of stored views. */
    public Settings(String architecture, String start, PretrainingSettings training) {
      this(architecture, start, training, FixedViews.WHOLE);
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
   * @param threads threads that decode images and run frozen layers side by side, and that share
   *     one operation of what learns
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
   * Trains the network, with all files in one folder.
   *
   * @param images the set; its classes become the network's
   * @param out the folder for weights, images, stored values and the checkpoint, created if missing
   * @param origin the first entries of the JSON file, such as the command
   * @throws ConfigException if there is no such network, or it does not fit the starting weights
   * @throws IOException if images or weights cannot be read, or files cannot be written
   */
  public Trained run(ImageFolder images, Path out, Map<String, String> origin) throws IOException {
    return run(images, out, out, origin);
  }

  /**
   * Trains the network.
   *
   * @param images the set; its classes become the network's
   * @param out the folder for weights and the checkpoint, created if missing
   * @param shared the folder for packed images and stored values, created if missing; trainings
   *     that differ in their settings or in the layers that learn can share it
   * @param origin the first entries of the JSON file, such as the command
   * @throws ConfigException if there is no such network, or it does not fit the starting weights
   * @throws IOException if images or weights cannot be read, or files cannot be written
   */
  public Trained run(ImageFolder images, Path out, Path shared, Map<String, String> origin)
      throws IOException {
    Backbone backbone = settings.start == null ? null : backbone(images.classes().size());
    NetworkDefinition network =
        backbone == null ? network(images.classes().size()) : backbone.definition();
    if (backbone != null) {
      requireSuitable(backbone);
    }
    Optional<Tap> tap = fixedTap(network);
    images.problems().forEach(LOG::warn);
    Files.createDirectories(out);
    int side = side(images.train(), network.inputSize());
    try (PackedImages train = pack(images, images.train(), "train", side, shared);
        PackedImages validation = pack(images, images.validation(), "validation", side, shared)) {
      Pretraining.Result result = train(network, backbone, tap, train, validation, out, shared);
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
      if (!settings.training.frozenLayers().isEmpty()) {
        about.set("frozen_layers", Json.tree(settings.training.frozenLayers()));
      }
      if (tap.isPresent()) {
        about.put("stored_tap", tap.get().label());
        about.put("stored_views", settings.views);
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

  /** Refuses what cannot be frozen or normalised, before images are decoded. */
  private void requireSuitable(Backbone backbone) {
    PretrainingSettings training = settings.training;
    NetworkDefinition network = backbone.definition();
    Set<String> named = new TreeSet<>(training.frozenLayers());
    named.remove(PretrainingSettings.CONVOLUTIONS);
    backbone.requireLayers("frozen-layers", named);
    if (network.leaves().noneMatch(training::learns)) {
      throw new ConfigException(
          "frozen-layers: all layers of network %s would be frozen; leave one to learn."
              .formatted(network.name()));
    }
    List<String> fresh = backbone.transfer().newLayers();
    for (Layer layer : network.parameterLayers()) {
      boolean isNew = fresh.contains(layer.name());
      if (isNew && layer.learns() && !training.learns(layer)) {
        throw new ConfigException(
            "frozen-layers: the starting weights have no layer %s that fits, so frozen it would stay random."
                .formatted(layer.name()));
      }
      boolean normalised =
          training.batchNorm() && training.learns(layer) && !layer.equals(network.scoresLayer());
      if (normalised && !isNew) {
        throw new ConfigException(
            "Batch normalisation would undo what the starting weights have learned, here those of %s: freeze that layer, or train without batch normalisation."
                .formatted(layer.name()));
      }
    }
  }

  /** The tap up to which frozen layers give the same in every epoch, if there is one. */
  private Optional<Tap> fixedTap(NetworkDefinition network) {
    PretrainingSettings training = settings.training;
    if (training.frozenLayers().isEmpty()) {
      return Optional.empty();
    }
    Optional<Tap> tap = network.lastFixedTap(training::learns);
    if (tap.isEmpty()) {
      LOG.info(
          "The frozen layers do not reach up to a fully connected layer, so every epoch runs all"
              + " layers, on random views.");
    }
    return tap;
  }

  /**
   * The side that images are packed with: the network's, or that of the images if they are smaller,
   * as far as the first one of each class tells. Enlarged copies would only fill the disk; views
   * are enlarged when they are made.
   */
  private static int side(ImageFolder.Split split, int most) throws IOException {
    int side = 0;
    for (int i = 0; i < split.size() && side < most; i++) {
      if (i == 0 || split.label(i) != split.label(i - 1)) {
        try {
          RgbImage image = split.read(i);
          side = Math.max(side, Math.min(image.width(), image.height()));
        } catch (IOException e) {
          // Packing reports images that cannot be decoded.
          LOG.debug("{}", e.getMessage());
        }
      }
    }
    return side == 0 ? most : Math.min(side, most);
  }

  private NetworkDefinition network(int classes) {
    try {
      return Architectures.byName(settings.architecture, classes);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private PackedImages pack(
      ImageFolder images, ImageFolder.Split split, String name, int size, Path folder)
      throws IOException {
    String source = state(images.root(), split).substring(0, 8);
    Path file = folder.resolve(name + "-" + size + "-" + source + ".packed");
    if (Files.exists(file)) {
      return PackedImages.open(file);
    }
    try (Progress progress = monitor.start("decode " + name, split.size(), "images")) {
      return PackedImages.pack(
          split, size, file, threads, done -> progress.at(done, ""), LOG::warn);
    }
  }

  /**
   * A hash of the classes, the images' place and the times when they were last changed, so that
   * other images are not mistaken for these. It includes the files' times, because a folder's time
   * does not change with the files in its subfolders. It includes the classes, because a new one
   * among the training images renumbers those of the validation images.
   */
  private static String state(Path root, ImageFolder.Split split) throws IOException {
    Fingerprint state =
        new Fingerprint()
            .add(root.toAbsolutePath().normalize() + " " + Files.getLastModifiedTime(root))
            .add(String.join("\n", split.classes()));
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
      Optional<Tap> tap,
      PackedImages train,
      PackedImages validation,
      Path out,
      Path shared)
      throws IOException {
    if (tap.isEmpty()) {
      return train(network, backbone, train, validation, null, out);
    }
    StoredViews.Prefix prefix =
        new StoredViews.Prefix(
            network,
            backbone.transfer().weights(),
            tap.get(),
            device,
            Execution.AUTO.on(device, network),
            threads);
    try (StoredViews training = stored(prefix, train, settings.views, "train", shared);
        StoredViews validating = stored(prefix, validation, 1, "validation", shared)) {
      KeptViews kept =
          new KeptViews(
              tap.get(),
              settings.views,
              training.fingerprint() + " " + validating.fingerprint(),
              training::copy,
              validating::copy);
      return train(network, backbone, train, validation, kept, out);
    }
  }

  private StoredViews stored(
      StoredViews.Prefix prefix, PackedImages images, int views, String name, Path shared)
      throws IOException {
    FixedViews fixed =
        new FixedViews(
            new Packed(images),
            prefix.definition(),
            settings.training.augmentation(),
            settings.training.seed());
    String task = prefix.tap().label() + " of " + name;
    try (Progress progress = monitor.start(task, images.count(), "images")) {
      return StoredViews.of(prefix, fixed, views, shared.resolve("stored"), progress);
    }
  }

  private Pretraining.Result train(
      NetworkDefinition network,
      Backbone backbone,
      PackedImages train,
      PackedImages validation,
      KeptViews kept,
      Path out)
      throws IOException {
    TorchEngine.useThreads(threads);
    long steps = (long) settings.training.epochs() * (train.count() / settings.training.batch());
    Path checkpoint = out.resolve("checkpoint.safetensors");
    try (Progress progress = monitor.start("pre-training", steps, "it")) {
      Pretraining training =
          new Pretraining(
              network, settings.training, new Packed(train), new Packed(validation), kept, device);
      Pretraining.Listener listener = new ProgressListener(progress, monitor);
      return backbone == null
          ? training.run(checkpoint, listener)
          : training.run(
              backbone.transfer().weights(),
              Set.copyOf(backbone.transfer().newLayers()),
              checkpoint,
              listener);
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

    @Override
    public String fingerprint() {
      return images.fingerprint();
    }
  }

  /** Shows the loss beside the progress, and logs each epoch. */
  private record ProgressListener(Progress progress, Progress.Monitor monitor)
      implements Pretraining.Listener {
    @Override
    public void resumed(int done) {
      progress.resume(done);
    }

    @Override
    public void iteration(int done, int total, double loss) {
      progress.at(done, String.format(Locale.ROOT, "loss %.3f", loss));
      monitor.scalar("pretrain/loss", done, loss);
    }

    @Override
    public void epoch(Pretraining.Epoch epoch) {
      monitor.scalar("pretrain/top1", epoch.epoch(), epoch.top1());
      monitor.scalar("pretrain/top5", epoch.epoch(), epoch.top5());
      LOG.info(
          "epoch {}: loss {}, validation top-1 {} %, top-5 {} %",
          epoch.epoch(),
          String.format(Locale.ROOT, "%.3f", epoch.loss()),
          String.format(Locale.ROOT, "%.1f", 100 * epoch.top1()),
          String.format(Locale.ROOT, "%.1f", 100 * epoch.top5()));
    }
  }
}
