package org.rcnn.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rcnn.cli.options.LabelConverter;
import org.rcnn.data.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** All commands with their arguments and options as Markdown, from what {@code --help} knows. */
public final class CommandReference {

  private static final Logger LOG = LoggerFactory.getLogger(CommandReference.class);
  private static final int WIDTH = 96;

  private final StringBuilder text = new StringBuilder();

  private CommandReference() {}

  /** The reference: a section for each command, in the order of {@code --help}. */
  public static String markdown() {
    CommandLine line = new CommandLine(Main.class);
    Commands.addTo(line);
    LabelConverter.addTo(line);
    CommandReference reference = new CommandReference();
    reference.write(line);
    return reference.text.toString();
  }

  private void write(CommandLine line) {
    paragraph("# Commands");
    paragraph(
        "What `./rcnn COMMAND --help` prints, of all commands. Exit status: 0 done, 1 a failure,"
            + " reported in one line, 2 wrong usage.");
    List<CommandLine> commands =
        line.getSubcommands().values().stream()
            .filter(command -> !command.getCommandName().equals("help"))
            .toList();
    Set<String> everywhere = shared(commands);
    paragraph("Every command takes these options:");
    options(
        commands.get(0).getCommandSpec().options().stream()
            .filter(option -> everywhere.contains(option.longestName()))
            .toList());
    text.append("| command | does |\n| --- | --- |\n");
    commands.forEach(
        command ->
            text.append(
                "| [%s](#%s) | %s |\n"
                    .formatted(
                        name(command).replaceFirst("^rcnn ", ""),
                        name(command).replace(' ', '-'),
                        cell(firstSentence(command)))));
    text.append('\n');
    commands.forEach(command -> command(command, everywhere));
    // One line break at the end.
    text.setLength(text.toString().stripTrailing().length());
    text.append('\n');
  }

  /** The options that every command has, by their longest names. */
  private static Set<String> shared(List<CommandLine> commands) {
    Set<String> shared = names(commands.get(0));
    commands.forEach(command -> shared.retainAll(names(command)));
    return shared;
  }

  private static Set<String> names(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .map(OptionSpec::longestName)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName();
  }

  private static String firstSentence(CommandLine command) {
    String all = String.join(" ", description(command.getCommandSpec()));
    return all.replaceFirst("(?s)([.:]) .*", ".");
  }

  private static List<String> description(CommandSpec spec) {
    return Arrays.stream(spec.usageMessage().description())
        .map(CommandReference::plain)
        .filter(words -> !words.isBlank())
        .toList();
  }

  /** Text as {@code --help} prints it: with its line breaks and per cents, without its colours. */
  private static String plain(String description) {
    String words = description;
    try {
      words = description.formatted();
    } catch (IllegalFormatException e) {
      // A per cent before a space or letter; help prints such a text as it is, too.
      LOG.debug("A description is no format.", e);
    }
    return Ansi.OFF.string(words);
  }

  private void command(CommandLine command, Set<String> everywhere) {
    CommandSpec spec = command.getCommandSpec();
    paragraph("## " + name(command));
    description(spec).forEach(this::sentences);
    // The words in the first line of help, without the options of all commands.
    List<OptionSpec> own =
        spec.options().stream()
            .filter(option -> !option.hidden() && !everywhere.contains(option.longestName()))
            .toList();
    paragraph("```\n" + synopsis(command) + "\n```");
    if (!spec.positionalParameters().isEmpty()) {
      text.append("| argument | |\n| --- | --- |\n");
      spec.positionalParameters().stream()
          .filter(argument -> !argument.hidden())
          .forEach(argument -> row(argument.paramLabel(), argument));
      text.append('\n');
    }
    options(own);
    footer(command);
    List<CommandLine> below = new ArrayList<>();
    Set<CommandLine> seen = new HashSet<>();
    for (Map.Entry<String, CommandLine> entry : command.getSubcommands().entrySet()) {
      if (!entry.getKey().equals("help") && seen.add(entry.getValue())) {
        below.add(entry.getValue());
      }
    }
    below.forEach(one -> command(one, everywhere));
  }

  private static String synopsis(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    StringBuilder words = new StringBuilder("./").append(name(command));
    spec.options().stream()
        .filter(option -> isAlwaysRequired(option) && !option.hidden())
        .sorted(Comparator.comparing(OptionSpec::longestName))
        .forEach(option -> words.append(' ').append(named(option, option.longestName())));
    spec.argGroups().forEach(group -> words.append(' ').append(together(group)));
    if (spec.options().stream().anyMatch(option -> !option.required())) {
      words.append(" [OPTIONS]");
    }
    spec.positionalParameters().stream()
        .filter(argument -> !argument.hidden())
        .forEach(
            argument -> {
              String label = argument.paramLabel() + (argument.arity().max() > 1 ? " ..." : "");
              words.append(argument.required() ? " " + label : " [" + label + "]");
            });
    if (!spec.subcommands().isEmpty()) {
      words.append(" COMMAND");
    }
    return words.toString();
  }

  /** Not one of a group, of which another may be given instead. */
  private static boolean isAlwaysRequired(ArgSpec argument) {
    return argument.required() && argument.group() == null;
  }

  /** What a group requires: one of its parts if they exclude one another, otherwise all. */
  private static String together(ArgGroupSpec group) {
    Stream<String> options =
        group.options().stream()
            .filter(option -> option.required() && !option.hidden())
            .sorted(Comparator.comparing(OptionSpec::longestName))
            .map(option -> named(option, option.longestName()));
    Stream<String> parts =
        Stream.concat(options, group.subgroups().stream().map(CommandReference::together));
    return group.exclusive()
        ? parts.collect(Collectors.joining(" | ", "(", ")"))
        : parts.collect(Collectors.joining(" "));
  }

  private void footer(CommandLine command) {
    if (command.getHelpSectionMap().get(UsageMessageSpec.SECTION_KEY_FOOTER)
        instanceof StudyHelp studies) {
      String lines = studies.render(new CommandLine.Help(command.getCommandSpec(), Ansi.OFF));
      paragraph(
          "```\n"
              + lines.lines().map(String::stripTrailing).collect(Collectors.joining("\n")).strip()
              + "\n```");
    }
  }

  /** By name, because fields have no order that all Java platforms agree on. */
  private void options(List<OptionSpec> options) {
    if (options.isEmpty()) {
      return;
    }
    text.append("| option | |\n| --- | --- |\n");
    List<OptionSpec> sorted =
        options.stream().sorted(Comparator.comparing(OptionSpec::longestName)).toList();
    for (OptionSpec option : sorted) {
      List<String> names = Arrays.asList(option.names());
      String all = String.join(", ", names.subList(0, names.size() - 1));
      String last = named(option, names.get(names.size() - 1));
      row(all.isEmpty() ? last : all + ", " + last, option);
    }
    text.append('\n');
  }

  /** A name with what it takes. */
  private static String named(OptionSpec option, String name) {
    if (option.arity().max() == 0) {
      return name;
    }
    String separator = option.arity().min() == 0 ? "[=" : "=";
    return name + separator + option.paramLabel() + (option.arity().min() == 0 ? "]" : "");
  }

  private void row(String name, ArgSpec argument) {
    String meaning =
        Arrays.stream(argument.description())
            .map(CommandReference::plain)
            .collect(Collectors.joining(" "));
    text.append(
        "| `%s` | %s |\n"
            .formatted(
                name.replace("|", "\\|"),
                cell(meaning + (isAlwaysRequired(argument) ? " Required." : ""))));
  }

  /** A cell's text, in which words between backquotes stay code. */
  private static String cell(String words) {
    return escaped(words.strip().replaceAll("\\s+", " "));
  }

  private static String escaped(String words) {
    return Printable.line(words).replaceAll("[\\\\|*_<>]", "\\\\$0");
  }

  private void sentences(String words) {
    paragraph(String.join("\n", Printable.lines(cell(words), WIDTH)));
  }

  private void paragraph(String words) {
    text.append(words).append("\n\n");
  }
}
