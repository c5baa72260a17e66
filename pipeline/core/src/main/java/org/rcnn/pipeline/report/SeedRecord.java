package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.rcnn.data.Fingerprint;
import org.rcnn.eval.Interval;
import org.rcnn.eval.Repetitions;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mean APs of an ablation's rows by the seed of fine-tuning, kept in a run's folder, so that
 * ablations run one after the other with {@code --set finetune.seed=2}, {@code 3} and so on tell
 * how much of a figure is luck.
 *
 * <p>A record is of one set of settings, apart from that seed and those that leave the figures as
 * they are, and of one set of images; under others it begins anew.
 */
final class SeedRecord {

  private static final Logger LOG = LoggerFactory.getLogger(SeedRecord.class);

  private static final String NAME = "ablation-seeds.json";

  private final JsonNode tree;

  private SeedRecord(JsonNode tree) {
    this.tree = tree;
  }

  /** A record of nothing. */
  static SeedRecord empty() {
    return of(Json.object());
  }

  /** A record as it is in its file. */
  static SeedRecord of(JsonNode tree) {
    return new SeedRecord(tree);
  }

  /**
   * Adds an ablation's rows to the record of a run's folder. A record that is damaged, or of other
   * settings or images, is replaced, and a log line says so.
   *
   * @throws IOException if the record cannot be written
   */
  static SeedRecord update(Run run, List<ResampledRow> rows) throws IOException {
    Path file = run.folder().root().resolve(NAME);
    PipelineConfig config = run.config();
    String settings = fingerprint(run);
    ObjectNode tree = read(file, settings).orElseGet(Json::object);
    tree.put("settings", settings);
    long seed = config.finetune().seed() == 0 ? config.seed() : config.finetune().seed();
    ObjectNode ofSeed = tree.withObjectProperty("seeds").withObjectProperty(Long.toString(seed));
    for (ResampledRow row : rows) {
      if (row.row().finetuned() && !Double.isNaN(row.meanAp())) {
        ofSeed.put(row.row().label(), row.meanAp());
      }
    }
    Json.write(file, tree);
    return new SeedRecord(tree);
  }

  /** The record in a file; empty if there is none that can be continued. */
  private static Optional<ObjectNode> read(Path file, String settings) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonNode found = MissingNode.getInstance();
    try {
      found = Json.read(file);
    } catch (IOException e) {
      LOG.debug("The record of seeds cannot be read.", e);
    }
    if (!(found instanceof ObjectNode whole) || !hasSeeds(whole)) {
      LOG.warn("The record of seeds {} is damaged, so it begins anew with this ablation.", file);
      return Optional.empty();
    }
    if (!whole.path("settings").asText().equals(settings)) {
      LOG.info(
          "The record of seeds {} is of other settings or images, or of an older program, so it"
              + " begins anew with this ablation.",
          file);
      return Optional.empty();
    }
    return Optional.of(whole);
  }

  private static boolean hasSeeds(ObjectNode tree) {
    JsonNode seeds = tree.path("seeds");
    return seeds.isObject()
        && StreamSupport.stream(seeds.spliterator(), false).allMatch(JsonNode::isObject);
  }

  private static String fingerprint(Run run) {
    Map<String, String> settings = RowSettings.of(new ConfigLoader().toTree(run.config()));
    settings.remove("finetune.seed");
    return new Fingerprint()
        .add(settings.toString())
        .add(run.train().fingerprint())
        .add(run.test().fingerprint())
        .hex();
  }

  /** The mean APs of a row, one for each seed that it was run with. */
  List<Double> of(Row row) {
    List<Double> means = new ArrayList<>();
    tree.path("seeds")
        .forEach(
            ofSeed -> {
              if (ofSeed.path(row.label()).isNumber()) {
                means.add(ofSeed.path(row.label()).asDouble());
              }
            });
    return means;
  }

  /**
   * What fine-tuning adds to the mean AP with each of several seeds, ascending; empty where it was
   * run with one, or leaves the layer alone, so that its seed is of no account.
   */
  List<Double> gains(Contrast fineTuning) {
    List<Double> means = of(fineTuning.with().row());
    boolean alone = means.stream().allMatch(mean -> mean == fineTuning.without().meanAp());
    return means.size() < 2 || fineTuning.changesNothing() || alone
        ? List.of()
        : means.stream().map(mean -> mean - fineTuning.without().meanAp()).sorted().toList();
  }

  /**
   * The mean of {@link #gains} and its range over seeds, by Student's t, and over test images, that
   * of the seed that ran last; over seeds alone where the images have no range. Empty if there are
   * no gains.
   */
  Optional<Interval> meanGain(Contrast fineTuning) {
    List<Double> gains = gains(fineTuning);
    if (gains.isEmpty()) {
      return Optional.empty();
    }
    Interval mean = Repetitions.of(gains).meanRange();
    Interval images = fineTuning.gain();
    return Optional.of(Ranges.isKnown(images) ? mean.widenedBy(images) : mean);
  }

  /** What {@link #meanGain} ranges over, in words. */
  static String over(Contrast fineTuning) {
    return Ranges.isKnown(fineTuning.gain()) ? "over seeds and test images" : "over seeds";
  }
}
