package org.rcnn.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a safetensors file says it holds, read from its header alone: so a file of any size and of
 * any element type can be looked at at once.
 *
 * @param tensors in the order of their values in the file
 * @param metadata what the writer noted
 * @param bytes the file's size
 */
record SafetensorsHeader(List<Entry> tensors, Map<String, String> metadata, long bytes) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LONGEST_HEADER = 100L << 20;

  /**
   * One tensor.
   *
   * @param name its name
   * @param type its element type as the format spells it, such as F32
   * @param shape the length of every axis, outermost first
   * @param end where its values end, counted from the header's end
   */
  record Entry(String name, String type, int[] shape, long end) {
    long values() {
      return Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b);
    }
  }

  /** The number of values in all tensors. */
  long parameters() {
    return tensors.stream().mapToLong(Entry::values).sum();
  }

  /**
   * Reads a file's header.
   *
   * @throws IOException if it is missing, no safetensors file, or shorter than its header says
   */
  static SafetensorsHeader read(Path file) throws IOException {
    long bytes = Files.size(file);
    try (InputStream in = Files.newInputStream(file)) {
      long length = bytes < 8 ? -1 : Long.reverseBytes(new DataInputStream(in).readLong());
      if (length < 2 || length > LONGEST_HEADER || length > bytes - 8) {
        throw new IOException(
            file + " is not a safetensors file: its header length makes no sense.");
      }
      JsonNode header = JSON.readTree(in.readNBytes((int) length));
      if (!header.isObject()) {
        throw new IOException(file + " is not a safetensors file: its header is not an object.");
      }
      SafetensorsHeader read = of(header, bytes);
      long end = read.tensors.stream().mapToLong(Entry::end).max().orElse(0);
      if (end > bytes - 8 - length) {
        throw new IOException(file + " ends before its last tensor; copy or download it again.");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not a safetensors file: its header is not JSON.", e);
    }
  }

  private static SafetensorsHeader of(JsonNode header, long bytes) {
    Map<String, String> metadata = new TreeMap<>();
    List<Entry> tensors = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      JsonNode value = field.getValue();
      if (field.getKey().equals("__metadata__")) {
        value.properties().forEach(note -> metadata.put(note.getKey(), note.getValue().asText()));
      } else {
        int[] shape = new int[value.path("shape").size()];
        Arrays.setAll(shape, i -> value.path("shape").get(i).asInt());
        tensors.add(
            new Entry(
                field.getKey(),
                value.path("dtype").asText(),
                shape,
                value.path("data_offsets").path(1).asLong()));
      }
    }
    tensors.sort(Comparator.comparingLong(Entry::end));
    return new SafetensorsHeader(List.copyOf(tensors), metadata, bytes);
  }
}
