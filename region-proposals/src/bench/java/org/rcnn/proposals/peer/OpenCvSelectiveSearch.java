package org.rcnn.proposals.peer;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_ximgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.RectVector;
import org.bytedeco.opencv.opencv_ximgproc.SelectiveSearchSegmentation;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;
import org.rcnn.proposals.ProposalPeer;

/**
 * The fast mode of OpenCV's contributed C++ module {@code ximgproc}, with its own parameters, on
 * one thread. The time includes handing the image over, less than a thousandth of the search.
 */
public final class OpenCvSelectiveSearch implements ProposalPeer {

  /** Loads the native library and holds it to one thread. */
  public OpenCvSelectiveSearch() {
    opencv_core.setNumThreads(1);
  }

  @Override
  public String name() {
    return "OpenCV fast";
  }

  @Override
  public List<Box> propose(RgbImage image) {
    byte[] bgr = image.rgb().clone();
    for (int i = 0; i < bgr.length; i += 3) {
      byte red = bgr[i];
      bgr[i] = bgr[i + 2];
      bgr[i + 2] = red;
    }
    try (Mat pixels = new Mat(image.height(), image.width(), opencv_core.CV_8UC3);
        SelectiveSearchSegmentation search = opencv_ximgproc.createSelectiveSearchSegmentation();
        RectVector found = new RectVector()) {
      pixels.data().put(bgr);
      search.setBaseImage(pixels);
      search.switchToSelectiveSearchFast();
      search.process(found);
      return boxes(found);
    }
  }

  private static List<Box> boxes(RectVector found) {
    List<Box> boxes = new ArrayList<>();
    for (long i = 0; i < found.size(); i++) {
      try (Rect rect = found.get(i)) {
        boxes.add(new Box(rect.x(), rect.y(), rect.x() + rect.width(), rect.y() + rect.height()));
      }
    }
    return boxes;
  }
}
