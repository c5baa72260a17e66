package org.rcnn.cnn.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.videoio.VideoCapture;
import org.opencv.videoio.Videoio;
import org.rcnn.cnn.warp.MatPicture;
import org.rcnn.cnn.warp.OpenCvLibrary;
import org.rcnn.data.RgbImage;

/**
 * The frames of a video or a camera, one after the other, through OpenCV's reader.
 *
 * <p>Which videos can be read depends on OpenCV's build: every one reads AVI with Motion JPEG; the
 * one for Linux that this project uses reads nothing else, because it has no FFmpeg. A video that
 * breaks off ends early, without an error, as OpenCV tells no difference.
 *
 * <p>Holds native memory: close it. Not for use by several threads at once.
 */
public final class VideoFrames implements AutoCloseable {

  /** Asked one by one, because OpenCV's own search logs each that does not know the file. */
  private static final int[] READERS = {
    Videoio.CAP_FFMPEG, Videoio.CAP_MSMF, Videoio.CAP_AVFOUNDATION, Videoio.CAP_OPENCV_MJPEG
  };

  private final VideoCapture capture;
  private final Mat frame = new Mat();
  private final String name;

  private VideoFrames(VideoCapture capture, String name) {
    this.capture = capture;
    this.name = name;
  }

  /**
   * Opens a video.
   *
   * @throws IOException if there is no such file, or it cannot be read as a video here
   */
  public static VideoFrames open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString());
    }
    OpenCvLibrary.load();
    VideoCapture capture = new VideoCapture();
    for (int reader : READERS) {
      if (capture.open(file.toString(), reader)) {
        break;
      }
    }
    return opened(
        capture,
        file.toString(),
        ("%s cannot be read as a video: it is damaged, or this build of OpenCV has no decoder for"
                + " it (that for Linux has one for AVI with Motion JPEG alone). Take the frames"
                + " out, as `ffmpeg -i %s frames/%%06d.png` does, and name their folder.")
            .formatted(file, file));
  }

  /**
   * Opens a camera.
   *
   * @param number the system's number of it, from 0
   * @throws IOException if there is no such camera, or OpenCV was built without support for it
   */
  public static VideoFrames camera(int number) throws IOException {
    OpenCvLibrary.load();
    String name = "camera:" + number;
    return opened(
        new VideoCapture(number),
        name,
        name
            + " cannot be opened: there is none, another program uses it, or OpenCV was built"
            + " without cameras.");
  }

  private static VideoFrames opened(VideoCapture capture, String name, String refusal)
      throws IOException {
    if (!capture.isOpened()) {
      capture.release();
      throw new IOException(refusal);
    }
    return new VideoFrames(capture, name);
  }

  /** How many frames there are, as far as the file says; -1 if unknown. */
  public long count() {
    double count = capture.get(Videoio.CAP_PROP_FRAME_COUNT);
    return count >= 1 && count < Integer.MAX_VALUE ? (long) count : -1;
  }

  /** Passes over a frame, without the cost of converting it; false at the end. */
  public boolean skip() {
    return capture.grab();
  }

  /**
   * The next frame; empty at the end.
   *
   * @throws IOException if it is not a picture of 8-bit colours
   */
  public Optional<RgbImage> next() throws IOException {
    if (!capture.read(frame) || frame.empty()) {
      return Optional.empty();
    }
    if (frame.type() != CvType.CV_8UC3) {
      throw new IOException(
          "A frame of %s has pixels of type %s, not three 8-bit colours."
              .formatted(name, CvType.typeToString(frame.type())));
    }
    return Optional.of(MatPicture.toRgb(frame));
  }

  @Override
  public void close() {
    capture.release();
    frame.release();
  }
}
