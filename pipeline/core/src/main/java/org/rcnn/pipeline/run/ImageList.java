package org.rcnn.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.data.Fingerprint;

/**
 * The images of a run by name and content, in a file beside its manifest: there may be thousands.
 *
 * @param train the training images, in their order
 * @param test the test images, in their order
 */
public record ImageList(Map<String, Content> train, Map<String, Content> test) {

  /** The list's name in the run's folder. */
  static final String FILE = "images.json";

  /** The key of the list's fingerprint in the manifest's {@code data}. */
  public static final String KEY = "images_fingerprint";

  /**
   * What an image is.
   *
   * @param picture the SHA-256 of its file
   * @param annotation the SHA-256 of its annotation as it was read, whatever its format
   */
  public record Content(String picture, String annotation) {}

  /** Keeps its own copies, in their order. */
  public ImageList {
    train = Collections.unmodifiableMap(new LinkedHashMap<>(train));
    test = Collections.unmodifiableMap(new LinkedHashMap<>(test));
  }

  /** The images of a run. */
  public static ImageList of(Run run) {
    return new ImageList(contents(run.train()), contents(run.test()));
  }

  private static Map<String, Content> contents(DetectionSet set) {
    Map<String, Content> contents = new LinkedHashMap<>();
    for (DetectionSet.Sample sample : set.samples()) {
      String annotation = Fingerprint.of(sample.annotation().toString());
      contents.put(sample.id(), new Content(sample.sha256(), annotation));
    }
    return contents;
  }

  /** Of all names and contents, by which a manifest knows its list from that of another run. */
  public String fingerprint() {
    Fingerprint fingerprint = new Fingerprint();
    for (Map<String, Content> set : List.of(train, test)) {
      fingerprint.add(Integer.toString(set.size()));
      set.forEach(
          (name, content) ->
              fingerprint.add(name).add(content.picture()).add(content.annotation()));
    }
    return fingerprint.hex();
  }

  /**
   * Writes the list.
   *
   * @param folder the run's folder
   */
  public void write(Path folder) throws IOException {
    Json.write(folder.resolve(FILE), Json.tree(this));
  }

  /**
   * The list of a finished run; empty if it has none any more, or that of a later run.
   *
   * @throws IOException if the file is damaged
   */
  public static Optional<ImageList> of(FinishedFolder folder) throws IOException {
    Path file = folder.root().resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    JsonNode tree = Json.read(file);
    ImageList list =
        new ImageList(contents(file, tree.path("train")), contents(file, tree.path("test")));
    String known = folder.manifest().path("data").path(KEY).asText();
    return list.fingerprint().equals(known) ? Optional.of(list) : Optional.empty();
  }

  private static Map<String, Content> contents(Path file, JsonNode set) throws IOException {
    Map<String, Content> contents = new LinkedHashMap<>();
    if (set instanceof ObjectNode images) {
      for (Map.Entry<String, JsonNode> image : images.properties()) {
        contents.put(image.getKey(), Json.read(file, image.getValue(), Content.class));
      }
    }
    return contents;
  }
}
