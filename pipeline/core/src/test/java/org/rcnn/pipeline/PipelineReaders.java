package org.rcnn.pipeline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.fuzz.FuzzedReader;
import org.rcnn.data.fuzz.FuzzedReaders;
import org.rcnn.data.fuzz.Repairs;
import org.rcnn.eval.ThresholdCriterion;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.expected.ExpectedFile;
import org.rcnn.pipeline.report.StudyResult;
import org.rcnn.pipeline.run.FinishedFolder;
import org.rcnn.pipeline.run.ImageList;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.ClassThreshold;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.Thresholds;
import org.rcnn.svm.LinearModel;

/** Detectors, each part by itself and the zip as it is, settings, and a run's JSON files. */
public final class PipelineReaders implements FuzzedReaders {

  private static final String[] IN_JSON = {
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "false",
    "NaN",
    "-",
    "1e999",
    "\"\\u001b\"",
    "[[",
    "{\"a\":",
    "\\ud800",
    "\"name\"",
    "\u00ff\u00fe",
    "\0\0\u00fe\u00ff"
  };

  private static final String[] IN_YAML = {
    "- ",
    ": ",
    "\n",
    "  ",
    "&a ",
    "*a",
    "<<: *a",
    "[",
    "]",
    "{",
    "}",
    "|",
    ">",
    "!!binary ",
    "!!int ",
    "? ",
    "---\n",
    "...\n",
    "svm:",
    "'",
    "\"",
    "#",
    "%YAML 1.2",
    "\t",
    "~",
    "0x",
    "1_0"
  };

  /** Made by the name of the class. */
  public PipelineReaders() {}

  @Override
  public List<FuzzedReader> in(Path folder) throws Exception {
    Map<String, byte[]> parts = detector(folder);
    Path run = Files.createDirectories(folder.resolve("run"));
    Files.writeString(run.resolve("config.yaml"), "seed: 1\n");
    Path ended = finishedRun(folder.resolve("ended"));
    return List.of(
        part(folder, parts, "detector.json").withWords(IN_JSON),
        part(folder, parts, "weights.safetensors").withWords(IN_JSON),
        part(folder, parts, "head.model"),
        FuzzedReader.of(
                "detector-zip",
                folder.resolve("whole.rcnn"),
                DetectorFile::read,
                Repairs.zip(parts))
            .withWords("PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "PK\6\7", "PK\7\u0008"),
        FuzzedReader.ofText(
                "config",
                folder.resolve("settings.yaml"),
                file -> new ConfigLoader().file(file, Map.of()),
                "seed: 3\nsvm:\n  negative-iou: 0.2\nfinetune:\n  phases:\n    - iterations: 3\n"
                    + "      rate: 0.1\ndata: {train: 'a', test: \"b\"}\n",
                text("/org/rcnn/pipeline/config/demo.yaml"))
            .withWords(IN_YAML)
            .withDocumented(ConfigException.class)
            .withInputs(500),
        FuzzedReader.ofText(
                "expected",
                folder.resolve("expected.json"),
                ExpectedFile::read,
                text("/org/rcnn/pipeline/expected/demo.json"))
            .withWords(IN_JSON),
        FuzzedReader.ofText(
                "manifest",
                run.resolve("manifest.json"),
                file -> {
                  FinishedFolder finished = FinishedFolder.open(run);
                  finished.config();
                  finished.images();
                  if (finished.has("detections")) {
                    finished.artifact("detections");
                  }
                },
                "{\"configuration\": {\"seed\": 4}, \"data\": {\"source\": \"generated\","
                    + " \"test_fingerprint\": \"ab\"}, \"artifacts\": {}, \"stages\": []}",
                "{\"configuration\": {}, \"data\": {\"source\": \"/tmp\"}, \"artifacts\": {},"
                    + " \"stages\": [{\"stage\": \"a\", \"seconds\": 1.5, \"reused\": true}]}")
            .withWords("{", "}", ",", "null", "\"detections\": \"detections/0123456789ab.txt\"")
            .withInputs(1000),
        FuzzedReader.ofText(
                "note",
                ended.resolve("detections/0123456789ab.json"),
                file -> FinishedFolder.open(ended).made("detections"),
                // Without its checksum, as earlier versions wrote it, so that what it says is used.
                "{\"name\": \"detections\", \"seconds\": 1.5, \"made-from\": {\"a\": 1}, \"files\":"
                    + " [{\"path\": \"0123456789ab.txt\", \"bytes\": 4, \"sha256\": \""
                    + new Fingerprint().addFile(ended.resolve("detections/0123456789ab.txt")).hex()
                    + "\"}]}")
            .withWords(
                "{", "}", "[", ",", "null", "-1", "\"path\": \"../x\"", "\"a\\u0000\"", "\"\"")
            .withInputs(500),
        FuzzedReader.ofText(
                "image-list",
                ended.resolve("images.json"),
                file -> ImageList.of(FinishedFolder.open(ended)),
                "{\"train\": {\"a\": {\"picture\": \"00\", \"annotation\": \"01\"}},"
                    + " \"test\": {\"b\": {\"picture\": \"02\", \"annotation\": \"03\"}}}")
            .withWords(IN_JSON)
            .withInputs(500),
        FuzzedReader.ofText(
                "thresholds",
                folder.resolve("thresholds.json"),
                file -> Json.read(file, Thresholds.class),
                Json.text(
                    Json.tree(
                        new Thresholds(
                            ThresholdCriterion.F1,
                            0,
                            Thresholds.Basis.FOLDS,
                            4,
                            List.of(new ClassThreshold("cat", 0.5, 1, 2)),
                            List.of()))))
            .withWords(IN_JSON),
        FuzzedReader.ofText(
                "study",
                folder.resolve("study-a.json"),
                StudyResult::read,
                "{\"result\": "
                    + Json.text(
                        new StudyResult(
                                "a",
                                "study-a",
                                "What?",
                                "here",
                                "b",
                                "c.",
                                StudyResult.Axis.ofNumbers("x"),
                                List.of("n"),
                                List.of(),
                                List.of(
                                    new StudyResult.Chart(
                                        "t",
                                        "x",
                                        List.of(),
                                        true,
                                        List.of(
                                            new StudyResult.Line(
                                                "l", List.of(1.0), List.of(2.0))))),
                                5)
                            .toTree())
                    + "}")
            .withWords(IN_JSON));
  }

  /** A run's folder with one artifact. */
  private static Path finishedRun(Path run) throws IOException {
    Files.createDirectories(run.resolve("detections"));
    Files.writeString(run.resolve("config.yaml"), "seed: 1\n");
    Files.writeString(
        run.resolve("manifest.json"),
        "{\"configuration\": {}, \"stages\": [], \"artifacts\": {\"detections\":"
            + " \"detections/0123456789ab.txt\"}}");
    Files.writeString(run.resolve("detections/0123456789ab.txt"), "seen");
    return run;
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static FuzzedReader part(Path folder, Map<String, byte[]> parts, String name) {
    return FuzzedReader.of(
            "detector-" + name, folder.resolve(name + ".rcnn"), DetectorFile::read, parts.get(name))
        .withRepair(
            name.equals("head.model")
                ? part -> Repairs.inZip(parts, name).apply(Repairs.atTheEnd(Long.BYTES).apply(part))
                : Repairs.inZip(parts, name))
        .withInputs(1000);
  }

  /** The parts of a detector of two classes on a network of a few hundred numbers. */
  private static Map<String, byte[]> detector(Path folder) throws IOException {
    TinyDetector.register();
    List<String> classes = List.of("cat", "dog");
    NetworkDefinition network = Architectures.byName(TinyDetector.NETWORK, 3).withLinearScores();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network
        .parameters()
        .forEach(
            (name, shape) -> {
              int count = 1;
              for (int length : shape) {
                count *= length;
              }
              tensors.put(name, new Tensor(shape, new float[count]));
            });
    ByteArrayOutputStream weights = new ByteArrayOutputStream();
    new WeightFile(new Weights(tensors), network.preprocessing().notes())
        .write(weights, WeightFile.Precision.F32);
    PipelineConfig config = new ConfigLoader().preset("demo", Map.of());
    DetectorFile.Description description =
        new DetectorFile.Description(
            3,
            TinyDetector.NETWORK,
            classes,
            Tap.POOL5,
            "svm",
            false,
            DetectorFile.SELECTIVE_SEARCH,
            config.proposals(),
            1,
            DetectorFile.SingleImage.of(config.detection()),
            List.of(new ClassThreshold("cat", 0.5, 1, 2), new ClassThreshold("dog", 0, 1, 2)));
    int dimension = network.tapDimensions().get(Tap.POOL5);
    Path head = folder.resolve("head");
    new LinearModel(classes, dimension, new float[2 * dimension], new float[2], 1).write(head);
    Map<String, byte[]> parts = new LinkedHashMap<>();
    String json = Json.text(Json.tree(description)).replace("\"pool5\"", "\"POOL5\"");
    parts.put("detector.json", json.getBytes(StandardCharsets.UTF_8));
    parts.put("weights.safetensors", weights.toByteArray());
    parts.put("head.model", Files.readAllBytes(head));
    return parts;
  }
}
