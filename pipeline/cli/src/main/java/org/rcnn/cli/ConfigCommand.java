package org.rcnn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.Output;
import org.rcnn.data.Printable;
import org.rcnn.pipeline.config.Setting;
import org.rcnn.pipeline.config.SettingCatalogue;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code rcnn config}: the settings, with default, type and meaning. */
@Command(
    name = "config",
    description = {
      "Lists every setting with its default, the value that it takes and its meaning.",
      "`--set KEY=VALUE` of `run` and other commands changes one, `--config FILE` several."
    })
final class ConfigCommand implements Callable<Integer> {

  private static final int WIDTH = 96;
  private static final String INDENT = "    ";

  @Parameters(
      arity = "0..1",
      paramLabel = "KEY",
      description = "Only this setting, or those of this section, such as svm.")
  private String key;

  @Mixin private Output output;

  @Override
  public Integer call() throws IOException {
    SettingCatalogue catalogue = new SettingCatalogue();
    List<Setting> settings = key == null ? catalogue.all() : catalogue.named(key);
    PrintWriter out = output.out();
    ObjectNode tree = Json.object();
    ArrayNode list = tree.putArray("settings");
    for (Setting setting : settings) {
      out.printf("%s = %s%n", setting.key(), setting.value());
      for (String line :
          Printable.lines(setting.type() + ". " + setting.meaning(), WIDTH - INDENT.length())) {
        out.println(INDENT + line);
      }
      list.add(Json.<ObjectNode>tree(setting));
    }
    out.flush();
    output.write(tree);
    return ExitCode.OK;
  }
}
