package org.rcnn.cli.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Everything in a run's folder, byte for byte, but for what tells when and where: times, memory,
 * and the folder's own path.
 */
record EndState(Map<String, byte[]> files) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The state of a folder now. */
  static EndState of(Path run) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(run)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        String name = run.relativize(file).toString();
        if (Files.isDirectory(file)) {
          files.put(name + "/", new byte[0]);
        } else if (!name.equals(".lock")) {
          files.put(name, lasting(name, Files.readAllBytes(file), run));
        }
      }
    }
    return new EndState(files);
  }

  private static byte[] lasting(String name, byte[] bytes, Path run) throws IOException {
    if (name.matches(".*/[0-9a-f]{12}\\.json")) {
      ObjectNode note = (ObjectNode) JSON.readTree(bytes);
      note.remove("checksum");
      if (!note.path("seconds").isNumber()) {
        throw new IOException("The note %s has no time.".formatted(name));
      }
      note.remove("seconds");
      return JSON.writeValueAsBytes(note);
    }
    if (!name.equals("manifest.json") && !name.equals("report.html")) {
      return bytes;
    }
    String text = new String(bytes, StandardCharsets.UTF_8).replace(run.toString(), "RUN");
    if (name.equals("report.html")) {
      return text.replaceAll("(?s)<section id=\"times\".*?</section>", "")
          .replaceAll("(?s)<dt>peak memory</dt>.*?</div>", "")
          .getBytes(StandardCharsets.UTF_8);
    }
    ObjectNode manifest = (ObjectNode) JSON.readTree(text);
    manifest.remove("written");
    ((ObjectNode) manifest.get("result")).remove(List.of("seconds", "peak_memory_bytes"));
    manifest
        .get("stages")
        .forEach(stage -> ((ObjectNode) stage).remove(List.of("seconds", "reused")));
    return JSON.writeValueAsBytes(manifest);
  }

  /** The first difference to the state that was to be; empty if there is none. */
  Optional<String> differenceTo(EndState expected) {
    for (Map.Entry<String, byte[]> file : expected.files.entrySet()) {
      byte[] found = files.get(file.getKey());
      if (found == null) {
        return Optional.of(file.getKey() + " is missing");
      }
      int at = Arrays.mismatch(file.getValue(), found);
      if (at >= 0) {
        return Optional.of(
            "%s differs at byte %d: %s, not %s"
                .formatted(file.getKey(), at, around(found, at), around(file.getValue(), at)));
      }
    }
    return files.keySet().stream()
        .filter(name -> !expected.files.containsKey(name))
        .findFirst()
        .map(name -> name + " is left over");
  }

  private static String around(byte[] bytes, int at) {
    return new String(
        Arrays.copyOfRange(bytes, Math.max(0, at - 40), Math.min(bytes.length, at + 40)),
        StandardCharsets.ISO_8859_1);
  }
}
