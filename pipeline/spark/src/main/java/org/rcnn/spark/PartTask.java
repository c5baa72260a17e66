package org.rcnn.spark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.rcnn.cnn.network.KernelChoice;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.pipeline.stage.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work on one part, on an executor: reads the part's inputs, works image by image on the
 * process's engine, and commits the results under the part's name. A task for every core works on a
 * part of its own, with one thread of the native engine; so {@code spark.task.cpus} stays at 1.
 *
 * <p>What it commits depends on its inputs alone. So it may be run again, or twice at once.
 *
 * @param text the job
 * @param folder what all machines see
 * @param feeds where the records of earlier jobs lie, by their names
 * @param carried small files by their SHA-256; larger ones are Spark's own files
 */
record PartTask(
    JobText text,
    PartFolder folder,
    HashMap<String, String> feeds,
    HashMap<String, Broadcast<byte[]>> carried)
    implements Function<String, String> {

  private static final Logger LOG = LoggerFactory.getLogger(PartTask.class);

  /** Where the inputs of a part are that the driver writes. */
  static String input(String key, String part) {
    return "inputs/" + key + "/" + part;
  }

  /** Where the results of a part are. */
  static String output(String key, String part) {
    return "parts/" + key + "/" + part;
  }

  /** Where an image is if it does not lie on a disk that all machines see. */
  static String image(String sha256) {
    return "images/" + sha256;
  }

  /**
   * An image as a line of a part's inputs.
   *
   * @param width the picture's width in pixels
   * @param height the picture's height in pixels
   * @param file where it is on the machine that has the run, and its name in messages
   */
  record ImageLine(
      int width, int height, ExifOrientation exif, String sha256, String id, String file) {
    String text() {
      return String.join(
          "\t", "" + width, "" + height, exif.name(), sha256, encoded(id), encoded(file));
    }

    static ImageLine of(String text) {
      String[] parts = text.split("\t", 6);
      return new ImageLine(
          Integer.parseInt(parts[0]),
          Integer.parseInt(parts[1]),
          ExifOrientation.valueOf(parts[2]),
          parts[3],
          URLDecoder.decode(parts[4], StandardCharsets.UTF_8),
          URLDecoder.decode(parts[5], StandardCharsets.UTF_8));
    }

    /** Names may have tabs. */
    private static String encoded(String name) {
      return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
  }

  /** Makes a part; gives the name of its machine. */
  @Override
  public String call(String part) throws IOException {
    if (folder.exists(output(text.key(), part))) {
      return machine();
    }
    List<PartFolder.Fetched> fetched = new ArrayList<>();
    List<PartFile> open = new ArrayList<>();
    try (Engines.Use engine = Engines.ofProcess().use(text.hash(), this::open)) {
      PartFile inputs = open(input(text.key(), part), fetched, open);
      Map<String, PartFile> supplies = new HashMap<>();
      for (Map.Entry<String, String> feed : feeds.entrySet()) {
        supplies.put(feed.getKey(), open(feed.getValue() + "/" + part, fetched, open));
      }
      make(part, engine.worker(), inputs, supplies);
      return machine();
    } finally {
      for (PartFile file : open) {
        file.close();
      }
      for (PartFolder.Fetched file : fetched) {
        file.close();
      }
    }
  }

  private PartFile open(String name, List<PartFolder.Fetched> fetched, List<PartFile> open)
      throws IOException {
    PartFolder.Fetched local = folder.fetch(name);
    fetched.add(local);
    PartFile file = PartFile.open(local.file());
    open.add(file);
    return file;
  }

  private void make(
      String part, ImageJob.Worker worker, PartFile inputs, Map<String, PartFile> supplies)
      throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(machine());
    lines.add(kernels(Processor.kernels()));
    Map<String, StoredRecord> results = new LinkedHashMap<>();
    for (String line : inputs.lines()) {
      if (TaskContext.get() != null && TaskContext.get().isInterrupted()) {
        throw new IOException("The work on part %s was cancelled.".formatted(part));
      }
      ImageLine image = ImageLine.of(line);
      ImageJob.Output output = worker.work(input(image, inputs, supplies));
      output
          .records()
          .forEach((name, record) -> results.put(PartFile.name(name, image.id()), record));
      for (String problem : output.problems()) {
        lines.add(image.id() + "\t" + problem);
      }
    }
    Path local = Files.createTempFile("rcnn-part-", ".part");
    try {
      PartFile.write(local, lines, results);
      folder.commit(local, output(text.key(), part));
    } finally {
      Files.deleteIfExists(local);
    }
  }

  private ImageJob.Input input(ImageLine image, PartFile inputs, Map<String, PartFile> supplies)
      throws IOException {
    Map<String, StoredRecord> records = new HashMap<>();
    for (String name : inputs.names()) {
      int end = name.indexOf(' ');
      if (name.substring(end + 1).equals(image.id())) {
        records.put(name.substring(0, end), inputs.record(name.substring(0, end), image.id()));
      }
    }
    for (Map.Entry<String, PartFile> supply : supplies.entrySet()) {
      records.put(supply.getKey(), supply.getValue().record(supply.getKey(), image.id()));
    }
    return new ImageJob.Input(
        image.id(), image.width(), image.height(), () -> picture(image), records);
  }

  private RgbImage picture(ImageLine image) throws IOException {
    if (folder.isMounted()) {
      return ImageFiles.read(Path.of(image.file()), image.exif());
    }
    try (PartFolder.Fetched copy = folder.fetch(image(image.sha256()))) {
      return ImageFiles.read(Files.readAllBytes(copy.file()), image.file(), image.exif());
    }
  }

  private ImageJob.Worker open() throws IOException {
    Map<String, Path> places = new HashMap<>();
    List<Path> copies = new ArrayList<>();
    try {
      for (Map.Entry<String, String> file : text.files().entrySet()) {
        Broadcast<byte[]> bytes = carried.get(file.getValue());
        if (bytes == null) {
          places.put(file.getKey(), Path.of(SparkFiles.get(file.getValue())));
        } else {
          Path copy = Files.createTempFile("rcnn-file-", "-" + file.getKey());
          copies.add(copy);
          Files.write(copy, bytes.value());
          places.put(file.getKey(), copy);
        }
      }
      return text.job(places).open();
    } finally {
      for (Path copy : copies) {
        Files.deleteIfExists(copy);
      }
    }
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      LOG.debug("The machine has no name.", e);
      return "a machine without a name";
    }
  }

  /**
   * What native kernels choose by, in a line: machines with the same one give the same bits. How
   * many threads the environment allows is left out: the work sets one itself, and Spark sets
   * {@code OMP_NUM_THREADS} for its executors.
   */
  static String kernels(KernelChoice choice) {
    Map<String, String> overrides = new TreeMap<>(choice.overrides());
    overrides.keySet().removeIf(name -> name.endsWith("_NUM_THREADS"));
    return "%s %s %s".formatted(choice.level(), String.join(",", choice.instructions()), overrides);
  }
}
