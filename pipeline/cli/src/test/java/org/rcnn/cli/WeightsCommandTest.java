package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.SharedData;

class WeightsCommandTest {

  @TempDir Path folder;
  private Path small;
  private Path pretrained;

  @BeforeEach
  void twoFiles() throws IOException {
    small = folder.resolve("small.safetensors");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("conv1.weight", new Tensor(new int[] {2, 3, 1, 1}, new float[6]));
    tensors.put("conv1.bias", new Tensor(new int[] {2}, new float[2]));
    new WeightFile(new Weights(tensors), Map.of("trained-on", "photos"))
        .write(small, Precision.F16);
    // A network with 200 class scores, whose last layer cannot fit 20 object classes.
    pretrained = folder.resolve("pretrained.safetensors");
    new WeightFile(Weights.initial(Architectures.byName("alexnet64", 200), 3), Map.of())
        .write(pretrained, Precision.F32);
  }

  @Test
  void inspectListsTensorsAndNotes() throws IOException {
    Path json = folder.resolve("w.json");
    Session session = Session.of("weights", "inspect", small, "--json", json).done();
    assertEquals(
        "conv1.weight  [2, 3, 1, 1]  F16               6", session.out().lines().findFirst().get());
    assertTrue(session.out().contains("safetensors, 2 tensors, 8 parameters"), session.out());
    assertTrue(session.out().contains("trained-on: photos"), session.out());

    JsonNode tree = Session.json(json);
    assertEquals(8, tree.get("parameters").intValue());
    assertEquals("F16", tree.get("tensors").get(0).get("type").asText());
    assertEquals("[2,3,1,1]", tree.get("tensors").get(0).get("shape").toString());
    assertEquals("photos", tree.get("metadata").get("trained-on").asText());
  }

  @Test
  void importCopiesWhatFitsAndWritesTheRestNew() throws IOException {
    Path out = folder.resolve("start.safetensors");
    Path json = folder.resolve("w.json");
    Session session =
        Session.of(
                "weights",
                "import",
                pretrained,
                "--architecture",
                "alexnet64",
                "--out",
                out,
                "--json",
                json)
            .done();
    assertTrue(session.out().contains("copied  conv1"), session.out());
    assertTrue(session.out().contains("refused fc8"), session.out());

    Map<String, Tensor> before = WeightFile.read(pretrained).weights().tensors();
    Map<String, Tensor> after = WeightFile.read(out).weights().tensors();
    assertEquals(before.get("fc7.weight"), after.get("fc7.weight"));
    assertEquals(21, after.get("fc8.bias").shape()[0], "20 classes and background");
    assertEquals("fc8", WeightFile.read(out).metadata().get("new-layers"));

    JsonNode layers = Session.json(json).get("layers");
    assertEquals(8, layers.size());
    assertEquals("refused", layers.get(7).get("outcome").asText());
  }

  @Test
  void inspectTellsFormatSettingsAndInputOfACaffeModel() throws IOException {
    Path model = SharedData.find("squeezenet_v1.0").resolve("squeezenet_v1.0.caffemodel");
    Session session = Session.of("weights", "inspect", model).done();
    assertTrue(session.out().contains("conv1.weight"), session.out());
    assertTrue(session.out().contains("caffe, 52 tensors, 1,248,424 parameters"), session.out());
    assertTrue(session.out().contains("colour-order: BGR"), session.out());
    assertTrue(
        session.out().contains("layer pool1: MaxPool, kernel 3, stride 2, padding 0"),
        session.out());
  }

  @Test
  void importTakesColourOrderMeanAndScaleAlong() throws IOException {
    Path noted = folder.resolve("noted.safetensors");
    new WeightFile(
            Weights.initial(Architectures.byName("alexnet64", 21), 3),
            Map.of("colour-order", "BGR", "mean", "104,117,123", "scale", "1"))
        .write(noted, Precision.F16);
    Path out = folder.resolve("start.safetensors");
    Path json = folder.resolve("w.json");
    Session session =
        Session.of(
                "weights",
                "import",
                noted,
                "--architecture",
                "alexnet64",
                "--out",
                out,
                "--json",
                json)
            .done();
    assertTrue(
        session.out().contains("input   colour-order BGR, mean 104.0,117.0,123.0"), session.out());
    assertEquals("104.0,117.0,123.0", WeightFile.read(out).metadata().get("mean"));
    assertEquals("BGR", Session.json(json).get("input").get("colour-order").asText());

    new WeightFile(new Weights(Map.of()), Map.of("colour-order", "pink"))
        .write(noted, Precision.F16);
    Session.of("weights", "import", noted, "--architecture", "alexnet64")
        .refused(1, "colour-order is RGB or BGR, not 'pink'");
  }

  @Test
  void sameSeedSameBytes() throws IOException {
    Path one = folder.resolve("one.safetensors");
    Path two = folder.resolve("two.safetensors");
    for (Path out : new Path[] {one, two}) {
      Session.of(
              "weights",
              "import",
              pretrained,
              "--architecture",
              "alexnet64",
              "--classes",
              "2",
              "--seed",
              "9",
              "--out",
              out)
          .done();
    }
    assertEquals(-1, Files.mismatch(one, two));
  }

  @Test
  void fileThatFitsNowhereIsAFailure() {
    Path out = folder.resolve("out.safetensors");
    Session session =
        Session.of("weights", "import", small, "--architecture", "alexnet64", "--out", out);
    session.refused(1, "No layer of " + small + " fits alexnet64");
    assertTrue(session.out().contains("refused conv1"), session.out());
    assertFalse(Files.exists(out));
  }

  @Test
  void brokenFilesAreFailures() throws IOException {
    Session.of("weights", "inspect", folder.resolve("x")).refused(1, "There is no file or folder");
    Path text = Files.writeString(folder.resolve("text"), "these are no weights, but a sentence");
    Session.of("weights", "inspect", text).refused(1, "is not a safetensors file");
    Path empty = Files.createFile(folder.resolve("empty"));
    Session.of("weights", "inspect", empty).refused(1, "is not a safetensors file");
    byte[] whole = Files.readAllBytes(small);
    Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 1));
    Session.of("weights", "inspect", cut).refused(1, "ends before its last tensor");
    Session.of("weights", "import", cut, "--architecture", "alexnet64")
        .refused(1, "ends before its last tensor");
    Path pth = Files.writeString(folder.resolve("net.pth"), "no pickle");
    Session.of("weights", "inspect", pth).refused(1, "is not a torch file");
    Path described = Files.writeString(folder.resolve("deploy.prototxt"), "layer { }");
    Session.of("weights", "inspect", described).refused(1, "name the .caffemodel");
  }

  @Test
  void wrongUseIsRefused() {
    Session.of("weights").refused(2, "Missing required subcommand");
    Session.of("weights", "inspect").refused(2, "FILE");
    Session.of("weights", "inspect", small, "--colour", "x").refused(2, "--colour");
    Session.of("weights", "import", small).refused(2, "--architecture");
    Session.of("weights", "import", small, "--architecture", "lenet")
        .refused(2, "There is no network 'lenet'; choose one of alexnet, alexnet64");
    Session.of("weights", "import", small, "--architecture", "alexnet64", "--classes", "0")
        .refused(2, "--classes must be at least 1");
  }
}
