package org.rcnn.pipeline.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.voc.VocDevkit;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.draw.DetectionPainter;
import org.rcnn.pipeline.draw.LabelledBox;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Problems;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.stage.ProposalStage;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.proposals.SelectiveSearch;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rcnn proposals}: selective search alone, on a split or on one image. */
@Command(
    name = "proposals",
    description = "Finds region proposals; on a split with ground truth, measures their recall.")
final class ProposalsCommand implements Callable<Integer> {

  /** The first images warm the compiler up and are not timed, if there are many more. */
  private static final int WARM_UP = 20;

  /** Either a data set or one image. */
  static final class Source {
    @Option(names = "--data", required = true, paramLabel = "DEVKIT", description = "The images.")
    private Path data;

    @Option(names = "--image", required = true, paramLabel = "FILE", description = "One image.")
    private Path image;
  }

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Option(names = "--split", defaultValue = "test", description = "The split. Default: test.")
  private String split;

  @Option(names = "--mode", defaultValue = "fast", description = "fast, quality or opencv-fast.")
  private String mode;

  @Option(names = "--limit", defaultValue = "0", description = "Images at most; 0: all.")
  private int limit;

  @Option(names = "--threads", defaultValue = "1", description = "Images side by side.")
  private int threads;

  @Option(names = "--max-boxes", defaultValue = "0", description = "Boxes at most; 0: all.")
  private int maxBoxes;

  @Option(names = "--min-side", defaultValue = "20", description = "Smallest side of a box.")
  private int minSide;

  @Option(
      names = "--longer-side",
      defaultValue = "500",
      description = "Search larger images at this size; 0: as they are.")
  private int longerSide;

  @Option(names = "--seed", defaultValue = "1", description = "Decides the ranking.")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the boxes: image,xmin,ymin,xmax,ymax, 1-based and inclusive.")
  private Path out;

  @Option(
      names = "--draw",
      paramLabel = "DIR",
      description = "Draw each object's best proposal beside its ground truth.")
  private Path draw;

  @Mixin private JsonOutput json;

  @Override
  public Integer call() throws IOException {
    if (threads < 1) {
      throw new ConfigException("--threads must be at least 1; it is " + threads + ".");
    }
    SelectiveSearch search =
        new SelectiveSearch(
            ProposalStage.settings(
                new PipelineConfig.Proposals(mode, longerSide, minSide, maxBoxes), seed));
    return source.image != null ? one(search) : split(search);
  }

  private int one(SelectiveSearch search) throws IOException {
    RgbImage image = ImageFiles.read(source.image);
    List<Box> boxes = search.propose(image);
    StringBuilder csv = new StringBuilder("image,xmin,ymin,xmax,ymax\n");
    append(csv, source.image.toString(), boxes);
    if (out != null) {
      RunFolder.writeText(out, csv.toString());
      System.out.printf("%d proposals in %s%n", boxes.size(), out);
    } else {
      System.out.print(csv);
    }
    ObjectNode tree = new ObjectMapper().createObjectNode();
    tree.put("image", source.image.toString());
    tree.put("mode", mode);
    ArrayNode list = tree.putArray("boxes");
    for (Box box : boxes) {
      ArrayNode corners = list.addArray();
      for (double corner : box.toVoc()) {
        corners.add((int) corner);
      }
    }
    json.write(tree);
    return 0;
  }

  /** The boxes of an image and the seconds that they took. */
  private record Found(List<Box> boxes, double seconds, RgbImage image) {}

  private int split(SelectiveSearch search) throws IOException {
    Problems problems = new Problems(false);
    DetectionSet set = DetectionSet.read(VocDevkit.open(source.data), split, limit, problems);
    ProposalRecall recall = new ProposalRecall();
    List<Double> seconds = new ArrayList<>();
    StringBuilder csv = new StringBuilder("image,xmin,ymin,xmax,ymax\n");
    try (Progress progress = Progress.start("proposals", set.samples().size(), "images")) {
      OrderedWork.<Sample, Found>forEach(
          set.samples(),
          threads,
          sample -> find(search, sample, problems),
          (sample, found) -> {
            progress.step();
            if (found == null) {
              return;
            }
            recall.add(sample.annotation(), found.boxes());
            seconds.add(found.seconds());
            if (out != null) {
              append(csv, sample.id(), found.boxes());
            }
            if (draw != null) {
              draw(sample, found);
            }
          });
    }
    if (seconds.isEmpty()) {
      throw new IOException("No image of split '%s' could be read.".formatted(split));
    }
    if (out != null) {
      RunFolder.writeText(out, csv.toString());
    }
    report(recall.result(), median(seconds));
    return 0;
  }

  private static Found find(SelectiveSearch search, Sample sample, Problems problems)
      throws IOException {
    RgbImage image;
    try {
      image = ImageFiles.read(sample.image());
    } catch (IOException e) {
      problems.report(e.getMessage());
      return null;
    }
    long begin = System.nanoTime();
    List<Box> boxes = search.propose(image);
    return new Found(boxes, (System.nanoTime() - begin) / 1e9, image);
  }

  private static double median(List<Double> seconds) {
    double[] warm =
        seconds.stream()
            .skip(seconds.size() > 2 * WARM_UP ? WARM_UP : 0)
            .mapToDouble(Double::doubleValue)
            .toArray();
    Arrays.sort(warm);
    return (warm[(warm.length - 1) / 2] + warm[warm.length / 2]) / 2;
  }

  private void report(ProposalRecall.Result result, double secondsPerImage) throws IOException {
    ObjectNode tree = new ObjectMapper().createObjectNode();
    tree.put("mode", mode);
    tree.put("images", result.images());
    tree.put("objects", result.objects());
    tree.put("threads", threads);
    tree.put("windows_per_image", result.windowsPerImage());
    tree.put("recall_50", result.recallAt(0.5));
    tree.put("recall_70", result.recallAt(0.7));
    tree.put("mabo", result.mabo());
    ObjectNode abo = tree.putObject("abo");
    result.abo().forEach(abo::put);
    tree.put("seconds_per_image", secondsPerImage);
    json.write(tree);
    System.out.printf(
        Locale.ROOT,
        "%s: %d images, %d objects, %.1f windows/image, recall@0.5 %.3f, recall@0.7 %.3f,"
            + " MABO %.3f, %.3f s/image (median, %d thread%s)%n",
        mode,
        result.images(),
        result.objects(),
        result.windowsPerImage(),
        result.recallAt(0.5),
        result.recallAt(0.7),
        result.mabo(),
        secondsPerImage,
        threads,
        threads == 1 ? "" : "s");
    result
        .abo()
        .forEach((name, value) -> System.out.printf(Locale.ROOT, "  %-14s %.3f%n", name, value));
  }

  private void draw(Sample sample, Found found) throws IOException {
    List<LabelledBox> boxes = new ArrayList<>();
    for (GroundTruth object : sample.annotation().objects()) {
      Box best =
          found.boxes().stream()
              .max(Comparator.comparingDouble(box -> box.iou(object.box())))
              .orElse(object.box());
      boxes.add(
          new LabelledBox(
              String.format(Locale.ROOT, "%s %.2f", object.className(), best.iou(object.box())),
              best));
      boxes.add(new LabelledBox("ground truth", object.box()));
    }
    new DetectionPainter()
        .paintBoxes(found.image(), boxes)
        .write(draw.resolve(sample.id() + ".png"));
  }

  private static void append(StringBuilder csv, String image, List<Box> boxes) {
    for (Box box : boxes) {
      double[] voc = box.toVoc();
      csv.append(
          String.format(
              Locale.ROOT, "%s,%.0f,%.0f,%.0f,%.0f%n", image, voc[0], voc[1], voc[2], voc[3]));
    }
  }
}
