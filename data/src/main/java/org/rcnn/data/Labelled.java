package org.rcnn.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * An enum constant with one name wherever people read or write it: YAML, the command line,
 * messages, reports. It is the constant's own name in lower case with hyphens, such as {@code
 * sparse-fp16}.
 */
public interface Labelled {

  /** The constant's name in Java. */
  String name();

  /** The constant's name for people. */
  default String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The constant with a label, whose case is ignored.
   *
   * @throws IllegalArgumentException if there is none; the message lists the labels and begins with
   *     "must be one of", so that a caller can put the name of the setting in front of it
   */
  static <E extends Enum<E> & Labelled> E named(Class<E> type, String label) {
    E[] constants = type.getEnumConstants();
    return Arrays.stream(constants)
        .filter(constant -> constant.label().equalsIgnoreCase(label))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "must be one of %s; it is %s."
                        .formatted(
                            Arrays.stream(constants)
                                .map(Labelled::label)
                                .collect(Collectors.joining(", ")),
                            label)));
  }
}
