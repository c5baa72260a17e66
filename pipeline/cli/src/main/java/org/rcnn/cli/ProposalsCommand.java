package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.options.SearchOptions;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.draw.CoveragePicture;
import org.rcnn.pipeline.draw.SegmentationPicture;
import org.rcnn.pipeline.run.BoxFile;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Problems;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.proposals.SelectiveSearch;
import org.rcnn.proposals.SelectiveSearchConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rcnn proposals}: selective search on a split, with its recall, or on one image. */
@Command(
    name = "proposals",
    description =
        "Proposes object boxes by selective search and measures how well they cover the objects.")
final class ProposalsCommand implements Callable<Integer> {

  /** Images at the start whose times do not count, because the JVM compiles during them. */
  private static final int WARM_UP = 10;

  /** The numbers of first boxes of an image in the table of the ranking. */
  private static final List<Integer> FIRST_BOXES = List.of(100, 500, 600, 1_000, 2_000);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A folder of annotated images, such as a VOC devkit.")
  private Path data;

  @Option(
      names = "--split",
      paramLabel = "SPLIT",
      description = "Its split to search, such as test.")
  private String split;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "Instead of a split, one image; its boxes go to standard output or --out.")
  private Path image;

  @Mixin private SearchOptions options;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N images of the split.")
  private Integer limit;

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "Images searched in parallel. Default: one per core.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the boxes (VOC corners) to this file, .csv or .json.")
  private Path out;

  @Option(
      names = "--draw",
      paramLabel = "DIR",
      description =
          "Write two pictures of each image. NAME-boxes.png shows its objects, dashed, with their"
              + " best boxes in green; NAME-segments.png shows the segmentations that the search"
              + " starts from.")
  private Path draw;

  @Mixin private Output output;

  private final Problems problems = new Problems(false, "");

  /** The result of a search; the boxes are null if the image cannot be read. */
  private record Found(Annotation annotation, List<Box> boxes, double seconds) {}

  @Override
  public Integer call() throws IOException {
    if (image == null ? data == null || split == null : data != null || split != null) {
      throw new ConfigException("Give --data and --split, or only --image.");
    }
    SelectiveSearch search = new SelectiveSearch(settings());
    if (out != null) {
      BoxFile.requireKnownEnding(out);
    }
    if (image != null) {
      oneImage(search);
    } else {
      wholeSplit(search);
    }
    return 0;
  }

  private SelectiveSearchConfig settings() {
    if (threads < 1) {
      throw new ConfigException("--threads must be at least 1, not %d.".formatted(threads));
    }
    if (limit != null && limit < 1) {
      throw new ConfigException("--limit must be at least 1, not %d.".formatted(limit));
    }
    return options.config();
  }

  private void oneImage(SelectiveSearch search) throws IOException {
    RgbImage pixels = ImageFiles.read(image);
    long begin = System.nanoTime();
    List<Box> boxes = search.propose(pixels);
    double seconds = (System.nanoTime() - begin) / 1e9;
    String name = image.getFileName().toString();
    if (out == null) {
      PrintWriter standard = output.out();
      BoxFile.csv(standard).append(name, pixels.width(), pixels.height(), boxes);
      standard.flush();
    } else {
      try (BoxFile file = BoxFile.create(out)) {
        file.append(name, pixels.width(), pixels.height(), boxes);
        file.commit();
      }
    }
    if (draw != null) {
      Annotation nothing = new Annotation(name, pixels.width(), pixels.height(), List.of());
      draw(search, pixels, nothing, boxes, stem(name));
    }
    ObjectNode tree = Json.object();
    tree.put("mode", options.name());
    tree.put("image", name);
    tree.put("width", pixels.width());
    tree.put("height", pixels.height());
    tree.put("seconds", seconds);
    ArrayNode list = tree.putArray("boxes");
    boxes.forEach(box -> BoxFile.putCorners(list.addArray(), box));
    output.write(tree);
  }

  private static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private void wholeSplit(SelectiveSearch search) throws IOException {
    Dataset dataset = DatasetFormats.installed().open(data);
    List<String> ids = dataset.imageIds(split);
    if (limit != null && limit < ids.size()) {
      ids = ids.subList(0, limit);
    }
    ProposalRecall recall = new ProposalRecall();
    List<Double> seconds = new ArrayList<>();
    try (BoxFile file = out == null ? null : BoxFile.create(out);
        Progress progress = new ProgressBars().start("proposals " + split, ids.size(), "images")) {
      OrderedWork.<String, Found>forEach(
          ids,
          threads,
          id -> search(search, dataset, id),
          (id, found) -> {
            progress.step();
            if (found.boxes == null) {
              return;
            }
            recall.add(found.annotation, found.boxes);
            seconds.add(found.seconds);
            if (file != null) {
              file.append(id, found.annotation.width(), found.annotation.height(), found.boxes);
            }
          });
      if (seconds.isEmpty()) {
        throw new IOException(
            "Split '%s' of %s has no usable image; `data check` lists what is wrong."
                .formatted(split, dataset.root()));
      }
      if (file != null) {
        file.commit();
      }
    }
    double median = warmMedian(seconds);
    print(recall, median);
    output.write(tree(recall, search.config(), median));
  }

  private Found search(SelectiveSearch search, Dataset dataset, String id) throws IOException {
    RgbImage pixels;
    try {
      pixels = ImageFiles.read(dataset.image(id));
    } catch (IOException e) {
      problems.report(e.getMessage() + " The image is left out.");
      return new Found(null, null, 0);
    }
    long begin = System.nanoTime();
    List<Box> boxes = search.propose(pixels);
    double seconds = (System.nanoTime() - begin) / 1e9;
    Annotation annotation = annotation(dataset, id, pixels);
    if (draw != null) {
      draw(search, pixels, annotation, boxes, id);
    }
    return new Found(annotation, boxes, seconds);
  }

  /** The image's objects, with the size of its pixels; no objects if they cannot be read. */
  private Annotation annotation(Dataset dataset, String id, RgbImage pixels) throws IOException {
    try {
      Annotation read = dataset.annotation(id);
      return new Annotation(id, pixels.width(), pixels.height(), read.objects());
    } catch (IOException e) {
      problems.report(e.getMessage() + " The image counts only for windows and time.");
      return new Annotation(id, pixels.width(), pixels.height(), List.of());
    }
  }

  private void draw(
      SelectiveSearch search, RgbImage pixels, Annotation annotation, List<Box> boxes, String id)
      throws IOException {
    CoveragePicture.of(pixels, annotation, boxes).write(pictureFile(id + "-boxes"));
    SegmentationPicture.of(search, pixels).write(pictureFile(id + "-segments"));
  }

  private Path pictureFile(String id) throws IOException {
    Path folder = draw.toAbsolutePath().normalize();
    Path file = folder.resolve(id + ".png").normalize();
    if (!file.startsWith(folder)) {
      throw new IOException(
          "The image name '%s' leads out of the folder %s; rename the image.".formatted(id, draw));
    }
    return file;
  }

  /** The median time without the first images; for few images, of their second half. */
  private static double warmMedian(List<Double> seconds) {
    List<Double> warm =
        seconds.subList(Math.min(WARM_UP, seconds.size() / 2), seconds.size()).stream()
            .sorted()
            .toList();
    int half = warm.size() / 2;
    return warm.size() % 2 == 1 ? warm.get(half) : (warm.get(half - 1) + warm.get(half)) / 2;
  }

  private void print(ProposalRecall recall, double median) {
    ProposalRecall.Result result = recall.result();
    PrintWriter table = output.out();
    table.printf(
        Locale.ROOT,
        "%s mode, %d images of split %s, %d threads%n%n",
        options.name(),
        result.images(),
        split,
        threads);
    table.printf(Locale.ROOT, "windows per image    %10.1f%n", result.windowsPerImage());
    table.printf(Locale.ROOT, "seconds per image    %10.4f  (median, warm)%n", median);
    if (result.objects() == 0) {
      table.printf("Only difficult objects or none are annotated, so recall cannot be measured.%n");
      return;
    }
    table.printf(Locale.ROOT, "objects              %10d  (not difficult)%n", result.objects());
    table.printf(Locale.ROOT, "recall at IoU 0.5    %10.4f%n", result.recallAt(0.5));
    table.printf(Locale.ROOT, "recall at IoU 0.7    %10.4f%n", result.recallAt(0.7));
    table.printf(Locale.ROOT, "MABO                 %10.4f%n%n", result.mabo());
    table.printf("the first    recall at 0.5    at 0.7      MABO%n");
    for (int boxes : FIRST_BOXES) {
      ProposalRecall.Result part = recall.resultAt(boxes);
      table.printf(
          Locale.ROOT,
          "%9d %16.4f %9.4f %9.4f%n",
          boxes,
          part.recallAt(0.5),
          part.recallAt(0.7),
          part.mabo());
    }
    table.println();
    table.printf("average best overlap (ABO)%n");
    result.abo().forEach((name, abo) -> table.printf(Locale.ROOT, "%-20s %10.4f%n", name, abo));
    table.flush();
  }

  private ObjectNode tree(ProposalRecall recall, SelectiveSearchConfig config, double median) {
    ProposalRecall.Result result = recall.result();
    ObjectNode tree = Json.object();
    tree.put("mode", options.name());
    SearchOptions.describe(config, tree);
    tree.put("split", split);
    tree.put("images", result.images());
    tree.put("threads", threads);
    tree.put("windows_per_image", result.windowsPerImage());
    tree.put("objects", result.objects());
    if (result.objects() > 0) {
      tree.put("recall_50", result.recallAt(0.5));
      tree.put("recall_70", result.recallAt(0.7));
      tree.put("mabo", result.mabo());
      ObjectNode abo = tree.putObject("abo");
      result.abo().forEach(abo::put);
      ArrayNode first = tree.putArray("first_boxes");
      for (int boxes : FIRST_BOXES) {
        ProposalRecall.Result part = recall.resultAt(boxes);
        ObjectNode row = first.addObject();
        row.put("boxes", boxes);
        row.put("windows_per_image", part.windowsPerImage());
        row.put("recall_50", part.recallAt(0.5));
        row.put("recall_70", part.recallAt(0.7));
        row.put("mabo", part.mabo());
      }
    }
    tree.put("seconds_per_image", median);
    problems.sentences().forEach(tree.putArray("problems")::add);
    return tree;
  }
}
