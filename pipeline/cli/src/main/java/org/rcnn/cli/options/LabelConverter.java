package org.rcnn.cli.options;

import org.rcnn.data.Labelled;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
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

  /** Adds converters for all labelled options of a command and its subcommands. */
  public static void addTo(CommandLine line) {
    for (ArgSpec option : line.getCommandSpec().args()) {
      for (Class<?> type : option.auxiliaryTypes()) {
        if (type.isEnum() && Labelled.class.isAssignableFrom(type)) {
          add(line, type);
        }
      }
    }
    line.getSubcommands().values().forEach(LabelConverter::addTo);
  }

  @SuppressWarnings("unchecked") // The caller has checked that it is a labelled enum.
  private static <E extends Enum<E> & Labelled> void add(CommandLine line, Class<?> type) {
    line.registerConverter((Class<E>) type, new LabelConverter<>((Class<E>) type));
  }
}
