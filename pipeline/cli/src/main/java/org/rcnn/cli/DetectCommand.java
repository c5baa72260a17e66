package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.DetectionOutput;
import org.rcnn.cli.options.DeviceOption;
import org.rcnn.cli.options.ExecutionOption;
import org.rcnn.cli.options.Output;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.Detection;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.export.DetectionExport;
import org.rcnn.pipeline.Detector;
import org.rcnn.pipeline.draw.DetectionPainter;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Problems;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn detect}: finds objects in photos with a trained detector. */
@Command(name = "detect", description = "Finds objects in images with a trained detector.")
final class DetectCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(DetectCommand.class);

  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description = "A run's folder or its detector.rcnn.")
  private Path model;

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "The images.")
  private List<Path> images;

  @Option(
      names = "--draw",
      paramLabel = "DIR",
      description = "Write pictures with boxes to this folder.")
  private Path draw;

  @Option(
      names = "--min-score",
      description =
          "Leave out detections with a lower score. Default: even odds, which is 0 for SVMs and 0.5"
              + " for softmax.")
  private Double minScore;

  @Option(
      names = "--exif-orientation",
      defaultValue = "apply",
      paramLabel = "apply|ignore",
      description =
          "Whether photos are turned upright as their files say; default ${DEFAULT-VALUE}.")
  private ExifOrientation exif;

  @Mixin private DetectionOutput detections;

  @Mixin private DeviceOption device;

  @Mixin private ExecutionOption execution;

  @Option(names = "--strict", description = "Stop at the first image that cannot be read.")
  private boolean strict;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    detections.requireBoth();
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    Problems problems = new Problems(strict, "");
    ArrayNode results = Json.object().arrayNode();
    Set<String> drawn = new HashSet<>();
    try (Detector detector = Detector.load(model, execution.on(device.device()))) {
      double least = minScore == null ? detector.evenOdds() : minScore;
      Optional<DetectionExport> export = detections.open(detector.classes());
      for (Path file : images) {
        RgbImage image;
        try {
          image = ImageFiles.read(file, exif);
        } catch (IOException e) {
          problems.report(Failures.sentence(e));
          continue;
        }
        List<Detection> found =
            detector.detect(image).stream()
                .filter(detection -> detection.score() >= least)
                .sorted(Comparator.comparingDouble(Detection::score).reversed())
                .toList();
        results.add(tree(file, image, found));
        print(file, found);
        if (export.isPresent()) {
          export.get().add(file, image.width(), image.height(), found);
        }
        if (draw != null) {
          new DetectionPainter()
              .paint(image, found)
              .write(draw.resolve(pictureName(file, drawn) + ".png"));
        }
      }
      if (export.isPresent()) {
        export.get().commit();
      }
    }
    output.write(results);
    return results.isEmpty() ? 1 : 0;
  }

  /** The image's name, with a number if an image from another folder has the same name. */
  private static String pictureName(Path file, Set<String> taken) {
    String name = file.getFileName().toString();
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + "-" + i;
    }
    return free;
  }

  private static void print(Path file, List<Detection> found) {
    System.out.printf("%s: %d detections%n", file, found.size());
    for (Detection detection : found) {
      double[] voc = detection.box().toVoc();
      System.out.printf(
          Locale.ROOT,
          "  %8.3f  %-14s %5.0f %5.0f %5.0f %5.0f%n",
          detection.score(),
          detection.className(),
          voc[0],
          voc[1],
          voc[2],
          voc[3]);
    }
  }

  private static ObjectNode tree(Path file, RgbImage image, List<Detection> found) {
    ObjectNode tree = Json.object();
    tree.put("image", file.toString());
    tree.put("width", image.width());
    tree.put("height", image.height());
    ArrayNode list = tree.putArray("detections");
    for (Detection detection : found) {
      ObjectNode node = list.addObject();
      node.put("class", detection.className());
      node.put("score", detection.score());
      ArrayNode box = node.putArray("box");
      for (double corner : detection.box().toVoc()) {
        box.add(corner);
      }
    }
    return tree;
  }
}
