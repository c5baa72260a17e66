package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.data.dataset.DatasetAudit.ClassCount;
import org.rcnn.data.dataset.DatasetAudit.SplitCount;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.dataset.PictureCheck;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn data check}: checks every image and annotation of a dataset. */
@Command(
    name = "check",
    description =
        "Reports what a folder of annotated images contains and what is wrong with it; status 1 if"
            + " none of it can be used.")
final class DataCheckCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "DIR",
      description = "A folder of annotated images, such as a VOC devkit.")
  private Path folder;

  @Option(
      names = "--show",
      defaultValue = "10",
      paramLabel = "N",
      description =
          "Show N problems of each kind; the JSON file has all. Default ${DEFAULT-VALUE}.")
  private int show;

  @Option(
      names = "--exif-orientation",
      defaultValue = "apply",
      paramLabel = "apply|ignore",
      description = "Whether boxes are those of upright photos; default ${DEFAULT-VALUE}.")
  private ExifOrientation exif;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    if (show < 0) {
      throw new ConfigException("--show must be at least 0, not %d.".formatted(show));
    }
    Dataset dataset = DatasetFormats.installed().open(folder);
    DatasetAudit audit = DatasetAudit.of(dataset, exif);
    boolean usable = isUsable(dataset, exif);
    print(audit, dataset.splitAdvice());
    output.write(tree(audit, usable));
    if (!usable) {
      throw new IOException(
          "Nothing in %s can be used: no readable image has an annotated object."
              .formatted(dataset.root()));
    }
    return 0;
  }

  /** Whether there is a readable image with an object; in a good folder the first one has it. */
  private static boolean isUsable(Dataset dataset, ExifOrientation exif) throws IOException {
    for (String id : dataset.annotatedIds()) {
      try {
        if (!PictureCheck.read(dataset, id, exif).annotation().objects().isEmpty()) {
          ImageFiles.read(dataset.image(id), exif);
          return true;
        }
      } catch (IOException e) {
        // Already reported by the audit.
        continue;
      }
    }
    return false;
  }

  private static Map<String, List<String>> problems(DatasetAudit audit) {
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    kinds.put("missing images", audit.missingImages());
    kinds.put("unreadable images", audit.unreadableImages());
    kinds.put("bad annotations", audit.badAnnotations());
    kinds.put("bad objects", audit.badObjects());
    kinds.put("size mismatches", audit.sizeMismatches());
    kinds.put("left-out files", audit.leftOut());
    kinds.put("look-alike classes", audit.lookAlikes());
    kinds.put("repeated pictures", audit.repeatedPictures());
    return kinds;
  }

  private void print(DatasetAudit audit, String splitAdvice) {
    PrintWriter out = output.out();
    out.printf("%s: %d images%n", audit.root(), audit.images());
    if (audit.splits().isEmpty()) {
      out.printf("%nThere are no splits; %s.%n", splitAdvice);
    }
    audit.splits().forEach((name, split) -> print(out, name, split));
    out.println();
    audit.notes().forEach(out::println);
    problems(audit)
        .forEach(
            (kind, sentences) -> {
              out.printf("%s: %d%n", kind, sentences.size());
              sentences.stream().limit(show).forEach(sentence -> out.printf("  %s%n", sentence));
              if (sentences.size() > show) {
                out.printf("  and %d more%n", sentences.size() - show);
              }
            });
    out.flush();
  }

  private static void print(PrintWriter out, String name, SplitCount split) {
    out.printf("%nsplit %s: %d images, %d objects%n", name, split.images(), split.objects());
    int width = split.classes().keySet().stream().mapToInt(String::length).max().orElse(5);
    String line = "  %-" + Math.max(5, width) + "s  %7s  %7s  %9s  %9s%n";
    if (!split.classes().isEmpty()) {
      out.printf(line, "class", "images", "objects", "difficult", "truncated");
    }
    split
        .classes()
        .forEach(
            (className, count) ->
                out.printf(
                    Locale.ROOT,
                    line,
                    className,
                    count.images(),
                    count.objects(),
                    count.difficult(),
                    count.truncated()));
  }

  private static ObjectNode tree(DatasetAudit audit, boolean usable) {
    ObjectNode tree = Json.object();
    tree.put("root", audit.root().toString());
    tree.put("usable", usable);
    tree.put("images", audit.images());
    ObjectNode splits = tree.putObject("splits");
    audit.splits().forEach((name, split) -> put(splits.putObject(name), split));
    ObjectNode kinds = tree.putObject("problems");
    problems(audit)
        .forEach(
            (kind, sentences) ->
                sentences.forEach(kinds.putArray(kind.replaceAll("[ -]", "_"))::add));
    return tree;
  }

  private static void put(ObjectNode tree, SplitCount split) {
    tree.put("images", split.images());
    tree.put("objects", split.objects());
    ObjectNode classes = tree.putObject("classes");
    for (Map.Entry<String, ClassCount> entry : split.classes().entrySet()) {
      ClassCount count = entry.getValue();
      classes
          .putObject(entry.getKey())
          .put("images", count.images())
          .put("objects", count.objects())
          .put("difficult", count.difficult())
          .put("truncated", count.truncated());
    }
  }
}
