package org.rcnn.pipeline.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The program's version, as the build wrote it. */
public final class ProgramVersion {

  private ProgramVersion() {}

  /** The version, such as {@code 1.2.0}; one that ends with {@code -SNAPSHOT} is not released. */
  public static String current() {
    Properties written = new Properties();
    try (InputStream in = ProgramVersion.class.getResourceAsStream("program.properties")) {
      written.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return written.getProperty("version");
  }
}
