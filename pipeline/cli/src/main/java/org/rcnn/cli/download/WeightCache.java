package org.rcnn.cli.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.pipeline.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that keeps {@link PublishedWeights}. What bears a file's name in it is whole and
 * verified, because {@link Download} works so.
 *
 * @param folder an absolute path; created when something is fetched
 */
public record WeightCache(Path folder) {

  private static final Logger LOG = LoggerFactory.getLogger(WeightCache.class);

  /** Makes the folder's path absolute, so that a configuration can hold it. */
  public WeightCache {
    folder = folder.toAbsolutePath().normalize();
  }

  /**
   * The user's folder: {@code RCNN_CACHE}; else {@code rcnn} in {@code XDG_CACHE_HOME} or {@code
   * ~/.cache}, on Windows in {@code LOCALAPPDATA}.
   */
  public static WeightCache ofUser() {
    return of(
        System.getenv(), System.getProperty("os.name"), Path.of(System.getProperty("user.home")));
  }

  /**
   * The folder of a user.
   *
   * @param environment the variables
   * @param system the operating system's name, as Java gives it
   * @param home the user's home
   */
  static WeightCache of(Map<String, String> environment, String system, Path home) {
    String own = environment.getOrDefault("RCNN_CACHE", "");
    if (!own.isEmpty()) {
      return new WeightCache(Path.of(own));
    }
    boolean windows = system.startsWith("Windows");
    String caches = environment.getOrDefault(windows ? "LOCALAPPDATA" : "XDG_CACHE_HOME", "");
    Path usual = home.resolve(windows ? "AppData/Local" : ".cache");
    // The XDG specification has relative paths ignored.
    boolean valid = !caches.isEmpty() && Path.of(caches).isAbsolute();
    return new WeightCache((valid ? Path.of(caches) : usual).resolve("rcnn"));
  }

  /** Where a file lies once it is fetched. */
  public Path place(PublishedWeights weights) {
    return folder.resolve(weights.file());
  }

  /** Whether it was fetched. */
  public boolean has(PublishedWeights weights) {
    return Files.isRegularFile(place(weights));
  }

  /**
   * Fetches a file unless it is there; verifies it in either case.
   *
   * @param option the option that gives the mirror, for messages
   * @param mirror the address of a folder that has the file too; null for the publisher's own
   * @throws ConfigException if the mirror is not an address of http or https
   * @throws IOException in one sentence, if the server refuses or the file is not the expected one
   */
  public Path fetch(PublishedWeights weights, String option, String mirror) throws IOException {
    return new Download(option).fetch(weights.source(option, mirror), folder);
  }

  /**
   * The starting weights that a user names: {@code embedded}, {@code none} and files as they are,
   * published weights as their file here. A file that bears the name of published weights goes
   * before them.
   *
   * @param named the name, or a file's path
   * @param architecture the network that starts from them
   * @throws ConfigException if there is no such file, or the published weights are for another
   *     network or not yet fetched; the message begins with {@code network.weights}
   */
  public String resolve(String named, String architecture) {
    Optional<PublishedWeights> published = PublishedWeights.named(named);
    if (List.of("embedded", "none").contains(named)) {
      return named;
    } else if (Files.isRegularFile(Path.of(named))) {
      published.ifPresent(
          weights -> LOG.warn("{} is a file here, and used in place of the published one", named));
      return named;
    }
    PublishedWeights weights =
        published.orElseThrow(
            () ->
                new ConfigException(
                    "network.weights: there is no file %s; name a weight file, 'embedded', 'none', or published weights: %s."
                        .formatted(named, PublishedWeights.names())));
    if (!weights.networks().contains(architecture)) {
      throw new ConfigException(
          "network.weights: the published weights '%s' are for network %s, not for %s."
              .formatted(named, String.join(" and ", weights.networks()), architecture));
    } else if (!has(weights)) {
      throw new ConfigException(
          "network.weights: the published weights '%s' are not in %s; `weights download %s` fetches them (%d MB)."
              .formatted(named, folder, named, weights.megabytes()));
    }
    return place(weights).toString();
  }
}
