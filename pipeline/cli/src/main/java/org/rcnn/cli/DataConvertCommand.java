package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.export.DatasetExport;
import org.rcnn.data.export.ExportFormat;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Problems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn data convert}: writes annotated images in another format. */
@Command(
    name = "convert",
    description =
        "Writes a folder of annotated images in another format: a VOC devkit, COCO's JSON or YOLO's"
            + " text. Images are copied as they are.")
final class DataConvertCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "DIR",
      description = "A folder of annotated images, in any format that is read.")
  private Path folder;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "voc|coco|yolo",
      description = "The format to write.")
  private ExportFormat format;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder to write; it must be new or empty.")
  private Path out;

  @Option(
      names = "--exif-orientation",
      defaultValue = "apply",
      paramLabel = "apply|ignore",
      description = "Whether boxes are those of upright photos; default ${DEFAULT-VALUE}.")
  private ExifOrientation exif;

  @Option(names = "--strict", description = "Stop at the first bad image or annotation.")
  private boolean strict;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    Dataset dataset = DatasetFormats.installed().open(folder);
    DataGenerateCommand.requireEmpty(out);
    Problems problems = new Problems(strict, "");
    DatasetExport.Summary summary =
        DatasetExport.write(dataset, format, out, exif, problems::report);
    PrintWriter report = output.out();
    report.printf(
        "%s: %d images with %d objects of %s as %s%n",
        out,
        summary.images(),
        summary.objects(),
        String.join(", ", summary.classes()),
        format.label());
    summary
        .splits()
        .forEach((split, count) -> report.printf("  split %s: %d images%n", split, count));
    summary.notes().forEach(report::println);
    report.printf("%d problems%n", problems.sentences().size());
    report.flush();
    ObjectNode tree = Json.object();
    tree.put("out", out.toString()).put("format", format.label());
    tree.put("images", summary.images()).put("objects", summary.objects());
    summary.classes().forEach(tree.putArray("classes")::add);
    ObjectNode splits = tree.putObject("splits");
    summary.splits().forEach(splits::put);
    summary.notes().forEach(tree.putArray("notes")::add);
    problems.sentences().forEach(tree.putArray("problems")::add);
    output.write(tree);
    return 0;
  }
}
