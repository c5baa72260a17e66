package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Problems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code rcnn data crops}: cuts out the objects of annotated images, with a little context, as a
 * classification set for {@code rcnn pretrain}.
 *
 * <p>Use it if there is no auxiliary set to pre-train on. Few objects give weak features; a
 * classification set of many classes is better.
 */
@Command(
    name = "crops",
    description =
        "Cuts out the objects of annotated images, one folder per class, for pre-training.")
final class DataCropsCommand implements Callable<Integer> {

  private static final float QUALITY = 0.95f;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A folder of annotated images, such as a VOC devkit.")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder to write; it must be new or empty.")
  private Path out;

  @Option(
      names = "--train",
      defaultValue = "train",
      paramLabel = "SPLIT",
      description = "The split whose objects are for training; default ${DEFAULT-VALUE}.")
  private String train;

  @Option(
      names = "--val",
      defaultValue = "val",
      paramLabel = "SPLIT",
      description = "The split whose objects are for validation; default ${DEFAULT-VALUE}.")
  private String val;

  @Option(
      names = "--scale",
      defaultValue = "1.164",
      paramLabel = "F",
      description =
          "Factor that enlarges the boxes; default ${DEFAULT-VALUE}, as regions are warped.")
  private double scale;

  @Option(
      names = "--least-side",
      defaultValue = "16",
      paramLabel = "PIXELS",
      description = "Narrower or lower objects are left out; default ${DEFAULT-VALUE}.")
  private int leastSide;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    if (!(scale >= 1 && scale <= 4) || leastSide < 1) {
      throw new ConfigException(
          "--scale must lie between 1 and 4, and --least-side must be at least 1.");
    }
    DataGenerateCommand.requireEmpty(out);
    Dataset dataset = DatasetFormats.installed().open(data);
    Problems problems = new Problems(false, "");
    PrintWriter report = output.out();
    ObjectNode tree = Json.object();
    tree.put("out", out.toString());
    // Both splits are read before anything is written.
    Map<String, DetectionSet> parts = new LinkedHashMap<>();
    parts.put("train", DetectionSet.read(dataset, train, 0, problems));
    parts.put("val", DetectionSet.read(dataset, val, 0, problems));
    for (Map.Entry<String, DetectionSet> part : parts.entrySet()) {
      Path folder = out.resolve(part.getKey());
      Map<String, Integer> counts = cut(part.getValue(), folder, problems);
      int all = counts.values().stream().mapToInt(Integer::intValue).sum();
      report.printf(
          "%s: %d objects of %d classes from split %s%n",
          folder, all, counts.size(), part.getValue().split());
      counts.forEach(tree.putObject(part.getKey())::put);
    }
    report.flush();
    output.write(tree);
    return 0;
  }

  /** Writes a split's objects; returns their number by class. */
  private Map<String, Integer> cut(DetectionSet set, Path folder, Problems problems)
      throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    for (Sample sample : set.samples()) {
      RgbImage image;
      try {
        image = sample.read();
      } catch (IOException e) {
        problems.report(e.getMessage());
        continue;
      }
      int number = 0;
      for (GroundTruth object : sample.annotation().objects()) {
        number++;
        Box box = object.box().clip(image.width(), image.height());
        if (object.difficult() || Math.min(box.width(), box.height()) < leastSide) {
          continue;
        }
        Path place = Files.createDirectories(folder.resolve(object.className()));
        Files.write(
            place.resolve(sample.id().replace('/', '-') + "-" + number + ".jpg"),
            Picture.of(crop(image, object.box(), scale)).jpeg(QUALITY));
        counts.merge(object.className(), 1, Integer::sum);
      }
    }
    return counts;
  }

  /** The pixels of a box that is enlarged about its centre and clipped to the image. */
  static RgbImage crop(RgbImage image, Box box, double scale) {
    double marginX = box.width() * (scale - 1) / 2;
    double marginY = box.height() * (scale - 1) / 2;
    int left = (int) Math.max(0, Math.round(box.xMin() - marginX));
    int top = (int) Math.max(0, Math.round(box.yMin() - marginY));
    int right = (int) Math.min(image.width(), Math.round(box.xMax() + marginX));
    int bottom = (int) Math.min(image.height(), Math.round(box.yMax() + marginY));
    int width = right - left;
    byte[] rgb = new byte[3 * width * (bottom - top)];
    for (int y = top; y < bottom; y++) {
      System.arraycopy(
          image.rgb(), 3 * (y * image.width() + left), rgb, 3 * (y - top) * width, 3 * width);
    }
    return new RgbImage(width, bottom - top, rgb);
  }
}
