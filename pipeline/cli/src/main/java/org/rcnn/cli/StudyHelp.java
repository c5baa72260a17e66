package org.rcnn.cli;

import java.util.Map;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.study.Studies;
import org.rcnn.pipeline.study.Study;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The end of the help of {@code ablate}: what each study says of itself. */
final class StudyHelp implements IHelpSectionRenderer {

  private static final int NAMES = 16;
  private static final int WIDTH = 80;

  /** The command with this end of its help, which is made only when it is asked for. */
  static CommandLine addTo(CommandLine ablate) {
    ablate.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_FOOTER, new StudyHelp());
    return ablate;
  }

  @Override
  public String render(Help help) {
    Help.TextTable table = Help.TextTable.forColumnWidths(help.colorScheme(), NAMES, WIDTH - NAMES);
    table.indentWrappedLines = 0;
    PipelineConfig demo = new ConfigLoader().preset("demo", Map.of());
    for (Study study : Studies.installed().studies()) {
      table.addRowValues("  " + study.name(), study.question());
      table.addRowValues("", study.values());
      table.addRowValues("", "Default: " + String.join(",", study.defaultValues(demo)));
    }
    return "%nStudies, by --study NAME or NAME=VALUES:%n".formatted() + table;
  }
}
