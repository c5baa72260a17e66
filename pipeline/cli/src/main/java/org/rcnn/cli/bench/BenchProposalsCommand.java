package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.rcnn.cli.options.JsonOutput;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.voc.VocDevkit;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.proposals.ProposalPeer;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.proposals.SelectiveSearch;
import org.rcnn.proposals.SelectiveSearchConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code rcnn bench proposals}: the time that selective search takes in each mode, beside OpenCV's.
 *
 * <p>One process, one thread. Every image is searched by everyone in turn before the next one is,
 * so that whatever else slows the machine slows all alike; medians are over the images. The
 * processor time of the thread stands beside the clock's: on a machine with other work the clock
 * also counts the waiting. Images are decoded beforehand. Beside the times stands the memory that a
 * thread's first search allocates: more than it holds at any time. Then each mode of ours searches
 * all images on one thread and on several, and last the first image of a new JVM is timed, which
 * pays for loading and compiling the code.
 */
@Command(
    name = "proposals",
    description = "Times selective search beside OpenCV's, image by image in one process.")
final class BenchProposalsCommand implements Callable<Integer> {

  /** Images searched beforehand, for the JVM to compile the code. */
  private static final int WARM_UP = 10;

  /** The throughput is the median of so many parts of the images. */
  private static final int PARTS = 5;

  /** New JVMs that are started for each mode. */
  private static final int COLD_STARTS = 3;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DEVKIT",
      description = "VOC-style folder.")
  private Path data;

  @Option(
      names = "--split",
      required = true,
      paramLabel = "SPLIT",
      description = "The split of it to search, such as test.")
  private String split;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N images of the split.")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "Threads for the throughput, beside one; by default 2.")
  private int threads = 2;

  @Option(
      names = "--modes",
      split = ",",
      paramLabel = "MODE",
      description = "Modes of ours to measure, with commas; by default all.")
  private List<String> modes = SelectiveSearchConfig.MODES;

  @Mixin private JsonOutput json;

  @Spec private CommandSpec spec;

  /** An image of the split. */
  private record Sample(Path file, RgbImage pixels, Annotation annotation) {}

  /** One way to search, and what it took and found. */
  private static final class Contestant {
    final String name;
    final boolean peer;
    final Search search;
    final double[] seconds;
    final double[] cpuSeconds;

    /** Negative where it is not known. */
    final double allocatedMebibytes;

    final ProposalRecall recall = new ProposalRecall();

    Contestant(String name, boolean peer, Search search, double allocatedMebibytes, int images) {
      this.name = name;
      this.peer = peer;
      this.search = search;
      this.allocatedMebibytes = allocatedMebibytes;
      this.seconds = new double[images];
      this.cpuSeconds = new double[images];
    }
  }

  @FunctionalInterface
  private interface Search {
    List<Box> propose(RgbImage image);
  }

  @Override
  public Integer call() throws IOException {
    if (limit < 1 || threads < 1) {
      throw new ConfigException("--limit and --threads must be at least 1.");
    }
    Map<String, SelectiveSearch> ours = searches();
    List<Sample> samples = read();
    BenchTable table = new BenchTable();
    for (Contestant contestant : race(ours, peers(), samples)) {
      table.add(row(contestant));
    }
    for (Map.Entry<String, SelectiveSearch> mode : ours.entrySet()) {
      addThroughput(table, "ours " + mode.getKey(), mode.getValue(), samples);
    }
    for (String mode : ours.keySet()) {
      table.add(firstImage(mode, samples.get(0).file));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Selective search on %d images of split %s%n%n", samples.size(), split);
    out.print(table.toText());
    out.flush();
    ObjectNode tree = table.toJson();
    tree.put("split", split);
    tree.put("images", samples.size());
    json.write(tree);
    return 0;
  }

  private Map<String, SelectiveSearch> searches() {
    Map<String, SelectiveSearch> searches = new LinkedHashMap<>();
    for (String mode : modes) {
      try {
        searches.put(mode, new SelectiveSearch(SelectiveSearchConfig.mode(mode)));
      } catch (IllegalArgumentException e) {
        throw new ConfigException("--modes: " + e.getMessage());
      }
    }
    return searches;
  }

  private List<Sample> read() throws IOException {
    VocDevkit devkit = VocDevkit.open(data);
    List<String> ids = devkit.imageIds(split);
    List<Sample> samples = new ArrayList<>();
    for (String id : ids.subList(0, Math.min(limit, ids.size()))) {
      Path file = devkit.image(id);
      samples.add(new Sample(file, ImageFiles.read(file), devkit.annotation(id)));
    }
    if (samples.isEmpty()) {
      throw new IOException("Split '%s' of %s names no image.".formatted(split, data));
    }
    return samples;
  }

  /** The peers on the class path; those that do not load are told and left out. */
  private List<ProposalPeer> peers() {
    List<ProposalPeer> peers = new ArrayList<>();
    PrintWriter err = spec.commandLine().getErr();
    Iterator<ProposalPeer> found = ServiceLoader.load(ProposalPeer.class).iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          break;
        }
        peers.add(found.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        err.printf("A peer does not load and is left out: %s%n", e.getMessage());
      }
    }
    if (peers.isEmpty()) {
      err.println(
          "No peer is on the class path, so ours are measured alone; `./rcnn bench` brings"
              + " OpenCV.");
    }
    err.flush();
    return peers;
  }

  private static List<Contestant> race(
      Map<String, SelectiveSearch> ours, List<ProposalPeer> peers, List<Sample> samples) {
    List<Contestant> all = new ArrayList<>();
    for (ProposalPeer peer : peers) {
      all.add(new Contestant(peer.name(), true, peer::propose, -1, samples.size()));
    }
    ours.forEach(
        (mode, search) ->
            all.add(
                new Contestant(
                    "ours " + mode,
                    false,
                    search::propose,
                    warmUp(search.config(), samples),
                    samples.size())));
    for (Contestant contestant : all) {
      contestant.search.propose(samples.get(0).pixels);
    }
    try (Progress progress =
        new ProgressBars().start("bench proposals", samples.size(), "images")) {
      for (int i = 0; i < samples.size(); i++) {
        Sample sample = samples.get(i);
        for (Contestant contestant : all) {
          long begin = System.nanoTime();
          long cpuBegin = cpuNanos();
          List<Box> boxes = contestant.search.propose(sample.pixels);
          contestant.cpuSeconds[i] = (cpuNanos() - cpuBegin) / 1e9;
          contestant.seconds[i] = (System.nanoTime() - begin) / 1e9;
          contestant.recall.add(sample.annotation, boxes);
        }
        progress.step();
      }
    }
    return all;
  }

  /**
   * Searches some images, each as the first one of a new search.
   *
   * @return the most mebibytes that one of them allocated, negative if this JVM does not count them
   */
  private static double warmUp(SelectiveSearchConfig config, List<Sample> samples) {
    long most = -1;
    for (int i = 0; i < WARM_UP; i++) {
      SelectiveSearch first = new SelectiveSearch(config);
      long before = allocatedBytes();
      first.propose(samples.get(i % samples.size()).pixels);
      long after = allocatedBytes();
      most = before < 0 ? -1 : Math.max(most, after - before);
    }
    return most / (double) (1 << 20);
  }

  private static long allocatedBytes() {
    return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads
        ? threads.getCurrentThreadAllocatedBytes()
        : -1;
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static BenchTable.Row row(Contestant contestant) {
    ProposalRecall.Result result = contestant.recall.result();
    Map<String, Double> more = new LinkedHashMap<>();
    more.put("cpu_seconds", BenchTable.median(contestant.cpuSeconds));
    if (contestant.allocatedMebibytes >= 0) {
      more.put("first_search_mebibytes", contestant.allocatedMebibytes);
    }
    more.put("windows_per_image", result.windowsPerImage());
    if (result.objects() > 0) {
      more.put("recall_50", result.recallAt(0.5));
      more.put("mabo", result.mabo());
    }
    return new BenchTable.Row(
        contestant.name, 1, BenchTable.median(contestant.seconds), contestant.peer, more);
  }

  /** Seconds per image over all images, on one thread and on several. */
  private void addThroughput(
      BenchTable table, String name, SelectiveSearch search, List<Sample> samples)
      throws IOException {
    Pace alone = pace(search, samples, 1);
    Pace together = pace(search, samples, threads);
    String what = name + ", all images";
    table.add(
        new BenchTable.Row(what, 1, alone.clock, false, Map.of("cpu_seconds", alone.processor)));
    Map<String, Double> more = new LinkedHashMap<>();
    more.put("cpu_seconds", together.processor);
    more.put("speedup", alone.clock / together.clock);
    table.add(new BenchTable.Row(what, threads, together.clock, false, more));
  }

  /** Seconds per image: of the clock, and of all processors together. */
  private record Pace(double clock, double processor) {}

  private static Pace pace(SelectiveSearch search, List<Sample> samples, int threads)
      throws IOException {
    int parts = Math.min(PARTS, samples.size());
    double[] clock = new double[parts];
    double[] processor = new double[parts];
    for (int part = 0; part < parts; part++) {
      List<Sample> some =
          samples.subList(part * samples.size() / parts, (part + 1) * samples.size() / parts);
      AtomicLong cpuNanos = new AtomicLong();
      long begin = System.nanoTime();
      OrderedWork.<Sample, Integer>forEach(
          some,
          threads,
          sample -> {
            long cpuBegin = cpuNanos();
            int boxes = search.propose(sample.pixels).size();
            cpuNanos.addAndGet(cpuNanos() - cpuBegin);
            return boxes;
          },
          (sample, boxes) -> {});
      clock[part] = (System.nanoTime() - begin) / 1e9 / some.size();
      processor[part] = cpuNanos.get() / 1e9 / some.size();
    }
    return new Pace(BenchTable.median(clock), BenchTable.median(processor));
  }

  /** What the first image takes in JVMs started for it, from pixels to boxes. */
  private BenchTable.Row firstImage(String mode, Path image) throws IOException {
    double[] search = new double[COLD_STARTS];
    double[] process = new double[COLD_STARTS];
    for (int i = 0; i < COLD_STARTS; i++) {
      Path result = Files.createTempFile("first-image", ".json");
      Path boxes = Files.createTempFile("first-image", ".csv");
      try {
        long begin = System.nanoTime();
        runProgram(
            "proposals",
            "--image",
            image.toString(),
            "--mode",
            mode,
            "--out",
            boxes.toString(),
            "--json",
            result.toString());
        process[i] = (System.nanoTime() - begin) / 1e9;
        JsonNode tree = new ObjectMapper().readTree(result.toFile());
        search[i] = tree.get("seconds").doubleValue();
      } finally {
        Files.deleteIfExists(result);
        Files.deleteIfExists(boxes);
      }
    }
    return new BenchTable.Row(
        "ours " + mode + ", first image of a new JVM",
        1,
        BenchTable.median(search),
        false,
        Map.of("process_seconds", BenchTable.median(process)));
  }

  /** Runs this program anew with the options and class path of the JVM at hand. */
  private void runProgram(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(spec.root().userObject().getClass().getName());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(
            "A new JVM for the first image ended with status %d; what it said stands above."
                .formatted(status));
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("The benchmark was interrupted.", e);
    }
  }
}
