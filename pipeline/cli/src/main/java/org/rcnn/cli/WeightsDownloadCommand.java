package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.rcnn.cli.download.PublishedWeights;
import org.rcnn.cli.download.WeightCache;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.progress.Resumable;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn weights download}: fetches published weights by name, or lists them. */
@Command(
    name = "download",
    description = {
      "Fetches published weights and verifies them; without a NAME, lists what there is.",
      "Afterwards --weights NAME uses them; run --backbone NAME fetches them by itself. Run the"
          + " command again to resume a broken download."
    })
final class WeightsDownloadCommand implements Callable<Integer>, Resumable {

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      description = "alexnet, vgg16, squeezenet1_0, resnet50.")
  private List<String> names = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "The folder for the files. Default, and the place where a NAME is looked for: $RCNN_CACHE,"
              + " or rcnn in $XDG_CACHE_HOME or ~/.cache (Windows: %%LOCALAPPDATA%%).")
  private Path out;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "A mirror: the address of a folder with the files. Default: their publisher's.")
  private String mirror;

  @Mixin private Output output;

  @Override
  public String kept() {
    return "what was fetched is kept";
  }

  @Override
  public Integer call() throws IOException {
    WeightCache cache = out == null ? WeightCache.ofUser() : new WeightCache(out);
    List<PublishedWeights> wanted = wanted();
    if (wanted.isEmpty()) {
      list(cache);
    }
    for (PublishedWeights weights : wanted) {
      Path file = cache.fetch(weights, "--url", mirror);
      output.out().printf("%s: %d bytes, verified%n", file, Files.size(file));
      output.out().flush();
    }
    output.write(tree(cache, wanted.isEmpty() ? PublishedWeights.all() : wanted));
    return 0;
  }

  /** Finds all names before the first file is fetched. */
  private List<PublishedWeights> wanted() {
    if (names.isEmpty() && mirror != null) {
      throw new ConfigException("--url has no effect without a NAME.");
    }
    List<PublishedWeights> wanted = new ArrayList<>();
    for (String name : names) {
      wanted.add(
          PublishedWeights.named(name)
              .orElseThrow(
                  () ->
                      new ConfigException(
                          "There are no published weights '%s'; choose from %s."
                              .formatted(name, PublishedWeights.names()))));
    }
    return wanted;
  }

  private void list(WeightCache cache) {
    String row = "%-14s %-33s %-26s %7s  %-27s %s%n";
    PrintWriter report = output.out();
    report.printf(row, "name", "networks", "file", "size", "publisher, licence", "fetched");
    for (PublishedWeights weights : PublishedWeights.all()) {
      report.printf(
          row,
          weights.name(),
          String.join(", ", weights.networks()),
          weights.file(),
          weights.megabytes() + " MB",
          weights.publisher(),
          cache.has(weights) ? "yes" : "no");
    }
    report.println("All were trained on ImageNet, whose terms of use may apply to them.");
    report.println("folder " + cache.folder());
    report.flush();
  }

  private static ObjectNode tree(WeightCache cache, List<PublishedWeights> listed) {
    ObjectNode tree = Json.object();
    tree.put("folder", cache.folder().toString());
    ArrayNode rows = tree.putArray("weights");
    for (PublishedWeights weights : listed) {
      ObjectNode row = rows.addObject();
      row.put("name", weights.name());
      weights.networks().forEach(row.putArray("networks")::add);
      row.put("file", cache.place(weights).toString());
      row.put("url", weights.url().toString());
      row.put("publisher", weights.publisher());
      row.put("fetched", cache.has(weights));
    }
    return tree;
  }
}
