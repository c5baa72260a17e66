package org.rcnn.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetAudit;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.dataset.PictureCheck;
import org.rcnn.data.dataset.SplitTable;
import org.rcnn.eval.ClassExamples;
import org.rcnn.pipeline.audit.Coverage;
import org.rcnn.pipeline.audit.DataReport;
import org.rcnn.pipeline.audit.SearchAdvice;
import org.rcnn.pipeline.audit.SizeTable;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.config.PipelineConfig.Proposals;
import org.rcnn.pipeline.run.FinishedFolder;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.FinishedRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn data check}: checks every image and annotation of a dataset. */
@Command(
    name = "check",
    description =
        "Reports what a folder of annotated images contains, what is wrong with it, and how a search"
            + " would reach its objects; status 1 if none of it can be used.")
final class DataCheckCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "DIR",
      description = "A folder of annotated images, such as a VOC devkit, or of a run.")
  private Path folder;

  @Option(
      names = "--proposals",
      description =
          "Also search pictures and tell which objects no proposal covers. This takes a second or"
              + " so a picture, and with larger photos several.")
  private boolean proposals;

  @Option(
      names = "--limit",
      defaultValue = "100",
      paramLabel = "N",
      description = "Search at most N pictures, evenly spread. Default ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "Pictures searched in parallel. Default: one per core.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--run",
      paramLabel = "RUN",
      description =
          "The folder of a run on these images: also tell which of its test images may be labelled"
              + " wrongly, and judge by its settings.")
  private Path run;

  @Option(
      names = "--preset",
      defaultValue = "voc2007-small",
      paramLabel = "P",
      description = "The preset to judge by. Default ${DEFAULT-VALUE}, as `run --data` takes.")
  private String preset;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting to judge by, such as proposals.longer-side=1000; may be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--show",
      defaultValue = "10",
      paramLabel = "N",
      description =
          "Show N problems of each kind; the JSON file has all. Default ${DEFAULT-VALUE}.")
  private int show;

  @Option(
      names = "--exif-orientation",
      paramLabel = "apply|ignore",
      description = "Whether boxes are those of upright photos; default: as the settings say.")
  private ExifOrientation exif;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    checkNumbers();
    Optional<FinishedFolder> finished = finished();
    Path images = run == null && finished.isPresent() ? finished.get().images() : folder;
    PipelineConfig config = config(finished);
    ExifOrientation orientation = exif == null ? config.data().exifOrientation() : exif;
    Dataset dataset = DatasetFormats.installed().open(images);
    if (finished.isPresent()) {
      SplitTable drawn = SplitTable.read(finished.get().root());
      dataset = drawn.names().isEmpty() ? dataset : dataset.withLists(drawn);
    }
    DatasetAudit audit = DatasetAudit.of(dataset, orientation);
    boolean usable = isUsable(dataset, orientation);
    Optional<List<ClassExamples>> doubts = Optional.empty();
    if (usable && finished.isPresent()) {
      FinishedRun past = FinishedRun.open(finished.get().root(), List.of(images));
      doubts = Optional.of(new Evidence(past).labelDoubts(past.row(), Integer.MAX_VALUE));
    }
    DataReport report =
        usable
            ? report(dataset, audit, config.proposals(), orientation, doubts)
            : plain(dataset, audit, config.proposals());
    output.out().print(report.toText(show));
    output.out().flush();
    output.write(report.toJson(usable));
    if (!usable) {
      throw new IOException(
          "Nothing in %s can be used: no readable image has an annotated object."
              .formatted(dataset.root()));
    }
    return 0;
  }

  private void checkNumbers() {
    if (show < 0) {
      throw new ConfigException("--show must be at least 0, not %d.".formatted(show));
    }
    if (limit < 1) {
      throw new ConfigException("--limit must be at least 1, not %d.".formatted(limit));
    }
    if (threads < 1) {
      throw new ConfigException("--threads must be at least 1, not %d.".formatted(threads));
    }
  }

  private Optional<FinishedFolder> finished() throws IOException {
    if (run != null) {
      return Optional.of(FinishedFolder.open(run));
    }
    return FinishedFolder.is(folder) ? Optional.of(FinishedFolder.open(folder)) : Optional.empty();
  }

  private PipelineConfig config(Optional<FinishedFolder> finished) throws IOException {
    return finished.isPresent()
        ? new ConfigLoader().file(finished.get().root().resolve("config.yaml"), settings)
        : new ConfigLoader().preset(preset, settings);
  }

  private static DataReport plain(Dataset dataset, DatasetAudit audit, Proposals search) {
    return new DataReport(
        audit,
        dataset.splitAdvice(),
        search,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private DataReport report(
      Dataset dataset,
      DatasetAudit audit,
      Proposals search,
      ExifOrientation orientation,
      Optional<List<ClassExamples>> doubts)
      throws IOException {
    Optional<SearchAdvice> advice = SearchAdvice.ofSizes(audit.annotations().values(), search);
    Optional<Coverage> coverage = Optional.empty();
    Optional<Coverage> better = Optional.empty();
    if (proposals) {
      List<String> sample = Coverage.sample(dataset, audit, limit);
      Coverage now = measure(dataset, audit, sample, search, orientation, "proposals");
      coverage = Optional.of(now);
      if (advice.isPresent()) {
        Coverage suggested =
            measure(dataset, audit, sample, advice.get().search(), orientation, "as suggested");
        better = Optional.of(suggested).filter(now::isImprovedBy);
      }
      if (better.isEmpty()) {
        advice = SearchAdvice.ofCoverage(now);
        better = advice.map(more -> now.with(more.search()));
      }
    }
    return new DataReport(
        audit,
        dataset.splitAdvice(),
        search,
        Optional.of(SizeTable.of(audit.annotations().values(), search)),
        advice,
        coverage,
        better,
        doubts);
  }

  private Coverage measure(
      Dataset dataset,
      DatasetAudit audit,
      List<String> sample,
      Proposals search,
      ExifOrientation orientation,
      String title)
      throws IOException {
    try (Progress progress = new ProgressBars().start(title, sample.size(), "images")) {
      return Coverage.measure(dataset, audit, sample, search, orientation, threads, progress);
    }
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
}
