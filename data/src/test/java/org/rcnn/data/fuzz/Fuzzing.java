package org.rcnn.data.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.SeedMix;

/**
 * Feeds readers with inputs that no one wrote, in a process of its own with a heap of 256 MB. An
 * input is read, or refused as documented, in a sentence that names the file; within two seconds of
 * processor time.
 *
 * <p>Input {@code i} of a reader depends on the seed and on {@code i} alone. The system property
 * {@code rcnn.fuzz.times} tries so many times as many inputs, {@code rcnn.fuzz.seed} others, and
 * {@code rcnn.fuzz.only} those of one reader. With {@code rcnn.fuzz.guided} Jazzer, which the Maven
 * profile {@code fuzz} brings along, makes the inputs, for so many seconds a reader. What breaks a
 * reader is kept in the folder {@code target/fuzz}; put into the resources as {@code
 * fuzz/READER/NAME} it is tried first by every run.
 */
public final class Fuzzing {

  private static final String HEAP = "-Xmx256m";
  private static final long LONGEST_NANOS = 2_000_000_000L;

  /** Counting branches makes code so much slower at most. */
  private static final int TIMES_WHEN_GUIDED = 5;

  /** Wall time after which an input counts as one that never ends. */
  private static final long FOR_EVER_SECONDS = 60;

  /** Faults of one reader that are told; of the same place only the first is. */
  private static final int MOST_FAULTS = 20;

  private static final int LINES_OF_TRACE = 16;

  /** Bytes of the longest input that Jazzer makes. */
  private static final int LONGEST_GUIDED = 1 << 15;

  /** As above, of a machine whose cores have other work. */
  private static final int FOR_EVER_GUIDED_SECONDS = 600;

  private final FuzzedReader reader;
  private final long seed;
  private final PrintStream out;
  private final AtomicLong begun;
  private final long longestNanos;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Map<String, Integer> faults = new HashMap<>();
  private long read;
  private long refused;
  private long slowest;

  /** Of one reader whose classes count what they do, with faults told to a stream. */
  Fuzzing(FuzzedReader reader, PrintStream out) {
    this(reader, 0, out, new AtomicLong(), TIMES_WHEN_GUIDED * LONGEST_NANOS);
  }

  private Fuzzing(
      FuzzedReader reader, long seed, PrintStream out, AtomicLong begun, long longestNanos) {
    this.reader = reader;
    this.seed = seed;
    this.out = out;
    this.begun = begun;
    this.longestNanos = longestNanos;
  }

  /**
   * Tries the readers of a module.
   *
   * @param readers their class
   */
  public static void assertSafe(Class<? extends FuzzedReaders> readers)
      throws IOException, InterruptedException {
    // In memory where that is a folder: some disks take 10 ms to replace a file.
    Path memory = Path.of("/dev/shm");
    Path folder =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "fuzz")
            : Files.createTempDirectory("fuzz");
    String seconds = System.getProperty("rcnn.fuzz.guided");
    try {
      if (seconds == null) {
        assertSafe(readers, folder);
      } else {
        assertSafeWhenGuided(readers, folder, Integer.parseInt(seconds));
      }
    } finally {
      AtomicFile.delete(folder);
    }
  }

  private static void assertSafe(Class<? extends FuzzedReaders> readers, Path folder)
      throws IOException, InterruptedException {
    assertEnds(
        readers.getSimpleName(),
        List.of(
            Fuzzing.class.getName(),
            readers.getName(),
            folder.toString(),
            System.getProperty("rcnn.fuzz.seed", "1"),
            System.getProperty("rcnn.fuzz.times", "1"),
            System.getProperty("rcnn.fuzz.only", "")));
  }

  /** Lets Jazzer try each reader for so long; what it has learned stays in the folder target. */
  private static void assertSafeWhenGuided(
      Class<? extends FuzzedReaders> readers, Path folder, int seconds)
      throws IOException, InterruptedException {
    String only = System.getProperty("rcnn.fuzz.only", "");
    for (FuzzedReader reader : made(readers.getName(), folder.resolve("made"))) {
      if (only.isEmpty() || only.equals(reader.name())) {
        Path kept = Path.of("target", "fuzz", "guided", reader.name());
        Path corpus = kept.resolve("corpus");
        Path words = kept.resolve("words");
        Guided.prepare(reader, corpus, words);
        Path files = Files.createDirectories(folder.resolve(reader.name()));
        List<String> jazzer = new ArrayList<>();
        Collections.addAll(
            jazzer,
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + Guided.class.getName(),
            "--target_args=%s %s %s".formatted(readers.getName(), files, reader.name()),
            "--instrumentation_includes=org.rcnn.**:com.fasterxml.**:org.yaml.**"
                + ":com.twelvemonkeys.**",
            "--keep_going=" + MOST_FAULTS,
            "--reproducer_path=" + kept,
            "-artifact_prefix=" + kept + File.separator,
            "-max_len=" + LONGEST_GUIDED,
            "-max_total_time=" + seconds,
            "-timeout=" + FOR_EVER_GUIDED_SECONDS,
            "-rss_limit_mb=0",
            "-print_final_stats=1");
        // An empty dictionary is refused.
        if (!reader.words().isEmpty()) {
          jazzer.add("-dict=" + words);
        }
        jazzer.add(corpus.toString());
        assertEnds(reader.name(), jazzer);
      }
    }
  }

  /** Runs a program on this one's class path with a small heap; its output goes into the log. */
  private static void assertEnds(String name, List<String> program)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(program);
    File log = Files.createDirectories(Path.of("target", "fuzz")).resolve(name + ".txt").toFile();
    Process child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    int status = child.waitFor();
    assertEquals(0, status, () -> told(log.toPath()));
  }

  private static String told(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return log + " has the faults.";
    }
  }

  /** Arguments: class of the readers, folder, seed, times, and a reader's name or nothing. */
  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    List<FuzzedReader> all = made(arguments[0], Path.of(arguments[1]));
    AtomicLong begun = new AtomicLong(System.nanoTime());
    AtomicReference<FuzzedReader> current = new AtomicReference<>(all.get(0));
    endWhenStuck(Thread.currentThread(), begun, current, out);
    int faults = 0;
    for (FuzzedReader reader : all) {
      if (arguments[4].isEmpty() || arguments[4].equals(reader.name())) {
        current.set(reader);
        Fuzzing fuzzing =
            new Fuzzing(reader, Long.parseLong(arguments[2]), out, begun, LONGEST_NANOS);
        fuzzing.run((long) (reader.inputs() * Double.parseDouble(arguments[3])));
        faults += fuzzing.faults.size();
      }
    }
    System.exit(faults == 0 ? 0 : 1);
  }

  /** The readers of a class, with their files in an empty folder. */
  static List<FuzzedReader> made(String name, Path folder) throws IOException {
    try {
      return ((FuzzedReaders) Class.forName(name).getDeclaredConstructor().newInstance())
          .in(Files.createDirectories(folder));
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("The readers of " + name + " cannot be made.", e);
    }
  }

  private static void endWhenStuck(
      Thread reading, AtomicLong begun, AtomicReference<FuzzedReader> current, PrintStream out) {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (seconds(System.nanoTime() - begun.get()) < FOR_EVER_SECONDS) {
                  Thread.sleep(1000);
                }
              } catch (InterruptedException e) {
                return;
              }
              out.println(current.get().name() + " reads an input for a minute; here:");
              for (StackTraceElement line : reading.getStackTrace()) {
                out.println("  " + line);
              }
              keep(current.get());
              Runtime.getRuntime().halt(3);
            });
    watch.setDaemon(true);
    watch.start();
  }

  private static void keep(FuzzedReader stuck) {
    try {
      Path kept = Files.createDirectories(Path.of("target", "fuzz", stuck.name()));
      Files.copy(stuck.file(), kept.resolve("endless"), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // The stack has been printed, and the seed makes the input again.
    }
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }

  private void run(long inputs) throws IOException {
    long start = System.nanoTime();
    for (byte[] input : reader.seeds()) {
      tryInput("a seed", reader.repair().apply(input), true);
    }
    for (Path find : corpus()) {
      tryInput(find.getFileName().toString(), Files.readAllBytes(find), false);
    }
    Random random = new Random();
    for (long i = 0; i < inputs && faults.size() < MOST_FAULTS; i++) {
      random.setSeed(SeedMix.mix(seed, reader.name().hashCode(), i));
      byte[] changed = Mutation.of(reader.seeds(), reader.words(), random);
      // One in eight is left with the wrong checksums.
      byte[] input = random.nextInt(8) == 0 ? changed : reader.repair().apply(changed);
      tryInput("input " + i, input, false);
    }
    out.printf(
        Locale.ROOT,
        "%-24s %,9d inputs: %,9d read, %,9d refused, the slowest in %.3f s; %.1f s in all%n",
        reader.name(),
        read + refused,
        read,
        refused,
        seconds(slowest),
        seconds(System.nanoTime() - start));
    faults.forEach((fault, times) -> out.printf("  %,d x %s%n", times, fault));
  }

  /** What was found before, from the resources; empty if nothing was. */
  private List<Path> corpus() throws IOException {
    URL folder = Fuzzing.class.getClassLoader().getResource("fuzz/" + reader.name());
    if (folder == null) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      return files.sorted().toList();
    } catch (URISyntaxException e) {
      throw new IOException(folder.toString(), e);
    }
  }

  /** Reads the seeds, so that what is first done once is not held against an input. */
  void readSeeds() throws IOException {
    for (byte[] seed : reader.seeds()) {
      Files.write(reader.file(), reader.repair().apply(seed));
      reader.reading().read(reader.file());
    }
  }

  /** The faults that were found, each with how often. */
  Map<String, Integer> faults() {
    return Collections.unmodifiableMap(faults);
  }

  /** Reads an input, and keeps what breaks the reader. */
  void tryInput(String name, byte[] input, boolean mustBeRead) throws IOException {
    Files.write(reader.file(), input);
    begun.set(System.nanoTime());
    long before = threads.getCurrentThreadCpuTime();
    Throwable failure = null;
    try {
      reader.reading().read(reader.file());
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
    long taken = threads.getCurrentThreadCpuTime() - before;
    slowest = Math.max(slowest, taken);
    if (failure == null) {
      read++;
    } else {
      refused++;
      Optional<String> objection =
          mustBeRead ? Optional.of("must be read") : reader.objection(failure, input);
      if (objection.isPresent()) {
        fault(name, input, "%s: %s".formatted(objection.get(), place(failure)), failure);
      }
    }
    if (taken > longestNanos) {
      fault(name, input, "takes more than %.0f s".formatted(seconds(longestNanos)), null);
    }
  }

  /** The kind of a failure and where it comes from, by which two are the same fault. */
  private static String place(Throwable failure) {
    String own =
        Stream.of(failure.getStackTrace())
            .map(StackTraceElement::toString)
            .filter(line -> line.contains("org.rcnn.") && !line.contains(".fuzz."))
            .findFirst()
            .orElse("");
    return failure.getClass().getName() + " " + own;
  }

  private void fault(String name, byte[] input, String what, Throwable failure) throws IOException {
    if (faults.merge(what, 1, Integer::sum) > 1) {
      return;
    }
    Path kept = Files.createDirectories(Path.of("target", "fuzz", reader.name()));
    String file = "%08x".formatted(what.hashCode());
    Files.write(kept.resolve(file), input);
    out.printf("%s, %s (kept as %s): %s%n", reader.name(), name, kept.resolve(file), what);
    if (failure != null) {
      out.println("  " + failure);
      StackTraceElement[] trace = failure.getStackTrace();
      for (int i = 0; i < Math.min(trace.length, LINES_OF_TRACE); i++) {
        out.println("    at " + trace[i]);
      }
    }
  }
}
