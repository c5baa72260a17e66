package org.rcnn.pipeline.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.data.voc.DevkitAudit;
import org.rcnn.data.voc.VocDevkit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rcnn data}: audits VOC-style folders and makes synthetic ones. */
@Command(
    name = "data",
    description = "Audits a VOC-style folder or generates one.",
    subcommands = {DataCommand.Check.class, DataCommand.Generate.class})
final class DataCommand {

  /** {@code rcnn data check}. */
  @Command(
      name = "check",
      description = "Says what of a VOC-style folder can be used and what is wrong with the rest.")
  static final class Check implements Callable<Integer> {

    @Parameters(paramLabel = "DEVKIT", description = "The folder.")
    private Path folder;

    @Mixin private JsonOutput json;

    @Override
    public Integer call() throws IOException {
      VocDevkit devkit = VocDevkit.open(folder);
      DevkitAudit audit = DevkitAudit.of(devkit);
      System.out.println(devkit.root());
      audit
          .splits()
          .forEach(
              (name, split) -> {
                System.out.printf("%s: %d images%n", name, split.images());
                split
                    .classes()
                    .forEach(
                        (className, count) ->
                            System.out.printf(
                                "  %-16s %6d objects in %5d images, %d difficult, %d truncated%n",
                                className,
                                count.objects(),
                                count.images(),
                                count.difficult(),
                                count.truncated()));
              });
      audit.problems().forEach(System.out::println);
      System.out.printf("%d problems%n", audit.problems().size());
      json.write(new ObjectMapper().valueToTree(audit));
      return 0;
    }
  }

  /** {@code rcnn data generate}. */
  @Command(
      name = "generate",
      description = "Makes synthetic scenes, and on request their auxiliary classification set.")
  static final class Generate implements Callable<Integer> {

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The new devkit.")
    private Path out;

    @Option(names = "--train", defaultValue = "80", description = "Training scenes.")
    private int train;

    @Option(names = "--val", defaultValue = "80", description = "Validation scenes.")
    private int val;

    @Option(names = "--test", defaultValue = "80", description = "Test scenes.")
    private int test;

    @Option(
        names = "--auxiliary",
        paramLabel = "DIR",
        description = "Also write a classification set of other classes here, for pre-training.")
    private Path auxiliary;

    @Option(
        names = "--per-class",
        defaultValue = "200",
        description = "Training images of each auxiliary class.")
    private int perClass;

    @Option(names = "--seed", defaultValue = "1", description = "Decides every scene.")
    private long seed;

    @Override
    public Integer call() throws IOException {
      if (Files.exists(out)) {
        throw new IOException(out + " exists already; name a new folder.");
      }
      SceneGenerator generator = new SceneGenerator(seed);
      generator.writeDevkit(out, train, val, test);
      System.out.printf("%d scenes in %s%n", train + val + test, out);
      if (auxiliary != null) {
        generator.writeAuxiliarySet(auxiliary, perClass, Math.max(1, perClass / 10));
        System.out.printf("auxiliary classification set in %s%n", auxiliary);
      }
      return 0;
    }
  }
}
