package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.train.Augmentation;
import org.rcnn.cnn.train.PretrainingSettings;
import org.rcnn.cnn.train.Solver;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.folder.ImageFolder;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Progress;

class PretrainStageTest {

  @TempDir Path folder;

  private static PretrainStage stage(String architecture, String start, boolean batchNorm) {
    PretrainingSettings training =
        new PretrainingSettings(
            1,
            4,
            new Solver(0.001f, new Solver.Cosine(1), 0.9f, 0),
            Augmentation.NONE,
            0,
            0,
            batchNorm,
            1);
    return new PretrainStage(
        new PretrainStage.Settings(architecture, start, training),
        ComputeDevice.CPU,
        1,
        Progress.Monitor.SILENT);
  }

  /** Dark and light squares, four of each to train on and one to validate. */
  private ImageFolder squares() throws IOException {
    for (int i = 0; i < 10; i++) {
      BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 64 * 64; p++) {
        image.setRGB(p % 64, p / 64, (i % 2 == 0 ? 0x101010 : 0xc0c0c0) + i * p % 32);
      }
      Path place = folder.resolve("set").resolve(i < 8 ? "train" : "val");
      place = Files.createDirectories(place.resolve(i % 2 == 0 ? "dark" : "light"));
      ImageIO.write(image, "png", place.resolve(i + ".png").toFile());
    }
    return ImageFolder.open(folder.resolve("set"));
  }

  @Test
  void trainsWithoutACommandLineAndSaysFirstWhatItIsTold() throws IOException {
    Path out = folder.resolve("out");
    PretrainStage.Trained trained;
    try (ImageFolder images = squares()) {
      trained = stage("alexnet64", "embedded", false).run(images, out, Map.of("by", "a test"));
    }
    assertEquals(2, trained.validationImages());
    assertEquals("alexnet64", WeightFile.read(trained.weights()).metadata().get("architecture"));
    JsonNode about = Json.read(trained.about());
    assertEquals("by", about.fieldNames().next());
    assertEquals(8, about.get("train_images").asInt());
    assertEquals(trained.top1(), about.get("validation_top1").asDouble());
    assertEquals(1, about.get("curve").size());
    try (Stream<Path> files = Files.list(out)) {
      List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
      assertEquals(5, names.size(), names.toString());
      assertTrue(names.get(4).matches("validation-64-\\w{8}\\.packed"), names.toString());
    }
  }

  @Test
  void whatCannotTrainIsRefusedBeforeImagesAreDecoded() throws IOException {
    assertThrows(IllegalArgumentException.class, () -> stage("alexnet64", "embedded", true));
    Path out = folder.resolve("out");
    try (ImageFolder images = squares()) {
      PretrainStage unknown = stage("lenet", null, true);
      ConfigException refused =
          assertThrows(ConfigException.class, () -> unknown.run(images, out, Map.of()));
      assertTrue(refused.getMessage().contains("There is no network 'lenet'"));
    }
    assertTrue(Files.notExists(out));
  }
}
