package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.Augmentation;
import org.rcnn.cnn.train.PretrainingSettings;
import org.rcnn.cnn.train.Solver;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.folder.ImageFolder;
import org.rcnn.data.folder.PackedImages;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Progress;

class PretrainStageTest {

  @TempDir Path folder;

  private static PretrainStage stage(String architecture, String start, boolean batchNorm) {
    return frozen(architecture, start, batchNorm, 0);
  }

  private static PretrainStage frozen(
      String architecture, String start, boolean batchNorm, double smoothing, String... layers) {
    PretrainingSettings training =
        new PretrainingSettings(
            1,
            4,
            new Solver(0.001f, new Solver.Cosine(1), 0.9f, 0),
            Augmentation.NONE,
            0,
            smoothing,
            batchNorm,
            Set.of(layers),
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
      trained =
          stage("alexnet64-fc1024", "embedded", false).run(images, out, Map.of("by", "a test"));
    }
    assertEquals(2, trained.validationImages());
    assertEquals(
        "alexnet64-fc1024", WeightFile.read(trained.weights()).metadata().get("architecture"));
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
  void frozenConvolutionsKeepTheirBitsAndTheirValuesAreShared() throws IOException {
    Map<String, Tensor> embedded = Backbone.embedded().weights().tensors();
    Path shared = folder.resolve("shared");
    List<Weights> trained = new ArrayList<>();
    Map<Path, FileTime> stored = new TreeMap<>();
    for (double smoothing : new double[] {0, 0, 0.1}) {
      Path out = folder.resolve("out" + trained.size());
      try (ImageFolder images = squares()) {
        PretrainStage.Trained result =
            frozen("alexnet64", "embedded", true, smoothing, "convolutions")
                .run(images, out, shared, Map.of());
        trained.add(WeightFile.read(result.weights()).weights());
        JsonNode about = Json.read(result.about());
        assertEquals("pool5", about.get("stored_tap").asText());
        assertEquals(2, about.get("stored_views").asInt());
        assertEquals("convolutions", about.get("frozen_layers").get(0).asText());
      }
      assertTrue(Files.notExists(out.resolve("stored")));
      try (Stream<Path> files = Files.walk(shared.resolve("stored"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          FileTime time = Files.getLastModifiedTime(file);
          assertEquals(time, stored.computeIfAbsent(file, key -> time), "computed again");
        }
      }
    }
    assertEquals(2, stored.size(), "training and validation");
    Map<String, Tensor> tensors = trained.get(0).tensors();
    for (int layer = 1; layer <= 5; layer++) {
      String name = "conv" + layer;
      assertEquals(embedded.get(name + ".weight"), tensors.get(name + ".weight"));
      assertEquals(embedded.get(name + ".bias"), tensors.get(name + ".bias"));
    }
    assertArrayEquals(new int[] {512, 2048}, tensors.get("fc6.weight").shape());
    assertEquals(trained.get(0), trained.get(1));
    assertNotEquals(trained.get(0), trained.get(2));
  }

  @Test
  void layersFrozenInTheMiddleTrainOnAllLayers() throws IOException {
    Path out = folder.resolve("out");
    PretrainStage.Trained result;
    try (ImageFolder images = squares()) {
      result =
          frozen("alexnet64-fc1024", "embedded", false, 0, "conv1", "fc6")
              .run(images, out, Map.of());
    }
    assertTrue(Files.notExists(out.resolve("stored")));
    assertFalse(Json.read(result.about()).has("stored_tap"));
    Map<String, Tensor> before = Backbone.embedded().weights().tensors();
    Map<String, Tensor> after = WeightFile.read(result.weights()).weights().tensors();
    assertEquals(before.get("conv1.weight"), after.get("conv1.weight"));
    assertEquals(before.get("fc6.weight"), after.get("fc6.weight"));
    assertNotEquals(before.get("conv2.weight"), after.get("conv2.weight"));
  }

  @Test
  void aNewClassMakesTheOldLabelsOfValidationImagesUseless() throws IOException {
    Path shared = folder.resolve("shared");
    try (ImageFolder images = squares()) {
      stage("alexnet64-fc1024", "embedded", false)
          .run(images, folder.resolve("two"), shared, Map.of());
    }
    // It comes between the two others, so that light is no longer class 1.
    Path set = folder.resolve("set/train");
    Files.createDirectories(set.resolve("grey"));
    Files.copy(set.resolve("dark/0.png"), set.resolve("grey/0.png"));
    try (ImageFolder images = ImageFolder.open(folder.resolve("set"))) {
      stage("alexnet64-fc1024", "embedded", false)
          .run(images, folder.resolve("three"), shared, Map.of());
    }
    try (Stream<Path> files = Files.list(shared)) {
      List<Path> validation =
          files.filter(file -> file.getFileName().toString().startsWith("validation")).toList();
      assertEquals(2, validation.size(), validation.toString());
      Set<List<Integer>> labels = new HashSet<>();
      for (Path file : validation) {
        try (PackedImages images = PackedImages.open(file)) {
          labels.add(List.of(images.label(0), images.label(1)));
        }
      }
      assertEquals(Set.of(List.of(0, 1), List.of(0, 2)), labels);
    }
  }

  @Test
  void smallImagesAreNotPackedLarger() throws IOException {
    Path out = folder.resolve("out");
    try (ImageFolder images = squares()) {
      stage("squeezenet1_0-131", null, false).run(images, out, Map.of());
    }
    try (Stream<Path> files = Files.list(out)) {
      assertTrue(
          files.anyMatch(file -> file.getFileName().toString().startsWith("train-64-")),
          "131 pixels would say no more than the 64 that there are");
    }
  }

  @Test
  void whatCannotTrainIsRefusedBeforeImagesAreDecoded() throws IOException {
    assertThrows(IllegalArgumentException.class, () -> stage("alexnet64-fc1024", "embedded", true));
    assertThrows(
        IllegalArgumentException.class, () -> frozen("alexnet64-fc1024", null, false, 0, "conv1"));
    assertRefused("There is no network 'lenet'", stage("lenet", null, true));
    assertRefused(
        "frozen-layers: network alexnet64-fc1024 has no layer 'conv9'",
        frozen("alexnet64-fc1024", "embedded", false, 0, "conv9"));
    assertRefused(
        "Batch normalisation would undo what the starting weights have learned, here those of fc6",
        frozen("alexnet64-fc1024", "embedded", true, 0, "convolutions"));
    assertRefused(
        "frozen-layers: the starting weights have no layer fc6 that fits, so frozen it would stay random.",
        frozen("alexnet64", "embedded", false, 0, "conv1", "fc6"));
    assertRefused(
        "frozen-layers: all layers of network alexnet64-fc1024 would be frozen",
        frozen("alexnet64-fc1024", "embedded", false, 0, "convolutions", "fc6", "fc7", "fc8"));
  }

  private void assertRefused(String words, PretrainStage stage) throws IOException {
    Path out = folder.resolve("out");
    try (ImageFolder images = squares()) {
      ConfigException refused =
          assertThrows(ConfigException.class, () -> stage.run(images, out, Map.of()));
      assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }
    assertTrue(Files.notExists(out));
  }
}
