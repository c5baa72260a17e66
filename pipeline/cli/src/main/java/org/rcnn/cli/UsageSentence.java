package org.rcnn.cli;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rcnn.pipeline.config.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What was wrong with a command line, in a sentence, with the name that was probably meant. */
final class UsageSentence {

  /** How picocli's command {@code help} refuses a name. */
  private static final Pattern UNKNOWN_COMMAND = Pattern.compile("Unknown subcommand '(.*)'\\.?");

  /** How picocli refuses a word that has no {@code =}, with a word too many before it. */
  private static final Pattern NO_PAIR =
      Pattern.compile(".* should be in KEY=VALUE format but was (.*)", Pattern.DOTALL);

  private UsageSentence() {}

  static String of(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    if (failure instanceof UnmatchedArgumentException unmatched) {
      return unmatched(command, unmatched.getUnmatched());
    }
    if (failure instanceof MissingParameterException) {
      // What is missing may be there with a mistake in its name.
      Optional<String> mistyped =
          command.getUnmatchedArguments().stream().filter(UsageSentence::isOption).findFirst();
      if (mistyped.isPresent()) {
        return unknownOption(command, mistyped.get());
      }
    }
    String message = Failures.sentence(failure);
    Matcher unknown = UNKNOWN_COMMAND.matcher(message);
    if (unknown.matches()) {
      return unknownCommand(command, unknown.group(1));
    }
    Matcher alone = NO_PAIR.matcher(message);
    if (alone.matches() && failure.getArgSpec() instanceof OptionSpec option) {
      return "%s must be %s; it is %s."
          .formatted(option.longestName(), option.paramLabel(), alone.group(1));
    }
    // An unknown label of an option is reported as the configuration reports it.
    return failure.getArgSpec() instanceof OptionSpec option
            && failure.getCause() instanceof TypeConversionException label
            && label.getMessage().startsWith("must be")
        ? option.longestName() + " " + label.getMessage()
        : message;
  }

  private static String unmatched(CommandLine command, List<String> words) {
    String first = words.get(0);
    if (isOption(first)) {
      return unknownOption(command, first);
    }
    CommandSpec spec = command.getCommandSpec();
    return spec.subcommands().isEmpty()
        ? "`%s` has no use for '%s'.".formatted(spec.qualifiedName(), first)
        : unknownCommand(command, first);
  }

  private static boolean isOption(String word) {
    return word.startsWith("-") && word.length() > 1;
  }

  private static String unknownOption(CommandLine command, String word) {
    CommandSpec spec = command.getCommandSpec();
    int value = word.indexOf('=');
    String name = value < 0 ? word : word.substring(0, value);
    return "`%s` has no option %s%s"
        .formatted(
            spec.qualifiedName(),
            name,
            meant(
                name,
                spec.options().stream()
                    .filter(option -> !option.hidden())
                    .flatMap(option -> List.of(option.names()).stream())
                    .toList()));
  }

  private static String unknownCommand(CommandLine command, String word) {
    CommandSpec spec = command.getCommandSpec();
    return "`%s` has no command '%s'%s"
        .formatted(spec.qualifiedName(), word, meant(word, spec.subcommands().keySet()));
  }

  private static String meant(String word, Collection<String> known) {
    return NearestName.to(word, known)
        .map(near -> "; did you mean %s?".formatted(near))
        .orElse(".");
  }
}
