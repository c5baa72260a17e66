package org.rcnn.cnn.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A protocol buffer message whose fields are known by name, whether it was text or binary. A value
 * is a {@code String} (a scalar as text writes it), a message, or a {@link CaffeBlob}.
 */
final class ProtoMessage {

  private final Map<String, List<Object>> fields = new LinkedHashMap<>();

  void add(String name, Object value) {
    fields.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value);
  }

  /** The field's values of a type, in the order of the file. */
  <T> List<T> all(String name, Class<T> type) {
    return fields.getOrDefault(name, List.of()).stream()
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  /** The messages in a field. */
  List<ProtoMessage> messages(String name) {
    return all(name, ProtoMessage.class);
  }

  /** The last message in a field; an empty one if there is none. */
  ProtoMessage message(String name) {
    return last(name, ProtoMessage.class).orElseGet(ProtoMessage::new);
  }

  /** Found from the end, because a damaged file may have a field a hundred thousand times. */
  private <T> Optional<T> last(String name, Class<T> type) {
    List<Object> all = fields.getOrDefault(name, List.of());
    for (int i = all.size() - 1; i >= 0; i--) {
      if (type.isInstance(all.get(i))) {
        return Optional.of(type.cast(all.get(i)));
      }
    }
    return Optional.empty();
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  /** The last text in a field. */
  String text(String name, String otherwise) {
    return last(name, String.class).orElse(otherwise);
  }

  /** The last number in a field; NaN if it is none. */
  double number(String name, double otherwise) {
    return has(name) ? number(text(name, "")) : otherwise;
  }

  /** Every number in a field. */
  List<Double> numbers(String name) {
    return all(name, String.class).stream().map(ProtoMessage::number).toList();
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
