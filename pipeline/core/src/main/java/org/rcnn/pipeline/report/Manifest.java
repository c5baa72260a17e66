package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.KernelChoice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.onnx.OnnxRuntimes;
import org.rcnn.cnn.warp.OpenCvVersion;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.ProgramVersion;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.FinishedFolder;
import org.rcnn.pipeline.run.ImageList;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Processor;
import org.rcnn.pipeline.stage.RecordedRun;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.svm.LibsvmVersion;

/** A run's provenance: what it takes to repeat it, and its result. */
public final class Manifest {

  private Manifest() {}

  /**
   * The manifest of a run.
   *
   * @param experiment gives classes, network and transfer
   * @param artifacts what the result stands on; {@code RunCleaning} keeps it
   * @param result the result as JSON
   */
  public static ObjectNode of(
      Experiment experiment, Collection<Artifact> artifacts, ObjectNode result) {
    Run run = experiment.run();
    ObjectNode manifest = Json.object();
    manifest.put("written", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    manifest.set("configuration", new ConfigLoader().toTree(run.config()));
    ObjectNode data = manifest.putObject("data");
    data.put("source", run.source());
    data.put("train", run.train().split());
    data.put("train_images", run.train().samples().size());
    data.put("train_fingerprint", run.train().fingerprint());
    data.put("test", run.test().split());
    data.put("test_images", run.test().samples().size());
    data.put("test_fingerprint", run.test().fingerprint());
    data.put(ImageList.KEY, ImageList.of(run).fingerprint());
    experiment
        .proposalSource()
        .ifPresent(source -> manifest.put(RecordedRun.PROPOSAL_SOURCE, source.name()));
    manifest.set("classes", Json.tree(experiment.classes()));
    manifest.set("untrained_classes", Json.tree(run.untrained()));
    manifest.set("network", network(experiment.backbone().definition()));
    manifest.put("backbone_fingerprint", experiment.backbone().fingerprint());
    manifest.set("transfer", Json.tree(experiment.backbone().transfer().rows()));
    ObjectNode execution = manifest.putObject("execution");
    execution.put("train", experiment.execution(true).label());
    execution.put("test", experiment.execution(false).label());
    ObjectNode versions = manifest.putObject("versions");
    versions.put("rcnn", ProgramVersion.current());
    versions.put("engine", TorchEngine.version());
    if (usesOnnx(experiment)) {
      versions.put("onnxruntime", OnnxRuntimes.version());
    }
    versions.put("opencv", OpenCvVersion.current());
    versions.put("libsvm", LibsvmVersion.current());
    versions.put("java", System.getProperty("java.runtime.version"));
    versions.put("machine", machine());
    manifest.set("processor", processor());
    manifest.put("seed", run.config().seed());
    manifest.put("threads", run.config().effectiveThreads());
    manifest.set("problems", Json.tree(problems(run)));
    manifest.set(RunFolder.NEEDED_ARTIFACTS, Json.tree(run.folder().places(artifacts)));
    manifest.set("result", result);
    return manifest;
  }

  /**
   * The manifest of a run of one row, which says also where the row's artifacts are, from the run's
   * folder, and how long its stages took. So the folder can be read without an experiment.
   *
   * @param row the row that the result is of, all of whose stages have run
   * @param result the result as JSON
   */
  static ObjectNode of(Experiment experiment, Row row, ObjectNode result) {
    ObjectNode manifest = of(experiment, experiment.artifacts(row).values(), result);
    RunFolder folder = experiment.run().folder();
    manifest.set(
        FinishedFolder.ARTIFACTS, FinishedFolder.places(folder.root(), experiment.artifacts(row)));
    ArrayNode stages = manifest.putArray("stages");
    folder
        .seconds()
        .forEach(
            (stage, seconds) ->
                stages
                    .addObject()
                    .put("stage", stage)
                    .put("seconds", Json.orNull(seconds))
                    .put("reused", folder.wasReused(stage)));
    return manifest;
  }

  private static boolean usesOnnx(Experiment experiment) {
    return experiment.execution(true) == Execution.ONNX
        || experiment.execution(false) == Execution.ONNX;
  }

  /** What is wrong with the data: classes that cannot be learned, then problems with images. */
  static List<String> problems(Run run) {
    return Stream.concat(run.untrainedSentence().stream(), run.problems().sentences().stream())
        .toList();
  }

  /** What the last bits of a result depend on beside versions and threads. */
  private static ObjectNode processor() {
    KernelChoice kernels = Processor.kernels();
    ObjectNode processor = Json.object();
    processor.put("model", Processor.model().orElse("unknown"));
    processor.put("kernels", kernels.level());
    processor.put("instructions", String.join(" ", kernels.instructions()));
    processor.set("overrides", Json.tree(kernels.overrides()));
    return processor;
  }

  /** System, processor and cores. */
  public static String machine() {
    return String.format(
        Locale.ROOT,
        "%s %s, %d cores",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
  }

  /** The network: name, input, preprocessing, and the length of each layer's features. */
  static ObjectNode network(NetworkDefinition definition) {
    ObjectNode network = Json.object();
    network.put("architecture", definition.name());
    network.put("input_size", definition.inputSize());
    network.put("parameters", definition.parameterCount());
    definition.preprocessing().notes().forEach((key, value) -> network.put(key, value));
    ObjectNode layers = network.putObject("layers");
    definition
        .featureTaps()
        .forEach(tap -> layers.put(tap.label(), definition.tapDimensions().get(tap)));
    return network;
  }
}
