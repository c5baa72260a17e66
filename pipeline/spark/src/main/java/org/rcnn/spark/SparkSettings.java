package org.rcnn.spark;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.apache.spark.SparkConf;
import org.apache.spark.launcher.JavaModuleOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spark's settings for this work; what the user has set stays.
 *
 * <p>Natives: every executor unpacks PyTorch into {@code DJL_CACHE_DIR}, on its own disk, without a
 * network call; glibc's malloc is tuned for tensors by environment variables, as the launcher does
 * for one machine.
 */
final class SparkSettings {

  /** As the launcher sets them; see {@code TorchEngine.mallocWarning}. */
  private static final Map<String, String> MALLOC =
      Map.of(
          "MALLOC_ARENA_MAX", "1",
          "MALLOC_MMAP_MAX_", "0",
          "MALLOC_TRIM_THRESHOLD_", "100000000000",
          "MALLOC_TOP_PAD_", "268435456");

  /** The loggers of the driver's command line and of its tests: Spark brings its own. */
  private static final List<String> LOGGERS = List.of("slf4j-jdk14", "logback-", "slf4j-simple");

  private static final Logger LOG = LoggerFactory.getLogger(SparkSettings.class);
  private static final String[] NONE = {};

  private SparkSettings() {}

  /**
   * Adds what is not set.
   *
   * @param conf receives it
   * @param master where the work is done
   */
  static SparkConf of(SparkConf conf, String master) {
    boolean here = master.startsWith("local");
    conf.setIfMissing("spark.app.name", "rcnn");
    conf.setIfMissing("spark.ui.enabled", Boolean.toString(!here));
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    conf.setIfMissing("spark.executor.memory", "2g");
    MALLOC.forEach((name, value) -> conf.setIfMissing("spark.executorEnv." + name, value));
    String cache = System.getenv("DJL_CACHE_DIR");
    if (cache != null) {
      conf.setIfMissing("spark.executorEnv.DJL_CACHE_DIR", cache);
    }
    conf.setIfMissing(
        "spark.executor.extraJavaOptions",
        "-Dai.djl.offline=true -Djava.awt.headless=true "
            + JavaModuleOptions.defaultModuleOptions());
    if (master.startsWith("local-cluster")) {
      // The executors are on this machine, and see the same files.
      conf.setIfMissing("spark.executor.extraClassPath", String.join(File.pathSeparator, ours()));
    } else if (!here && !conf.contains("spark.executor.extraClassPath")) {
      conf.setIfMissing("spark.jars", String.join(",", ours()));
    }
    return conf;
  }

  /** What the driver's class path has and Spark's own has not. */
  private static List<String> ours() {
    String spark = SparkConf.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    Path sparksJars = Path.of(spark).getParent();
    return wholeClassPath(System.getProperty("java.class.path")).stream()
        .filter(entry -> !entry.startsWith(sparksJars))
        .filter(entry -> LOGGERS.stream().noneMatch(entry.getFileName().toString()::startsWith))
        .map(Path::toString)
        .toList();
  }

  /**
   * The files and folders of a class path, with those that the manifests of its jars name: Spark
   * sends single files, which do not find their neighbours any more.
   */
  static Set<Path> wholeClassPath(String classPath) {
    Set<Path> whole = new LinkedHashSet<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      if (!entry.isEmpty()) {
        addWithNamed(Path.of(entry).toAbsolutePath().normalize(), whole);
      }
    }
    return whole;
  }

  private static void addWithNamed(Path entry, Set<Path> whole) {
    if (!Files.exists(entry) || !whole.add(entry) || !Files.isRegularFile(entry)) {
      return;
    }
    try (JarFile jar = new JarFile(entry.toFile())) {
      Manifest manifest = jar.getManifest();
      String named =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      for (String other : named == null || named.isBlank() ? NONE : named.trim().split(" +")) {
        URI place = entry.toUri().resolve(other);
        if ("file".equals(place.getScheme())) {
          addWithNamed(Path.of(place).normalize(), whole);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // Java passes over what is no jar, and names that make no sense, just the same.
      LOG.debug("{} names no other files: {}", entry, e.getMessage());
    }
  }
}
