package org.rcnn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.cli.options.RunOptions;
import org.rcnn.cli.progress.Resumable;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Fingerprint;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.expected.ExpectedFile;
import org.rcnn.pipeline.expected.ExpectedResults;
import org.rcnn.pipeline.expected.ExpectedResults.Images;
import org.rcnn.pipeline.expected.ExpectedResults.Recorded;
import org.rcnn.pipeline.expected.MarkedTables;
import org.rcnn.pipeline.expected.Reproduction;
import org.rcnn.pipeline.expected.Reproduction.Inputs;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code rcnn reproduce}: runs the commands of an expected-results file, each as if it were typed,
 * and says row by row whether their results hold.
 *
 * <p>What trains keeps everything in one run's folder, so a reproduction that was stopped resumes.
 */
@Command(
    name = "reproduce",
    description = {
      "Reruns the commands behind a table of the project's pages and says row by row whether it holds.",
      "Without a name, lists what there is. A figure holds if it lies within the expected mean plus"
          + " or minus the larger of its tolerance and twice its spread over the seeds. On other"
          + " images, or from other weights, than the recorded ones, figures are shown, and claims"
          + " between rows alone are judged. Exit status 1 if what is judged does not hold."
    })
final class ReproduceCommand implements Callable<Integer>, Resumable {

  private static final Logger LOG = LoggerFactory.getLogger(ReproduceCommand.class);

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME|FILE.json",
      description = "Expected results: a name from the list, or a file.")
  private String name;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of annotated images, if the results need one.")
  private Path data;

  @Option(
      names = "--with",
      paramLabel = "NAME=PATH",
      description = "Another file or folder that the results need; may be repeated.")
  private Map<String, String> given = new TreeMap<>();

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description = "The run's folder, resumed if it exists. Default: that of the file, in runs/.")
  private Path out;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "N",
      description = "Seeds of fine-tuning, such as 1,2,3. Default: those of the file.")
  private List<Long> seeds;

  @Option(
      names = "--record",
      paramLabel = "FILE.json",
      description = "Write what was measured as a new file of expected results.")
  private Path record;

  @Option(
      names = "--renew",
      paramLabel = "FILE.md",
      description = "Only make the marked tables of a Markdown file anew; nothing is run.")
  private Path renewed;

  @Mixin private Output output;

  @Spec private CommandSpec spec;

  @Override
  public String kept() {
    return RunOptions.KEPT;
  }

  @Override
  public Integer call() throws IOException {
    if (renewed != null) {
      renew();
      return ExitCode.OK;
    }
    if (name == null) {
      list();
      return ExitCode.OK;
    }
    return reproduce(ExpectedFile.of(name));
  }

  private void renew() throws IOException {
    String before = Files.readString(renewed);
    String after = MarkedTables.renew(before, ExpectedFile::packaged);
    if (!after.equals(before)) {
      AtomicFile.writeText(renewed, after);
    }
    output.out().println(renewed + (after.equals(before) ? ": nothing changed" : ": renewed"));
  }

  private void list() throws IOException {
    for (String each : ExpectedFile.names()) {
      ExpectedResults expected = ExpectedFile.packaged(each);
      output.out().printf("%s%n    %s%n", each, expected.shows());
      expected
          .needs()
          .forEach((place, what) -> output.out().printf("    needs %s: %s%n", option(place), what));
      Recorded recorded = expected.recorded();
      if (recorded != null) {
        String taken =
            recorded.seconds() == null
                ? ""
                : ", %d min".formatted(Math.round(recorded.seconds() / 60.0));
        output
            .out()
            .printf(
                "    recorded %s%s, seeds %s, on %s%n",
                recorded.date(), taken, expected.seeds(), recorded.machine());
      }
    }
  }

  private int reproduce(ExpectedResults expected) throws IOException {
    List<Long> wanted = seeds == null ? expected.seeds() : seeds;
    if (wanted.stream().anyMatch(seed -> seed < 1)
        || wanted.stream().distinct().count() < wanted.size()) {
      throw new ConfigException(
          "--seeds must be different whole numbers from 1 on, such as 1,2,3.");
    }
    Path folder = out != null ? out : Path.of("runs").resolve(expected.folder());
    Map<String, String> places = places(expected, folder);
    Start start = start(expected, places, folder);
    Inputs inputs = Inputs.of(expected, start.images(), start.backbone());
    difference(expected, start, inputs)
        .ifPresent(
            sentence ->
                LOG.warn(
                    "{}; claims between rows are judged, figures are only shown beside the recorded ones.",
                    sentence));
    Map<String, Double> seconds = new TreeMap<>();
    Map<String, List<JsonNode>> results = new LinkedHashMap<>();
    for (ExpectedResults.Command command : expected.commands()) {
      List<Long> runs = command.trains() ? wanted : List.of(0L);
      for (long seed : runs) {
        Path result = result(folder, command.name(), command.filled(places), seed);
        int status = run(command, places, folder, seed, result);
        if (status != ExitCode.OK) {
          spec.commandLine()
              .getErr()
              .printf("%s: command %s failed; see above.%n", expected.name(), command.name());
          return status;
        }
        results.computeIfAbsent(command.name(), key -> new ArrayList<>()).add(Json.read(result));
        if (command.trains()) {
          seconds.putAll(new RunFolder(folder).secondsOfPlan());
        }
      }
    }
    Reproduction reproduction = new Reproduction(expected, results, inputs);
    output.out().println();
    output.out().print(reproduction.toText());
    output.out().flush();
    output.write(reproduction.toJson());
    if (record != null) {
      double taken = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
      Recorded now = Recorded.now(commit(), taken);
      ExpectedFile.write(
          record, reproduction.record(wanted, start.images(), start.backbone(), now));
      output.out().println("recorded in " + record);
    }
    Optional<String> objection = reproduction.objection();
    objection.ifPresent(sentence -> spec.commandLine().getErr().println(sentence));
    return objection.isPresent() ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  /** What stands for the names in the commands. */
  private Map<String, String> places(ExpectedResults expected, Path folder) {
    Map<String, String> places = new LinkedHashMap<>(given);
    if (data != null) {
      places.put("data", data.toString());
    }
    for (String place : places.keySet()) {
      if (!expected.needs().containsKey(place)) {
        throw new ConfigException(
            "%s has no effect: %s does not need it.".formatted(option(place), expected.name()));
      }
    }
    expected
        .needs()
        .forEach(
            (place, what) -> {
              if (!places.containsKey(place)) {
                throw new ConfigException(
                    "%s needs %s: %s".formatted(expected.name(), option(place), what));
              }
            });
    places.put("out", folder.toString());
    return places;
  }

  private static String option(String place) {
    return place.equals("data") ? "--data DIR" : "--with " + place + "=PATH";
  }

  /** Takes a command's options of a run, and leaves its other ones alone. */
  @Command
  private static final class RunArguments {
    @Mixin private RunOptions options;
  }

  /**
   * What the commands begin with.
   *
   * @param images the images; null if no command trains
   * @param backbone the fingerprint of the network and its starting weights; null if it is not
   *     asked for
   */
  private record Start(Images images, String backbone) {}

  private Start start(ExpectedResults expected, Map<String, String> places, Path folder)
      throws IOException {
    Optional<ExpectedResults.Command> first =
        expected.commands().stream().filter(ExpectedResults.Command::trains).findFirst();
    if (first.isEmpty()) {
      return new Start(null, null);
    }
    RunArguments arguments = new RunArguments();
    List<String> words = first.get().filled(places);
    List<String> all = new ArrayList<>(words.subList(1, words.size()));
    all.addAll(List.of("--out", folder.toString()));
    new CommandLine(arguments)
        .setUnmatchedArgumentsAllowed(true)
        .parseArgs(all.toArray(String[]::new));
    try (Run run = arguments.options.open()) {
      boolean asked = record != null || expected.backboneFingerprint() != null;
      String backbone = asked ? arguments.options.experiment(run).backbone().fingerprint() : null;
      return new Start(Images.of(run), backbone);
    }
  }

  /** What is not as it was recorded, in a sentence without its end. */
  private static Optional<String> difference(ExpectedResults expected, Start start, Inputs inputs) {
    return switch (inputs) {
      case SAME -> Optional.empty();
      case OTHER_IMAGES ->
          Optional.of(
              "The images are not those that %s was recorded with (%s; here %s)"
                  .formatted(expected.name(), inWords(expected.images()), inWords(start.images())));
      case OTHER_WEIGHTS ->
          Optional.of(
              "The network or its starting weights are not those that %s was recorded with"
                  .formatted(expected.name()));
    };
  }

  private static String inWords(Images images) {
    return "%d of %s and %d of %s, fingerprints %.8s and %.8s"
        .formatted(
            images.train().images(),
            images.train().split(),
            images.test().images(),
            images.test().split(),
            images.train().fingerprint(),
            images.test().fingerprint());
  }

  /** Runs a command, whose JSON is then in a file; one that trains finds its finished stages. */
  private int run(
      ExpectedResults.Command command,
      Map<String, String> places,
      Path folder,
      long seed,
      Path result)
      throws IOException {
    Files.createDirectories(result.getParent());
    List<String> words = new ArrayList<>(command.filled(places));
    Collections.addAll(words, "--json", result.toString());
    if (command.trains()) {
      Collections.addAll(words, "--out", folder.toString(), "--set", "finetune.seed=" + seed);
    }
    if (!LOG.isInfoEnabled()) {
      words.add("--quiet");
    }
    if (Boolean.TRUE.equals(spec.findOption("--debug").getValue())) {
      words.add("--debug");
    }
    output.out().println("$ ./rcnn " + String.join(" ", words));
    output.out().flush();
    return Main.run(words.toArray(String[]::new));
  }

  /** Named by the arguments too, so that another command's result is not taken for this one's. */
  private static Path result(Path folder, String command, List<String> arguments, long seed) {
    String hash = new Fingerprint().add(arguments.toString()).hex().substring(0, 8);
    return folder
        .resolve("reproduce")
        .resolve(command + (seed == 0 ? "" : "-seed" + seed) + "-" + hash + ".json");
  }

  /** The commit of the sources that this program lies in, as git describes it. */
  private static String commit() {
    try {
      Path program =
          Path.of(
              ReproduceCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
              .directory(program.getParent().toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (git.waitFor() == 0) {
        return said;
      }
    } catch (IOException | URISyntaxException e) {
      LOG.debug("There is no git to ask.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "unknown";
  }
}
