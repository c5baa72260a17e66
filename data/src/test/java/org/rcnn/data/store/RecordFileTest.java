package org.rcnn.data.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {

  private static final String MAGIC = "RCNNTST1";

  @TempDir Path folder;

  @Test
  void recordsComeBackByNameAndInOrder() throws IOException {
    try (RecordFile file = open(written())) {
      assertArrayEquals(new byte[] {9, 8}, file.header());
      assertEquals(List.of("a", "empty", "ü"), file.names());
      assertEquals(7, file.tag(2));
      assertArrayEquals(new byte[] {4, 5}, bytes(file.record(file.position("ü"))));
      assertArrayEquals(new byte[] {1, 2, 3}, bytes(file.record(0)));
      assertEquals(0, file.record(1).remaining());
      assertFalse(file.contains("b"));
      assertThrows(IllegalArgumentException.class, () -> file.position("b"));
    }
  }

  @Test
  void fileMappedInManyPiecesReadsTheSame() throws IOException {
    for (int maxPiece = 1; maxPiece <= 6; maxPiece++) {
      try (RecordFile file = RecordFile.open(written(), MAGIC, "test file", maxPiece)) {
        assertArrayEquals(new byte[] {1, 2, 3}, bytes(file.record(0)));
        assertEquals(0, file.record(1).remaining());
        assertArrayEquals(new byte[] {4, 5}, bytes(file.record(2)));
      }
    }
  }

  @Test
  void emptyFileIsValid() throws IOException {
    Path path = folder.resolve("none");
    try (RecordFile.Writer writer = RecordFile.create(path, MAGIC, new byte[0])) {
      writer.commit();
    }
    try (RecordFile file = open(path)) {
      assertEquals(0, file.size());
    }
  }

  @Test
  void uncommittedFileDisappearsAndTheOldOneStays() throws IOException {
    Path path = written();
    byte[] before = Files.readAllBytes(path);
    try (RecordFile.Writer writer = RecordFile.create(path, MAGIC, new byte[0])) {
      writer.append("x", 0, ByteBuffer.allocate(10));
    }
    assertArrayEquals(before, Files.readAllBytes(path));
    assertFalse(Files.exists(folder.resolve("file.partial")));
  }

  @Test
  void partialFileOfAKilledRunIsOverwritten() throws IOException {
    Files.write(folder.resolve("file.partial"), new byte[10_000]);
    assertTrue(Files.size(written()) < 1000);
    assertFalse(Files.exists(folder.resolve("file.partial")));
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(written());
    Path cut = folder.resolve("cut");
    for (int length = 0; length < whole.length; length++) {
      Files.write(cut, Arrays.copyOf(whole, length));
      String message = assertThrows(IOException.class, () -> open(cut)).getMessage();
      assertTrue(message.contains(cut.toString()), message);
    }
  }

  @Test
  void everyFlippedBitIsNoticedWhenTheFileIsOpenedOrTheRecordRead() throws IOException {
    byte[] whole = Files.readAllBytes(written());
    Path damaged = folder.resolve("damaged");
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(damaged, flipped);
      String message = assertThrows(IOException.class, () -> readAll(damaged)).getMessage();
      assertTrue(message.contains(damaged.toString()), message);
    }
  }

  @Test
  void otherFilesAndMissingFilesAreNamed() throws IOException {
    Path text = folder.resolve("text");
    Files.writeString(text, "something else that is long enough to hold a footer of 32 bytes");
    assertEquals(
        "The file " + text + " is not a test file of this version.",
        assertThrows(IOException.class, () -> open(text)).getMessage());
    Path gone = folder.resolve("gone");
    assertEquals(
        "There is no test file " + gone + ".",
        assertThrows(IOException.class, () -> open(gone)).getMessage());
  }

  @Test
  void sameNameTwiceIsRefused() throws IOException {
    try (RecordFile.Writer writer =
        RecordFile.create(folder.resolve("twice"), MAGIC, new byte[0])) {
      writer.append("a", 0, ByteBuffer.allocate(1));
      assertThrows(
          IllegalArgumentException.class, () -> writer.append("a", 0, ByteBuffer.allocate(1)));
    }
  }

  @Test
  void closedFileRefusesToBeRead() throws IOException {
    RecordFile file = open(written());
    file.close();
    assertThrows(IllegalStateException.class, () -> file.record(0));
  }

  @Test
  void unfinishedFileResumesWithTheBytesOfOneWrittenAtOnce() throws IOException {
    byte[] whole = Files.readAllBytes(written());
    Path path = folder.resolve("resumed");
    try (RecordFile.Writer writer = resume(path)) {
      writer.append("a", -1, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      writer.append("empty", 0, ByteBuffer.allocate(0));
    }
    assertFalse(Files.exists(path));
    try (RecordFile.Writer writer = resume(path)) {
      assertEquals(List.of("a", "empty"), writer.names());
      writer.append("ü", 7, ByteBuffer.wrap(new byte[] {4, 5}));
      writer.commit();
    }
    assertArrayEquals(whole, Files.readAllBytes(path));
    try (var left = Files.list(folder)) {
      assertEquals(2, left.count(), "only the two files are left");
    }
  }

  @Test
  void afterAnyCutOrFlippedBitOnlyIntactRecordsAreResumed() throws IOException {
    byte[] whole = Files.readAllBytes(written());
    Path path = folder.resolve("resumed");
    Path partial = folder.resolve("resumed.partial");
    Path journal = folder.resolve("resumed.partial.index");
    try (RecordFile.Writer writer = resume(path)) {
      writer.append("a", -1, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      writer.append("empty", 0, ByteBuffer.allocate(0));
    }
    byte[] records = Files.readAllBytes(partial);
    byte[] lines = Files.readAllBytes(journal);
    for (Path damaged : List.of(partial, journal)) {
      byte[] bytes = damaged.equals(partial) ? records : lines;
      for (int length = 0; length < bytes.length; length++) {
        Files.write(partial, records);
        Files.write(journal, lines);
        Files.write(damaged, Arrays.copyOf(bytes, length));
        assertResumesTo(whole, path);
      }
      // The first bytes of the unfinished file say its kind; they are written anew.
      for (int bit = damaged.equals(partial) ? 64 : 0; bit < 8 * bytes.length; bit++) {
        Files.write(partial, records);
        Files.write(journal, lines);
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        Files.write(damaged, flipped);
        assertResumesTo(whole, path);
      }
    }
  }

  private static void assertResumesTo(byte[] whole, Path path) throws IOException {
    try (RecordFile.Writer writer = resume(path)) {
      List<String> names = writer.names();
      assertEquals(List.of("a", "empty", "ü").subList(0, names.size()), names);
      if (names.isEmpty()) {
        writer.append("a", -1, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      }
      if (names.size() < 2) {
        writer.append("empty", 0, ByteBuffer.allocate(0));
      }
      writer.append("ü", 7, ByteBuffer.wrap(new byte[] {4, 5}));
      writer.commit();
    }
    assertArrayEquals(whole, Files.readAllBytes(path));
    Files.delete(path);
  }

  @Test
  void recordsOfAnotherHeaderOrKindAreNotResumed() throws IOException {
    Path path = folder.resolve("resumed");
    try (RecordFile.Writer writer = resume(path)) {
      writer.append("a", 0, ByteBuffer.wrap(new byte[] {1}));
    }
    try (RecordFile.Writer writer = RecordFile.resume(path, MAGIC, new byte[] {9})) {
      assertEquals(List.of(), writer.names());
    }
    try (RecordFile.Writer writer = resume(path)) {
      writer.append("a", 0, ByteBuffer.wrap(new byte[] {1}));
    }
    try (RecordFile.Writer writer = RecordFile.resume(path, "RCNNTST2", new byte[] {9, 8})) {
      assertEquals(List.of(), writer.names());
    }
  }

  @Test
  void resumedFileDropsRecordsBeyondThoseThatAreKept() throws IOException {
    byte[] whole = Files.readAllBytes(written());
    Path path = folder.resolve("resumed");
    try (RecordFile.Writer writer = resume(path)) {
      writer.append("a", -1, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      writer.append("b", 1, ByteBuffer.wrap(new byte[] {6, 6, 6, 6}));
      writer.keep(1);
      assertEquals(List.of("a"), writer.names());
    }
    try (RecordFile.Writer writer = resume(path)) {
      assertEquals(List.of("a"), writer.names());
      writer.append("empty", 0, ByteBuffer.allocate(0));
      writer.append("ü", 7, ByteBuffer.wrap(new byte[] {4, 5}));
      writer.commit();
    }
    assertArrayEquals(whole, Files.readAllBytes(path));
    try (RecordFile.Writer writer = RecordFile.create(path, MAGIC, new byte[0])) {
      assertThrows(IllegalStateException.class, () -> writer.keep(0));
    }
  }

  private static RecordFile.Writer resume(Path path) throws IOException {
    return RecordFile.resume(path, MAGIC, new byte[] {9, 8});
  }

  private Path written() throws IOException {
    Path path = folder.resolve("file");
    try (RecordFile.Writer writer = RecordFile.create(path, MAGIC, new byte[] {9, 8})) {
      writer.append("a", -1, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      writer.append("empty", 0, ByteBuffer.allocate(0));
      writer.append("ü", 7, ByteBuffer.wrap(new byte[] {4, 5}));
      writer.commit();
    }
    return path;
  }

  private static RecordFile open(Path path) throws IOException {
    return RecordFile.open(path, MAGIC, "test file");
  }

  private static void readAll(Path path) throws IOException {
    try (RecordFile file = open(path)) {
      for (int i = 0; i < file.size(); i++) {
        file.record(i);
      }
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Test
  void theJournalOfACompleteFileIsDropped() throws IOException {
    Path file = Files.writeString(folder.resolve("complete.bin"), "");
    Path journal = Files.writeString(folder.resolve("complete.bin.partial.index"), "");
    RecordFile.dropJournal(file);
    assertFalse(Files.exists(journal));
    assertTrue(Files.exists(file));
    RecordFile.dropJournal(file);
  }

  @Test
  void indexesThatContradictThemselvesAreRefused() throws IOException {
    refusedIndex(-1, "the number of its records makes no sense");
    refusedIndex(1, "the number of its records makes no sense", "a", "b");
    refusedIndex(2, "two records have the same name", "a", "a");
  }

  /** A file whose checksums are right, with records of no bytes. */
  private void refusedIndex(int count, String reason, String... names) throws IOException {
    ByteBuffer index = ByteBuffer.allocate(1000);
    index.putInt(0).putInt(count);
    for (String name : names) {
      index.putInt(name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
      index.putInt(0).putInt(0).putInt(RecordFile.crc(ByteBuffer.allocate(0)));
    }
    index.flip();
    ByteBuffer footer =
        ByteBuffer.wrap(Files.readAllBytes(written())).order(ByteOrder.LITTLE_ENDIAN);
    long endMark = footer.getLong(footer.limit() - Long.BYTES);
    ByteBuffer whole =
        ByteBuffer.allocate(MAGIC.length() + index.limit() + 32).order(ByteOrder.LITTLE_ENDIAN);
    whole.put(MAGIC.getBytes(StandardCharsets.US_ASCII)).put(index.duplicate());
    whole.putLong(MAGIC.length()).putInt(index.limit()).putInt(RecordFile.crc(index));
    whole.putLong(whole.capacity()).putLong(endMark);
    Path file = Files.write(folder.resolve("index"), whole.array());
    String refusal = assertThrows(IOException.class, () -> open(file)).getMessage();
    assertTrue(refusal.contains(reason), refusal);
  }
}
