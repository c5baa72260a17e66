package org.rcnn.data.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A reader of files from strangers, and what damaged files are made of.
 *
 * @param name tells it from others, and is the folder of its corpus in the resources: {@code
 *     fuzz/NAME}
 * @param file where an input is put before it is read; other files that the reader needs lie there
 *     already
 * @param seeds inputs that are read without a fault
 * @param words pieces of text or bytes that mean something in the format
 * @param repair makes of a changed input one whose checksums are right, so that what lies behind
 *     them is reached
 * @param reading reads the file with all that the reader offers
 * @param documented the runtime exception that the reader documents; {@code null} if it has none
 * @param inputs how many inputs the tests try: fewer of a slow reader
 */
public record FuzzedReader(
    String name,
    Path file,
    List<byte[]> seeds,
    List<byte[]> words,
    UnaryOperator<byte[]> repair,
    Reading reading,
    Class<? extends RuntimeException> documented,
    int inputs) {

  /** Reads a file. */
  @FunctionalInterface
  public interface Reading {
    /** Reads all of it. */
    void read(Path file) throws IOException;
  }

  private static final int USUAL_INPUTS = 2000;
  private static final String EXCEPTION = "Exception";

  /** A reader of a format without words and checksums. */
  public static FuzzedReader of(String name, Path file, Reading reading, byte[]... seeds) {
    return new FuzzedReader(
        name,
        file,
        List.of(seeds),
        List.of(),
        UnaryOperator.identity(),
        reading,
        null,
        USUAL_INPUTS);
  }

  /** A reader of text. */
  public static FuzzedReader ofText(String name, Path file, Reading reading, String... seeds) {
    byte[][] bytes =
        Arrays.stream(seeds)
            .map(seed -> seed.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    return of(name, file, reading, bytes);
  }

  /** The same with words; each character is a byte. */
  public FuzzedReader withWords(String... all) {
    List<byte[]> bytes =
        Arrays.stream(all).map(word -> word.getBytes(StandardCharsets.ISO_8859_1)).toList();
    return new FuzzedReader(name, file, seeds, bytes, repair, reading, documented, inputs);
  }

  /** The same with repaired checksums. */
  public FuzzedReader withRepair(UnaryOperator<byte[]> checksums) {
    return new FuzzedReader(name, file, seeds, words, checksums, reading, documented, inputs);
  }

  /** The same with a runtime exception that is right. */
  public FuzzedReader withDocumented(Class<? extends RuntimeException> exception) {
    return new FuzzedReader(name, file, seeds, words, repair, reading, exception, inputs);
  }

  /** The same with another number of inputs. */
  public FuzzedReader withInputs(int count) {
    return new FuzzedReader(name, file, seeds, words, repair, reading, documented, count);
  }

  /** The folder that the file belongs to, directly or a level or two deeper. */
  private Path set() {
    Path folder = file.getParent();
    for (String layout : List.of("train", "labels", "Main", "ImageSets")) {
      folder = folder.endsWith(layout) ? folder.getParent() : folder;
    }
    return folder;
  }

  /**
   * What is wrong with a failure; empty if it is as documented: a sentence that names the file.
   *
   * @param input what was read; a message may quote it
   */
  Optional<String> objection(Throwable failure, byte[] input) {
    boolean known =
        failure instanceof IOException || documented != null && documented.isInstance(failure);
    if (!known) {
      return Optional.of("not documented");
    }
    String message = String.valueOf(failure.getMessage());
    if (!message.contains(file.getFileName().toString()) && !message.contains(set().toString())) {
      return Optional.of("does not name the file");
    }
    boolean quoted = new String(input, StandardCharsets.ISO_8859_1).contains(EXCEPTION);
    if (message.contains(EXCEPTION) && !quoted || message.matches(".*: null\\.?")) {
      return Optional.of("names a class of Java, or nothing");
    }
    return Optional.empty();
  }
}
