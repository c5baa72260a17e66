package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.pipeline.stage.Backbone;

class PretrainCommandTest {

  @TempDir Path folder;

  /** Red and blue squares, 8 of each to train on and 2 to validate. */
  @BeforeEach
  void squares() throws IOException {
    for (String kind : new String[] {"red", "blue"}) {
      for (int i = 0; i < 10; i++) {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 64 * 64; p++) {
          int shade = 0x80 + (p * (i + 3)) % 0x70;
          image.setRGB(p % 64, p / 64, kind.equals("red") ? shade << 16 : shade);
        }
        Path place = folder.resolve("set").resolve(i < 8 ? "train" : "val").resolve(kind);
        Files.createDirectories(place);
        ImageIO.write(image, "png", place.resolve(i + ".png").toFile());
      }
    }
  }

  private Session pretrain(String... more) {
    Object[] all = new Object[more.length + 11];
    Object[] usual = {
      "pretrain",
      "--data",
      folder.resolve("set"),
      "--out",
      folder.resolve("out"),
      "--epochs",
      "2",
      "--batch",
      "8",
      "--threads",
      "1"
    };
    System.arraycopy(usual, 0, all, 0, usual.length);
    System.arraycopy(more, 0, all, usual.length, more.length);
    return Session.of(all);
  }

  @Test
  void embeddedWeightsAreTrainedOn() throws IOException {
    Path json = folder.resolve("pretrain.json");
    pretrain("--start", "embedded", "--no-batch-norm", "--rate", "0.001", "--json", json.toString())
        .done();
    JsonNode about = Session.json(json);
    assertTrue(about.get("command").asText().endsWith(" --no-batch-norm --start embedded"));
    assertEquals(2, about.get("curve").size());
    assertTrue(about.get("validation_top1").asDouble() > 0.7, about.toString());

    // The layers below the new classifier have moved a little from where they were.
    Tensor before = Backbone.embedded().weights().tensors().get("conv1.weight");
    Tensor after =
        WeightFile.read(folder.resolve("out/alexnet64-fc1024.safetensors"))
            .weights()
            .tensors()
            .get("conv1.weight");
    double most = 0;
    for (int i = 0; i < before.values().length; i++) {
      most = Math.max(most, Math.abs(before.values()[i] - after.values()[i]));
    }
    assertTrue(most > 0 && most < 0.1, "moved by " + most);
  }

  @Test
  void frozenConvolutionsLetNewLayersLearnAlone() throws IOException {
    Path json = folder.resolve("pretrain.json");
    Path shared = folder.resolve("shared");
    pretrain(
            "--architecture",
            "alexnet64",
            "--start",
            "embedded",
            "--frozen",
            "conv1,conv2,conv3,conv4,conv5",
            "--views",
            "3",
            "--shared",
            shared.toString(),
            "--json",
            json.toString())
        .done();
    JsonNode about = Session.json(json);
    assertTrue(
        about
            .get("command")
            .asText()
            .endsWith(" --start embedded --frozen conv1,conv2,conv3,conv4,conv5 --views 3"),
        about.get("command").asText());
    assertEquals(3, about.get("stored_views").asInt());
    assertTrue(Files.isDirectory(shared.resolve("stored")));
    Tensor before = Backbone.embedded().weights().tensors().get("conv5.weight");
    Tensor after =
        WeightFile.read(folder.resolve("out/alexnet64.safetensors"))
            .weights()
            .tensors()
            .get("conv5.weight");
    assertEquals(before, after);
  }

  @Test
  void wrongUseIsRefused() {
    pretrain("--frozen", "conv1").refused(2, "--frozen needs --start");
    pretrain("--start", "embedded", "--no-batch-norm", "--views", "2")
        .refused(2, "--views has no effect without --frozen");
    pretrain("--start", "embedded", "--frozen", "convolutions", "--views", "0")
        .refused(2, "views must lie between 1 and 1000; it is 0.");
    pretrain("--start", "embedded", "--frozen", "conv1,conv9")
        .refused(2, "--frozen: network alexnet64-fc1024 has no layer 'conv9'");
    pretrain("--start", "embedded", "--frozen", "convolutions")
        .refused(2, "here those of fc6: freeze that layer, or train without");
    pretrain("--start", "embedded").refused(2, "--start needs --no-batch-norm");
    pretrain("--start", "none.pth", "--no-batch-norm")
        .refused(2, "--start: there is no file none.pth");
    assertTrue(Files.notExists(folder.resolve("out")), "refused before images are decoded");
    pretrain("--architecture", "vgg16", "--start", "vgg16", "--no-batch-norm")
        .refused(2, "--start: the published weights 'vgg16' are not in");
    pretrain("--device", "tpu").refused(2, "--device must be one of cpu, gpu");
    pretrain("--architecture", "lenet").refused(2, "There is no network 'lenet'");
  }
}
