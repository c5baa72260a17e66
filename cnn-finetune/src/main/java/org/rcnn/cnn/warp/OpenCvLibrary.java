package org.rcnn.cnn.warp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.opencv.core.Core;
import org.rcnn.cnn.network.NativeFailure;

/**
 * OpenCV's native library, loaded once in a process.
 *
 * <p>It lies in the jar and is unpacked into a temporary folder, which is deleted as soon as it is
 * loaded. The jar's own loader deletes it when the process ends, so each killed process would leave
 * 60 MB.
 */
public final class OpenCvLibrary {

  static {
    loadFromJar();
    // The project runs one image per core; threads inside a resize would only compete.
    Core.setNumThreads(1);
  }

  private OpenCvLibrary() {}

  /**
   * Loads the library unless it is loaded.
   *
   * @throws ExceptionInInitializerError if it cannot be unpacked or loaded; the cause's message
   *     says where it was to be, why not, and what to do
   */
  public static void load() {
    // The class initialiser has done it.
  }

  private static void loadFromJar() {
    String system = System.getProperty("os.name");
    String resource = resource(system, System.getProperty("os.arch"));
    Path folder = null;
    try (InputStream library = Core.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new IllegalStateException(
            "OpenCV's native library is not there for %s; use a 64-bit Java on Linux, macOS or Windows."
                .formatted(resource));
      }
      folder = Files.createTempDirectory("rcnn-opencv-");
      Path file = folder.resolve(fileName(resource));
      Files.copy(library, file);
      System.load(file.toString());
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new IllegalStateException(
          NativeFailure.sentence(
              "OpenCV",
              Path.of(System.getProperty("java.io.tmpdir")),
              100,
              "RCNN_JAVA_OPTS=-Djava.io.tmpdir=FOLDER",
              e),
          e);
    } finally {
      if (folder != null) {
        if (system.startsWith("Windows")) {
          // Deletes in the reverse order, when the process ends.
          folder.toFile().deleteOnExit();
          folder.resolve(fileName(resource)).toFile().deleteOnExit();
        } else {
          delete(folder.resolve(fileName(resource)));
          delete(folder);
        }
      }
    }
  }

  private static String fileName(String resource) {
    return resource.substring(resource.lastIndexOf('/') + 1);
  }

  /** Where the jar has the library of a system. */
  static String resource(String system, String architecture) {
    String lower = system.toLowerCase(Locale.ROOT);
    String processor =
        switch (architecture) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "ARMv8";
          case "x86", "i386" -> "x86_32";
          default -> architecture;
        };
    if (lower.startsWith("windows")) {
      return "/nu/pattern/opencv/windows/" + processor + "/" + Core.NATIVE_LIBRARY_NAME + ".dll";
    }
    return lower.startsWith("mac")
        ? "/nu/pattern/opencv/osx/" + processor + "/lib" + Core.NATIVE_LIBRARY_NAME + ".dylib"
        : "/nu/pattern/opencv/linux/" + processor + "/lib" + Core.NATIVE_LIBRARY_NAME + ".so";
  }

  /** A loaded library needs its file no more, except on Windows, which refuses to delete it. */
  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // It is in the way of nothing.
      path.toFile().deleteOnExit();
    }
  }
}
