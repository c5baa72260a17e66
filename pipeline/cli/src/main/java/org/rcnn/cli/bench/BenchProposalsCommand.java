package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.Function;
import org.rcnn.cli.bench.Contest.Stopwatch;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.proposals.Mode;
import org.rcnn.proposals.ProposalPeer;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.proposals.SelectiveSearch;
import org.rcnn.proposals.SelectiveSearchConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code rcnn bench proposals}: times selective search in each mode, and OpenCV's.
 *
 * <p>Everything runs in one process and one thread. All contestants search an image before the next
 * one, so that other load on the machine slows all of them equally; medians are over the images.
 * The table has the thread's CPU time too, since on a machine with other work the elapsed time also
 * includes waiting. Images are decoded beforehand. The table also has the memory that a thread's
 * first search allocates, which is more than it uses at any time. Then each of our modes searches
 * all images on one thread and on several. Last comes the first image of a new JVM, which includes
 * loading and compiling the code.
 */
@Command(
    name = "proposals",
    description = "Times our selective search and OpenCV's, image by image in one process.")
final class BenchProposalsCommand implements Callable<Integer> {

  /** Images searched beforehand, so that the JVM compiles the code. */
  private static final int WARM_UP = 10;

  /** The number of parts of the images; the throughput is the median over them. */
  private static final int PARTS = 5;

  /** The number of new JVMs for each mode. */
  private static final int COLD_STARTS = 3;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A folder of annotated images, such as a VOC devkit.")
  private Path data;

  @Option(
      names = "--split",
      required = true,
      paramLabel = "SPLIT",
      description = "Its split to search, such as test.")
  private String split;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N images of the split.")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "Threads for the throughput, in addition to one (default 2).")
  private int threads = 2;

  @Option(
      names = "--modes",
      split = ",",
      paramLabel = "MODE",
      description = "Our modes to measure, separated by commas. Default: all.")
  private List<Mode> modes = List.of(Mode.values());

  @Mixin private BenchOutput output;

  /** An image of the split. */
  private record Sample(Path file, RgbImage pixels, Annotation annotation) {}

  @Override
  public Integer call() throws IOException {
    if (limit < 1 || threads < 1) {
      throw new ConfigException("--limit and --threads must be at least 1.");
    }
    Map<String, SelectiveSearch> ours = searches();
    List<Sample> samples = read();
    List<Measurement> rows = new ArrayList<>(race(ours, samples));
    for (Map.Entry<String, SelectiveSearch> mode : ours.entrySet()) {
      rows.addAll(throughput("ours " + mode.getKey(), mode.getValue(), samples));
    }
    rows.addAll(firstImages(ours.keySet(), samples.get(0).file));
    output.printf("Selective search on %d images of split %s%n%n", samples.size(), split);
    ObjectNode about = Json.object().put("split", split).put("images", samples.size());
    output.publish(about, List.of(rows));
    return 0;
  }

  private Map<String, SelectiveSearch> searches() {
    Map<String, SelectiveSearch> searches = new LinkedHashMap<>();
    modes.forEach(mode -> searches.put(mode.label(), new SelectiveSearch(mode.config())));
    return searches;
  }

  private List<Sample> read() throws IOException {
    Dataset dataset = DatasetFormats.installed().open(data);
    List<String> ids = dataset.imageIds(split);
    List<Sample> samples = new ArrayList<>();
    for (String id : ids.subList(0, Math.min(limit, ids.size()))) {
      Path file = dataset.image(id);
      samples.add(new Sample(file, ImageFiles.read(file), dataset.annotation(id)));
    }
    if (samples.isEmpty()) {
      throw new IOException("Split '%s' of %s names no image.".formatted(split, data));
    }
    return samples;
  }

  private Contest contest(Meter... meters) {
    return new Contest(output.err()::println, meters);
  }

  private List<Measurement> race(Map<String, SelectiveSearch> ours, List<Sample> samples)
      throws IOException {
    Contest race = contest(Meter.THREAD_CPU);
    String none =
        "No peer is on the class path, so only ours are measured; `./rcnn bench` adds OpenCV.";
    for (ProposalPeer peer : BenchOutput.peers(ProposalPeer.class, output.err(), none)) {
      Function<RgbImage, List<Box>> search = peer::propose;
      race.enterPeer(peer.name(), 1, () -> new Searcher(search, -1, samples, new ProposalRecall()));
    }
    ours.forEach(
        (mode, search) ->
            race.enter(
                "ours " + mode,
                1,
                () ->
                    new Searcher(
                        search::propose,
                        mebibytes(search.config(), samples),
                        samples,
                        new ProposalRecall())));
    try (Progress progress =
        new ProgressBars().start("bench proposals", samples.size(), "images")) {
      return race.run(samples.size(), Double.POSITIVE_INFINITY, progress::step);
    }
  }

  /** Searches an image per round; {@code mebibytes} of its first search is negative if unknown. */
  private record Searcher(
      Function<RgbImage, List<Box>> search,
      double mebibytes,
      List<Sample> samples,
      ProposalRecall recall)
      implements Contest.Contestant {

    @Override
    public void warmUp() {
      search.apply(samples.get(0).pixels);
    }

    @Override
    public void turn(Stopwatch watch) throws IOException {
      Sample sample = samples.get(watch.round());
      recall.add(sample.annotation, watch.time(() -> search.apply(sample.pixels)));
    }

    @Override
    public void conclude(double medianSeconds, Map<String, Double> figures) {
      if (mebibytes >= 0) {
        figures.put("first_search_mebibytes", mebibytes);
      }
      ProposalRecall.Result result = recall.result();
      figures.put("windows_per_image", result.windowsPerImage());
      if (result.objects() > 0) {
        figures.put("recall_50", result.recallAt(0.5));
        figures.put("mabo", result.mabo());
      }
    }
  }

  /**
   * Searches some images, each as the first one of a new search.
   *
   * @return the most mebibytes that one of them allocated, negative if this JVM does not count them
   */
  private static double mebibytes(SelectiveSearchConfig config, List<Sample> samples) {
    long most = -1;
    for (int i = 0; i < WARM_UP; i++) {
      SelectiveSearch first = new SelectiveSearch(config);
      long before = allocatedBytes();
      first.propose(samples.get(i % samples.size()).pixels);
      most = before < 0 ? -1 : Math.max(most, allocatedBytes() - before);
    }
    return most / (double) (1 << 20);
  }

  private static long allocatedBytes() {
    return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean counting
        ? counting.getCurrentThreadAllocatedBytes()
        : -1;
  }

  /** Seconds per image over all images, on one thread and on several. */
  private List<Measurement> throughput(String name, SelectiveSearch search, List<Sample> samples)
      throws IOException {
    Contest contest = contest();
    for (int count : List.of(1, threads)) {
      contest.enter(
          name + ", all images", count, () -> watch -> searchPart(watch, search, samples, count));
    }
    List<Measurement> paces = contest.run(Math.min(PARTS, samples.size()));
    double speedup = paces.get(0).medianSeconds() / paces.get(1).medianSeconds();
    return List.of(paces.get(0), paces.get(1).with("speedup", speedup));
  }

  private static void searchPart(
      Stopwatch watch, SelectiveSearch search, List<Sample> samples, int threads)
      throws IOException {
    int parts = Math.min(PARTS, samples.size());
    int from = watch.round() * samples.size() / parts;
    List<Sample> part = samples.subList(from, (watch.round() + 1) * samples.size() / parts);
    DoubleAdder cpu = new DoubleAdder();
    watch.time(
        () -> {
          OrderedWork.<Sample, Integer>forEach(
              part,
              threads,
              sample -> {
                double begin = Meter.threadCpu();
                int boxes = search.propose(sample.pixels).size();
                cpu.add(Meter.threadCpu() - begin);
                return boxes;
              },
              (sample, boxes) -> {});
          return part;
        });
    watch.seconds(watch.seconds() / part.size());
    watch.put("cpu_seconds", cpu.sum() / part.size());
  }

  /** The time of the first image, from pixels to boxes, in JVMs started for it. */
  private List<Measurement> firstImages(Set<String> modes, Path image) throws IOException {
    Contest contest = contest();
    for (String mode : modes) {
      contest.enter(
          "ours " + mode + ", first image of a new JVM",
          1,
          () -> watch -> searchInNewJvm(watch, mode, image));
    }
    return contest.run(COLD_STARTS);
  }

  private void searchInNewJvm(Stopwatch watch, String mode, Path image) throws IOException {
    Path result = Files.createTempFile("first-image", ".json");
    Path boxes = Files.createTempFile("first-image", ".csv");
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add(output.program().getName());
      command.addAll(List.of("proposals", "--image", image.toString(), "--mode", mode));
      command.addAll(List.of("--out", boxes.toString(), "--json", result.toString()));
      watch.time(() -> run(command));
      watch.put("process_seconds", watch.seconds());
      watch.seconds(Json.read(result).get("seconds").doubleValue());
    } finally {
      Files.deleteIfExists(result);
      Files.deleteIfExists(boxes);
    }
  }

  private static int run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(
            "A new JVM for the first image ended with status %d; its messages are above."
                .formatted(status));
      }
      return status;
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("The benchmark was interrupted.", e);
    }
  }
}
