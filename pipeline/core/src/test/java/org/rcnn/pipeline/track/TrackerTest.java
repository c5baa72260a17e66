package org.rcnn.pipeline.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.draw.Picture;

class TrackerTest {

  private static final long TIME = 1_700_000_000_500L;

  @TempDir Path folder;

  private Tracker tracker(Set<TrackFormat> formats) {
    return new Tracker(formats, folder.resolve("track"), () -> TIME);
  }

  private static byte[] picture(int width, int height) {
    return Picture.of(new RgbImage(width, height, new byte[3 * width * height])).png();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("track"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void theTableHasARowForEachFigureAndALaterProcessAddsToIt() throws IOException {
    for (int process = 0; process < 2; process++) {
      try (Tracker tracker = tracker(EnumSet.of(TrackFormat.CSV))) {
        tracker.scalar("finetune/loss", 1 + process, 0.25);
        tracker.scalar("finetune/validation-loss", 1, Double.NaN);
        tracker.scalar("AP/cat, big", 0, 1e-7);
        tracker.finished("fine-tuning", 3.5);
      }
    }
    assertEquals(
        """
        name,step,value,time
        finetune/loss,1,0.25,1700000000500
        "AP/cat, big",0,1.0E-7,1700000000500
        seconds/fine-tuning,0,3.5,1700000000500
        finetune/loss,2,0.25,1700000000500
        "AP/cat, big",0,1.0E-7,1700000000500
        seconds/fine-tuning,0,3.5,1700000000500
        """,
        Files.readString(folder.resolve("track/scalars.csv")));
  }

  @Test
  void theTimeOfAStageHasANameThatMlflowTakes() throws IOException {
    try (Tracker tracker = tracker(EnumSet.of(TrackFormat.CSV))) {
      tracker.finished("features of test after pool5, fine-tuned", 2);
    }
    assertEquals(
        """
        name,step,value,time
        seconds/features of test after pool5 fine-tuned,0,2.0,1700000000500
        """,
        Files.readString(folder.resolve("track/scalars.csv")));
  }

  @Test
  void picturesStandBesideTheTableUnderNamesThatEverySystemHas() throws IOException {
    byte[] png = picture(3, 2);
    try (Tracker tracker = tracker(EnumSet.of(TrackFormat.CSV))) {
      tracker.picture("detections/a:b?", 0, () -> png);
      tracker.picture("later", 7, () -> png);
    }
    assertArrayEquals(png, Files.readAllBytes(folder.resolve("track/detections-a-b-.png")));
    assertArrayEquals(png, Files.readAllBytes(folder.resolve("track/later-7.png")));
  }

  @Test
  void nothingIsAskedForIsNothingWritten() throws IOException {
    try (Tracker tracker = tracker(Set.of())) {
      assertFalse(tracker.wantsPictures());
      tracker.scalar("finetune/loss", 1, 1);
      tracker.picture(
          "a",
          0,
          () -> {
            throw new IOException("drawn");
          });
    }
    assertFalse(Files.exists(folder.resolve("track")));
  }

  @Test
  void withBothFormatsAPictureIsDrawnOnce() throws IOException {
    int[] drawn = {0};
    try (Tracker tracker = tracker(EnumSet.allOf(TrackFormat.class))) {
      tracker.picture(
          "a",
          0,
          () -> {
            drawn[0]++;
            return picture(1, 1);
          });
    }
    assertEquals(1, drawn[0]);
    assertEquals(3, files().size());
  }

  @Test
  void aFolderThatCannotBeWrittenEndsTheTrackingAlone() throws IOException {
    Files.writeString(folder.resolve("track"), "a file");
    try (Tracker tracker = tracker(EnumSet.of(TrackFormat.CSV))) {
      tracker.scalar("a", 1, 1);
      tracker.scalar("a", 2, 1);
    }
    assertEquals("a file", Files.readString(folder.resolve("track")));
  }

  /** A varint below 128, tags among them, is the number itself. */
  private static byte[] bytes(Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof Integer number) {
        out.write(number);
      } else if (part instanceof byte[] all) {
        out.writeBytes(all);
      } else {
        out.writeBytes(((String) part).getBytes(UTF_8));
      }
    }
    return out.toByteArray();
  }

  @Test
  void anEventFileHasTheBytesThatItsDescriptionSays() throws IOException {
    try (Tracker tracker = tracker(EnumSet.of(TrackFormat.TENSORBOARD))) {
      tracker.scalar("mAP", 3, 0.5);
    }
    Path file = files().get(0);
    assertTrue(file.getFileName().toString().startsWith("events.out.tfevents.1700000000.rcnn."));
    // 1700000000.5 as an IEEE 754 double, little-endian, in field 1.
    byte[] time = bytes(9, HexFormat.of().parseHex("00002040fc54d941"));
    byte[] version = bytes(time, 16, 0, 26, 13, "brain.Event:2");
    byte[] value = bytes(10, 3, "mAP", 21, 0, 0, 0, 0x3f);
    byte[] event = bytes(time, 16, 3, 42, value.length + 2, 10, value.length, value);
    byte[] found = Files.readAllBytes(file);
    assertEquals(2 * 16 + version.length + event.length, found.length);
    assertEquals(version.length, found[0]);
    assertArrayEquals(version, Arrays.copyOfRange(found, 12, 12 + version.length));
    int second = 16 + version.length;
    assertEquals(event.length, found[second]);
    assertArrayEquals(event, Arrays.copyOfRange(found, second + 12, second + 12 + event.length));
    // Figures of TensorBoard's own writer for these lengths and bytes.
    assertEquals(CHECKSUMS, HexFormat.of().formatHex(checksums(found, version.length)));
  }

  private static final String CHECKSUMS = "129bd82d" + "bf8a691d" + "8bf10828" + "f79752a8";

  private static byte[] checksums(byte[] found, int version) {
    int second = 16 + version;
    return bytes(
        Arrays.copyOfRange(found, 8, 12),
        Arrays.copyOfRange(found, 12 + version, second),
        Arrays.copyOfRange(found, second + 8, second + 12),
        Arrays.copyOfRange(found, found.length - 4, found.length));
  }
}
