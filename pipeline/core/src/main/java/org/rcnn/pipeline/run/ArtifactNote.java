package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
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

  private static final String NAME = "name";
  private static final String SECONDS = "seconds";
  private static final String MADE_FROM = "made-from";
  private static final String FILES = "files";

  /** Of the rest of the note; those of earlier versions have none. */
  private static final String CHECKSUM = "checksum";

  private static final Set<String> KEYS = Set.of(NAME, SECONDS, MADE_FROM, FILES, CHECKSUM);

  /**
   * A file of an artifact.
   *
   * @param path relative to the stage's folder, with slashes
   * @param bytes its length
   * @param sha256 of its bytes; of a {@link RecordFile} only of its index, because that has the
   *     checksum of every record, and each is verified when it is read
   */
  record Made(String path, long bytes, String sha256) {

    /** Whether the path stays in the folder, as those that this class writes do. */
    private boolean isInside() {
      try {
        Path place = Path.of(path);
        return place.getRoot() == null
            && !place.toString().isEmpty()
            && place.normalize().equals(place)
            && !place.startsWith("..");
      } catch (InvalidPathException e) {
        return false;
      }
    }

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
    if (!isIntact(tree)) {
      throw damaged(file);
    }
    Optional<List<Made>> files = Optional.empty();
    if (tree.has(FILES)) {
      List<Made> made = new ArrayList<>();
      for (JsonNode each : tree.get(FILES)) {
        Made one = Json.read(file, each, Made.class);
        if (one.path() == null || one.sha256() == null || !one.isInside()) {
          throw damaged(file);
        }
        made.add(one);
      }
      files = Optional.of(List.copyOf(made));
    }
    return new ArtifactNote(
        tree.get(NAME).asText(),
        tree.path(SECONDS).asDouble(Double.NaN),
        tree.get(MADE_FROM),
        files);
  }

  private static IOException damaged(Path file) {
    return new IOException(
        "%s is damaged; `rcnn run` with the same options and --out makes it anew.".formatted(file));
  }

  private static boolean isIntact(JsonNode tree) throws IOException {
    if (!tree.path(NAME).isTextual() || !tree.path(MADE_FROM).isObject()) {
      return false;
    }
    ObjectNode rest = tree.deepCopy();
    JsonNode sum = rest.remove(CHECKSUM);
    List<String> keys = new ArrayList<>();
    rest.fieldNames().forEachRemaining(keys::add);
    // A damaged name of the checksum would make it one of an earlier version.
    return KEYS.containsAll(keys) && (sum == null || sum.asText().equals(checksum(rest)));
  }

  private static String checksum(JsonNode rest) throws IOException {
    return Fingerprint.of(Json.text(rest));
  }

  void write(Path file) throws IOException {
    ObjectNode tree = Json.object();
    tree.put(NAME, name);
    tree.put(SECONDS, Json.orNull(seconds));
    tree.set(MADE_FROM, madeFrom);
    if (files.isPresent()) {
      tree.set(FILES, Json.tree(files.get()));
    }
    // Of the text as it will be read: numbers of other types have other texts.
    tree.put(CHECKSUM, checksum(Json.parse(Json.text(tree))));
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
