package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of files and classes that would steer a terminal. */
class HostileNamesTest {

  private static final String CLEAR = "\u001b[2J";

  @TempDir Path folder;

  @BeforeEach
  void makeASet() throws IOException {
    picture("a.jpg");
    Files.writeString(folder.resolve("a.xml"), annotation("cat"));
    picture("b.jpg");
    Files.writeString(folder.resolve("b.xml"), annotation("d\u009bog"));
  }

  private static String annotation(String name) {
    return "<annotation><size><width>32</width><height>24</height></size><object><name>"
        + name
        + "</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
        + "</object></annotation>";
  }

  private void picture(String name) throws IOException {
    BufferedImage image = new BufferedImage(32, 24, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "jpg", named(name).toFile());
  }

  private Path named(String name) {
    try {
      return folder.resolve(name);
    } catch (InvalidPathException e) {
      assumeTrue(false, "This system has no such file names: " + e.getMessage());
      throw e;
    }
  }

  private static void assertCannotSteer(String text) {
    assertTrue(
        text.codePoints().allMatch(c -> c == '\n' || !Character.isISOControl(c)), () -> text);
  }

  private static Session printable(Session session) {
    assertCannotSteer(session.out().replace(System.lineSeparator(), "\n").replace('\t', ' '));
    assertCannotSteer(session.err().replace(System.lineSeparator(), "\n").replace('\t', ' '));
    return session;
  }

  @Test
  void aPictureWithAControlCharacterInItsNameIsLeftOutAndToldWithItsCode() throws IOException {
    picture("c" + CLEAR + ".jpg");
    Files.writeString(named("c" + CLEAR + ".xml"), annotation("cat"));
    picture("d\ne.jpg");
    Files.writeString(named("d\ne.xml"), annotation("cat"));
    Session check = printable(Session.of("data", "check", folder));
    String all = check.out() + check.err();
    assertTrue(all.contains("c<U+001B>[2J.jpg has a control character in it"), all);
    assertTrue(all.contains("d<U+000A>e.jpg has a control character in it"), all);
  }

  @Test
  void aClassNameWithAControlCharacterIsRefusedOnReading() {
    Session check = printable(Session.of("data", "check", folder));
    String all = check.out() + check.err();
    assertTrue(
        all.contains("object 1 (d<U+009B>og) has a class name that cannot be part of a file name"),
        all);
  }

  @Test
  void failuresAndWrongWordsAreToldWithCodes() {
    String missing = folder.resolve("missing").toString() + CLEAR;
    Session failed = printable(Session.of("data", "check", missing));
    assertEquals(1, failed.status());
    assertTrue(failed.err().contains("missing<U+001B>[2J"), failed.err());
    Session debugged = printable(Session.of("data", "check", "--debug", missing));
    assertTrue(debugged.err().contains("\tat "), debugged.err());
    Session misspelled = printable(Session.of("data", "check", "--dat" + CLEAR, "x"));
    assertEquals(2, misspelled.status());
    assertTrue(misspelled.err().contains("<U+001B>"), misspelled.err());
  }

  @Test
  void linesOfTheLogCannotBeForged() {
    Session nothing = Session.of("data", "check", folder);
    assertFalse(nothing.err().contains("INFO forged"));
    LogRecord message = new LogRecord(Level.WARNING, "a\n12:00:00 INFO forged" + CLEAR);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = System.err;
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      message.setLoggerName("org.rcnn.test");
      Logger.getLogger("org.rcnn.test").log(message);
    } finally {
      System.setErr(err);
    }
    String logged = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(logged.contains("WARN a<U+000A>12:00:00 INFO forged<U+001B>[2J"), logged);
    assertEquals(1, logged.lines().count(), logged);
  }

  @Test
  void jsonOnStandardOutputHasItsOwnCodes() throws IOException {
    picture("c" + CLEAR + "\u009b.jpg");
    Session check = printable(Session.of("data", "check", folder, "--json", "-"));
    assertTrue(check.out().contains("c\\u001B[2J\\u009b.jpg"), check.out());
  }
}
