package org.rcnn.data.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A reader as a target of Jazzer, which looks at the branches that an input takes and changes those
 * further that took new ones. It calls the two methods by their names; nothing here needs it to
 * compile.
 *
 * <p>Its state is static because Jazzer calls static methods alone. Jazzer knows nothing of
 * checksums, so they are made right in what it gives, except in one input of eight.
 */
public final class Guided {

  private static Fuzzing fuzzing;
  private static FuzzedReader reader;

  private Guided() {}

  /** Arguments: class of the readers, an empty folder, and the reader's name. */
  public static void fuzzerInitialize(String[] arguments) throws IOException {
    reader =
        Fuzzing.made(arguments[0], Path.of(arguments[1])).stream()
            .filter(one -> one.name().equals(arguments[2]))
            .findFirst()
            .orElseThrow();
    fuzzing = new Fuzzing(reader, System.out);
    fuzzing.readSeeds();
  }

  /** Tries an input; what is wrong with the reader is thrown. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    boolean raw = input.length > 0 && (input[input.length - 1] & 7) == 0;
    Set<String> known = Set.copyOf(fuzzing.faults().keySet());
    fuzzing.tryInput("guided", raw ? input : reader.repair().apply(input), false);
    for (String fault : fuzzing.faults().keySet()) {
      if (!known.contains(fault)) {
        throw new AssertionError(reader.name() + ": " + fault);
      }
    }
  }

  /** Writes what Jazzer begins with: the seeds, and the words as a dictionary of libFuzzer. */
  static void prepare(FuzzedReader reader, Path corpus, Path dictionary) throws IOException {
    Files.createDirectories(corpus);
    List<byte[]> seeds = reader.seeds();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed" + i), seeds.get(i));
    }
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (byte[] word : reader.words()) {
      StringBuilder line = new StringBuilder("\"");
      for (byte value : word) {
        line.append(String.format(Locale.ROOT, "\\x%02x", value & 0xff));
      }
      lines.writeBytes(line.append("\"\n").toString().getBytes(StandardCharsets.US_ASCII));
    }
    Files.write(dictionary, lines.toByteArray());
  }
}
