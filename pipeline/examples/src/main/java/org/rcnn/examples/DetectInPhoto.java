package org.rcnn.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.data.Detection;
import org.rcnn.pipeline.Detector;
import org.rcnn.pipeline.Detector.Cut;

/** Finds objects in a photo: its ten best, of all classes together. Arguments: MODEL PHOTO. */
public final class DetectInPhoto {

  private DetectInPhoto() {}

  static List<Detection> detect(Path model, Path photo) throws IOException {
    try (Detector detector = Detector.load(model)) {
      // A detector without probabilities has scores alone, which its thresholds cut.
      Cut cut = detector.isCalibrated() ? Cut.probability(0.3) : detector.ownCut();
      return detector.detect(photo, cut, 10);
    }
  }

  /** Prints the detections, best first. */
  public static void main(String[] arguments) throws IOException {
    for (Detection found : detect(Path.of(arguments[0]), Path.of(arguments[1]))) {
      System.out.println(found.className() + " " + found.probability() + " " + found.box());
    }
  }
}
