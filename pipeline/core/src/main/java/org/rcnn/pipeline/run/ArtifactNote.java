package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.rcnn.data.Fingerprint;
import org.rcnn.data.store.RecordFile;

/**
 * What is known of an artifact, in a file beside it.
 *
 * @param name the stage's name in words
 * @param seconds that it took to make; NaN if unknown
 * @param madeFrom the parts of its key
 * @param files what was made; empty in a note of an earlier version, which cannot be verified
 */
record ArtifactNote(String name, double seconds, JsonNode madeFrom, Optional<List<Made>> files) {

  /**
   * A file of an artifact.
   *
   * @param path relative to the stage's folder, with slashes
   * @param bytes its length
   * @param sha256 of its bytes; of a {@link RecordFile} only of its index, because that has the
   *     checksum of every record, and each is verified when it is read
   */
  record Made(String path, long bytes, String sha256) {

    private static Made of(Path folder, Path file) throws IOException {
      String path = folder.relativize(file).toString().replace('\\', '/');
      return new Made(path, Files.size(file), sha256(file));
    }

    private static String sha256(Path file) throws IOException {
      Optional<byte[]> index = RecordFile.index(file);
      return index.isPresent()
          ? new Fingerprint().addPlain(index.get()).hex()
          : new Fingerprint().addFile(file).hex();
    }

    private Optional<String> change(Path folder) throws IOException {
      Path file = folder.resolve(path);
      if (!Files.isRegularFile(file)) {
        return Optional.of("%s is missing".formatted(file));
      }
      if (Files.size(file) != bytes) {
        return Optional.of(
            "%s has %d bytes instead of %d".formatted(file, Files.size(file), bytes));
      }
      return sha256(file).equals(sha256)
          ? Optional.empty()
          : Optional.of("%s does not match its checksum".formatted(file));
    }
  }

  /**
   * The note of what a maker left in a folder.
   *
   * @param making the folder, as the stage's will be
   */
  static ArtifactNote of(Key key, String name, double seconds, Path making) throws IOException {
    List<Made> files = new ArrayList<>();
    for (Path file : regularFiles(making)) {
      files.add(Made.of(making, file));
    }
    return new ArtifactNote(name, seconds, Json.tree(key.parts()), Optional.of(files));
  }

  private static List<Path> regularFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> Files.isRegularFile(file)).sorted().toList();
    }
  }

  /**
   * The note in a file.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if it is damaged
   */
  static ArtifactNote read(Path file) throws IOException {
    file.getFileSystem().provider().checkAccess(file);
    JsonNode tree = Json.read(file);
    if (!tree.path("name").isTextual() || !tree.path("made-from").isObject()) {
      throw new IOException("%s is damaged".formatted(file));
    }
    Optional<List<Made>> files = Optional.empty();
    if (tree.has("files")) {
      List<Made> made = new ArrayList<>();
      for (JsonNode each : tree.get("files")) {
        made.add(Json.read(file, each, Made.class));
      }
      files = Optional.of(List.copyOf(made));
    }
    return new ArtifactNote(
        tree.get("name").asText(),
        tree.path("seconds").asDouble(Double.NaN),
        tree.get("made-from"),
        files);
  }

  void write(Path file) throws IOException {
    ObjectNode tree = Json.object();
    tree.put("name", name);
    tree.put("seconds", Json.orNull(seconds));
    tree.set("made-from", madeFrom);
    if (files.isPresent()) {
      tree.set("files", Json.tree(files.get()));
    }
    Json.write(file, tree);
  }

  /**
   * The first difference between the files as they were made and as they are.
   *
   * @param folder the stage's folder
   * @return a sentence without its full stop; empty if there is none
   */
  Optional<String> firstChange(Path folder) throws IOException {
    Set<Path> known = new HashSet<>();
    Set<Path> folders = new HashSet<>();
    for (Made made : files.orElse(List.of())) {
      Optional<String> change = made.change(folder);
      if (change.isPresent()) {
        return change;
      }
      Path file = folder.resolve(made.path());
      known.add(file);
      if (!file.getParent().equals(folder)) {
        folders.add(file.getParent());
      }
    }
    for (Path each : folders) {
      try (Stream<Path> found = Files.list(each)) {
        Optional<Path> added =
            found
                .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                .filter(file -> !known.contains(file))
                .findFirst();
        if (added.isPresent()) {
          return Optional.of("%s was not made by this stage".formatted(added.get()));
        }
      }
    }
    return Optional.empty();
  }
}
