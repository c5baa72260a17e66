package org.rcnn.pipeline.config;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.rcnn.data.Labelled;

/**
 * What value a setting takes, by the type of its component in {@link PipelineConfig}. YAML itself
 * guesses: it reads {@code 1.7}, {@code 7} and {@code no} as whatever they look like.
 */
sealed interface ValueType {

  /** In words, such as {@code a whole number}. */
  String words();

  /**
   * The value as the record takes it.
   *
   * @param key names the value in errors
   * @throws ConfigException if it is of another type
   */
  JsonNode checked(String key, JsonNode value);

  /** A whole number. */
  record WholeNumber(long least, long most) implements ValueType {
    @Override
    public String words() {
      return "a whole number";
    }

    @Override
    public JsonNode checked(String key, JsonNode value) {
      if (!value.isIntegralNumber()) {
        throw refusal(key, this, value);
      }
      if (!value.canConvertToLong() || value.asLong() < least || value.asLong() > most) {
        throw new ConfigException(
            "%s must lie between %d and %d; it is %s.".formatted(key, least, most, value.asText()));
      }
      return value;
    }
  }

  /** A number. */
  record Number() implements ValueType {
    @Override
    public String words() {
      return "a number";
    }

    @Override
    public JsonNode checked(String key, JsonNode value) {
      if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
        throw refusal(key, this, value);
      }
      return value;
    }
  }

  /** A truth value. */
  record Truth() implements ValueType {
    @Override
    public String words() {
      return "true or false";
    }

    @Override
    public JsonNode checked(String key, JsonNode value) {
      if (!value.isBoolean()) {
        throw refusal(key, this, value);
      }
      return value;
    }
  }

  /** A name or a path. */
  record Text() implements ValueType {
    @Override
    public String words() {
      return "a name or a path";
    }

    @Override
    public JsonNode checked(String key, JsonNode value) {
      if (!value.isValueNode()) {
        throw refusal(key, this, value);
      }
      return TextNode.valueOf(value.asText());
    }
  }

  /**
   * One of some words.
   *
   * @param choices the words
   */
  record Choice(List<String> choices) implements ValueType {
    @Override
    public String words() {
      return "one of " + String.join(", ", choices);
    }

    @Override
    public JsonNode checked(String key, JsonNode value) {
      // Jackson looks the word up, and refuses it with the list.
      return value;
    }
  }

  /**
   * A list.
   *
   * @param of the type of its items
   * @param single whether a single item stands for a list of one
   */
  record ListOf(ValueType of, boolean single) implements ValueType {
    @Override
    public String words() {
      return of instanceof Section ? "a list of mappings" : "a list, such as [conv1, conv2]";
    }

    @Override
    public JsonNode checked(String key, JsonNode value) {
      if (single && value.isValueNode()) {
        return of.checked(key, value);
      }
      if (!(value instanceof ArrayNode list)) {
        throw refusal(key, this, value);
      }
      for (int i = 0; i < list.size(); i++) {
        list.set(i, of.checked(key + "." + (i + 1), list.get(i)));
      }
      return list;
    }
  }

  /**
   * A mapping with keys of any name.
   *
   * @param of the type of its values
   */
  record MappingOf(ValueType of) implements ValueType {
    @Override
    public String words() {
      return "a mapping, such as {conv1: 0.1, fc6: 2}";
    }

    @Override
    public JsonNode checked(String key, JsonNode value) {
      if (!(value instanceof ObjectNode mapping)) {
        throw refusal(key, this, value);
      }
      for (Map.Entry<String, JsonNode> entry : mapping.properties()) {
        entry.setValue(of.checked(key + "." + entry.getKey(), entry.getValue()));
      }
      return mapping;
    }
  }

  /**
   * Settings below a key.
   *
   * @param settings the types by name, in the order of the record
   */
  record Section(Map<String, ValueType> settings) implements ValueType {
    @Override
    public String words() {
      return "a mapping with the keys " + String.join(", ", settings.keySet());
    }

    @Override
    public JsonNode checked(String key, JsonNode value) {
      if (!(value instanceof ObjectNode mapping)) {
        throw refusal(key, this, value);
      }
      for (Map.Entry<String, JsonNode> entry : mapping.properties()) {
        ValueType type = settings.get(entry.getKey());
        // An unknown key is refused by Jackson, which also knows where keys may be missing.
        if (type != null) {
          String path = key.isEmpty() ? entry.getKey() : key + "." + entry.getKey();
          entry.setValue(type.checked(path, entry.getValue()));
        }
      }
      return mapping;
    }
  }

  private static ConfigException refusal(String key, ValueType type, JsonNode value) {
    String given = value.isValueNode() ? value.asText() : value.toString();
    return new ConfigException("%s must be %s; it is %s.".formatted(key, type.words(), given));
  }

  /** The type of a record's components. */
  static Section of(Class<?> type) {
    Map<String, ValueType> settings = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      boolean single =
          component.getAccessor().isAnnotationPresent(JsonFormat.class)
              || component.isAnnotationPresent(JsonFormat.class);
      settings.put(
          PropertyNamingStrategies.KebabCaseStrategy.INSTANCE.translate(component.getName()),
          of(component.getGenericType(), single));
    }
    return new Section(settings);
  }

  private static ValueType of(Type type, boolean single) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      ValueType last = of(arguments[arguments.length - 1], false);
      return Collection.class.isAssignableFrom((Class<?>) generic.getRawType())
          ? new ListOf(last, single)
          : new MappingOf(last);
    }
    Class<?> plain = (Class<?>) type;
    if (plain == int.class || plain == Integer.class) {
      return new WholeNumber(Integer.MIN_VALUE, Integer.MAX_VALUE);
    } else if (plain == long.class) {
      return new WholeNumber(Long.MIN_VALUE, Long.MAX_VALUE);
    } else if (plain == double.class || plain == Double.class) {
      return new Number();
    } else if (plain == boolean.class) {
      return new Truth();
    } else if (plain.isEnum()) {
      return new Choice(
          Arrays.stream(plain.getEnumConstants())
              .map(constant -> ((Labelled) constant).label())
              .collect(Collectors.toList()));
    } else if (plain.isRecord()) {
      return of(plain);
    } else if (plain == String.class) {
      return new Text();
    }
    throw new IllegalStateException("There is no setting of the type %s.".formatted(plain));
  }
}
