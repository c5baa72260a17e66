package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.voc.VocAnnotationWriter;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;

class RunImagesTest {

  /** An APP1 segment of EXIF with one tag: orientation 6, stored lying on its left side. */
  private static final byte[] LYING =
      ("\u00ff\u00e1\0\42Exif\0\0MM\0\u002a\0\0\0\u0008\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001"
              + "\0\u0006\0\0\0\0\0\0")
          .getBytes(StandardCharsets.ISO_8859_1);

  @TempDir Path folder;

  private void photo(String id, byte[] segment, boolean difficult) throws IOException {
    BufferedImage image = new BufferedImage(40, 20, BufferedImage.TYPE_INT_RGB);
    int grey = 0x010101 * (20 * (id.charAt(0) - 'a' + 1));
    for (int i = 0; i < 800; i++) {
      image.setRGB(i % 40, i / 40, grey);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, "jpg", bytes));
    byte[] jpeg = bytes.toByteArray();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(jpeg, 0, 2);
    file.writeBytes(segment);
    file.write(jpeg, 2, jpeg.length - 2);
    Files.createDirectories(folder.resolve("kit/JPEGImages"));
    Files.createDirectories(folder.resolve("kit/Annotations"));
    Files.createDirectories(folder.resolve("kit/ImageSets/Main"));
    Files.write(folder.resolve("kit/JPEGImages/" + id + ".jpg"), file.toByteArray());
    boolean turned = segment.length > 0;
    VocAnnotationWriter.write(
        folder.resolve("kit/Annotations/" + id + ".xml"),
        "kit",
        id + ".jpg",
        new Annotation(
            id,
            turned ? 20 : 40,
            turned ? 40 : 20,
            List.of(new GroundTruth("cat", new Box(1, 2, 15, 18), difficult, false))));
  }

  private void list(String split, String... ids) throws IOException {
    Files.write(folder.resolve("kit/ImageSets/Main/" + split + ".txt"), List.of(ids));
  }

  private Dataset kit() throws IOException {
    return DatasetFormats.installed().open(folder.resolve("kit"));
  }

  private DetectionSet read(ExifOrientation exif, Problems problems) throws IOException {
    return DetectionSet.read(kit(), "train", 0, exif, problems);
  }

  @Test
  void photosAreTurnedUprightAndTheirKeyTellsIt() throws IOException {
    photo("a", LYING, false);
    list("train", "a");
    Problems none = new Problems(true, "");
    DetectionSet upright = read(ExifOrientation.APPLY, none);
    assertEquals(20, upright.samples().get(0).width());
    assertEquals(40, upright.samples().get(0).read().height());
    Problems problems = new Problems(false, "");
    DetectionSet stored = read(ExifOrientation.IGNORE, problems);
    assertEquals(40, stored.samples().get(0).read().width());
    assertNotEquals(upright.fingerprint(), stored.fingerprint());
    assertEquals(1, problems.sentences().size());
    assertTrue(
        problems.sentences().get(0).contains("set data.exif-orientation to apply"),
        problems.sentences().get(0));
  }

  @Test
  void photosThatAreStoredUprightHaveOneKey() throws IOException {
    photo("a", new byte[0], false);
    list("train", "a");
    Problems none = new Problems(true, "");
    assertEquals(
        read(ExifOrientation.APPLY, none).fingerprint(),
        read(ExifOrientation.IGNORE, none).fingerprint());
  }

  @Test
  void objectsThatDoNotCountAreToldBeforeTraining() throws IOException {
    photo("a", new byte[0], false);
    photo("b", new byte[0], true);
    list("train", "a");
    list("test", "b");
    Problems none = new Problems(true, "");
    List<String> doubts =
        RunImages.doubts(
            DetectionSet.read(kit(), "train", 0, none), DetectionSet.read(kit(), "test", 0, none));
    assertEquals(
        List.of(
            "All 1 objects of split 'test' are marked difficult, so none of them counts and there will be no average precision."),
        doubts);
  }

  private static PipelineConfig config(String... more) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new ConfigLoader().preset("voc2007-small", settings);
  }

  @Test
  void missingSplitIsDrawnWrittenAndFoundAgain() throws IOException {
    for (String id : List.of("a", "b", "c", "d")) {
      photo(id, new byte[0], false);
    }
    Path run = folder.resolve("run");
    Problems none = new Problems(true, "");
    Path data = folder.resolve("kit");
    IOException refused = assertThrows(IOException.class, () -> RunImages.open(data, config()));
    assertTrue(refused.getMessage().contains("data.split-test-share=0.3"), refused.getMessage());
    PipelineConfig share = config("data.split-test-share", "0.25");
    Dataset drawn = RunImages.open(data, share).in(run, none);
    assertEquals(3, drawn.imageIds("trainval").size());
    assertEquals(1, drawn.imageIds("test").size());
    assertEquals(
        drawn.imageIds("test"), Files.readAllLines(run.resolve("ImageSets/Main/test.txt")));
    // What is written is what is used next time, as long as the data is the same.
    List<String> others = drawn.imageIds("trainval").subList(0, 1);
    Files.write(run.resolve("ImageSets/Main/test.txt"), others);
    assertEquals(others, RunImages.open(data, share).in(run, none).imageIds("test"));
    photo("e", new byte[0], false);
    Dataset anew = RunImages.open(data, share).in(run, none);
    TreeSet<String> all = new TreeSet<>(anew.imageIds("trainval"));
    all.addAll(anew.imageIds("test"));
    assertEquals(5, all.size());
  }

  @Test
  void imagesOutsideTheTestSplitAreTrainedOnWhereNoOtherIsNamed() throws IOException {
    for (String id : List.of("a", "b", "c")) {
      photo(id, new byte[0], false);
    }
    list("test", "b");
    Dataset images =
        RunImages.open(folder.resolve("kit"), config("data.split-test-share", "0.5"))
            .in(folder.resolve("run"), new Problems(true, ""));
    assertEquals(List.of("a", "c"), images.imageIds("trainval"));
    assertEquals(List.of("b"), images.imageIds("test"));
  }
}
