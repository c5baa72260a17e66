package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Model files that are not what training wrote, with checksums that fit. */
class DamagedModelFileTest {

  /** Magic number and version. */
  private static final int HEADER = 12;

  @TempDir Path folder;

  private interface Writer {
    void write(Path file) throws IOException;
  }

  private interface Reader {
    Object read(byte[] bytes, String name) throws IOException;
  }

  /** A kind of model, the width of its checksum, and where its two counts lie. */
  private record Kind(
      String name, Writer writer, Reader reader, int checksumBytes, int firstCount) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> kinds() {
    LinearModel svm =
        new LinearModel(
            List.of("cat", "tv"), 2, new float[] {1, -2, 0, 0.5f}, new float[] {-1, 3}, 0.25);
    SoftmaxModel softmax =
        new SoftmaxModel(List.of("kö"), 2, new float[] {1, -2, 0, 0.5f}, new double[] {-1, 3});
    BoxRegressor bbox =
        new BoxRegressor(
            List.of("cat", "tv"),
            1,
            new float[][] {{1, -2, 0, 0.5f}, null},
            new double[][] {{0, 0.5, -1, 2}, new double[4]});
    return Stream.of(
        new Kind("svm", svm::write, LinearModel::read, Long.BYTES, HEADER + Double.BYTES),
        new Kind("softmax", softmax::write, SoftmaxModel::read, Integer.BYTES, HEADER),
        new Kind("bbox", bbox::write, BoxRegressor::read, Integer.BYTES, HEADER));
  }

  private byte[] written(Kind kind) throws IOException {
    Path file = folder.resolve(kind.name());
    kind.writer().write(file);
    return Files.readAllBytes(file);
  }

  /** The bytes before the checksum, with one that fits. */
  private static byte[] sealed(byte[] content, Kind kind) {
    CRC32 crc = new CRC32();
    crc.update(content);
    ByteBuffer file = ByteBuffer.allocate(content.length + kind.checksumBytes()).put(content);
    if (kind.checksumBytes() == Long.BYTES) {
      file.putLong(crc.getValue());
    } else {
      file.putInt((int) crc.getValue());
    }
    return file.array();
  }

  private byte[] content(Kind kind) throws IOException {
    byte[] whole = written(kind);
    return Arrays.copyOf(whole, whole.length - kind.checksumBytes());
  }

  private static String refusal(byte[] file, Kind kind) {
    String refusal =
        assertThrows(IOException.class, () -> kind.reader().read(file, "the file")).getMessage();
    assertTrue(refusal.startsWith("the file is "), refusal);
    assertTrue(refusal.endsWith(".") && !refusal.contains(".."), refusal);
    return refusal;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aFileThatIsCutAnywhereIsRefused(Kind kind) throws IOException {
    byte[] content = content(kind);
    for (int length = 0; length < content.length; length++) {
      refusal(sealed(Arrays.copyOf(content, length), kind), kind);
    }
    refusal(sealed(Arrays.copyOf(content, content.length + 1), kind), kind);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aFlippedBitIsNoticed(Kind kind) throws IOException {
    byte[] whole = written(kind);
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      refusal(damaged, kind);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void countsThatTheBytesDoNotExplainAreRefusedBeforeMemoryIsTaken(Kind kind) throws IOException {
    for (int value : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 30, 1000}) {
      for (int count = 0; count < 2; count++) {
        byte[] content = content(kind);
        ByteBuffer.wrap(content).putInt(kind.firstCount() + count * Integer.BYTES, value);
        refusal(sealed(content, kind), kind);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void randomBytesEndInASentenceOrInAModel(Kind kind) throws IOException {
    Random random = new Random(3);
    byte[] content = content(kind);
    for (int i = 0; i < 2000; i++) {
      byte[] changed = content.clone();
      for (int k = 0; k <= random.nextInt(4); k++) {
        changed[HEADER + random.nextInt(changed.length - HEADER)] = (byte) random.nextInt(256);
      }
      try {
        kind.reader().read(sealed(changed, kind), "the file");
      } catch (IOException e) {
        assertTrue(e.getMessage().startsWith("the file is "), e.getMessage());
        assertFalse(e.getMessage().contains("null"), e.getMessage());
      }
    }
  }

  @Test
  void aNumberThatIsNotFiniteIsRefused() throws IOException {
    for (Kind kind : kinds().toList()) {
      byte[] content = content(kind);
      // The last four bytes are a weight, but for the box regression's second class without any.
      int at = content.length - Float.BYTES - (kind.name().equals("bbox") ? 5 : 0);
      ByteBuffer.wrap(content).putFloat(at, Float.NaN);
      String refusal = refusal(sealed(content, kind), kind);
      assertTrue(refusal.contains("a number in it is NaN"), refusal);
    }
  }

  @Test
  void aNameThatIsNotInUtf8IsRefused() throws IOException {
    Kind softmax = kinds().toList().get(1);
    byte[] content = content(softmax);
    // 0xff begins no character; the name begins behind two integers and its length.
    content[HEADER + 10] = (byte) 0xff;
    assertTrue(refusal(sealed(content, softmax), softmax).contains("is not in UTF-8"));
  }

  @Test
  void aFileOfTheRunIsToBeTrainedAgain() throws IOException {
    Kind svm = kinds().toList().get(0);
    Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(written(svm), 30));
    assertEquals(
        file
            + " is an SVM model file that is damaged or incomplete: its checksum is another; delete"
            + " it and train it again.",
        assertThrows(IOException.class, () -> LinearModel.read(file)).getMessage());
  }
}
