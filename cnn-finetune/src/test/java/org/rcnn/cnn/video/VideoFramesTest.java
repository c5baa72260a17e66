package org.rcnn.cnn.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Scalar;
import org.opencv.core.Size;
import org.opencv.videoio.VideoWriter;
import org.opencv.videoio.Videoio;
import org.rcnn.cnn.warp.OpenCvLibrary;
import org.rcnn.data.RgbImage;

class VideoFramesTest {

  @TempDir Path folder;

  /** Five frames of 64 x 48 pixels; frame i has a red of 200, a green of 100, a blue of 40 i. */
  private Path video() {
    OpenCvLibrary.load();
    Path file = folder.resolve("clip.avi");
    int codec = VideoWriter.fourcc('M', 'J', 'P', 'G');
    VideoWriter writer =
        new VideoWriter(
            file.toString(), Videoio.CAP_OPENCV_MJPEG, codec, 10, new Size(64, 48), true);
    assertTrue(writer.isOpened());
    for (int i = 0; i < 5; i++) {
      Mat frame = new Mat(48, 64, CvType.CV_8UC3, new Scalar(40 * i, 100, 200));
      writer.write(frame);
      frame.release();
    }
    writer.release();
    return file;
  }

  private static void assertColour(int red, int green, int blue, RgbImage image) {
    int middle = 3 * (24 * 64 + 32);
    // JPEG changes a colour by a few levels.
    assertEquals(red, image.rgb()[middle] & 0xff, 6);
    assertEquals(green, image.rgb()[middle + 1] & 0xff, 6);
    assertEquals(blue, image.rgb()[middle + 2] & 0xff, 6);
  }

  @Test
  void framesComeInTheirOrderWithRedFirst() throws IOException {
    try (VideoFrames frames = VideoFrames.open(video())) {
      assertEquals(5, frames.count());
      for (int i = 0; i < 5; i++) {
        RgbImage frame = frames.next().orElseThrow();
        assertEquals(64, frame.width());
        assertEquals(48, frame.height());
        assertColour(200, 100, 40 * i, frame);
      }
      assertTrue(frames.next().isEmpty());
    }
  }

  @Test
  void skippedFramesAreNotReturned() throws IOException {
    try (VideoFrames frames = VideoFrames.open(video())) {
      assertTrue(frames.skip());
      assertTrue(frames.skip());
      assertColour(200, 100, 80, frames.next().orElseThrow());
      assertTrue(frames.skip());
      assertTrue(frames.skip());
      assertFalse(frames.skip());
    }
  }

  @Test
  void whatIsNoVideoIsNamedWithAWayOut() throws IOException {
    Path file = Files.writeString(folder.resolve("clip.mp4"), "no video");
    String refusal = assertThrows(IOException.class, () -> VideoFrames.open(file)).getMessage();
    assertTrue(refusal.contains("clip.mp4 cannot be read as a video"), refusal);
    assertTrue(refusal.contains("frames/%06d.png"), refusal);
  }

  @Test
  void aMissingVideoIsMissing() {
    assertThrows(NoSuchFileException.class, () -> VideoFrames.open(folder.resolve("none.avi")));
  }
}
