package org.rcnn.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.pipeline.run.ImageJob.Output;
import org.rcnn.pipeline.run.ImageJob.Supply;
import org.rcnn.pipeline.run.JobRunner;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.OrderedWork.Sink;
import org.rcnn.pipeline.stage.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on images with Spark: a task for every {@value #IMAGES} of them.
 *
 * <p>Results do not go through Spark. A task commits its part to a {@link PartFolder}; the driver
 * looks for the parts one after the other, and hands their records on as soon as the next one is
 * there, while later ones are computed. So the driver holds one part at a time, and a part that is
 * there, from an attempt of any time, is not computed again.
 *
 * <p>Records that an earlier job made are read where they lie, in the parts of that job, if its
 * images were cut in the same way; otherwise the driver writes them as inputs.
 */
public final class SparkRunner implements JobRunner {

  private static final Logger LOG = LoggerFactory.getLogger(SparkRunner.class);

  /**
   * A minute to ten of work, by the regions of an image: long beside a task's start, short beside a
   * lost machine.
   */
  static final int IMAGES = 32;

  /** Files from this size on are no broadcast, which a driver and executors hold in their heaps. */
  private static final int LARGEST_BROADCAST = 100 << 20;

  private static final long POLL_MILLIS = 50;

  /** Where all machines see the parts: the URI of a folder; by default one in the run's folder. */
  static final String FOLDER = "spark.rcnn.folder";

  /** How many images a part has: fewer where one takes long, or where there are many cores. */
  static final String PART = "spark.rcnn.images";

  /** How many images are scored at once while SVMs mine negatives; 0: the driver scores them. */
  static final String MINING = "spark.rcnn.mining";

  private final JavaSparkContext context;
  private final Path runFolder;
  private final PartFolder folder;
  private final int images;
  private final Set<String> done = new HashSet<>();
  private final Map<String, String> kernelsOf = new TreeMap<>();
  private final Set<String> uploaded = new HashSet<>();
  private boolean failed;

  /**
   * A runner.
   *
   * @param context Spark's; closed with the runner
   * @param runFolder the run's folder
   * @param images images of a part
   */
  SparkRunner(JavaSparkContext context, Path runFolder, int images) {
    this.context = context;
    this.runFolder = runFolder.toAbsolutePath();
    this.images = images;
    String asked = context.getConf().get(FOLDER, "");
    URI root =
        asked.isEmpty()
            ? this.runFolder.resolve("spark").toUri()
            : URI.create(asked.replaceAll("/*$", "/") + "rcnn-" + runHash());
    this.folder = PartFolder.of(root, context.hadoopConfiguration());
  }

  private String runHash() {
    return Fingerprint.of(runFolder.toString()).substring(0, 12);
  }

  /**
   * Opens a runner at a master.
   *
   * @param master such as {@code local[2]} or {@code spark://HOST:7077}
   * @param runFolder the run's folder
   * @throws IOException if Spark cannot be started there
   */
  static SparkRunner at(String master, Path runFolder) throws IOException {
    SparkConf conf = SparkSettings.of(new SparkConf().setMaster(master), master);
    try {
      int images = Math.max(1, conf.getInt(PART, IMAGES));
      return new SparkRunner(new JavaSparkContext(conf), runFolder, images);
    } catch (RuntimeException | LinkageError e) {
      throw new IOException(
          "Spark cannot be started at %s: %s.".formatted(master, firstLine(e)), e);
    }
  }

  private static String firstLine(Throwable e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse("").replaceAll("\\.$", "");
  }

  @Override
  public void run(
      ImageJob job, List<Sample> all, int begin, List<Supply> supplies, Sink<Sample, Output> sink)
      throws IOException {
    int length = job.isAwaited() ? ofEachCore(all.size()) : images;
    List<Part> parts = Part.cut(all, length);
    List<Part> wanted = parts.subList(begin / length, parts.size());
    if (wanted.isEmpty() || begin >= all.size()) {
      return;
    }
    failed = true;
    HashMap<String, String> feeds = feeds(supplies, wanted);
    List<String> missing = new ArrayList<>();
    for (Part part : wanted) {
      if (!folder.exists(PartTask.output(job.key(), part.name()))) {
        writeInputs(job, part, supplies, feeds);
        missing.add(part.name());
      }
    }
    HashMap<String, Broadcast<byte[]>> carried = new HashMap<>();
    PartTask task = task(job, feeds, carried);
    JavaFutureAction<List<String>> running = submit(task, missing);
    try {
      for (Part part : wanted) {
        await(job.key(), part, running);
        try {
          take(job.key(), part, begin, sink);
        } catch (DamagedPart e) {
          LOG.warn("Part {} is damaged ({}); it is computed again.", part.name(), firstLine(e));
          folder.delete(PartTask.output(job.key(), part.name()));
          writeInputs(job, part, supplies, feeds);
          await(job.key(), part, submit(task, List.of(part.name())));
          take(job.key(), part, begin, sink);
        }
      }
      end(running);
    } catch (InterruptedException e) {
      running.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("The work was interrupted.", e);
    } catch (IOException | RuntimeException | Error e) {
      running.cancel(true);
      throw e;
    } finally {
      carried.values().forEach(Broadcast::unpersist);
      if (job.isAwaited()) {
        // Also if the rest is not wanted: late attempts may still write, and close() clears all.
        folder.delete("parts/" + job.key());
        folder.delete("inputs/" + job.key());
      }
    }
    if (!job.isAwaited()) {
      folder.delete("inputs/" + job.key());
      done.add(job.key());
    }
    writeMachines();
    failed = false;
  }

  private int ofEachCore(int count) {
    int cores = Math.max(1, context.defaultParallelism());
    return Math.max(1, Math.min(images, (count + cores - 1) / cores));
  }

  @Override
  public int imagesAhead() {
    // The features are read from the run's folder.
    return folder.isMounted() ? context.getConf().getInt(MINING, 0) : 0;
  }

  private JavaFutureAction<List<String>> submit(PartTask task, List<String> parts)
      throws IOException {
    if (context.sc().isStopped()) {
      throw new IOException(
          "Spark has ended: its master cannot be reached, or has removed the application; look at the"
              + " master, and give the same command again.");
    }
    return context.parallelize(parts, Math.max(1, parts.size())).map(task).collectAsync();
  }

  /** Supplies that lie, for every part, where an earlier job of this runner left them. */
  private HashMap<String, String> feeds(List<Supply> supplies, List<Part> parts)
      throws IOException {
    HashMap<String, String> feeds = new HashMap<>();
    for (Supply supply : supplies) {
      if (supply.madeBy().isPresent() && done.contains(supply.madeBy().get())) {
        String maker = supply.madeBy().get();
        boolean all = true;
        for (Part part : parts) {
          all &= folder.exists(PartTask.output(maker, part.name()));
        }
        if (all) {
          feeds.put(supply.name(), "parts/" + maker);
        }
      }
    }
    return feeds;
  }

  private void writeInputs(
      ImageJob job, Part part, List<Supply> supplies, Map<String, String> feeds)
      throws IOException {
    Map<String, StoredRecord> records = new LinkedHashMap<>();
    for (Supply supply : supplies) {
      if (!feeds.containsKey(supply.name())) {
        for (Sample image : part.images()) {
          records.put(PartFile.name(supply.name(), image.id()), supply.records().of(image));
        }
      }
    }
    upload(
        PartTask.input(job.key(), part.name()),
        file -> PartFile.write(file, part.lines(), records));
    if (!folder.isMounted()) {
      for (Sample image : part.images()) {
        String name = PartTask.image(image.sha256());
        if (uploaded.add(name) && !folder.exists(name)) {
          upload(name, file -> Files.write(file, Files.readAllBytes(image.image())));
        }
      }
    }
  }

  private interface FileWriter {
    void write(Path file) throws IOException;
  }

  private void upload(String name, FileWriter writer) throws IOException {
    folder.delete(name);
    Path local = Files.createTempFile("rcnn-part-", ".part");
    try {
      writer.write(local);
      folder.commit(local, name);
    } finally {
      Files.deleteIfExists(local);
    }
  }

  private PartTask task(
      ImageJob job, HashMap<String, String> feeds, Map<String, Broadcast<byte[]>> carried)
      throws IOException {
    ImageJob.Portable portable = job.portable().orElseThrow();
    HashMap<String, String> files = new HashMap<>();
    for (Map.Entry<String, ImageJob.Attachment> file : portable.files().entrySet()) {
      files.put(file.getKey(), carry(file.getValue(), carried));
    }
    JobText text =
        new JobText(job.key(), portable.kind(), new HashMap<>(portable.settings()), files);
    return new PartTask(text, folder, feeds, new HashMap<>(carried));
  }

  /** Sends a file to the executors, once in a job; gives its SHA-256. */
  private String carry(ImageJob.Attachment file, Map<String, Broadcast<byte[]>> carried)
      throws IOException {
    Path copies = Files.createDirectories(runFolder.resolve("spark-files"));
    Path copy = Files.createTempFile(copies, "file-", "");
    try (OutputStream out = Files.newOutputStream(copy)) {
      file.writeTo(out);
    }
    String sha256 = new Fingerprint().addFile(copy).hex();
    if (Files.size(copy) < LARGEST_BROADCAST) {
      carried.put(sha256, context.broadcast(Files.readAllBytes(copy)));
      Files.delete(copy);
    } else {
      Path named = copies.resolve(sha256);
      Files.move(copy, named, StandardCopyOption.REPLACE_EXISTING);
      if (uploaded.add(sha256)) {
        context.addFile(named.toString());
      }
    }
    return sha256;
  }

  /** Waits until a part is there. */
  private void await(String key, Part part, JavaFutureAction<List<String>> running)
      throws IOException, InterruptedException {
    String name = PartTask.output(key, part.name());
    while (true) {
      // Asked first: between the two a part may appear, but none after both.
      boolean ended = running.isDone();
      if (folder.exists(name)) {
        return;
      }
      if (ended) {
        result(running, part);
        return;
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static void result(JavaFutureAction<List<String>> running, Part part)
      throws IOException, InterruptedException {
    try {
      running.get();
    } catch (ExecutionException e) {
      throw new IOException(SparkFailure.sentence(e.getCause()), e);
    }
    throw new IOException(
        "Part %s is not in the folder of parts though its task ended; do all machines see the folder?"
            .formatted(part.name()));
  }

  /** Waits until the tasks have closed what they opened; their parts are there. */
  private static void end(JavaFutureAction<List<String>> running) throws InterruptedException {
    try {
      running.get();
    } catch (ExecutionException e) {
      LOG.debug("A task failed whose part another attempt had committed.", e);
    }
  }

  /** A part that cannot be read. */
  private static final class DamagedPart extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedPart(String message, Exception cause) {
      super(message, cause);
    }
  }

  /** Hands a part's records on. Nothing of a damaged one is. */
  private void take(String key, Part part, int begin, Sink<Sample, Output> sink)
      throws IOException {
    try (PartFolder.Fetched local = folder.fetch(PartTask.output(key, part.name()));
        PartFile file = verified(local.file())) {
      note(file.lines().get(0), file.lines().get(1));
      Map<String, List<String>> problems = new HashMap<>();
      for (String line : file.lines().subList(2, file.lines().size())) {
        int end = line.indexOf('\t');
        problems
            .computeIfAbsent(line.substring(0, end), id -> new ArrayList<>())
            .add(line.substring(end + 1));
      }
      Map<String, Map<String, StoredRecord>> records = new HashMap<>();
      for (String record : file.names()) {
        int end = record.indexOf(' ');
        String id = record.substring(end + 1);
        String of = record.substring(0, end);
        records.computeIfAbsent(id, other -> new HashMap<>()).put(of, file.record(of, id));
      }
      for (int i = Math.max(0, begin - part.first()); i < part.images().size(); i++) {
        Sample image = part.images().get(i);
        sink.accept(
            image,
            new Output(
                records.getOrDefault(image.id(), Map.of()),
                problems.getOrDefault(image.id(), List.of())));
      }
    }
  }

  private static PartFile verified(Path local) throws DamagedPart {
    try {
      PartFile file = PartFile.open(local);
      file.verify();
      return file;
    } catch (IOException e) {
      throw new DamagedPart(firstLine(e), e);
    }
  }

  /** Notes what a part's machine computes with, and tells once of a machine unlike this one. */
  private void note(String machine, String kernels) {
    if (kernels.equals(kernelsOf.put(machine, kernels))) {
      return;
    }
    if (!kernels.equals(PartTask.kernels(Processor.kernels()))) {
      LOG.warn(
          "Machine {} computes with other instructions than the driver ({}): last bits may differ"
              + " from a run on one machine.",
          machine,
          kernels);
    }
  }

  /** What computed the parts, beside them. */
  private void writeMachines() throws IOException {
    var tree = Json.object();
    tree.put("kinds", new TreeSet<>(kernelsOf.values()).size());
    tree.set("kernels", Json.tree(kernelsOf));
    Json.write(runFolder.resolve("spark-machines.json"), tree);
  }

  /**
   * Ends Spark. Parts are deleted, for the run's stores have their records, unless a job failed:
   * then the next run finds them.
   */
  @Override
  public void close() throws IOException {
    // First, so that no task that is late writes into what is deleted.
    context.close();
    Engines.ofProcess().closeUnused();
    if (!failed) {
      folder.delete("");
    }
    deleteFiles();
  }

  private void deleteFiles() throws IOException {
    Path copies = runFolder.resolve("spark-files");
    if (Files.isDirectory(copies)) {
      try (var files = Files.list(copies)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(copies);
    }
  }
}
