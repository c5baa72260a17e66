package org.rcnn.pipeline.track;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file {@code scalars.csv}, and pictures beside it. A later process adds to it: of rows with
 * the same name and step the last one counts.
 */
final class ScalarTable implements TrackFile {

  private static final String HEADER = "name,step,value,time\n";

  private final Path folder;
  private final Path file;

  /** Begins or continues the table in a folder that exists. */
  ScalarTable(Path folder) throws IOException {
    this.folder = folder;
    this.file = folder.resolve("scalars.csv");
    if (!Files.exists(file)) {
      append(HEADER);
    }
  }

  @Override
  public void scalar(String name, long step, double value, long millis) throws IOException {
    append("%s,%d,%s,%d\n".formatted(field(name), step, value, millis));
  }

  /** A text as it is, or in quotation marks if it could be taken for several fields. */
  private static String field(String text) {
    return text.matches("(?s).*[\",\r\n].*") ? "\"" + text.replace("\"", "\"\"") + "\"" : text;
  }

  private void append(String text) throws IOException {
    Files.write(
        file,
        text.getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  @Override
  public void picture(String name, long step, byte[] png, long millis) throws IOException {
    // A name with folders in it, and with letters that Windows keeps for itself.
    String plain = name.replaceAll("[\\\\/:*?\"<>|\\p{Cntrl}]", "-");
    Files.write(folder.resolve(plain + (step == 0 ? "" : "-" + step) + ".png"), png);
  }

  @Override
  public void close() {
    // Open for a row at a time alone.
  }
}
