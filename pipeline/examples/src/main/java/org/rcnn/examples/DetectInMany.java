package org.rcnn.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.Detector;

/**
 * Finds objects in the photos of a folder. One thread decodes, the calling one detects, and a queue
 * of four photos between them bounds the memory. One detector serves all; its own threads share the
 * regions of a photo. Arguments: MODEL FOLDER.
 */
public final class DetectInMany {

  /** A decoded photo; the last in the queue has no picture. */
  private record Photo(String name, RgbImage picture) {}

  private static final Photo LAST = new Photo("", null);

  private DetectInMany() {}

  static Map<String, List<Detection>> detect(Path model, Path folder)
      throws IOException, InterruptedException {
    List<Path> photos;
    try (Stream<Path> files = Files.list(folder)) {
      photos = files.filter(Files::isRegularFile).sorted().toList();
    }
    BlockingQueue<Photo> queue = new ArrayBlockingQueue<>(4);
    Map<String, List<Detection>> found = new TreeMap<>();
    try (Detector detector = Detector.load(model)) {
      CompletableFuture<Void> decoder = CompletableFuture.runAsync(() -> decode(photos, queue));
      for (Photo photo = queue.take(); photo != LAST; photo = queue.take()) {
        found.put(photo.name(), detector.detect(photo.picture()));
      }
      decoder.join();
    }
    return found;
  }

  private static void decode(List<Path> photos, BlockingQueue<Photo> queue) {
    try {
      try {
        for (Path photo : photos) {
          try {
            queue.put(new Photo(photo.getFileName().toString(), ImageFiles.read(photo)));
          } catch (IOException e) {
            // One bad photo of many is no reason to stop.
            System.err.println(e.getMessage());
          }
        }
      } finally {
        // Also when memory ran out: the other thread waits for it.
        queue.put(LAST);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Prints the detections by photo. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    detect(Path.of(arguments[0]), Path.of(arguments[1]))
        .forEach((name, found) -> System.out.println(name + ": " + found));
  }
}
