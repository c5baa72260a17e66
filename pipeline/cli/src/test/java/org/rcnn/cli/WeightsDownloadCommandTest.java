package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;

/** Published weights, fetched from a server in this process and used. */
class WeightsDownloadCommandTest {

  private static final String FILE = "squeezenet1_0-b66bff10.pth";

  @TempDir Path folder;
  private final Path cache = Path.of(System.getenv("RCNN_CACHE"));
  private FileServer server;

  @BeforeEach
  void emptyCacheAndServer() throws IOException {
    assertTrue(cache.endsWith("test-cache"), () -> cache + " is the user's; the POM sets another");
    Files.createDirectories(cache);
    for (String name : List.of(FILE, FILE + ".part", "vgg16-397923af.pth")) {
      Files.deleteIfExists(cache.resolve(name));
    }
    server = new FileServer(FILE, madeUp());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /**
   * One layer of SqueezeNet under torchvision's names. The last two values were searched for among
   * some four billion pairs, so that the file's SHA-256 begins as that of the published one does.
   */
  private byte[] madeUp() throws IOException {
    float[] weight = new float[16 * 96];
    Arrays.fill(weight, 0.01f);
    float[] bias = new float[16];
    bias[14] = Float.intBitsToFloat(0x3f800000 + 588);
    bias[15] = Float.intBitsToFloat(0x3f800000 + 5_759_913);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("features.3.squeeze.weight", new Tensor(new int[] {16, 96, 1, 1}, weight));
    tensors.put("features.3.squeeze.bias", new Tensor(new int[] {16}, bias));
    Path file = folder.resolve("made-up");
    new WeightFile(new Weights(tensors), Map.of("made-up", "for a test"))
        .write(file, Precision.F32);
    return Files.readAllBytes(file);
  }

  private Session download(Object... more) {
    List<Object> words = new ArrayList<>(List.of("weights", "download", "squeezenet1_0"));
    words.addAll(List.of("--url", server.url("models/")));
    words.addAll(List.of(more));
    return Session.of(words.toArray());
  }

  @Test
  void listsWhatThereIsAndWhatIsFetched() throws IOException {
    Session none = Session.of("weights", "download").done();
    for (String name : List.of("alexnet", "vgg16", "squeezenet1_0", "resnet50")) {
      assertTrue(none.out().lines().anyMatch(line -> line.matches(name + " .* no")), none.out());
    }
    assertTrue(none.out().contains("folder " + cache), none.out());

    Files.write(cache.resolve(FILE), server.served);
    Path json = folder.resolve("list.json");
    Session one = Session.of("weights", "download", "--json", json).done();
    assertEquals(1, one.out().lines().filter(line -> line.endsWith(" yes")).count(), one.out());
    JsonNode row = Session.json(json).get("weights").get(2);
    assertEquals("[\"squeezenet1_0\",\"squeezenet1_0-131\"]", row.get("networks").toString());
    assertEquals("https://download.pytorch.org/models/" + FILE, row.get("url").asText());
    assertTrue(row.get("fetched").asBoolean());
  }

  @Test
  void fetchesOnceAndResumes() throws IOException {
    server.breakAfter = 3000;
    Session first = download().done();
    assertEquals(cache.resolve(FILE) + ": 6432 bytes, verified\n", first.out());
    assertArrayEquals(server.served, Files.readAllBytes(cache.resolve(FILE)));
    assertEquals("null", server.asked.get(0));
    assertTrue(server.asked.size() >= 3, () -> server.asked.toString());

    server.asked.clear();
    download().done();
    assertEquals(List.of(), server.asked, "a file that is there is not fetched again");

    Files.write(
        folder.resolve(FILE + ".part"), Arrays.copyOf(server.served, server.served.length - 1000));
    server.breakAfter = 0;
    download("--out", folder).done();
    assertEquals(List.of("bytes=5432-"), server.asked);
    assertArrayEquals(server.served, Files.readAllBytes(folder.resolve(FILE)));
  }

  @Test
  void wrongBytesAreRefusedAndNotKept() throws IOException {
    server.served[100]++;
    download().refused(1, "not one that begins with b66bff10: it is another file or damaged");
    assertFalse(Files.exists(cache.resolve(FILE)));
    assertFalse(Files.exists(cache.resolve(FILE + ".part")));
  }

  @Test
  void wrongUseIsRefusedBeforeAnythingIsFetched() {
    download("lenet")
        .refused(
            2,
            "There are no published weights 'lenet'; choose from alexnet, vgg16, squeezenet1_0,"
                + " resnet50.");
    Session.of("weights", "download", "--url", server.url("models")).refused(2, "without a NAME");
    Session.of("weights", "download", "vgg16", "--url", "ftp://a")
        .refused(2, "--url: 'ftp://a/vgg16-397923af.pth' is not the http or https address");
    assertEquals(List.of(), server.asked);
    Session.of("weights", "download", "vgg16", "--url", server.url("models"))
        .refused(1, "The server answered 404");
  }

  @Test
  void weightsThatDoNotServeAreRefusedBeforeAnyImageIsRead() throws IOException {
    Session.of("run", "--set", "network.architecture=vgg16", "--weights", "vgg16")
        .refused(2, "`weights download vgg16` fetches them (528 MB).");
    Session.of("run", "--set", "network.weights=vgg16")
        .refused(2, "weights 'vgg16' are for network vgg16, not for alexnet64-fc1024.");
    Path config = Files.writeString(folder.resolve("own.yaml"), "network: {weights: vgg61}");
    Session.of("run", "--config", config)
        .refused(2, "published weights: alexnet, vgg16, squeezenet1_0, resnet50.");
    Session.of("run", "--backbone", "caffenet")
        .refused(2, "--backbone: no weights are published for 'caffenet', only for alexnet,");
    Session.of("run", "--backbone", "vgg16", "--set", "network.architecture=vgg16")
        .refused(2, "not both");
    Session.of("run", "--weights-url", server.url("models")).refused(2, "without --backbone");
    Session.of("run", "--data", folder.resolve("nowhere"), "--backbone", "squeezenet1_0")
        .refused(1, "nowhere");
    assertEquals(List.of(), server.asked);
  }

  private Session run(Object... more) throws IOException {
    Path devkit = folder.resolve("scenes");
    if (!Files.exists(devkit)) {
      new SceneGenerator(3).writeDevkit(devkit, 2, 2, 2);
    }
    List<Object> words = new ArrayList<>(List.of("run", "--data", devkit));
    words.addAll(List.of("--set", "proposals.max-boxes=4", "--set", "finetune.enabled=false"));
    words.addAll(List.of(more));
    return Session.of(words.toArray());
  }

  @Test
  void aBackboneIsAllThatIsNamed() throws IOException {
    Path first = folder.resolve("first");
    Session fetched =
        run("--backbone", "squeezenet1_0", "--weights-url", server.url(""), "--out", first).done();
    assertEquals(List.of("null"), server.asked);
    assertTrue(fetched.err().contains("copied  fire2.squeeze"), fetched.err());
    assertTrue(fetched.err().contains("sets features.layer=pool5, because"), fetched.err());

    JsonNode manifest = Session.json(first.resolve("manifest.json"));
    JsonNode network = manifest.get("configuration").get("network");
    assertEquals("squeezenet1_0", network.get("architecture").asText());
    assertEquals(cache.resolve(FILE).toString(), network.get("weights").asText());
    assertEquals(0.0001, manifest.at("/configuration/finetune/phases/1/rate").asDouble());

    // The folder's own record of its settings is enough to repeat it.
    Path again = folder.resolve("again");
    run("--config", first.resolve("config.yaml"), "--out", again).done();
    String fingerprint = manifest.get("backbone_fingerprint").asText();
    assertEquals(
        fingerprint,
        Session.json(again.resolve("manifest.json")).get("backbone_fingerprint").asText());
    assertEquals(1, server.asked.size(), "weights that are there are not fetched again");
  }

  @Test
  void aBackboneThatIsNotAtTheMirrorIsToldWithTheOptionOfTheRun() throws IOException {
    run("--backbone", "vgg16", "--weights-url", server.url("models"), "--out", folder.resolve("no"))
        .refused(1, "/vgg16-397923af.pth; --weights-url names another source.");
  }

  /** The settings of a run, which is refused before it begins to work. */
  private JsonNode settings(Object... more) throws IOException {
    List<Object> words = new ArrayList<>(List.of(more));
    words.addAll(
        List.of("--out", folder.resolve("refused"), "--set", "finetune.frozen-layers=[x]"));
    run(words.toArray()).refused(2, "has no layer 'x' with parameters");
    PipelineConfig settings =
        new ConfigLoader().file(folder.resolve("refused/config.yaml"), Map.of());
    return new ConfigLoader().toTree(settings);
  }

  @Test
  void singleSettingsGoBeforeTheBackbone() throws IOException {
    Files.write(cache.resolve(FILE), server.served);
    JsonNode plain = settings("--backbone", "squeezenet1_0-131");
    assertEquals(cache.resolve(FILE).toString(), plain.at("/network/weights").asText());
    assertEquals("pool5", plain.at("/features/layer").asText());
    assertEquals(2, plain.at("/finetune/phases").size(), "the network's own");

    JsonNode changed =
        settings(
            "--backbone",
            "squeezenet1_0-131",
            "--weights",
            "none",
            "--set",
            "finetune.phases.2.rate=0.01",
            "--set",
            "features.layer=fc7");
    assertEquals("none", changed.at("/network/weights").asText());
    assertEquals(0.01, changed.at("/finetune/phases/1/rate").asDouble());
    assertEquals("fc7", changed.at("/features/layer").asText(), "to be refused, not replaced");

    JsonNode embedded = settings("--backbone", "alexnet64-fc1024", "--preset", "voc2007");
    assertEquals("alexnet64-fc1024", embedded.at("/network/architecture").asText());
    assertEquals("embedded", embedded.at("/network/weights").asText());
    assertEquals("fc7", embedded.at("/features/layer").asText());
    assertEquals(List.of(), server.asked);
  }
}
