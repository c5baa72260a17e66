package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {

  @TempDir Path folder;

  @Test
  void checkCountsAndNamesEveryProblem() throws IOException {
    Path data = SmallDevkit.in(folder.resolve("kit"));
    Files.writeString(data.resolve("JPEGImages/b.png"), "no picture");
    Path json = folder.resolve("check.json");
    Session session = Session.of("data", "check", data, "--json", json).done();
    assertTrue(
        session
            .out()
            .contains(
                """
                objects (images)        empty         test          all  difficult
                cat                         -        1 (1)        1 (1)          0
                dog                         -        1 (1)        1 (1)          0
                all classes             0 (0)        2 (2)        2 (2)          0
                """),
        session.out());
    assertTrue(
        session.out().startsWith(data + ": 2 images, 1 of them without a picture that can be read"),
        session.out());
    assertTrue(session.out().contains("unreadable images: 1"), session.out());
    assertTrue(session.out().contains("b.png"), session.out());

    JsonNode tree = Session.json(json);
    assertTrue(tree.get("usable").booleanValue());
    assertEquals(2, tree.get("images").intValue());
    assertEquals(1, tree.get("problems").get("unreadable_images").size());
    assertEquals(0, tree.get("problems").get("bad_objects").size());
    JsonNode cat = tree.get("splits").get("test").get("classes").get("cat");
    assertEquals(1, cat.get("objects").intValue());
    assertEquals(0, tree.get("splits").get("empty").get("images").intValue());
  }

  @Test
  void checkShowsClassesAndSizesOfASetWithoutSplits() throws IOException {
    Path data = SmallDevkit.in(folder.resolve("kit"));
    Files.delete(data.resolve("ImageSets/Main/test.txt"));
    Files.delete(data.resolve("ImageSets/Main/empty.txt"));
    Path json = folder.resolve("check.json");
    Session session = Session.of("data", "check", data, "--json", json).done();
    assertTrue(
        session
            .out()
            .contains(
                """
                side in pixels      in the picture          at the size of the search
                                     10 %  median    90 %    10 %  median    90 %  below 20
                pictures, longer       80      80      80
                pictures, shorter      60      60      60
                cat                    30      30      30      30      30      30     0.0 %
                dog                    40      40      40      40      40      40     0.0 %
                """),
        session.out());
    JsonNode tree = Session.json(json);
    assertEquals(2, tree.at("/all/objects").intValue());
    assertEquals(30, tree.at("/sizes/classes/cat/at_search/median").intValue());
    assertTrue(tree.path("suggestion").isMissingNode());
    assertTrue(tree.path("proposals").isMissingNode());
  }

  @Test
  void checkMeasuresWhatProposalsCoverAndSuggestsWhatReachesMore() throws IOException {
    Path data = SmallDevkit.in(folder.resolve("kit"));
    Path json = folder.resolve("check.json");
    // The search sees the cat at 15 pixels, and keeps boxes of 20 alone.
    Session session =
        Session.of(
                "data",
                "check",
                data,
                "--proposals",
                "--set",
                "proposals.longer-side=40",
                "--json",
                json)
            .done();
    JsonNode tree = Session.json(json);
    assertEquals(2, tree.at("/proposals/images").intValue());
    double before = tree.at("/proposals/classes/cat/abo").doubleValue();
    double after = tree.at("/suggestion/proposals/classes/cat/abo").doubleValue();
    assertTrue(before < 0.6 && after > 0.9, before + " " + after);
    assertTrue(session.out().contains("Suggested: --set proposals.longer-side=70"), session.out());
    session.out().lines().forEach(line -> assertTrue(line.length() <= 100 || line.contains("/")));
  }

  @Test
  void checkRefusesWhatItCannotDo() throws IOException {
    Path data = SmallDevkit.in(folder.resolve("kit"));
    Session.of("data", "check", data, "--limit", "0").refused(2, "--limit must be at least 1");
    Session.of("data", "check", data, "--threads", "0").refused(2, "--threads must be");
    Session.of("data", "check", data, "--show", "-1").refused(2, "--show must be");
    Session.of("data", "check", data, "--run", data).refused(1, "no run has finished there");
    Session.of("data", "check", data, "--set", "proposals.side=3").refused(2, "proposals.side");
  }

  @Test
  void checkShowsSomeProblemsOfAKindAndCountsTheRest() throws IOException {
    Path data = SmallDevkit.in(folder.resolve("kit"));
    Files.writeString(data.resolve("ImageSets/Main/test.txt"), "a\nx1\nx2\nx3\n");
    Session session = Session.of("data", "check", data, "--show", "1").done();
    assertTrue(session.out().contains("missing images: 3"), session.out());
    assertTrue(session.out().contains("and 2 more"), session.out());
    assertFalse(session.out().contains("x3"), session.out());
  }

  @Test
  void folderWithoutAUsableImageIsAFailure() throws IOException {
    Path data = SmallDevkit.in(folder.resolve("kit"));
    Files.writeString(data.resolve("JPEGImages/a.png"), "no picture");
    Files.writeString(data.resolve("Annotations/b.xml"), "<annotation>");
    Path json = folder.resolve("check.json");
    Session.of("data", "check", data, "--json", json)
        .refused(1, "Nothing in " + data + " can be used");
    assertFalse(Session.json(json).get("usable").booleanValue());
  }

  @Test
  void generateWritesAFolderThatCheckFindsSound() throws IOException {
    Path out = folder.resolve("scenes");
    Path auxiliary = folder.resolve("pictures");
    Path json = folder.resolve("generate.json");
    Session.of(
            "data",
            "generate",
            "--out",
            out,
            "--train",
            "3",
            "--val",
            "2",
            "--test",
            "1",
            "--auxiliary",
            auxiliary,
            "--auxiliary-train",
            "1",
            "--auxiliary-val",
            "1",
            "--json",
            json)
        .done();
    assertEquals(3, Session.json(json).get("train").intValue());
    assertTrue(Files.isDirectory(auxiliary.resolve("train/brick-gear")));

    Session.of("data", "check", out, "--json", json).done();
    JsonNode tree = Session.json(json);
    assertEquals(6, tree.get("images").intValue());
    assertEquals(5, tree.get("splits").get("trainval").get("images").intValue());
    tree.get("problems").forEach(kind -> assertEquals(0, kind.size(), () -> tree.toString()));

    Session.of("data", "generate", "--out", out).refused(1, "is not empty");
  }

  @Test
  void sameSeedDrawsTheSameBytes() throws IOException {
    for (String name : new String[] {"one", "two"}) {
      Session.of(
              "data",
              "generate",
              "--out",
              folder.resolve(name),
              "--train",
              "1",
              "--val",
              "0",
              "--test",
              "0",
              "--seed",
              "5")
          .done();
    }
    String image = "JPEGImages/000001.jpg";
    assertEquals(
        -1, Files.mismatch(folder.resolve("one/" + image), folder.resolve("two/" + image)));
  }

  @Test
  void convertedSetIsSoundAndHasTheSameSplits() throws IOException {
    Path data = SmallDevkit.in(folder.resolve("kit"));
    Files.delete(data.resolve("ImageSets/Main/empty.txt"));
    Path json = folder.resolve("convert.json");
    for (String format : new String[] {"coco", "yolo", "voc"}) {
      Path out = folder.resolve(format);
      Session session =
          Session.of("data", "convert", data, "--to", format, "--out", out, "--json", json).done();
      assertTrue(session.out().contains("2 images with 2 objects of cat, dog as " + format));
      assertEquals(2, Session.json(json).get("splits").get("test").intValue());
      Session.of("data", "check", out, "--json", json).done();
      JsonNode tree = Session.json(json);
      assertEquals(2, tree.get("images").intValue());
      assertEquals(
          1,
          tree.at("/splits/test/classes/dog/objects").intValue(),
          () -> format + ": " + tree.toPrettyString());
      tree.get("problems").forEach(kind -> assertEquals(0, kind.size(), tree::toPrettyString));
      Session.of("data", "convert", data, "--to", format, "--out", out).refused(1, "is not empty");
    }
    Session.of("data", "convert", data, "--to", "csv", "--out", folder.resolve("x"))
        .refused(2, "must be one of voc, coco, yolo");
    Session.of("detect", "--model", "m", "--format", "csv", "a.jpg")
        .refused(2, "--format and --out go together");
  }

  @Test
  void pictureThatIsCutIsReportedAndNotConverted() throws IOException {
    Path data = SmallDevkit.in(folder.resolve("kit"));
    Files.delete(data.resolve("ImageSets/Main/empty.txt"));
    Path picture = data.resolve("JPEGImages/b.png");
    byte[] whole = Files.readAllBytes(picture);
    Files.write(picture, Arrays.copyOf(whole, whole.length - 30));
    Path out = folder.resolve("out");
    Session session = Session.of("data", "convert", data, "--to", "yolo", "--out", out).done();
    assertTrue(session.out().contains("1 images with 1 objects of cat as yolo"), session.out());
    assertTrue(session.out().contains("1 problems"), session.out());
    assertTrue(session.err().contains("b.png"), session.err());
    assertFalse(Files.exists(out.resolve("images/b.png")));
  }

  @Test
  void filesWithoutPartnerAndClassesThatLookAlikeAreCounted() throws IOException {
    Path data = SmallDevkit.in(folder.resolve("kit"));
    Files.copy(data.resolve("Annotations/a.xml"), data.resolve("Annotations/c.xml"));
    Path b = data.resolve("Annotations/b.xml");
    Files.writeString(b, Files.readString(b).replace("dog", "Cat"));
    Session session = Session.of("data", "check", data).done();
    assertTrue(session.out().contains("left-out files: 1"), session.out());
    assertTrue(session.out().contains("look-alike classes: 1"), session.out());
  }

  @Test
  void wrongUseIsRefused() {
    Session.of("data").refused(2, "Missing required subcommand");
    Session.of("data", "sell").refused(2, "sell");
    Session.of("data", "check").refused(2, "DIR");
    Session.of("data", "check", folder, "--colour", "red").refused(2, "--colour");
    Session.of("data", "check", folder.resolve("x")).refused(1, "There is no folder");
    Session.of("data", "check", folder).refused(1, "is not a VOC-style folder");
    Session.of("data", "generate").refused(2, "--out");
    Path out = folder.resolve("out");
    Session.of("data", "generate", "--out", out, "--train", "-1").refused(2, "at least 0");
    Session.of("data", "generate", "--out", out, "--train", "many").refused(2, "--train");
    assertFalse(Files.exists(out));
  }
}
