package org.rcnn.pipeline.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.VocClasses;

class DetectionPainterTest {

  private final RgbImage grey = grey(400, 300);
  private final Detection cat = new Detection("cat", 0.9, new Box(100, 100, 200, 200));

  private static RgbImage grey(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    Arrays.fill(rgb, (byte) 100);
    return new RgbImage(width, height, rgb);
  }

  private static RgbImage pixels(Picture picture) {
    return ImageFiles.toRgb(picture.toBufferedImage());
  }

  private static Color pixel(RgbImage image, int x, int y) {
    int i = 3 * (y * image.width() + x);
    return new Color(image.rgb()[i] & 0xff, image.rgb()[i + 1] & 0xff, image.rgb()[i + 2] & 0xff);
  }

  @Test
  void theFrameLiesJustInsideTheBoxAndHasTheColourOfTheClass() {
    RgbImage drawn = pixels(new DetectionPainter().paint(grey, List.of(cat)));
    assertEquals(ClassColours.of("cat"), pixel(drawn, 100, 150));
    assertEquals(ClassColours.of("cat"), pixel(drawn, 199, 150));
    assertEquals(new Color(100, 100, 100), pixel(drawn, 150, 150));
    assertEquals(new Color(100, 100, 100), pixel(drawn, 250, 150));
  }

  @Test
  void theImageItselfIsNotChanged() {
    new DetectionPainter().paint(grey, List.of(cat));
    assertEquals(grey(400, 300), grey);
  }

  @Test
  void aBoxBeyondTheImageIsFramedAtItsBorder() {
    Detection beyond = new Detection("cat", 1, new Box(-50, -50, 900, 900));
    RgbImage drawn = pixels(new DetectionPainter().paint(grey, List.of(beyond)));
    assertEquals(ClassColours.of("cat"), pixel(drawn, 399, 200));
    assertEquals(ClassColours.of("cat"), pixel(drawn, 200, 299));
  }

  @Test
  void groundTruthIsDashedWhite() {
    GroundTruth truth = new GroundTruth("dog", new Box(50, 50, 350, 250), false, false);
    RgbImage drawn = pixels(new DetectionPainter().paint(grey, List.of(), List.of(truth)));
    int white = 0;
    int untouched = 0;
    for (int y = 80; y < 240; y++) {
      white += pixel(drawn, 51, y).equals(Color.WHITE) ? 1 : 0;
      untouched += pixel(drawn, 51, y).equals(new Color(100, 100, 100)) ? 1 : 0;
    }
    assertTrue(white > 60, "white pixels: " + white);
    assertTrue(untouched > 40, "pixels between the dashes: " + untouched);
  }

  @Test
  void aSmallImageIsEnlargedAndItsBoxesWithIt() {
    Detection half = new Detection("cat", 1, new Box(20, 0, 40, 30));
    Picture drawn = new DetectionPainter().paint(grey(40, 30), List.of(half));
    assertEquals(400, drawn.width());
    assertEquals(300, drawn.height());
    assertEquals(ClassColours.of("cat"), pixel(pixels(drawn), 200, 200));
    Picture asItIs = new DetectionPainter().withMinLongSide(0).paint(grey(40, 30), List.of(half));
    assertEquals(40, asItIs.width());
  }

  @Test
  void theHigherScoreIsOnTopWhateverTheOrder() {
    Detection low = new Detection("dog", 0.1, cat.box());
    DetectionPainter painter = new DetectionPainter();
    RgbImage drawn = pixels(painter.paint(grey, List.of(low, cat)));
    assertEquals(ClassColours.of("cat"), pixel(drawn, 100, 150));
    assertEquals(drawn, pixels(painter.paint(grey, List.of(cat, low))));
  }

  @Test
  void labelsLieInsideThePictureAndApartIfTheyCan() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      LabelPlacer placer = new LabelPlacer(300, 200);
      for (int i = 0; i < 5; i++) {
        double x = random.nextInt(340) - 40;
        double y = random.nextInt(240) - 40;
        Box place = placer.place(new Box(x, y, x + 60, y + 50), 80, 14);
        assertEquals(place, place.clip(300, 200), "seed " + seed);
        assertEquals(80, place.width(), 1e-9, "seed " + seed);
      }
    }
    LabelPlacer placer = new LabelPlacer(300, 200);
    Box box = new Box(100, 50, 200, 150);
    Box first = placer.place(box, 80, 14);
    Box second = placer.place(box, 80, 14);
    assertEquals(new Box(100, 36, 180, 50), first);
    assertEquals(0, first.intersection(second));
  }

  @Test
  void theTwentyVocClassesHaveTwentyColours() {
    long colours = VocClasses.NAMES.stream().map(ClassColours::of).distinct().count();
    assertEquals(20, colours);
  }

  @Test
  void inkIsBlackOnLightAndWhiteOnDarkColours() {
    assertEquals(Color.BLACK, ClassColours.inkOn(Color.YELLOW));
    assertEquals(Color.WHITE, ClassColours.inkOn(Color.BLUE));
    assertEquals("#0a0080", ClassColours.css(new Color(10, 0, 128)));
  }

  @Test
  void pngKeepsEveryPixelAndJpegTheSize(@TempDir Path folder) throws IOException {
    Picture drawn = new DetectionPainter().paint(grey, List.of(cat));
    drawn.write(folder.resolve("deep/a.png"));
    int[] read =
        ImageIO.read(folder.resolve("deep/a.png").toFile()).getRGB(0, 0, 400, 300, null, 0, 400);
    assertArrayEquals(drawn.toBufferedImage().getRGB(0, 0, 400, 300, null, 0, 400), read);
    assertEquals(400, ImageIO.read(new ByteArrayInputStream(drawn.jpeg(0.8f))).getWidth());
    drawn.write(folder.resolve("b.JPG"));
    assertTrue(Files.size(folder.resolve("b.JPG")) > 0);
    assertThrows(IllegalArgumentException.class, () -> drawn.write(folder.resolve("a.gif")));
  }
}
