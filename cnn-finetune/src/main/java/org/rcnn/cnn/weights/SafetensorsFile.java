package org.rcnn.cnn.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.CharConversionException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightSource.Entry;

/**
 * The safetensors format: eight bytes of header length, a JSON header with each tensor's type,
 * shape and place, then the values.
 */
final class SafetensorsFile implements TensorFile {

  /** Longest header accepted: a longer one is refused before memory is allocated. */
  private static final long LONGEST_HEADER = 16L << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A tensor and where its values lie, counted from the header's end. */
  private record Place(Entry entry, long begin, long end) {
    Optional<ElementType> type() {
      return Arrays.stream(ElementType.values())
          .filter(type -> type.name().equals(entry.type()))
          .findFirst();
    }
  }

  /** What a header says, and how many bytes it takes with its length. */
  private record Header(List<Place> places, Map<String, String> metadata) {}

  private final Path file;
  private final Header header;

  private SafetensorsFile(Path file, Header header) {
    this.file = file;
    this.header = header;
  }

  static SafetensorsFile open(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new SafetensorsFile(
          file, header(new DataInputStream(in), file.toString(), Files.size(file)));
    }
  }

  @Override
  public List<Entry> entries() {
    return header.places().stream().map(Place::entry).toList();
  }

  @Override
  public Map<String, String> notes() {
    return header.metadata();
  }

  @Override
  public Weights read() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), Files.size(file), true).weights();
    }
  }

  /**
   * Reads a stream of a whole file.
   *
   * @param name its name in error messages
   * @param size its bytes; {@link Long#MAX_VALUE} for a stream of unknown, trusted size
   * @param lenient whether tensors that hold no real numbers are left out instead of refused
   */
  static WeightFile read(InputStream in, String name, long size, boolean lenient)
      throws IOException {
    DataInputStream data = new DataInputStream(new BufferedInputStream(in, 1 << 16));
    Header header = header(data, name, size);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long position = 0;
    for (Place place : header.places()) {
      ElementType type = place.type().orElse(null);
      boolean real = type != null && type.real();
      if (!real && !lenient) {
        throw new IOException(
            "%s: tensor %s has type %s; F64, F32, F16 and BF16 can be read."
                .formatted(name, place.entry().name(), place.entry().type()));
      }
      data.skipNBytes(place.begin() - position);
      if (real) {
        float[] values = type.read(data, (int) ((place.end() - place.begin()) / type.bytes()));
        tensors.put(place.entry().name(), new Tensor(place.entry().shape(), values));
      } else {
        data.skipNBytes(place.end() - place.begin());
      }
      position = place.end();
    }
    return new WeightFile(new Weights(tensors), header.metadata());
  }

  private static Header header(DataInputStream data, String name, long size) throws IOException {
    try {
      long length = size < 8 ? -1 : Long.reverseBytes(data.readLong());
      if (length < 2 || length > LONGEST_HEADER) {
        throw new IOException(
            name + " is not a safetensors file: its header length makes no sense.");
      }
      byte[] bytes = data.readNBytes((int) length);
      if (bytes.length < length) {
        throw new EOFException();
      }
      try (JsonParser json = JSON.createParser(bytes)) {
        return header(json, name, size - 8 - length);
      }
    } catch (JsonProcessingException | CharConversionException e) {
      throw new IOException(name + " is not a safetensors file: its header is not JSON.", e);
    }
  }

  /** Takes the header entry by entry: as a whole, its tree takes many times its bytes. */
  private static Header header(JsonParser json, String name, long available) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new IOException(name + " is not a safetensors file: its header is not an object.");
    }
    Map<String, String> metadata = new TreeMap<>();
    Map<String, Place> named = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      JsonNode value = JSON.readTree(json);
      if (key.equals(WeightFile.METADATA)) {
        value.properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
      } else {
        named.put(key, place(key, value, name));
      }
    }
    List<Place> places = new ArrayList<>(named.values());
    places.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
    long position = 0;
    for (Place place : places) {
      if (place.begin() < position || place.end() < place.begin()) {
        throw new IOException(
            name + ": the place of tensor " + place.entry().name() + " makes no sense.");
      }
      position = place.end();
    }
    if (position > available) {
      throw new EOFException();
    }
    return new Header(places, metadata);
  }

  private static Place place(String tensor, JsonNode description, String name) throws IOException {
    JsonNode offsets = description.path("data_offsets");
    JsonNode lengths = description.path("shape");
    long begin = offsets.path(0).asLong(-1);
    long end = offsets.path(1).asLong(-1);
    int[] shape = new int[lengths.size()];
    long size = lengths.isArray() ? 1 : -1;
    for (int i = 0; i < shape.length; i++) {
      JsonNode length = lengths.get(i);
      shape[i] = length.isIntegralNumber() && length.canConvertToInt() ? length.intValue() : -1;
      // A size that was negative or beyond an int once stays invalid.
      boolean sensible = shape[i] >= 0 && size >= 0 && size <= Integer.MAX_VALUE;
      size = sensible ? size * shape[i] : -1;
    }
    Place place =
        new Place(new Entry(tensor, description.path("dtype").asText(), shape), begin, end);
    // A type that is not known here has no size to compare.
    int bytes = place.type().map(ElementType::bytes).orElse(0);
    boolean explained = bytes == 0 ? size >= 0 : size >= 0 && size * bytes == end - begin;
    if (begin >= 0 && end >= begin && (!explained || size > Integer.MAX_VALUE - 8)) {
      throw new IOException(
          "%s: tensor %s has %d bytes, which its shape and type do not explain."
              .formatted(name, tensor, end - begin));
    }
    return place;
  }
}
