package org.rcnn.cnn.weights;

import java.nio.file.Path;
import nu.pattern.OpenCV;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.dnn.Dnn;
import org.opencv.dnn.Net;

/** OpenCV's own reading and running of a Caffe model. */
final class OpenCvNet {

  private final Net net;

  OpenCvNet(Path prototxt, Path model) {
    OpenCV.loadLocally();
    net = Dnn.readNetFromCaffe(prototxt.toString(), model.toString());
    // Joined layers would have no results of their own to compare.
    net.enableFusion(false);
  }

  /** What a layer gives for one image of three channels. */
  float[] forward(float[] image, int side, String layer) {
    Mat input = new Mat(new int[] {1, 3, side, side}, CvType.CV_32F);
    input.put(new int[] {0, 0, 0, 0}, image);
    net.setInput(input);
    Mat flat = net.forward(layer).reshape(1, 1);
    float[] values = new float[(int) flat.total()];
    flat.get(0, 0, values);
    return values;
  }
}
