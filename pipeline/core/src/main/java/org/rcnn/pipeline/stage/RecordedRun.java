package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.onnx.OnnxRuntimes;
import org.rcnn.cnn.warp.OpenCvVersion;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.config.ProgramVersion;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Run;
import org.rcnn.svm.LibsvmVersion;

/**
 * A run as its manifest describes it, to be run again: settings, where its images were, and what it
 * stood on. Nothing but the manifest is read, so the run's folder need not exist any more.
 */
public final class RecordedRun {

  /** The manifest's key of the name of a program's own boxes; absent for selective search. */
  public static final String PROPOSAL_SOURCE = "proposal_source";

  private final Path file;
  private final JsonNode manifest;

  private RecordedRun(Path file, JsonNode manifest) {
    this.file = file;
    this.manifest = manifest;
  }

  /**
   * Reads a manifest.
   *
   * @param file {@code manifest.json} of a run, or {@code ablation.json}, which says the same
   * @throws ConfigException if there is no such file
   * @throws IOException if it cannot be read, is no manifest, or is that of a run on a program's
   *     own boxes
   */
  public static RecordedRun read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(
          "There is no file %s; name the manifest.json of a run.".formatted(file));
    }
    JsonNode manifest = Json.read(file);
    if (!manifest.path("configuration").isObject()
        || !manifest.path("data").path("train_fingerprint").isTextual()
        || !manifest.path("data").path("test_fingerprint").isTextual()) {
      throw new IOException(
          "%s is no manifest of a run: it lacks the configuration, or the fingerprints of the data."
              .formatted(file));
    }
    if (manifest.has(PROPOSAL_SOURCE)) {
      throw new IOException(
          "The boxes of %s came from a program of its own ('%s'), which alone can repeat the run."
              .formatted(file, manifest.path(PROPOSAL_SOURCE).asText()));
    }
    return new RecordedRun(file, manifest);
  }

  /**
   * The run's settings, with the number of threads that it had, because trainings on another number
   * give other last bits.
   *
   * @param settings dotted key to value, which replace those of the manifest
   * @throws ConfigException if the manifest has a setting that does not exist, or a value is
   *     invalid
   */
  public PipelineConfig config(Map<String, String> settings) {
    ConfigLoader loader = new ConfigLoader();
    PipelineConfig recorded = loader.tree(manifest.path("configuration"), file.toString());
    Map<String, String> changes = new LinkedHashMap<>();
    int threads = manifest.path("threads").asInt(recorded.effectiveThreads());
    if (threads != recorded.effectiveThreads()) {
      changes.put("threads", Integer.toString(threads));
    }
    changes.putAll(settings);
    return changes.isEmpty() ? recorded : loader.with(recorded, changes);
  }

  /** Where the run's images were; empty for those of the demo, which are drawn anew. */
  public Optional<Path> data() {
    String source = manifest.path("data").path("source").asText();
    return Run.isGenerated(source) ? Optional.empty() : Optional.of(Path.of(source));
  }

  /**
   * The first thing by which a new run's images are not those of the manifest.
   *
   * @return a sentence without its full stop; empty if they are the same
   */
  public Optional<String> otherImages(Run run) {
    JsonNode data = manifest.path("data");
    if (!data.path("train_fingerprint").asText().equals(run.train().fingerprint())) {
      return Optional.of(
          "The %d training images of %s are not the %d of %s, or were changed since"
              .formatted(
                  run.train().samples().size(),
                  run.source(),
                  data.path("train_images").asInt(),
                  file));
    }
    if (!data.path("test_fingerprint").asText().equals(run.test().fingerprint())) {
      return Optional.of(
          "The %d test images of %s are not the %d of %s, or were changed since"
              .formatted(
                  run.test().samples().size(),
                  run.source(),
                  data.path("test_images").asInt(),
                  file));
    }
    return Optional.empty();
  }

  /**
   * Whether a new run's network starts from other weights than that of the manifest.
   *
   * @return a sentence without its full stop; empty if it starts from the same
   */
  public Optional<String> otherStart(Backbone backbone) {
    return manifest.path("backbone_fingerprint").asText().equals(backbone.fingerprint())
        ? Optional.empty()
        : Optional.of(
            "The network starts from other weights than that of %s, or is another one"
                .formatted(file));
  }

  /** What may change last bits although settings and data are the same, a sentence each. */
  public List<String> doubts(Experiment experiment) {
    Map<String, String> here = new LinkedHashMap<>();
    here.put("versions.rcnn", ProgramVersion.current());
    here.put("versions.engine", TorchEngine.version());
    here.put("versions.opencv", OpenCvVersion.current());
    here.put("versions.libsvm", LibsvmVersion.current());
    here.put("versions.java", System.getProperty("java.runtime.version"));
    here.put("processor.kernels", Processor.kernels().level());
    here.put("execution.train", experiment.execution(true).label());
    here.put("execution.test", experiment.execution(false).label());
    if (experiment.execution(true) == Execution.ONNX
        || experiment.execution(false) == Execution.ONNX) {
      here.put("versions.onnxruntime", OnnxRuntimes.version());
    }
    List<String> doubts = new ArrayList<>();
    here.forEach(
        (path, now) -> {
          String[] keys = path.split("\\.");
          String then = manifest.path(keys[0]).path(keys[1]).asText();
          if (!then.isEmpty() && !then.equals(now)) {
            doubts.add(
                "%s is %s here and was %s in %s; last bits may differ."
                    .formatted(path, now, then, file));
          }
        });
    return doubts;
  }

  /** The name of the run's folder, for the default of another's. */
  public String name() {
    Path folder = file.toAbsolutePath().normalize().getParent();
    Path name = folder == null ? null : folder.getFileName();
    return name == null ? "run" : name.toString();
  }
}
