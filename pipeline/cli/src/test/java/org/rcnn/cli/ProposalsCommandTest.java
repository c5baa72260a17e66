package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;

class ProposalsCommandTest {

  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void twoPlainPhotos() throws IOException {
    data = SmallDevkit.in(folder.resolve("kit"));
  }

  private Session search(Object... more) {
    Object[] all = new Object[5 + more.length];
    System.arraycopy(new Object[] {"proposals", "--data", data, "--split", "test"}, 0, all, 0, 5);
    System.arraycopy(more, 0, all, 5, more.length);
    return Session.of(all);
  }

  @Test
  void splitGivesBoxesAndRecall() throws IOException {
    Path json = folder.resolve("p.json");
    Path csv = folder.resolve("boxes.csv");
    Session session = search("--threads", "2", "--out", csv, "--json", json).done();
    assertTrue(session.out().contains("recall at IoU 0.5        1.0000"), session.out());

    JsonNode tree = Session.json(json);
    assertEquals("fast", tree.get("mode").asText());
    assertEquals(2, tree.get("images").intValue());
    assertEquals(2, tree.get("threads").intValue());
    assertEquals(1, tree.get("recall_50").doubleValue());
    assertEquals(1, tree.get("recall_70").doubleValue());
    double cat = tree.get("abo").get("cat").doubleValue();
    double dog = tree.get("abo").get("dog").doubleValue();
    assertTrue(cat > 0.8 && dog > 0.8, () -> tree.toString());
    assertEquals((cat + dog) / 2, tree.get("mabo").doubleValue(), 1e-12);
    assertTrue(tree.get("seconds_per_image").doubleValue() > 0);
    assertEquals("coverage", tree.get("ranking").asText());
    JsonNode first = tree.get("first_boxes");
    assertEquals(5, first.size());
    assertEquals(100, first.get(0).get("boxes").intValue());
    assertEquals(tree.get("mabo"), first.get(4).get("mabo"), "fewer than 2,000 boxes in all");

    List<String> lines = Files.readAllLines(csv);
    assertEquals("image,xmin,ymin,xmax,ymax", lines.get(0));
    assertEquals(
        2 * tree.get("windows_per_image").doubleValue(), lines.size() - 1, "a line for each box");
    // The whole image comes first, in VOC's inclusive corners.
    assertEquals("a,1,1,80,60", lines.get(1));
  }

  @Test
  void threadsChangeNoBox() throws IOException {
    Path one = folder.resolve("one.json");
    Path three = folder.resolve("three.json");
    search("--threads", "1", "--out", one).done();
    search("--threads", "3", "--out", three).done();
    assertEquals(Files.readString(one), Files.readString(three));
    JsonNode tree = Session.json(one);
    assertEquals(2, tree.size());
    assertEquals("b", tree.get(1).get("image").asText());
    assertEquals("[1,1,80,60]", tree.get(1).get("boxes").get(0).toString());
  }

  @Test
  void optionsReachTheSearch() throws IOException {
    Path json = folder.resolve("p.json");
    search("--limit", "1", "--max-boxes", "1", "--mode", "opencv-fast", "--json", json).done();
    JsonNode tree = Session.json(json);
    assertEquals(1, tree.get("images").intValue());
    assertEquals(1, tree.get("windows_per_image").doubleValue());
    // The one box is the whole image: 40 x 30 of 80 x 60 pixels.
    assertEquals(0.25, tree.get("mabo").doubleValue(), 1e-12);
    assertEquals(0, tree.get("recall_50").doubleValue());

    search("--min-side", "61", "--json", json).done();
    assertEquals(
        1, Session.json(json).get("windows_per_image").doubleValue(), "images are 60 high");
    search("--width", "160", "--min-side", "61", "--mode", "quality", "--seed", "7", "--json", json)
        .done();
    assertTrue(Session.json(json).get("windows_per_image").doubleValue() > 1, "enlarged to 120");
  }

  @Test
  void ownHierarchiesAreACustomMode() throws IOException {
    Path json = folder.resolve("p.json");
    search("--colours", "Intensity,rgi", "--scales", "80", "--similarities", "sf,T", "--json", json)
        .done();
    JsonNode tree = Session.json(json);
    assertEquals("custom", tree.get("mode").asText());
    assertEquals("[\"intensity\",\"rgi\"]", tree.get("colours").toString());
    assertEquals("[80]", tree.get("scales").toString());
    assertEquals("[\"SF\",\"T\"]", tree.get("similarities").toString());
    assertEquals("coverage", tree.get("ranking").asText(), "as in the mode that it starts from");

    search("--mode", "authors-fast", "--json", json).done();
    tree = Session.json(json);
    assertEquals("authors-fast", tree.get("mode").asText());
    assertEquals("[50,100]", tree.get("scales").toString());
    assertEquals("[\"CTSF\",\"TSF\"]", tree.get("similarities").toString());
    assertEquals("authors", tree.get("ranking").asText());
    assertEquals(500, tree.get("longer_side").intValue());
    assertFalse(tree.has("max_boxes"), "all");

    search("--width", "300", "--max-boxes", "9", "--min-side", "7", "--seed", "5", "--json", json)
        .done();
    tree = Session.json(json);
    assertEquals(300, tree.get("width").intValue());
    assertEquals(9, tree.get("max_boxes").intValue());
    assertEquals(7, tree.get("min_side").intValue());
    assertEquals(5, tree.get("seed").intValue());
  }

  @Test
  void drawsTheBestBoxGreenUnderTheDashedObject() throws IOException {
    Path pictures = folder.resolve("pictures");
    search("--draw", pictures, "--limit", "1").done();
    RgbImage picture = ImageFiles.read(pictures.resolve("a-boxes.png"));
    int green = 0;
    int white = 0;
    for (int i = 0; i < picture.rgb().length; i += 3) {
      int r = picture.rgb()[i] & 0xff;
      int g = picture.rgb()[i + 1] & 0xff;
      int b = picture.rgb()[i + 2] & 0xff;
      green += g > r + 60 && g > b + 60 ? 1 : 0;
      white += r > 250 && g > 250 && b > 250 ? 1 : 0;
    }
    assertTrue(green > 40, "green pixels: " + green);
    assertTrue(white > 40, "white pixels: " + white);
    assertFalse(Files.exists(pictures.resolve("b-boxes.png")));

    // Two colour spaces below each other, two scales beside each other, gaps of 4 pixels.
    RgbImage segments = ImageFiles.read(pictures.resolve("a-segments.png"));
    assertEquals(2 * 80 + 4, segments.width());
    assertEquals(2 * 60 + 4, segments.height());
    assertEquals((byte) 255, segments.rgb()[3 * 82], "a white gap");
    // The cat is one region, painted in its own colour, in every segmentation.
    for (int[] corner : new int[][] {{0, 0}, {84, 0}, {0, 64}, {84, 64}}) {
      int at = 3 * ((corner[1] + 35) * segments.width() + corner[0] + 30);
      assertEquals(230, segments.rgb()[at] & 0xff, 12);
      assertEquals(90, segments.rgb()[at + 1] & 0xff, 12);
    }
  }

  @Test
  void oneImageGoesToStandardOutput() throws IOException {
    Path json = folder.resolve("p.json");
    Session session =
        Session.of("proposals", "--image", data.resolve("JPEGImages/a.png"), "--json", json).done();
    List<String> lines = session.out().lines().toList();
    assertEquals("image,xmin,ymin,xmax,ymax", lines.get(0));
    assertEquals("a.png,1,1,80,60", lines.get(1));
    JsonNode tree = Session.json(json);
    assertEquals(lines.size() - 1, tree.get("boxes").size());
    assertEquals(80, tree.get("width").intValue());
  }

  @Test
  void oddPicturesAreSearchedAndDrawn() throws IOException {
    int[] types = {
      BufferedImage.TYPE_INT_RGB,
      BufferedImage.TYPE_BYTE_GRAY,
      BufferedImage.TYPE_USHORT_GRAY,
      BufferedImage.TYPE_4BYTE_ABGR
    };
    int[][] sizes = {{1, 1}, {1, 9}, {9, 1}, {2, 2000}, {2000, 2}, {40, 30}};
    for (int type : types) {
      for (int[] size : sizes) {
        String name = type + "-" + size[0] + "x" + size[1];
        Path file = folder.resolve(name + ".png");
        ImageIO.write(new BufferedImage(size[0], size[1], type), "png", file.toFile());
        Session session = Session.of("proposals", "--image", file, "--draw", folder).done();
        List<String> lines = session.out().lines().toList();
        assertEquals("%s.png,1,1,%d,%d".formatted(name, size[0], size[1]), lines.get(1));
        assertEquals(2, lines.size(), "a constant picture is one box");
        for (String kind : new String[] {"-boxes.png", "-segments.png"}) {
          assertTrue(Files.size(folder.resolve(name + kind)) > 0);
        }
      }
    }
  }

  @Test
  void badFilesAreToldAndLeftOut() throws IOException {
    Files.writeString(data.resolve("JPEGImages/a.png"), "no picture");
    Files.delete(data.resolve("Annotations/b.xml"));
    Path json = folder.resolve("p.json");
    search("--json", json).done();
    JsonNode tree = Session.json(json);
    assertEquals(1, tree.get("images").intValue());
    assertFalse(tree.has("recall_50"), "without an object there is no recall");
    assertEquals(2, tree.get("problems").size());

    Files.delete(data.resolve("JPEGImages/b.png"));
    Path out = folder.resolve("boxes.csv");
    search("--out", out).refused(1, "Split 'test' of");
    assertFalse(Files.exists(out));
    assertFalse(Files.exists(folder.resolve("boxes.csv.partial")));
  }

  @Test
  void wrongUseIsRefused() {
    search("--mode", "slow")
        .refused(2, "--mode must be one of fast, authors-fast, quality, opencv-fast; it is slow.");
    search("--ranking", "best")
        .refused(2, "--ranking must be one of authors, coverage; it is best.");
    search("--colours", "hsv,xyz")
        .refused(2, "--colours must be one of hsv, lab, rgi, hue, intensity; it is xyz.");
    search("--similarities", "CT,Q").refused(2, "'Q' must consist of the letters C, T, S and F.");
    search("--similarities", "").refused(2, "similarity-sets must hold at least one value.");
    search("--scales", "50,0").refused(2, "scales must be at least 1");
    search("--scales", "big").refused(2, "--scales");
    search("--threads", "0").refused(2, "--threads must be at least 1");
    search("--limit", "0").refused(2, "--limit must be at least 1");
    search("--max-boxes", "0").refused(2, "max-boxes must be at least 1");
    search("--width", "0").refused(2, "width must be at least 1");
    search("--out", "boxes.xls").refused(2, "boxes.xls must end in .csv or .json");
    search("--colour", "red").refused(2, "--colour");
    search("--image", "a.png").refused(2, "Give --data and --split, or only --image.");
    Session.of("proposals").refused(2, "only --image");
    Session.of("proposals", "--data", data).refused(2, "--split");
    Session.of("proposals", "--image", folder.resolve("x.png"))
        .refused(1, "There is no image file");
    Session.of("proposals", "--data", data, "--split", "empty").refused(1, "names no image");
    Session.of("proposals", "--data", folder.resolve("x"), "--split", "test")
        .refused(1, "There is no folder");
  }
}
