package org.rcnn.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;

/** README's Java snippet as a program; {@link ReadmeTest} compares and runs it. */
final class ReadmeSnippet {

  private ReadmeSnippet() {}

  public static void main(String[] arguments) throws IOException {
    TinyDetector.register();
    // README begins here.
    try (Detector detector = Detector.load(Path.of("runs/photos"))) {
      for (Detection found : detector.detect(ImageFiles.read(Path.of("a.jpg")))) {
        System.out.println(found.className() + " " + found.probability() + " " + found.box());
      }
    }
    // README ends here.
  }
}
