package org.rcnn.cnn.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import nu.pattern.OpenCV;
import org.opencv.core.Core;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.dnn.Dnn;
import org.opencv.dnn.Net;
import org.rcnn.cnn.speed.ForwardPass;
import org.rcnn.cnn.speed.ForwardPeer;
import org.rcnn.cnn.speed.ForwardTask;

/** OpenCV's dnn module on the CPU. */
public final class OpenCvPeer implements ForwardPeer {

  /** Made by the service loader. */
  public OpenCvPeer() {
    OpenCV.loadLocally();
  }

  @Override
  public String name() {
    return "OpenCV dnn " + Core.VERSION;
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public ForwardPass open(ForwardTask task, Path folder) throws IOException {
    Net net = Dnn.readNetFromONNX(OnnxModel.in(folder, task).toString());
    int side = task.definition().inputSize();
    Mat input = new Mat(new int[] {task.batch(), 3, side, side}, CvType.CV_32F);
    input.put(new int[] {0, 0, 0, 0}, task.images());
    return new Pass(net, input, task.threads());
  }

  private static final class Pass implements ForwardPass {
    private final Net net;
    private final Mat input;
    private final int threads;
    private float[] output;

    Pass(Net net, Mat input, int threads) {
      this.net = net;
      this.input = input;
      this.threads = threads;
    }

    @Override
    public double run() {
      // For all of OpenCV; back to what the warps use afterwards.
      Core.setNumThreads(threads);
      long start = System.nanoTime();
      net.setInput(input);
      Mat result = net.forward();
      output = new float[(int) result.total()];
      result.get(0, 0, output);
      result.release();
      double seconds = (System.nanoTime() - start) * 1e-9;
      Core.setNumThreads(1);
      return seconds;
    }

    @Override
    public float[] output() {
      return output;
    }

    @Override
    public void close() {
      input.release();
    }
  }
}
