package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void nothingIsSeenUnderTheNameBeforeTheCommit() throws IOException {
    Path file = folder.resolve("a.txt");
    try (AtomicFile aside = AtomicFile.create(file)) {
      aside.writer().write("grün");
      assertEquals(List.of("a.txt.partial"), names());
      aside.commit();
      assertEquals(List.of("a.txt"), names());
    }
    assertEquals("grün", Files.readString(file));
  }

  @Test
  void aWriteThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");
    try (AtomicFile aside = AtomicFile.create(file)) {
      aside.out().write(new byte[100_000]);
    }
    // Half of a pair of characters has no bytes.
    assertThrows(CharacterCodingException.class, () -> AtomicFile.writeText(file, "new \ud800"));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of("a.txt"), names());
  }

  @Test
  void allThreeWaysWriteTheSameBytesAndLeaveNothingElse() throws IOException {
    byte[] bytes = new byte[(5 << 20) + 3];
    new Random(1).nextBytes(bytes);
    Path file = folder.resolve("deep/deeper/file");
    try (AtomicFile aside = AtomicFile.create(file)) {
      aside.out().write(bytes[0]);
      aside.out().write(bytes, 1, bytes.length - 1);
      aside.commit();
    }
    assertArrayEquals(bytes, Files.readAllBytes(file));
    Files.writeString(file.resolveSibling("file.partial"), "left by a killed process");
    try (AtomicFile aside = AtomicFile.create(file)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      aside.write(buffer);
      assertEquals(0, buffer.remaining());
      aside.commit();
    }
    assertArrayEquals(bytes, Files.readAllBytes(file));
    assertFalse(Files.exists(file.resolveSibling("file.partial")));
    AtomicFile.writeText(file, "short");
    assertEquals("short", Files.readString(file));
  }

  @Test
  void aLinkIsFollowedAndAFolderThatIsALinkIsOne() throws IOException {
    Path real = Files.createDirectories(folder.resolve("real"));
    Path linked = Files.createSymbolicLink(folder.resolve("linked"), real);
    AtomicFile.writeText(linked.resolve("a.txt"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.txt"), linked.resolve("a.txt"));
    AtomicFile.writeText(link, "new");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", Files.readString(real.resolve("a.txt")));
  }

  @Test
  void aPipeIsWrittenDirectly() throws Exception {
    Path pipe = folder.resolve("pipe");
    Pipes.make(pipe);
    FutureTask<String> reader = new FutureTask<>(() -> Files.readString(pipe));
    new Thread(reader).start();
    AtomicFile.writeText(pipe, "through");
    assertEquals("through", reader.get(10, TimeUnit.SECONDS));
    assertFalse(Files.isRegularFile(pipe));
    assertEquals(List.of("pipe"), names());
  }

  @Test
  void aFolderIsNotReplacedByAFile() throws IOException {
    Files.createDirectories(folder.resolve("a/b"));
    assertThrows(FileSystemException.class, () -> AtomicFile.writeText(folder.resolve("a"), "x"));
    assertTrue(Files.isDirectory(folder.resolve("a/b")));
  }

  @Test
  void aFolderIsMadeAsideAndWhatAKilledProcessLeftIsSweptAway() throws IOException {
    Path left = Files.createDirectories(folder.resolve("made.partial/inside"));
    Files.writeString(left.resolve("left.txt"), "left");
    Path elsewhere = Files.writeString(folder.resolve("elsewhere.txt"), "stays");
    Files.createSymbolicLink(left.resolve("link"), elsewhere);
    Path made = folder.resolve("made");
    AtomicFile.make(
        made,
        place -> {
          assertEquals("made.partial", place.getFileName().toString());
          assertFalse(Files.exists(place));
          Files.writeString(Files.createDirectories(place.resolve("sub")).resolve("b.txt"), "b");
          assertFalse(Files.exists(made));
        });
    assertEquals("b", Files.readString(made.resolve("sub/b.txt")));
    assertFalse(Files.exists(made.resolve("inside")));
    assertEquals("stays", Files.readString(elsewhere));
    assertEquals(List.of("elsewhere.txt", "made"), names());
  }

  @Test
  void aFolderWhoseMakingFailsLeavesNothing() throws IOException {
    IOException full =
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.make(
                    folder.resolve("made"),
                    place -> {
                      Files.writeString(Files.createDirectories(place).resolve("a"), "half");
                      throw new IOException("The disk is full.");
                    }));
    assertEquals("The disk is full.", full.getMessage());
    assertEquals(List.of(), names());
  }

  @Test
  void aFileMadeByItsPathReplacesAnOlderOneAndAFolderThatIsThereIsNotReplaced() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "old");
    AtomicFile.make(file, place -> Files.writeString(place, "new"));
    assertEquals("new", Files.readString(file));
    Path made = Files.createDirectories(folder.resolve("made"));
    Files.writeString(made.resolve("b.txt"), "stays");
    assertThrows(FileSystemException.class, () -> AtomicFile.make(made, Files::createDirectories));
    assertEquals("stays", Files.readString(made.resolve("b.txt")));
    assertEquals(List.of("a.txt", "made"), names());
  }
}
