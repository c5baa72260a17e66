package org.rcnn.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.JsonOutput;
import org.rcnn.cli.options.RunOptions;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.AblationTable;
import org.rcnn.pipeline.report.Manifest;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.PeakMemory;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.study.StudyRun;
import org.rcnn.pipeline.study.SvmStudy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rcnn ablate}: the paper's Table 2 and beyond, or a study of the SVMs' samples. */
@Command(
    name = "ablate",
    description =
        "Evaluates {no fine-tuning, fine-tuned} x {pool5, fc6, fc7, those that the network has} x"
            + " {SVM, softmax} x {box regression off, on}; with --study, SVMs with different"
            + " samples on the features of the configured network and layer.")
final class AblateCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(AblateCommand.class);

  @Mixin private RunOptions options;
  @Mixin private JsonOutput json;

  @Option(
      names = "--networks",
      split = ",",
      description =
          "Networks of the grid: pre-trained, fine-tuned. Default: both, or with"
              + " finetune.enabled=false the first alone.")
  private List<String> networks;

  @Option(
      names = "--layers",
      split = ",",
      description = "Layers of the grid. Default: those of pool5, fc6, fc7 that the network has.")
  private List<String> layers;

  @Option(names = "--heads", split = ",", defaultValue = "svm,softmax", description = "Its heads.")
  private List<String> heads;

  @Option(
      names = "--bbox",
      split = ",",
      defaultValue = "off,on",
      description = "Box regression in the grid.")
  private List<String> boxRegression;

  @Option(
      names = "--study",
      paramLabel = "NAME=VALUES",
      description = {
        "In place of the grid, one question on cached features, without box regression:",
        "negative-iou=0,0.1,0.3,0.5,0.7: IoU below which a region is a negative. With the ground"
            + " truth alone as positives (the paper's reading) and with proposals from"
            + " svm.positive-iou on (or 0.7) as positives, too.",
        "resampling=none,up:5,down:0.3,weight:4,up:5+down:0.3: positives counted N times, the"
            + " share of negatives that mining sees, the cost of a positive."
      })
  private String study;

  @Option(
      names = "--positives",
      split = ",",
      defaultValue = "ground-truth,proposals",
      description = "Which of the two readings the study of negative-iou has.")
  private List<String> positives;

  @Spec private CommandSpec command;

  @Override
  public Integer call() throws IOException {
    checkOptions();
    if (study != null) {
      // Read twice: what is wrong with it is told before any data are read.
      study(new ConfigLoader().preset("demo", Map.of()).svm());
      try (Run run = options.open()) {
        json.write(new StudyRun(run, new Experiment(run), study(run.config().svm())).run());
        return 0;
      }
    }
    try (Run run = options.open()) {
      return table(run, new Experiment(run));
    }
  }

  private int table(Run run, Experiment experiment) throws IOException {
    List<AblationTable.Row> rows = new ArrayList<>();
    ArrayNode tree = new ObjectMapper().createArrayNode();
    System.out.println(experiment.backbone().summary());
    for (Row row : grid(experiment)) {
      EvaluationResult result = experiment.evaluate(row);
      LOG.info(
          "{}: mAP {} %", row.label(), String.format(Locale.ROOT, "%.1f", 100 * result.meanAp()));
      rows.add(
          new AblationTable.Row(
              row.finetuned(),
              row.layer().label(),
              row.head().label(),
              row.boxRegression(),
              result.meanAp(),
              result.apByClass()));
      tree.add(tree(row, result));
    }
    AblationTable table = new AblationTable(rows);
    ObjectNode summary = new ObjectMapper().createObjectNode();
    summary.set("rows", tree);
    summary.put("peak_memory_bytes", PeakMemory.bytes());
    Json.write(run.folder().root().resolve("ablation.json"), Manifest.of(run, experiment, summary));
    RunFolder.writeText(run.folder().root().resolve("ablation.md"), table.toMarkdown());
    json.write(summary);
    System.out.print(table.toText());
    System.out.println("run folder " + run.folder().root());
    return 0;
  }

  /** Refuses options that would do nothing. */
  private void checkOptions() {
    List<String> idle =
        study == null
            ? List.of("--positives")
            : List.of("--networks", "--layers", "--heads", "--bbox");
    for (String option : idle) {
      if (command.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ConfigException(
            study == null
                ? "%s belongs to --study negative-iou; without a study it does nothing."
                    .formatted(option)
                : "%s belongs to the grid; a study takes network and layer from --set finetune.enabled and --set features.layer."
                    .formatted(option));
      }
    }
  }

  private SvmStudy study(PipelineConfig.Svm configured) {
    List<SvmStudy.Positives> readings =
        positives.stream()
            .map(
                value ->
                    SvmStudy.Positives.values()[
                        choice("--positives", value, "ground-truth", "proposals")])
            .toList();
    return SvmStudy.parse(study, configured, readings);
  }

  private List<Row> grid(Experiment experiment) {
    NetworkDefinition definition = experiment.backbone().definition();
    List<String> wanted = networks;
    if (wanted == null) {
      wanted =
          experiment.finetunes() ? List.of("pre-trained", "fine-tuned") : List.of("pre-trained");
    }
    List<Tap> taps = layers == null ? definition.featureTaps() : taps(definition);
    List<Row> grid = new ArrayList<>();
    for (String network : wanted) {
      boolean finetuned = choice("--networks", network, "pre-trained", "fine-tuned") == 1;
      for (Tap tap : taps) {
        for (String head : heads) {
          Row.Head kind = Row.Head.values()[choice("--heads", head, "svm", "softmax")];
          for (String bbox : boxRegression) {
            grid.add(new Row(finetuned, tap, kind, choice("--bbox", bbox, "off", "on") == 1));
          }
        }
      }
    }
    return grid;
  }

  /** The layers that were asked for. */
  private List<Tap> taps(NetworkDefinition network) {
    List<Tap> taps = new ArrayList<>();
    for (String layer : layers) {
      Tap tap =
          List.of(Tap.POOL5, Tap.FC6, Tap.FC7)
              .get(choice("--layers", layer, "pool5", "fc6", "fc7"));
      if (!network.taps().containsKey(tap)) {
        throw new ConfigException("--layers: " + network.lacks(tap));
      }
      taps.add(tap);
    }
    return taps;
  }

  private static int choice(String option, String value, String... choices) {
    int index = List.of(choices).indexOf(value);
    if (index < 0) {
      throw new ConfigException(
          "%s takes %s, not '%s'.".formatted(option, String.join(", ", choices), value));
    }
    return index;
  }

  private static ObjectNode tree(Row row, EvaluationResult result) {
    ObjectNode tree = new ObjectMapper().createObjectNode();
    tree.put("finetuned", row.finetuned());
    tree.put("layer", row.layer().label());
    tree.put("head", row.head().label());
    tree.put("bbox", row.boxRegression());
    tree.put("mAP", Json.orNull(result.meanAp()));
    ObjectNode ap = tree.putObject("ap");
    result.apByClass().forEach(ap::put);
    return tree;
  }
}
