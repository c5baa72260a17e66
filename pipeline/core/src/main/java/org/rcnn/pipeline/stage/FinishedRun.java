package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.Bootstrap;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.FinishedFolder;

/**
 * A run that has finished, opened from its folder alone to be looked at again: nothing is computed
 * by its stages, and nothing in the folder is locked or written.
 *
 * <p>It has one row, that of its result; asked for another, the methods throw an {@link
 * IllegalArgumentException}.
 */
public final class FinishedRun implements RunArtifacts {

  private final FinishedFolder folder;
  private final Row row;
  private final DetectionSet test;

  private FinishedRun(FinishedFolder folder, Row row, DetectionSet test) {
    this.folder = folder;
    this.row = row;
    this.test = test;
  }

  /**
   * Opens a run's folder.
   *
   * @param folder where a run has finished
   * @param data other folders of images, for a run whose test images have moved since
   * @throws IOException if the folder does not exist, no run has finished there, its manifest is
   *     damaged or of another version, or its test images are not found
   */
  public static FinishedRun open(Path folder, List<Path> data) throws IOException {
    FinishedFolder finished = FinishedFolder.open(folder);
    return new FinishedRun(finished, row(finished), finished.test(data));
  }

  private static Row row(FinishedFolder folder) throws IOException {
    PipelineConfig config = folder.config();
    try {
      return new Row(
          config.finetune().enabled(),
          config.features().layer(),
          Heads.named("svm.head", config.svm().head()),
          config.bbox().enabled());
    } catch (ConfigException e) {
      throw new IOException("The run %s is of another version: %s".formatted(folder.root(), e), e);
    }
  }

  /** The run's folder. */
  public Path folder() {
    return folder.root();
  }

  /** All that the run's {@code manifest.json} says. */
  public JsonNode manifest() {
    return folder.manifest();
  }

  /** The row that the run's result is of. */
  public Row row() {
    return row;
  }

  @Override
  public PipelineConfig config() {
    return folder.config();
  }

  @Override
  public DetectionSet test() {
    return test;
  }

  /** The detector's classes, sorted. */
  public List<String> classes() {
    List<String> classes = new ArrayList<>();
    manifest().path("classes").forEach(name -> classes.add(name.asText()));
    return classes;
  }

  @Override
  public List<String> scoredClasses() {
    TreeSet<String> scored = new TreeSet<>(classes());
    manifest().path("untrained_classes").fieldNames().forEachRemaining(scored::add);
    return List.copyOf(scored);
  }

  @Override
  public Artifact testProposals() throws IOException {
    return folder.artifact("proposals of the test images");
  }

  @Override
  public Artifact fineTuned() throws IOException {
    return folder.artifact("fine-tuning");
  }

  @Override
  public Optional<Artifact> head(Row asked) throws IOException {
    require(asked);
    return folder.has("head") ? Optional.of(folder.artifact("head")) : Optional.empty();
  }

  @Override
  public Artifact boxRegression(boolean finetuned) throws IOException {
    if (finetuned != row.finetuned()) {
      throw new IllegalArgumentException(
          "The run has no box regression of the other network; it is %s.".formatted(row.label()));
    }
    return folder.artifact("box regression");
  }

  @Override
  public Artifact detections(Row asked) throws IOException {
    require(asked);
    return folder.artifact("detections");
  }

  @Override
  public Artifact thresholds(Row asked) throws IOException {
    require(asked);
    return folder.artifact("thresholds");
  }

  private void require(Row asked) {
    if (!asked.equals(row)) {
      throw new IllegalArgumentException(
          "The run is %s, and has nothing of %s.".formatted(row.label(), asked.label()));
    }
  }

  @Override
  public double secondsOf(Artifact artifact) throws IOException {
    return folder.secondsOf(artifact);
  }

  /**
   * The run's score on its test images and on resamples of them. Those are the same for every run
   * with the same test images, so that such runs can be compared.
   *
   * @param metric how AP is computed
   * @param classes the classes to score
   * @param seed of the resamples
   */
  public BootstrapResult resampled(ApMetric metric, List<String> classes, long seed)
      throws IOException {
    VocResults found = VocResults.read(detections(row).place(), test.split());
    return new Bootstrap(
            new DetectionEvaluator(metric, Experiment.MATCH_IOU), Bootstrap.RESAMPLES, seed)
        .evaluate(classes, test.annotations(), found);
  }
}
