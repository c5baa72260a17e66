package org.rcnn.data.voc;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.rcnn.data.dataset.FileIndex;

/** Images and the XML files of the same names. */
final class XmlPairs {

  private XmlPairs() {}

  /**
   * The file of an image.
   *
   * @param folder where images lie, for the error
   * @throws IOException with a one-sentence message, if there is none
   */
  static Path image(FileIndex images, String id, Path folder) throws IOException {
    Optional<Path> file = images.find(id);
    if (file.isPresent()) {
      return file.get();
    }
    String why =
        images
            .similar(id)
            .map(name -> "; '%s' differs in upper and lower case".formatted(name))
            .or(() -> otherKind(images, id).map(name -> "; %s is not read".formatted(name)))
            .orElse("");
    throw new IOException(
        "There is no image '%s' (.jpg, .jpeg, .png, ...) in %s%s.".formatted(id, folder, why));
  }

  private static Optional<String> otherKind(FileIndex images, String id) {
    return Optional.ofNullable(images.unused().ceilingKey(id + "."))
        .filter(name -> name.startsWith(id + "."));
  }

  /** What has no partner, by id. */
  static Map<String, String> leftOut(FileIndex images, FileIndex annotations) {
    Map<String, String> sentences = new TreeMap<>();
    if (!images.isEmpty()) {
      for (String id : annotations.names()) {
        if (images.find(id).isEmpty()) {
          sentences.put(
              id,
              "The annotation %s has no image%s; it is left out."
                  .formatted(
                      annotations.find(id).orElseThrow(),
                      otherKind(images, id)
                          .map(name -> " of a kind that is read, only " + name)
                          .orElse("")));
        }
      }
    }
    for (String id : images.names()) {
      if (annotations.find(id).isEmpty()) {
        sentences.put(
            id,
            "The image %s has no annotation; it is left out. An XML file without an <object> makes it an image without objects."
                .formatted(images.find(id).orElseThrow()));
      }
    }
    for (String id : annotations.names()) {
      if (!id.equals(id.strip())) {
        sentences.put(
            id,
            "The name of %s begins or ends with a blank, which lists of images lose; rename it."
                .formatted(annotations.find(id).orElseThrow()));
      }
    }
    sentences.putAll(images.unused());
    sentences.putAll(annotations.unused());
    return sentences;
  }
}
