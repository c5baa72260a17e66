package org.rcnn.cli.detect;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** What {@code detect} searches. */
public sealed interface DetectInput {

  /** As it is called in messages. */
  String name();

  /** A photo. */
  record Photo(Path file) implements DetectInput {
    @Override
    public String name() {
      return file.toString();
    }
  }

  /** A video, each of whose frames is searched. */
  record Video(Path file) implements DetectInput {
    @Override
    public String name() {
      return file.toString();
    }
  }

  /** A camera, by the system's number. */
  record Camera(int number) implements DetectInput {
    @Override
    public String name() {
      return "camera:" + number;
    }
  }

  /**
   * Something that names no photo.
   *
   * @param why a sentence
   */
  record Nothing(String name, String why) implements DetectInput {}

  /** How a camera is named; its number follows. */
  String CAMERA = "camera:";

  /** Endings of the photos in a folder that is named. */
  Set<String> PHOTOS = Set.of("jpg", "jpeg", "jpe", "png", "bmp", "gif", "tif", "tiff", "webp");

  /** Endings by which a video is told from a photo. */
  Set<String> VIDEOS =
      Set.of("avi", "mp4", "m4v", "mov", "mkv", "webm", "mpg", "mpeg", "wmv", "mjpeg", "mjpg");

  /**
   * The inputs that words of the command line name: a file; a folder, for the photos in it by name,
   * not those of its own folders; a pattern such as {@code photos/**}{@code /*.jpg} that the shell
   * left as it is; or {@code camera:0}.
   *
   * @throws IOException if a folder cannot be listed
   */
  static List<DetectInput> of(List<String> words) throws IOException {
    List<DetectInput> inputs = new ArrayList<>();
    for (String word : words) {
      inputs.addAll(of(word));
    }
    return inputs;
  }

  private static List<DetectInput> of(String word) throws IOException {
    if (word.matches(CAMERA + "[0-9]{1,4}")) {
      return List.of(new Camera(Integer.parseInt(word.substring(CAMERA.length()))));
    }
    Path path;
    try {
      path = Path.of(word);
    } catch (InvalidPathException e) {
      // Windows has no file name with a star.
      return matching(word);
    }
    if (Files.isDirectory(path)) {
      List<DetectInput> photos =
          files(path, 1).stream()
              .filter(file -> PHOTOS.contains(ending(file)))
              .<DetectInput>map(Photo::new)
              .toList();
      return photos.isEmpty()
          ? List.of(new Nothing(word, "There is no photo in the folder %s.".formatted(word)))
          : photos;
    }
    if (!Files.exists(path) && word.matches(".*[*?\\[{].*")) {
      return matching(word);
    }
    return List.of(file(path));
  }

  private static DetectInput file(Path path) {
    return VIDEOS.contains(ending(path)) ? new Video(path) : new Photo(path);
  }

  private static String ending(Path file) {
    String name = file.getFileName() == null ? "" : file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** The photos and videos that a pattern matches, below its longest part without signs. */
  private static List<DetectInput> matching(String pattern) throws IOException {
    String plain = pattern.replaceFirst("[*?\\[{].*", "");
    int slash = Math.max(plain.lastIndexOf('/'), plain.lastIndexOf('\\'));
    Path root = Path.of(slash < 0 ? "" : slash == 0 ? "/" : plain.substring(0, slash));
    Nothing none = new Nothing(pattern, "No photo or video matches %s.".formatted(pattern));
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException e) {
      return List.of(new Nothing(pattern, "%s is no file, and no pattern.".formatted(pattern)));
    }
    if (!Files.isDirectory(root)) {
      return List.of(none);
    }
    List<DetectInput> found =
        files(root, Integer.MAX_VALUE).stream()
            .filter(matcher::matches)
            .filter(file -> PHOTOS.contains(ending(file)) || VIDEOS.contains(ending(file)))
            .map(DetectInput::file)
            .toList();
    return found.isEmpty() ? List.of(none) : found;
  }

  private static List<Path> files(Path folder, int depth) throws IOException {
    try (Stream<Path> files = Files.walk(folder, depth)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
