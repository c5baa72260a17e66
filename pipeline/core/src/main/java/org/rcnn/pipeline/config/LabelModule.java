package org.rcnn.pipeline.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import org.rcnn.data.Labelled;

/** Lets Jackson write and read {@link Labelled} constants by their labels. */
public final class LabelModule extends SimpleModule {
  private static final long serialVersionUID = 1L;

  /** The module, for any mapper. */
  public LabelModule() {
    super("labels");
    addSerializer(Labelled.class, new ByLabel());
    setDeserializers(new OfLabelled());
  }

  private static final class ByLabel extends JsonSerializer<Labelled> {
    @Override
    public void serialize(Labelled value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(value.label());
    }
  }

  private static final class OfLabelled extends SimpleDeserializers {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonDeserializer<?> findEnumDeserializer(
        Class<?> type, DeserializationConfig config, BeanDescription description)
        throws JsonMappingException {
      return Labelled.class.isAssignableFrom(type)
          ? new FromLabel<>(type)
          : super.findEnumDeserializer(type, config, description);
    }
  }

  private static final class FromLabel<E extends Enum<E> & Labelled> extends JsonDeserializer<E> {
    private final Class<E> type;

    @SuppressWarnings("unchecked") // Created for labelled enums only.
    FromLabel(Class<?> type) {
      this.type = (Class<E>) type;
    }

    @Override
    public E deserialize(JsonParser json, DeserializationContext context) throws IOException {
      try {
        if (!json.currentToken().isScalarValue()) {
          throw new IllegalArgumentException("must be a single word.");
        }
        return Labelled.named(type, json.getText());
      } catch (IllegalArgumentException e) {
        throw JsonMappingException.from(json, e.getMessage(), e);
      }
    }
  }
}
