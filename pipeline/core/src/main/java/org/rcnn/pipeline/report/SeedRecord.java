package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rcnn.data.Fingerprint;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Row;

/**
 * The mean APs of an ablation's rows by the seed of fine-tuning, kept in a run's folder, so that
 * ablations run one after the other with {@code --set finetune.seed=2}, {@code 3} and so on tell
 * how much of a figure is luck.
 *
 * <p>A record is of one set of settings, apart from that seed, and of one set of images; under
 * others it begins anew.
 */
final class SeedRecord {

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
   * Adds an ablation's rows to the record of a run's folder.
   *
   * @throws IOException if the record cannot be read or written
   */
  static SeedRecord update(Run run, List<ResampledRow> rows) throws IOException {
    Path file = run.folder().root().resolve(NAME);
    PipelineConfig config = run.config();
    String settings = fingerprint(run);
    ObjectNode tree = Json.object();
    if (Files.exists(file)
        && Json.read(file) instanceof ObjectNode before
        && before.path("settings").asText().equals(settings)) {
      tree = before;
    }
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

  private static String fingerprint(Run run) {
    JsonNode settings = new ConfigLoader().toTree(run.config());
    if (settings.path("finetune") instanceof ObjectNode finetune) {
      finetune.remove("seed");
    }
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
}
