package org.rcnn.cli.options;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.rcnn.data.Labelled;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * Converts labels to {@link Labelled} constants, as the configuration does.
 *
 * @param type the enum
 */
public record LabelConverter<E extends Enum<E> & Labelled>(Class<E> type)
    implements ITypeConverter<E> {

  @Override
  public E convert(String label) {
    try {
      return Labelled.named(type, label);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /**
   * Adds converters for all labelled options of a command and its subcommands. Their help and the
   * completion of a shell then have the labels too.
   */
  public static void addTo(CommandLine line) {
    for (ArgSpec option : List.copyOf(line.getCommandSpec().args())) {
      for (Class<?> type : option.auxiliaryTypes()) {
        if (type.isEnum() && Labelled.class.isAssignableFrom(type)) {
          add(line, type);
          if (option instanceof OptionSpec named && option.group() == null) {
            describe(line.getCommandSpec(), named, labels(type));
          }
        }
      }
    }
    line.getSubcommands().values().forEach(LabelConverter::addTo);
  }

  private static List<String> labels(Class<?> type) {
    return Arrays.stream(type.getEnumConstants()).map(each -> ((Labelled) each).label()).toList();
  }

  private static void describe(CommandSpec command, OptionSpec option, List<String> labels) {
    OptionSpec.Builder described = OptionSpec.builder(option).completionCandidates(labels);
    String known = option.paramLabel() + " " + String.join(" ", option.description());
    Set<String> words = new HashSet<>(Arrays.asList(known.split("[^\\w-]+")));
    if (Collections.disjoint(words, labels)) {
      String[] description = option.description().clone();
      int last = description.length - 1;
      description[last] += " Values: " + String.join(", ", labels) + ".";
      described.description(description);
    }
    command.remove(option);
    command.addOption(described.build());
  }

  @SuppressWarnings("unchecked") // The caller has checked that it is a labelled enum.
  private static <E extends Enum<E> & Labelled> void add(CommandLine line, Class<?> type) {
    line.registerConverter((Class<E>) type, new LabelConverter<>((Class<E>) type));
  }
}
