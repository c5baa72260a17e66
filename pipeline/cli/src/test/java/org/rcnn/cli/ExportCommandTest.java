package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.cnn.weights.WeightSource;

class ExportCommandTest {

  @TempDir Path folder;

  private Path weights(int outputs) throws IOException {
    Path file = folder.resolve("net.safetensors");
    new WeightFile(
            Weights.initial(Architectures.byName("alexnet64", outputs), 3),
            Map.of("colour-order", "BGR"))
        .write(file, Precision.F32);
    return file;
  }

  @Test
  void aNetworkWithWeightsFromAFileIsWrittenAndReadAgain() throws IOException {
    Path weights = weights(4);
    Path onnx = folder.resolve("net.onnx");
    Path json = folder.resolve("export.json");
    Session session =
        Session.of(
                "export",
                "--onnx",
                onnx,
                "--architecture",
                "alexnet64",
                "--weights",
                weights,
                "--classes",
                3,
                "--json",
                json)
            .done();
    assertTrue(session.out().contains("images (n x 3 x 64 x 64)"), session.out());
    assertTrue(session.out().contains("fc7 (n x 512)"), session.out());
    JsonNode tree = Session.json(json);
    assertEquals(Files.size(onnx), tree.get("bytes").longValue());
    assertEquals(13, tree.get("operator_set").intValue());
    assertEquals("images", tree.at("/inputs/0/name").asText());
    assertEquals("[-1,3,64,64]", tree.at("/inputs/0/shape").toString());
    assertEquals(4, tree.get("outputs").size());

    WeightSource read = WeightSource.open(onnx);
    assertEquals("BGR", read.notes().get("colour-order"));
    Map<String, Tensor> tensors = new LinkedHashMap<>(read.read().tensors());
    assertEquals(WeightFile.read(weights).weights().tensors(), tensors);
    Session inspected = Session.of("weights", "inspect", onnx).done();
    assertTrue(inspected.out().contains("onnx, 16 tensors"), inspected.out());
  }

  @Test
  void layersThatTheFileLacksAreNamed() throws IOException {
    Session session =
        Session.of(
                "export",
                "--onnx",
                folder.resolve("net.onnx"),
                "--architecture",
                "alexnet64",
                "--weights",
                weights(8))
            .done();
    assertTrue(
        session.out().contains("new, because the file has none that fits: fc8"), session.out());
  }

  @Test
  void wrongUsageIsToldInASentence() throws IOException {
    Path onnx = folder.resolve("net.onnx");
    Session.of("export", "--onnx", onnx).refused(2, "--model");
    Session.of("export", "--onnx", onnx, "--architecture", "alexnet64").refused(2, "--weights");
    Session.of("export", "--onnx", onnx, "--architecture", "alexnet64", "--weights", "lost.pth")
        .refused(2, "--weights: there is no file lost.pth");
    Session.of("export", "--onnx", onnx, "--architecture", "lenet", "--weights", weights(3))
        .refused(2, "--architecture: There is no network 'lenet'");
    Session.of(
            "export",
            "--onnx",
            onnx,
            "--heads",
            "--architecture",
            "alexnet64",
            "--weights",
            weights(3))
        .refused(2, "--heads needs a detector");
    Session.of("export", "--onnx", onnx, "--model", folder).refused(1, "There is no detector");
    assertTrue(Files.notExists(onnx));
  }

  @Test
  void theExecutionInOnnxRuntimeIsRefusedAtOnceWhereItIsNotInstalled() {
    Path out = folder.resolve("run");
    Session.of("run", "--out", out, "--set", "features.execution=onnx")
        .refused(1, "RCNN_PROFILES=onnx");
    assertTrue(Files.notExists(out));
    Session.of("detect", "--model", out, "--execution", "onnx", folder)
        .refused(1, "RCNN_PROFILES=onnx");
  }
}
