package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.PeakMemory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code rcnn bench growth}: time and memory of the commands as the number of images grows.
 *
 * <p>The images are links to the same few scenes, so that nothing but their number differs. Half of
 * them are for training. Each command runs in a process of its own with the same small heap, which
 * is filled from the start, as else it would seem to grow until it is full once. Two peaks are
 * measured: of the resident set, which also has the loaded parts of mapped files, and of what no
 * file backs, which is what a machine must have.
 */
@Command(
    name = "growth",
    description =
        "Times the commands on more and more images, and measures their memory: links to the same"
            + " few scenes.",
    mixinStandardHelpOptions = true)
final class BenchGrowthCommand implements Callable<Integer> {

  private static final String TRAIN = "trainval";
  private static final String TEST = "test";
  private static final String WHOLE = "whole";
  private static final String IMAGES = "images";
  private static final String SECONDS_PER_IMAGE = "seconds_per_image";
  private static final String SECONDS_PER_FURTHER_IMAGE = "seconds_per_further_image";
  private static final String PEAK_RESIDENT = "peak_resident_mib";
  private static final String PEAK_UNMAPPED = "peak_unmapped_mib";
  private static final int POLL_MILLIS = 20;

  @Option(
      names = "--images",
      split = ",",
      paramLabel = "N",
      description = "Numbers of images (default 100,1000,10000).")
  private List<Integer> sizes = List.of(100, 1000, 10000);

  @Option(names = "--scenes", description = "Scenes that the links lead to (default 40).")
  private int scenes = 40;

  @Option(names = "--boxes", description = "Regions of an image (default 20).")
  private int boxes = 20;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      description = "The heap of each command, as of -Xmx (default 256m).")
  private String heap = "256m";

  @Mixin private BenchOutput output;

  @Override
  public Integer call() throws IOException {
    if (scenes < 1 || boxes < 1 || sizes.stream().anyMatch(size -> size < 4)) {
      throw new ConfigException(
          "--scenes and --boxes must be at least 1, and --images at least 4.");
    }
    // By command, so that the rows that should be alike stand together.
    Map<String, List<Measurement>> rows = new LinkedHashMap<>();
    try (ScratchFolder folder = ScratchFolder.create()) {
      Path kit = folder.path().resolve("scenes");
      new SceneGenerator(1).writeDevkit(kit, scenes, 0, 0);
      for (int size : sizes) {
        output.printf("%d images%n", size);
        output.out().flush();
        Path images = linked(kit, folder.path().resolve("images-" + size), size);
        Path run = folder.path().resolve("run-" + size);
        for (Work work : training(images, run, size)) {
          add(rows, work, size);
        }
        add(rows, detection(images, run, size), size);
        add(rows, evaluation(images, run, size), size);
      }
    }
    ObjectNode about = Json.object();
    about.put("scenes", scenes);
    about.put("boxes", boxes);
    about.put("heap", heap);
    output.publish(about, List.copyOf(rows.values()));
    return 0;
  }

  /** Links to a development kit's images and annotations in turn, the first half for training. */
  private static Path linked(Path kit, Path folder, int size) throws IOException {
    List<Path> pictures;
    try (Stream<Path> files = Files.list(kit.resolve("JPEGImages"))) {
      pictures = files.sorted().toList();
    }
    Path images = Files.createDirectories(folder.resolve("JPEGImages"));
    Path annotations = Files.createDirectories(folder.resolve("Annotations"));
    Path lists = Files.createDirectories(folder.resolve("ImageSets/Main"));
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Path picture = pictures.get(i % pictures.size());
      String name = picture.getFileName().toString();
      int dot = name.lastIndexOf('.');
      String id = "%06d".formatted(i);
      Files.createSymbolicLink(images.resolve(id + name.substring(dot)), picture);
      Files.createSymbolicLink(
          annotations.resolve(id + ".xml"),
          kit.resolve("Annotations").resolve(name.substring(0, dot) + ".xml"));
      ids.add(id);
    }
    Files.write(lists.resolve(TRAIN + ".txt"), ids.subList(0, size / 2));
    Files.write(lists.resolve(TEST + ".txt"), ids.subList(size / 2, size));
    return folder;
  }

  /**
   * A command to measure.
   *
   * @param name of its row
   * @param images how many it works on
   * @param arguments the command line
   */
  private record Work(String name, int images, List<String> arguments) {}

  private void add(Map<String, List<Measurement>> rows, Work work, int size) throws IOException {
    List<Measurement> smaller = rows.computeIfAbsent(work.name(), name -> new ArrayList<>());
    Measurement measured = measure(work, size);
    if (!smaller.isEmpty()) {
      measured = withFurther(measured, smaller.get(smaller.size() - 1));
    }
    smaller.add(measured);
    // Ten thousand images take an hour, so that each figure is shown when it is there.
    output.printf(
        "  %s: %.4f s an image, %.0f MiB, %.0f of them without mapped files%n",
        work.name(),
        measured.figures().get(SECONDS_PER_IMAGE),
        measured.figures().get(PEAK_RESIDENT),
        measured.figures().get(PEAK_UNMAPPED));
    output.out().flush();
  }

  /** With the time of each image beyond the smaller size: the start of a process is not in it. */
  private static Measurement withFurther(Measurement larger, Measurement smaller) {
    double images = larger.figures().get(IMAGES) - smaller.figures().get(IMAGES);
    return images > 0
        ? larger.with(
            SECONDS_PER_FURTHER_IMAGE, (larger.medianSeconds() - smaller.medianSeconds()) / images)
        : larger;
  }

  /** The commands that train, in an order in which each finds what it needs. */
  private List<Work> training(Path images, Path run, int size) {
    List<String> settings =
        List.of(
            "--data",
            images.toString(),
            "--set",
            "proposals.max-boxes=" + boxes,
            "--set",
            "finetune.phases=[{layers: fully-connected, iterations: 20}]",
            // Limits that the fewest images reach, as large sets reach the defaults.
            "--set",
            "svm.max-positives=100",
            "--set",
            "svm.max-objects=50",
            "--set",
            "svm.negative-cache=200",
            "--set",
            "svm.retrain-after=200");
    return List.of(
        new Work(
            "proposals",
            size / 2,
            List.of(
                "proposals",
                "--data",
                images.toString(),
                "--split",
                TRAIN,
                "--max-boxes",
                Integer.toString(boxes),
                "--out",
                beside(run, "boxes.csv").toString())),
        new Work(
            "run", size, joined(List.of("run", "--out", beside(run, WHOLE).toString()), settings)),
        new Work(
            "features, with their proposals and fine-tuning",
            size,
            joined(List.of("features", "--out", run.toString()), settings)),
        new Work("svm", size / 2, joined(List.of("svm", "--out", run.toString()), settings)));
  }

  private Work detection(Path images, Path run, int size) {
    return new Work(
        "detect",
        size,
        List.of(
            "detect",
            "--model",
            beside(run, WHOLE).toString(),
            "--max-boxes",
            Integer.toString(boxes),
            "--format",
            "voc",
            "--out",
            beside(run, "found").toString(),
            images.resolve("JPEGImages").toString()));
  }

  /** The run's detections on its test images. */
  private static Work evaluation(Path images, Path run, int size) throws IOException {
    Path detections;
    try (Stream<Path> made = Files.list(beside(run, WHOLE).resolve("detections"))) {
      detections =
          made.filter(Files::isDirectory)
              .findFirst()
              .orElseThrow(() -> new IOException("The run left no detections."));
    }
    return new Work(
        "eval",
        size - size / 2,
        List.of(
            "eval",
            "--data",
            images.toString(),
            "--split",
            TEST,
            "--detections",
            detections.toString()));
  }

  private static Path beside(Path run, String ending) {
    return run.resolveSibling(run.getFileName() + "-" + ending);
  }

  private static List<String> joined(List<String> one, List<String> two) {
    return Stream.concat(one.stream(), two.stream()).toList();
  }

  private Measurement measure(Work work, int size) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch"));
    command.addAll(List.of("-Djava.awt.headless=true", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(output.program().getName());
    command.addAll(work.arguments());
    command.add("--quiet");
    long start = System.nanoTime();
    Peaks peaks = peaks(work.name(), command);
    double seconds = (System.nanoTime() - start) / 1e9;
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(IMAGES, (double) work.images());
    figures.put(SECONDS_PER_IMAGE, seconds / work.images());
    figures.put(PEAK_RESIDENT, peaks.resident() / (double) (1 << 20));
    figures.put(PEAK_UNMAPPED, peaks.unmapped() / (double) (1 << 20));
    return new Measurement(
        work.name() + ", " + size + " images",
        Runtime.getRuntime().availableProcessors(),
        seconds,
        false,
        figures);
  }

  /**
   * The most memory that a command held.
   *
   * @param resident bytes, with the loaded parts of mapped files
   * @param unmapped bytes without them, looked at every few milliseconds
   */
  private record Peaks(long resident, long unmapped) {}

  /** Runs a command to its end. */
  private static Peaks peaks(String name, List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long resident = 0;
    long unmapped = 0;
    try {
      do {
        resident = Math.max(resident, PeakMemory.bytes(process.pid()).orElse(0));
        unmapped = Math.max(unmapped, PeakMemory.unmapped(process.pid()).orElse(0));
      } while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("The benchmark was interrupted.", e);
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "'rcnn %s' ended with status %d; its messages are above."
              .formatted(name, process.exitValue()));
    }
    return new Peaks(resident, unmapped);
  }
}
